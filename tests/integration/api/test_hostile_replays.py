"""Requests that somebody heard and sends again: a fact is recorded once, and only by its owner."""

import asyncio

import aiohttp

from tests.support import officials
from tests.support.hostile import crossing, paired, send
from tracker import app

Http = aiohttp.ClientSession


async def crossings(tracker: app.Tracker) -> int:
    """Return how many crossings the race has."""
    events = await tracker.log.read_stream(f"race-{officials.RACE}")
    return sum(event.type == "CrossingRecorded" for event in events)


async def test_a_request_that_is_sent_again_is_one_fact(tracker: app.Tracker, race: Http) -> None:
    """Fifty at once and fifty afterwards: the same answer a hundred times, one crossing."""
    await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
    token = await paired(race, tracker, "Kim", "lap-recorder", "d1")
    both = []
    for _ in range(2):
        both += await asyncio.gather(*(send(race, crossing(0), token) for _ in range(50)))
    assert {answer["position"] for _, answer in both} == {both[0][1]["position"]}
    assert sorted(status for status, _ in both) == [200] * 99 + [201]
    assert await crossings(tracker) == 1


async def test_another_fact_under_a_known_number_is_refused(
    tracker: app.Tracker, race: Http
) -> None:
    """Also when only the instant was changed."""
    await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
    token = await paired(race, tracker, "Kim", "lap-recorder", "d1")
    assert (await send(race, crossing(0), token))[0] == 201
    changed = {**crossing(0), "occurred_at": "2024-02-11T14:31:07Z"}
    for body in (changed, {**crossing(1), "device_seq": 1}):
        status, problem = await send(race, body, token)
        assert (status, problem["code"]) == (422, "device-sequence-reused")
    assert await crossings(tracker) == 1


async def test_what_was_heard_is_of_no_use_to_others(tracker: app.Tracker, race: Http) -> None:
    """With another official's token, without any, and once the device is revoked."""
    await officials.post_all(race, "", [{"type": "StartRace", "race": officials.RACE}])
    kim = await paired(race, tracker, "Kim", "lap-recorder", "d1")
    lee = await paired(race, tracker, "Lee", "lap-recorder", "d2")
    assert (await send(race, crossing(0), kim))[0] == 201
    for token, expected in ((lee, (403, "not-your-name")), (None, (401, "not-paired"))):
        for number in (0, 1):
            status, problem = await send(race, crossing(number), token)
            assert (status, problem["code"]) == expected
    await tracker.officials.revoke("d1")
    for number in (0, 1):
        status, problem = await send(race, crossing(number), kim)
        assert (status, problem["code"]) == (401, "not-paired")
    assert await crossings(tracker) == 1
