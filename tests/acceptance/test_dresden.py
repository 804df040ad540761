"""The Dresden weekend, skated through the real process: S1 to S8 hold, as-of and at the end."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support import officials, process
from tests.support.dresden import PENALISED, PODIUMS, milliseconds
from tests.support.viewer import merged
from tracker.demo.player import play

SPEED = 400.0
COMPETITION = "dresden-2024"
SERIES = "world-cup-2023-24"
MEN_500 = "dresden-2024/men-500/final-a"
TOPICS = (
    f"medals/{COMPETITION}",
    f"standings/{SERIES}",
    f"programme/{COMPETITION}",
    f"current/{COMPETITION}",
    f"race/{MEN_500}",
    "classification/dresden-2024/men-500",
)
Document = dict[str, Any]


class Viewer:
    """A viewer who keeps every document the feed has shown, with the position it was shown at."""

    def __init__(self) -> None:
        self.shown: dict[str, list[tuple[int, Document]]] = {topic: [] for topic in TOPICS}

    async def watch(self, url: str) -> None:
        """Follow the feed until it ends."""
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}/feed") as socket:
            await socket.send_json({"t": "hello", "v": 1, "client": "test", "topics": TOPICS})
            async for message in socket:
                self.take(json.loads(message.data))

    def take(self, message: Document) -> None:
        """Keep a snapshot, or the document that a delta makes of the last one."""
        assert message["t"] != "err", message
        if message["t"] == "snap":
            self.shown[message["topic"]].append((message["pos"], message["data"]))
        elif message["t"] == "delta":
            shown = self.shown[message["topic"]]
            shown.append((message["pos"], merged(shown[-1][1], message["patch"])))


class Played:
    """The weekend after it was played: what was seen, and the running server to ask."""

    def __init__(self, url: str, data: Path, viewer: Viewer, events: list[Document]) -> None:
        self.url = url
        self.data = data
        self.viewer = viewer
        self.events = events

    def position(self, kind: str, race: str) -> int:
        """Return where the log has a race's event of one kind."""
        (found,) = [
            event["position"]
            for event in self.events
            if event["type"] == kind and event["stream"] == f"race-{race}"
        ]
        position: int = found
        return position

    def official(self, race: str) -> int:
        """Return the position at which a race's result became official."""
        return self.position("ResultDeclaredOfficial", f"{COMPETITION}/{race}")

    def show(self, *arguments: str) -> Document:
        """Return the document that `bell-lap show` prints."""
        return self.answer("show", *arguments)

    def answer(self, *arguments: str) -> Document:
        """Return the document that a command prints."""
        command = (*arguments, "--json", "--data", str(self.data))
        status, out, err = asyncio.run(process.run(*command))
        assert status == 0, err
        document: Document = json.loads(out)
        return document

    def get(self, address: str, **parameters: str | int) -> Document:
        """Return a document of the API."""

        async def ask() -> Document:
            async with aiohttp.ClientSession() as http:
                found: Document = await officials.get(
                    http, f"{self.url}/api/v1/{address}", **parameters
                )
                return found

        return asyncio.run(ask())

    def standings(self, **parameters: str | int) -> list[tuple[str, int]]:
        """Return a table of the series: who, and how many points."""
        rows = self.get(f"series/{SERIES}/standings", **parameters)["rows"]
        return [(row["id"], row["points"]) for row in rows]

    def lap_chart(self, race: str) -> dict[str, list[str]]:
        """Return who ended each row of a race in which order, by row."""
        order: dict[str, list[tuple[int, str]]] = {}
        for row in self.get(f"races/{COMPETITION}/{race}/lap-chart")["rows"]:
            for lap, cell in row["chart"].items():
                order.setdefault(lap, []).append((cell[0], row["id"]))
        return {lap: [who for _, who in sorted(cells)] for lap, cells in order.items()}


async def skate(url: str) -> tuple[Viewer, list[Document]]:
    """Play the weekend before a viewer and return what was seen, and every public fact."""
    viewer = Viewer()
    watching: list[asyncio.Task[None]] = []

    def look(title: str) -> None:
        if not watching and title.endswith("the gun"):
            watching.append(asyncio.create_task(viewer.watch(url)))

    await play(url, SPEED, on_progress=look)
    events: list[Document] = []
    after, head = 0, 1
    async with aiohttp.ClientSession() as http:
        while after < head:
            page = await officials.get(http, f"{url}/api/v1/events", after=after, limit=1000)
            events += page["rows"]
            after, head = page["next"], page["position"]
    async with asyncio.timeout(10):
        standings = viewer.shown[f"standings/{SERIES}"]
        last = max(
            event["position"] for event in events if event["type"] == "ResultDeclaredOfficial"
        )
        while not standings or standings[-1][0] < last:
            assert not watching[0].done(), watching[0].exception()
            await asyncio.sleep(0.05)
    watching[0].cancel()
    with suppress(asyncio.CancelledError):
        await watching[0]
    return viewer, events


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Skate the weekend once, on a real server; it goes on answering until the tests are over."""
    folder = tmp_path_factory.mktemp("dresden")
    data = folder / "data"
    with asyncio.Runner() as runner:
        served = runner.run(process.start(("--data", str(data)), folder / "serve.log"))
        try:
            viewer, events = runner.run(skate(served.url))
            yield Played(served.url, data, viewer, events)
        finally:
            runner.run(served.end())


# --- S1 to S6 ------------------------------------------------------------------------------------


def podium(document: Document) -> list[tuple[str, int | None]]:
    """Return the first three of a result with their times."""
    assert document["state"] == "OFFICIAL"
    rows = [row for row in document["rows"] if row["rank"] in (1, 2, 3)]
    return [(row["id"], row["time_ms"]) for row in rows]


@pytest.mark.parametrize("distance", PODIUMS)
def test_podiums_are_the_published_ones(played: Played, distance: str) -> None:
    """Every Final A ends with its medallists and their times."""
    document = played.get(f"races/{COMPETITION}/{distance}/final-a/result")
    assert podium(document) == [(who, milliseconds(text)) for who, text in PODIUMS[distance]]


def test_s1_men_1000_1(played: Played) -> None:
    """Nadalini leads and falls with three to go; Park, Roussel (+0.76 s), Dubois."""
    document = played.show("result", "dresden-2024/men-1000-1/final-a")
    assert [row["id"] for row in document["rows"]] == [
        "park-ji-won",
        "felix-roussel",
        "steven-dubois",
        "thomas-nadalini",
    ]
    assert document["rows"][0]["helmet"] == 1
    assert document["rows"][1]["time_ms"] - document["rows"][0]["time_ms"] == 760
    laps = played.lap_chart("men-1000-1/final-a")
    assert [laps[str(row)][0] for row in range(1, 10)] == (
        ["thomas-nadalini"] * 6 + ["park-ji-won"] * 3
    )
    assert [laps[str(row)][1] for row in (4, 5, 6)] == ["park-ji-won"] * 3
    board = played.show("board", "dresden-2024/men-1000-1/final-a")
    (fallen,) = [row for row in board["rows"] if row["marks"]]
    falls = [mark["row"] for mark in fallen["marks"].values() if mark["kind"] == "fall"]
    assert (fallen["id"], falls) == ("thomas-nadalini", [7])


def test_s2_men_1500(played: Played) -> None:
    """Dandjinou leads from row 9, under a six; Desmet is 0.25 s behind."""
    laps = played.lap_chart("men-1500/final-a")
    leaders = [laps[str(row)][0] for row in range(1, 15)]
    assert "william-dandjinou" not in leaders[:8]
    assert set(leaders[8:]) == {"william-dandjinou"}
    eighth = [
        event["position"]
        for event in played.events
        if event["stream"] == "race-dresden-2024/men-1500/final-a"
        and event["type"] == "CrossingRecorded"
    ][6 * 7]
    board = played.show("board", "dresden-2024/men-1500/final-a", "--as-of", str(eighth))
    assert (board["lap"], board["laps_to_go"], board["laps_total"]) == (9, 6, 14)
    document = played.show("result", "dresden-2024/men-1500/final-a")
    first, second = (row["time_ms"] for row in document["rows"][:2])
    assert second - first == 251


def test_s3_mixed_relay(played: Played) -> None:
    """USA and NED hold the first places; Heo passes Emons on the 18th lap."""
    laps = played.lap_chart("mixed-2000-relay/final-a")
    assert len(laps) == 18
    assert all(set(order[:2]) == {"usa-mixed", "ned-mixed"} for order in laps.values())
    assert (laps["17"][0], laps["18"][0]) == ("ned-mixed", "usa-mixed")
    board = played.get("races/dresden-2024/mixed-2000-relay/final-a/board")
    skating = {row["id"]: row["skater"] for row in board["rows"]}
    assert "Heo" in skating["usa-mixed"].title()
    assert "Emons" in skating["ned-mixed"].title()


def test_s4_men_500(played: Played) -> None:
    """Nikisha leads throughout, is penalised for obstruction and stands last of Final A."""
    laps = played.lap_chart("men-500/final-a")
    assert [laps[str(row)][0] for row in range(1, 6)] == ["denis-nikisha"] * 5
    assert laps["5"][3] == "lukasz-kuczynski"
    document = played.show("result", MEN_500)
    assert document["state"] == "OFFICIAL"
    assert [(row["rank"], row["id"], row["status"]) for row in document["rows"]] == [
        (1, "felix-roussel", None),
        (2, "jordan-pierre-gilles", None),
        (3, "lukasz-kuczynski", None),
        (None, "denis-nikisha", "PEN"),
    ]
    assert {row["id"] for row in document["rows"] if row["fallen"]} == {
        "felix-roussel",
        "denis-nikisha",
    }


def test_s4_without_the_penalty(played: Played) -> None:
    """What-if shows the other podium, and Kazakhstan's gold instead of Canada's."""
    rows = played.answer("what-if", "dresden-2024/men-500/final-a", "--drop", "penalty")["rows"]
    would = {(row["scope"], row["name"], row["field"]): row["after"] for row in rows}
    podium = ("Denis Nikisha", "Felix Roussel", "Jordan Pierre-Gilles", "Lukasz Kuczynski")
    medals = [would["dresden-2024/men-500", name, "medal"] for name in podium]
    assert medals == ["gold", "silver", "bronze", None]
    assert would["dresden-2024:noc-all", "Kazakhstan", "gold"] == 1
    assert would["world-cup-2023-24:men", "Felix Roussel", "points"] == 310


def test_s4_and_s5_on_other_decisions(played: Played) -> None:
    """Two races of two distances at once: each medal moves, and the season adds both up."""
    men_1000 = "dresden-2024/men-1000-2/final-a"
    penalty = {"type": "CallPenalty", "competitor": "park-ji-won", "reason": "Impeding"}
    asked = ("what-if", men_1000, "--drop", f"{MEN_500}/penalty")
    rows = played.answer(*asked, "--add", json.dumps(penalty))["rows"]
    would = {(row["scope"], row["name"], row["field"]): row["after"] for row in rows}
    assert would["dresden-2024/men-500", "Denis Nikisha", "medal"] == "gold"
    assert would["dresden-2024/men-1000-2", "Jang Sungwoo", "medal"] == "gold"
    assert would["dresden-2024/men-1000-2", "Park Ji Won", "status"] == "PEN"
    assert would["dresden-2024:noc-all", "Kazakhstan", "gold"] == 1
    assert would["world-cup-2023-24:men", "Felix Roussel", "points"] == 310
    assert "Park Ji Won" not in {row["name"] for row in played.answer(*asked)["rows"]}


def test_s4_before_the_decision(played: Played) -> None:
    """Just before the result became official it was under review, and gave no medal."""
    before = ("--as-of", f"before:{MEN_500}")
    assert played.show("result", MEN_500, *before)["state"] == "UNDER_REVIEW"
    rows = played.show("classification", "dresden-2024/men-500", *before)["rows"]
    assert all(row["medal"] is None and not row["points"] for row in rows)
    counted = played.get(f"competitions/{COMPETITION}/medals", as_of=f"before:{MEN_500}")["rows"]
    after = played.get(f"competitions/{COMPETITION}/medals", as_of=f"after:{MEN_500}")["rows"]
    assert sum(row["total"] for row in after) - sum(row["total"] for row in counted) == 3


def test_s5_men_1000_2(played: Played) -> None:
    """Jang leads from lap 4, two fall, and Park comes from last to first."""
    laps = played.lap_chart("men-1000-2/final-a")
    assert [laps[str(row)][0] for row in range(4, 10)] == ["jang-sungwoo"] * 4 + ["park-ji-won"] * 2
    assert laps["3"][0] != "jang-sungwoo"
    assert laps["3"][-1] == "park-ji-won"
    assert [who for who in laps["6"] if who != "daan-kos"][-1] == "park-ji-won"
    assert laps["7"][2] == "park-ji-won"
    board = played.get("races/dresden-2024/men-1000-2/final-a/board")
    falls = {
        (row["id"], mark["row"])
        for row in board["rows"]
        for mark in row["marks"].values()
        if mark["kind"] == "fall"
    }
    assert falls == {("daan-kos", 4), ("william-dandjinou", 7)}


def test_s6_men_5000_relay(played: Played) -> None:
    """Korea leads from gun to tape; Poland is penalised and classified fifth."""
    laps = played.lap_chart("men-5000-relay/final-a")
    assert [laps[str(row)][0] for row in range(1, 46)] == ["kor-men"] * 45
    assert laps["45"][2] == "pol-men"
    rows = played.show("classification", "dresden-2024/men-5000-relay")["rows"]
    assert [(row["rank"], row["noc"], row["medal"]) for row in rows] == [
        (1, "KOR", "gold"),
        (2, "JPN", "silver"),
        (3, "HUN", "bronze"),
        (4, "USA", None),
        (5, "POL", None),
    ]
    assert rows[4]["status"] == "PEN"


# --- S7, S8 --------------------------------------------------------------------------------------


def test_s7_crystal_globe(played: Played) -> None:
    """The overall table is the published one, as of each race and at the end."""

    def first(*as_of: str) -> list[tuple[int, str, int]]:
        rows = played.show("standings", SERIES, *as_of)["rows"]
        return [(row["rank"], row["name"], row["points"]) for row in rows[:3]]

    assert first("--as-of", "after:dresden-2024/men-1500/final-a") == [
        (1, "William Dandjinou", 704),
        (2, "Steven Dubois", 683),
        (3, "Park Ji Won", 681),
    ]
    assert first("--as-of", "after:dresden-2024/men-1000-1/final-a") == [
        (1, "Park Ji Won", 781),
        (2, "Steven Dubois", 753),
        (3, "William Dandjinou", 704),
    ]
    assert first()[:2] == [(1, "Park Ji Won", 931), (2, "Steven Dubois", 822)]
    women = played.standings(table="women")
    assert women[:2] == [("kim-gilli", 1115), ("kristen-santos-griswold", 980)]


def test_s7_before_the_weekend(played: Played) -> None:
    """Before the 1500 m, Dubois leads Park by two and Dandjinou is third."""
    table = played.standings(table="men", as_of="before:dresden-2024/men-1500/final-a")
    assert table[:3] == [
        ("steven-dubois", 683),
        ("park-ji-won", 681),
        ("william-dandjinou", 604),
    ]


MEDALS = {
    "all": {
        "KOR": (5, 1, 2),
        "CAN": (2, 3, 1),
        "NED": (2, 3, 1),
        "USA": (1, 1, 2),
        "BEL": (1, 1, 0),
        "CHN": (0, 1, 0),
        "JPN": (0, 1, 0),
        "POL": (0, 0, 3),
        "HUN": (0, 0, 1),
        "KAZ": (0, 0, 1),
    },
    "men": {
        "KOR": (3, 1, 1),
        "CAN": (2, 2, 1),
        "BEL": (0, 1, 0),
        "JPN": (0, 1, 0),
        "HUN": (0, 0, 1),
        "KAZ": (0, 0, 1),
        "POL": (0, 0, 1),
    },
    "women": {
        "NED": (2, 2, 1),
        "KOR": (2, 0, 0),
        "BEL": (1, 0, 0),
        "USA": (0, 1, 2),
        "CAN": (0, 1, 0),
        "CHN": (0, 1, 0),
        "POL": (0, 0, 2),
    },
    "mixed": {"USA": (1, 0, 0), "NED": (0, 1, 0), "KOR": (0, 0, 1)},
}
"""Gold, silver and bronze by NOC, counted from the published podiums."""


@pytest.mark.parametrize("gender", MEDALS)
def test_s8_medals_by_noc(played: Played, gender: str) -> None:
    """The medal tables add up over all eleven events, the best NOC first."""
    address = f"competitions/{COMPETITION}/medals"
    rows = played.get(address, by="noc", gender=gender)["rows"]
    table = [(row["noc"], (row["gold"], row["silver"], row["bronze"])) for row in rows]
    assert dict(table) == MEDALS[gender]
    assert [medals for _, medals in table] == sorted((m for _, m in table), reverse=True)
    if gender == "all":
        assert played.show("medals", COMPETITION)["rows"] == rows


def test_s8_medals_by_skater(played: Played) -> None:
    """Park has three golds, one of them with the relay; a team without names keeps its own."""
    address = f"competitions/{COMPETITION}/medals"
    rows = played.get(address, by="skater", gender="all")["rows"]
    table = {row["id"]: (row["gold"], row["silver"], row["bronze"]) for row in rows}
    assert table["park-ji-won"] == (3, 0, 0)
    assert rows[0]["id"] == "park-ji-won"
    assert table["kim-gilli"] == (2, 0, 0)
    assert table["kim-tae-sung"] == (1, 0, 0)
    assert table["felix-roussel"] == (1, 1, 0)
    assert table["xandra-velzeboer"] == (2, 2, 0)
    individual, in_line_ups, unnamed_teams = 8 * 3, 4 * 4, 5
    assert sum(map(sum, table.values())) == individual + in_line_ups + unnamed_teams


# --- what was shown, and when --------------------------------------------------------------------


def test_the_feed_shows_medals_only_when_a_distance_is_official(played: Played) -> None:
    """At every position the feed showed three medals for each distance that was final there."""
    shown = played.viewer.shown[f"medals/{COMPETITION}"]
    final_at: dict[str, int] = {}
    for event in played.events:
        if event["type"] == "ResultDeclaredOfficial":
            distance = event["stream"].removeprefix("race-").rsplit("/", 1)[0]
            final_at[distance] = event["position"]
    assert len(final_at) == 11
    for position, document in shown:
        entries = document["tables"]["noc-all"]["entries"].values()
        total = sum(row["gold"] + row["silver"] + row["bronze"] for row in entries)
        assert total == 3 * sum(at <= position for at in final_at.values()), position
    assert len({position for position, _ in shown}) >= 11


def test_the_feed_shows_points_only_when_a_distance_is_official(played: Played) -> None:
    """Dandjinou has his hundred, and Park his bonus, from the official result and not before."""
    of_1500 = played.official("men-1500/final-a")
    of_1000_2 = played.official("men-1000-2/final-a")
    seen: set[tuple[int, int]] = set()
    for position, document in played.viewer.shown[f"standings/{SERIES}"]:
        men = document["tables"]["men"]["entries"]
        dandjinou, park = men["william-dandjinou"]["points"], men["park-ji-won"]["points"]
        assert (dandjinou >= 704) == (position >= of_1500)
        assert (park >= 931) == (position >= of_1000_2)
        seen.add((dandjinou, park))
    assert {(604, 681), (704, 681), (704, 781)} <= seen


def test_the_feed_shows_no_penalty_before_its_announcement(played: Played) -> None:
    """The public board of the 500 m has no PEN, in no field, until the referee announces it."""
    announced = played.position("DecisionsAnnounced", MEN_500)
    official = played.official("men-500/final-a")
    states: list[str] = []
    for position, document in played.viewer.shown[f"race/{MEN_500}"]:
        text = json.dumps(document)
        assert ("PEN" in text) == (position >= announced), position
        assert ("Obstruction" in text) == (position >= announced), position
        assert (document["state"] == "OFFICIAL") == (position >= official), position
        if not states or states[-1] != document["state"]:
            states.append(document["state"])
    assert states == ["SCHEDULED", "START_LIST", "LIVE", "UNDER_REVIEW", "OFFICIAL"]


def test_penalties_are_called_under_embargo_and_announced_before_official(played: Played) -> None:
    """Each of the five penalties was announced, then the result became official."""
    for race in PENALISED:
        announced = played.position("DecisionsAnnounced", f"{COMPETITION}/{race}")
        assert announced < played.official(race)
        as_of = {"as_of": announced - 1}
        rows = played.get(f"races/{COMPETITION}/{race}/result", **as_of)["rows"]
        assert all(row["status"] != "PEN" for row in rows)


def test_the_current_topic_followed_the_races(played: Played) -> None:
    """Whoever watched the current race saw every race of the weekend, in order."""
    seen: list[str] = []
    for _, document in played.viewer.shown[f"current/{COMPETITION}"]:
        if document["race"] and document["race"] not in seen:
            seen.append(document["race"])
    programme = played.get(f"competitions/{COMPETITION}")["rows"]
    order = [row["id"] for row in programme]
    assert len(order) == 19
    assert [race for race in order if race in seen] == seen
    assert len(seen) >= 18


def test_the_final_tables_are_printed(tmp_path: Path) -> None:
    """`bell-lap demo --exit` plays on a server of its own, prints the tables and exits 0."""
    arguments = ("--speed", "400", "--exit", "--port", str(process.free_port()))
    status, out, err = asyncio.run(
        process.run("demo", *arguments, "--data", str(tmp_path / "data"))
    )
    assert status == 0, err
    for words in ("Park Ji Won", "931", "Felix Roussel", "PEN", "KOR"):
        assert words in out
    assert not process.postmasters(tmp_path / "data")
