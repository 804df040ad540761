"""A hold over HTTP and the feed: the public learns nothing between, and everything at the end."""

from typing import Any

import aiohttp
import pytest

from tests.integration.api.test_access import paired
from tests.support import officials
from tests.support.officials import get
from tests.support.viewer import SocketViewer
from tracker import app
from tracker.config import Settings
from tracker.security.officials import Officials

Http = aiohttp.ClientSession
RACE = f"/api/v1/races/{officials.RACE}"
TOPICS = (f"race/{officials.RACE}", "current/cup", "programme/cup")
PUBLIC = ("start-list", "board", "lap-chart", "lap-chart.svg", "result", "recorders", "journal")
HOLD = {"type": "HoldPublicBoard", "race": officials.RACE}
RELEASE = {"type": "ReleasePublicBoard", "race": officials.RACE}


@pytest.fixture
async def office(tracker: app.Tracker) -> Officials:
    """Return where officials are added."""
    return tracker.officials


def halves() -> tuple[list[officials.Command], list[officials.Command]]:
    """Return a race up to its second lap row, and from there to its end, before any result."""
    skated = officials.skated()
    end = next(i for i, command in enumerate(skated) if command["type"] == "PublishResult")
    return skated[:9], skated[9:end]


async def shown(http: Http, **moment: str | int) -> dict[str, Any]:
    """Return everything that the public may read of the race, without the position it is of."""
    found: dict[str, Any] = {}
    for name in PUBLIC:
        async with http.get(f"{RACE}/{name}", params=moment) as answer:
            assert answer.status == 200
            if name.endswith(".svg"):
                found[name] = await answer.text()
                continue
            document = await answer.json()
            found[name] = {k: v for k, v in document.items() if k not in ("position", "as_of")}
    overlay = "/api/v1/competitions/cup/overlay.json"
    found["overlay"] = await get(http, overlay, **moment)
    found["events"] = (await get(http, f"{RACE}/events", **moment))["rows"]
    found["moments"] = (await get(http, f"{RACE}/moments", **moment))["rows"]
    return found


async def caught_up(http: Http, position: int) -> None:
    """Wait until everything that is shown has reached a position."""
    await get(http, "/api/v1/competitions", after=position)


async def test_the_public_learns_nothing_between(race: Http) -> None:
    """Every address and every topic stands still, then jumps to now in one delta each."""
    first, second = halves()
    held = await officials.post_all(race, "", [*first, HOLD])
    await caught_up(race, held)
    before = await shown(race)
    assert before["board"]["held"]["version"]
    assert "Held by the timing officials" in before["lap-chart.svg"]
    assert {row["held"] for row in before["overlay"]} == {"1"}
    viewer = SocketViewer()
    url = str(race._base_url).rstrip("/") + "/feed"
    async with viewer.connected(url):
        await viewer.say(viewer.hello(list(TOPICS)))
        for _ in TOPICS:
            await viewer.read_until("snap")
        frozen = dict(viewer.documents)
        assert frozen["programme/cup"]["entries"][officials.RACE]["held"]
        position = await officials.post_all(race, "", second)
        await caught_up(race, position)
        assert await shown(race) == before
        assert await shown(race, as_of=position) == before
        rows = (await get(race, "/api/v1/events", after=held))["rows"]
        assert rows == []
        released = await officials.post_all(race, "", [RELEASE])
        for _ in TOPICS:
            await viewer.read_until("delta")
        assert viewer.kinds().count("delta") == len(TOPICS)
        now = viewer.documents[TOPICS[0]]
        assert (now["state"], "held" in now) == ("UNCONFIRMED", False)
        assert frozen[TOPICS[0]]["state"] == "LIVE"
    await caught_up(race, released)
    after = await shown(race)
    assert (after["board"]["state"], after["board"]["held"]) == ("UNCONFIRMED", None)
    (release,) = [row for row in after["events"] if row["type"] == "PublicBoardReleased"]
    assert len(release["announced"]) == len(second)
    assert await shown(race, as_of=position) == before


async def test_officials_see_the_race_go_on(race: Http) -> None:
    """The live view and the official sheet have what the public's lack, and the mark."""
    first, second = halves()
    position = await officials.post_all(race, "", [*first, HOLD, *second])
    await caught_up(race, position)
    board = await get(race, f"{RACE}/board", view="live")
    assert (board["state"], board["held"]["version"] > 0) == ("UNCONFIRMED", True)
    assert (await get(race, f"{RACE}/result", view="official"))["state"] == "UNCONFIRMED"
    kinds = [row["type"] for row in (await get(race, f"{RACE}/events", view="live"))["rows"]]
    assert kinds[-1] == "RaceEnded"
    assert (await get(race, f"{RACE}/board"))["state"] == "LIVE"


async def test_the_live_view_is_for_the_officials(race: Http, office: Officials) -> None:
    """Without a token nobody sees it, an announcer neither; a lap recorder does."""
    await caught_up(race, await officials.post_all(race, "", [*halves()[0], HOLD]))
    recorder = await paired(race, office, "Kim", "lap-recorder")
    announcer = await paired(race, office, "Ann", "announcer", device="d2")
    for name in ("board", "recorders", "events", "result", "lap-chart", "start-list"):
        found = []
        for token in (None, announcer, recorder):
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            async with race.get(f"{RACE}/{name}?view=live", headers=headers) as answer:
                found.append(answer.status)
                private = answer.headers.get("Cache-Control")
        assert (found, private) == ([401, 403, 200], "private, no-store"), name


async def test_what_if_tells_each_what_they_may_know(race: Http, office: Officials) -> None:
    """The public's question stands on what it sees; the referee's on the race as it is."""
    first, second = halves()

    await caught_up(race, await officials.post_all(race, "", [*first, HOLD, *second]))
    official = {"type": "DeclareResultOfficial", "race": officials.RACE}
    question = {"races": [{"race": officials.RACE, "add": [official]}]}
    referee = await paired(race, office, "Rea", "referee", device="d3")
    async with race.post(
        "/api/v1/what-if", json=question, headers={"Authorization": f"Bearer {referee}"}
    ) as answer:
        told = await answer.json()
    golds = [row for row in told["rows"] if row["field"] == "medal" and row["after"] == "gold"]
    assert [row["id"] for row in golds] == ["ann-one"]
    async with race.post("/api/v1/what-if", json=question) as answer:
        problem = await answer.json()
    assert (answer.status, problem["code"]) == (409, "not-over")


async def test_the_moment_of_the_end_is_not_told_before_it(race: Http) -> None:
    """A moment under a hold cannot be named until the hold is over."""
    first, second = halves()
    position = await officials.post_all(race, "", [*first, HOLD, *second])
    await caught_up(race, position)
    moment = f"after:{officials.RACE}/end"
    async with race.get(f"{RACE}/board", params={"as_of": moment}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, "bad-as-of")
    await caught_up(race, await officials.post_all(race, "", [RELEASE]))
    assert (await get(race, f"{RACE}/board", as_of=moment))["held"]


@pytest.mark.parametrize("act", ["PublishResult", "DeclareResultOfficial"])
async def test_a_published_result_ends_the_hold_in_one_step(race: Http, act: str) -> None:
    """A viewer goes from the held board straight to the published one."""
    first, second = halves()
    await caught_up(race, await officials.post_all(race, "", [*first, HOLD, *second]))
    viewer = SocketViewer()
    async with viewer.connected(str(race._base_url).rstrip("/") + "/feed"):
        await viewer.say(viewer.hello([TOPICS[0]]))
        await viewer.read_until("snap")
        await officials.post_all(race, "", [{"type": act, "race": officials.RACE}])
        await viewer.read_until("delta")
        state = "UNOFFICIAL" if act == "PublishResult" else "OFFICIAL"
        assert viewer.documents[TOPICS[0]]["state"] == state
        assert "held" not in viewer.documents[TOPICS[0]]


async def test_a_server_that_starts_again_shows_the_same(race: Http, database_url: str) -> None:
    """Read from the log alone, a held race is as it was held, marks of its round included."""
    first, second = halves()
    position = await officials.post_all(race, "", [*first, HOLD, *second])
    await caught_up(race, position)
    board = await get(race, f"{RACE}/board")
    settings = Settings(data=None, database=database_url, port=0)
    async with app.opened(settings) as again:
        await again.runner.caught_up.wait()
        found = await again.models.race_document("board", officials.RACE, as_of=position)
        assert found.api() == board
