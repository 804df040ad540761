"""Officials in tests: the programme they set up over HTTP, and the envelopes they send."""

import asyncio
import contextlib
import itertools
from typing import Any

import aiohttp
from yarl import URL

COMPETITION = "cup"
DISTANCE = "cup/women-500"
RACE = "cup/women-500/final-a"
SKATERS = (
    ("ann-one", "Ann One", "CAN", 1),
    ("bea-two", "Bea Two", "KOR", 2),
    ("cia-three", "Cia Three", "NED", 3),
    ("dee-four", "Dee Four", "POL", 4),
)
Command = dict[str, Any]


def envelope(command: Command, **fields: Any) -> dict[str, Any]:
    """Return a command in an envelope of the secretary's."""
    return {"command": command, "official": "secretary", "device": "desk", **fields}


def programme(*, races: int = 1) -> list[Command]:
    """Return the commands that set up a competition of one distance with so many finals."""
    return [
        {
            "type": "CreateSeries",
            "series": "season",
            "name": "Season",
            "season": "2023/24",
            "ruleset": "isu-2023-24",
        },
        {
            "type": "CreateCompetition",
            "competition": COMPETITION,
            "name": "Cup",
            "city": "Dresden",
            "country": "GER",
            "starts_on": "2024-02-09",
            "ends_on": "2024-02-11",
            "series": "season",
        },
        {"type": "AdoptRuleset", "competition": COMPETITION, "ruleset": "isu-2023-24"},
        *(
            {
                "type": "EnterSkater",
                "competition": COMPETITION,
                "skater": skater,
                "name": name,
                "noc": noc,
                "gender": "women",
                "helmet_number": number,
            }
            for skater, name, noc, number in SKATERS
        ),
        {
            "type": "AddDistance",
            "distance": DISTANCE,
            "name": "Women 500 m",
            "gender": "women",
            "metres": 500,
        },
        *itertools.chain.from_iterable(race(race_id(n), n) for n in range(races)),
    ]


def race_id(number: int) -> str:
    """Return the id of the final of that number, counted from 0: final-a comes first."""
    return f"{DISTANCE}/final-{'abcdefgh'[number]}"


def race(name: str, number: int = 0) -> list[Command]:
    """Return the commands that put a race with four starters on the programme."""
    return [
        {
            "type": "ScheduleRace",
            "race": name,
            "round": "FINAL_A" if number == 0 else "FINAL_B",
            "round_name": f"Final {'ABCDEFGH'[number]}",
            "number": max(number, 1),
            "order": number,
        },
        {
            "type": "PublishStartList",
            "race": name,
            "starters": [
                {"competitor": skater, "start_position": place}
                for place, (skater, *_) in enumerate(SKATERS, 1)
            ],
        },
    ]


def skated(name: str = RACE, *, winner_ms: int = 42_000) -> list[Command]:
    """Return the commands of a race skated from gun to tape in start order, and made official."""
    rows = 5
    return [
        {"type": "StartRace", "race": name},
        *(
            {
                "type": "RecordCrossing",
                "race": name,
                "competitor": skater,
                "elapsed_ms": winner_ms * row // rows + behind * 100,
            }
            for row in range(1, rows + 1)
            for behind, (skater, *_) in enumerate(SKATERS)
        ),
        {"type": "EndRace", "race": name},
        {"type": "PublishResult", "race": name},
        {"type": "DeclareResultOfficial", "race": name},
    ]


async def post_all(http: aiohttp.ClientSession, url: str, commands: list[Command]) -> int:
    """Post commands as one batch, insist that all are taken, and return the last position."""
    body = [envelope(command) for command in commands]
    async with http.post(f"{url}/api/v1/commands", json=body) as answer:
        verdicts = await answer.json()
    assert answer.status == 200, verdicts
    refused = [verdict for verdict in verdicts if "error" in verdict]
    assert not refused, refused
    position: int = verdicts[-1]["position"]
    return position


async def get(http: aiohttp.ClientSession, url: str, **parameters: str | int) -> Any:
    """Return a document that must be there, with everything in it that is in the log by now."""
    if "as_of" not in parameters:
        await caught_up(http, url)
    async with http.get(url, params=parameters) as answer:
        document = await answer.json()
        assert answer.status == 200, document
    return document


async def caught_up(http: aiohttp.ClientSession, url: str) -> None:
    """Wait until the read models of a server hold what its log holds now."""
    position, head = await _stand(http, url)
    async with asyncio.timeout(20):
        while position < head:
            await asyncio.sleep(0.01)
            position, _ = await _stand(http, url)


async def _stand(http: aiohttp.ClientSession, url: str) -> tuple[int, int]:
    """Return the position of the read models and the end of the log."""
    async with http.get(URL(url).with_path("/readyz")) as answer:
        ready = await answer.json()
    assert ready["position"] is not None, ready
    return ready["position"], ready["position"] + ready["lag"]


async def insist(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one envelope until it is answered, as a console does that lost the network."""
    while True:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.post(f"{url}/api/v1/commands", json=body) as answer:
                if answer.status < 500:
                    receipt: dict[str, Any] = await answer.json()
                    assert answer.status in (200, 201), receipt
                    return receipt
        await asyncio.sleep(0.05)
