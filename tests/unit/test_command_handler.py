"""The command handler decides on what is in the log, once, whoever else is writing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.support import officials
from tracker import rulesets
from tracker.api import envelopes
from tracker.command_handler import BadTime, Busy, CommandHandler, FromTheFuture, Receipt
from tracker.domain.refusals import AlreadyStarted, Unknown
from tracker.errors import DeviceSequenceReused, VersionConflict
from tracker.log.memory import MemoryLog
from tracker.log.recorded_event import Append, Appended

NOW = datetime(2024, 2, 11, 14, 31, 7, tzinfo=UTC)
START = {"type": "StartRace", "race": officials.RACE}
STREAM = f"race-{officials.RACE}"


def crossing(skater: str = "ann-one") -> dict[str, Any]:
    """Return a crossing of the final."""
    return {"type": "RecordCrossing", "race": officials.RACE, "competitor": skater}


class Desk:
    """A handler over a log, and a hand to feed it."""

    def __init__(self, log: MemoryLog | None = None, **settings: Any) -> None:
        self.log = log or MemoryLog()
        self.handler = CommandHandler(self.log, ruleset=rulesets.load, now=lambda: NOW, **settings)

    async def take(self, command: dict[str, Any], **fields: Any) -> Receipt:
        """Handle one command."""
        body = msgspec.json.encode(officials.envelope(command, **fields))
        return await self.handler.handle(envelopes.parse(body), body)

    async def race(self) -> "Desk":
        """Set a race up, with its start list."""
        for command in officials.programme():
            await self.take(command)
        return self


async def test_a_command_becomes_events_with_positions() -> None:
    """The receipt names every event by position, stream, version and type."""
    desk = await Desk().race()
    head = await desk.log.head()
    receipt = await desk.take(START)
    assert receipt.position == head + 1
    assert not receipt.repeated
    assert [(e.position, e.stream, e.version, e.type) for e in receipt.events] == [
        (head + 1, STREAM, 3, "RaceStarted")
    ]


async def test_a_decision_looks_up_the_neighbouring_streams() -> None:
    """A start list takes names and helmet numbers from the competition's entries."""
    desk = await Desk().race()
    published = (await desk.log.read_stream(STREAM))[-1]
    starters = msgspec.json.decode(published.data)["starters"]
    assert [(s["name"], s["helmet_number"]) for s in starters] == [
        (name, number) for _, name, _, number in officials.SKATERS
    ]


async def test_a_race_nobody_scheduled_is_refused() -> None:
    """A refusal leaves no trace in the log."""
    desk = Desk()
    with pytest.raises(Unknown, match="not on the programme"):
        await desk.take(START)
    assert await desk.log.head() == 0


async def test_the_same_number_again_gets_the_same_answer() -> None:
    """A repeated command is answered as the first time, and nothing is appended."""
    desk = await Desk().race()
    first = await desk.take(START, device_seq=1)
    again = await desk.take(START, device_seq=1)
    assert again == msgspec.structs.replace(first, repeated=True)
    assert await desk.log.head() == first.position


async def test_a_repeated_command_is_answered_whatever_happened_since() -> None:
    """Idempotency comes before deciding: the race may be in another state by now."""
    desk = await Desk().race()
    first = await desk.take(START, device_seq=1)
    await desk.take({"type": "StopRace", "race": officials.RACE, "reason": "ice"}, device_seq=2)
    assert (await desk.take(START, device_seq=1)).events == first.events


async def test_a_number_belongs_to_one_body() -> None:
    """Another command under a number that was used is refused, before it is decided."""
    desk = await Desk().race()
    await desk.take(START, device_seq=1)
    with pytest.raises(DeviceSequenceReused):
        await desk.take(crossing(), device_seq=1)


async def test_the_order_of_fields_does_not_make_another_body() -> None:
    """A console that writes its JSON differently still sends the same command."""
    desk = await Desk().race()
    await desk.take(START, device_seq=1)
    whole = officials.envelope(START, device_seq=1)
    body = b" " + msgspec.json.encode(dict(reversed(whole.items())))
    assert (await desk.handler.handle(envelopes.parse(body), body)).repeated


async def test_a_refused_command_may_be_sent_again() -> None:
    """A refusal does not use the number up."""
    desk = Desk()
    with pytest.raises(Unknown):
        await desk.take(START, device_seq=1)
    await desk.race()
    assert not (await desk.take(START, device_seq=1)).repeated


async def test_a_decision_is_made_anew_when_another_process_was_faster() -> None:
    """Two handlers on one log never decide on a state that has passed."""
    desk = await Desk().race()
    other = Desk(desk.log)
    await other.take(START)
    receipt = await desk.take(crossing())
    assert [e.version for e in receipt.events] == [4]
    receipt = await other.take(crossing("bea-two"))
    assert [e.version for e in receipt.events] == [5]


async def test_a_refusal_is_based_on_the_newest_facts() -> None:
    """What another process has appended counts before an official hears a no."""
    desk = await Desk().race()
    other = Desk(desk.log)
    await other.take(START)
    with pytest.raises(AlreadyStarted):
        await desk.take(START)
    await other.take({"type": "StopRace", "race": officials.RACE, "reason": "ice"})
    await desk.take({"type": "OrderRestart", "race": officials.RACE, "reason": "ice"})
    assert (await other.take(START)).events[0].type == "RaceStarted"


class Contended(MemoryLog):
    """A log in which somebody else is always a moment faster."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts

    async def append(self, append: Append) -> Appended:
        """Refuse a crossing as often as was said."""
        if append.events[0].type == "CrossingRecorded" and self.conflicts:
            self.conflicts -= 1
            raise VersionConflict(append.stream, append.expected_version or 0, -1)
        return await super().append(append)


async def test_conflicts_are_tried_again() -> None:
    """An official never sees that somebody else was faster."""
    desk = await Desk(Contended(conflicts=3)).race()
    await desk.take(START)
    assert (await desk.take(crossing())).events[0].version == 4


async def test_trying_again_has_an_end() -> None:
    """After a bounded number of attempts the device is told to send again."""
    desk = await Desk(Contended(conflicts=10_000)).race()
    await desk.take(START)
    with pytest.raises(Busy, match="send it again"):
        await desk.take(crossing())


async def test_an_expected_version_is_held() -> None:
    """A decision taken on an older state is refused, with both versions."""
    desk = await Desk().race()
    await desk.take(START, expected_version=2)
    with pytest.raises(VersionConflict) as caught:
        await desk.take(crossing(), expected_version=2)
    assert (caught.value.expected, caught.value.actual) == (2, 3)


async def test_officials_at_one_race_take_turns() -> None:
    """Commands that arrive together are appended one after the other, none lost."""
    desk = await Desk().race()
    await desk.take(START)
    receipts = await asyncio.gather(
        *(desk.take(crossing(), device=f"tablet-{n}", device_seq=1) for n in range(40))
    )
    assert sorted(r.events[0].version for r in receipts) == list(range(4, 44))


async def test_crossings_are_taken_whatever_the_state_of_the_race() -> None:
    """Before the gun, after the end: a crossing is stored and flagged."""
    desk = await Desk().race()
    before = await desk.take(crossing())
    assert before.events[0].type == "CrossingRecorded"
    event = (await desk.log.read_stream(STREAM))[-1]
    assert msgspec.json.decode(event.data)["flags"] == ["not-running"]


async def test_a_fact_cannot_happen_after_now() -> None:
    """A clock that is ahead by more than five minutes is named."""
    desk = await Desk().race()
    late = (NOW + timedelta(minutes=5, seconds=1)).isoformat()
    with pytest.raises(FromTheFuture, match="set the clock of desk"):
        await desk.take(START, occurred_at=late)
    await desk.take(START, occurred_at=(NOW + timedelta(minutes=5)).isoformat())


async def test_a_fact_before_the_epoch_is_a_broken_clock() -> None:
    """Instants are counted from 1970; nothing earlier can be stored."""
    desk = await Desk().race()
    with pytest.raises(BadTime):
        await desk.take(START, occurred_at="1969-12-31T23:59:59Z")


async def test_the_moment_at_the_rink_is_kept_in_utc() -> None:
    """An offset is taken into account, not stored."""
    desk = await Desk().race()
    await desk.take(START, occurred_at="2024-02-11T15:31:00+01:00")
    event = (await desk.log.read_stream(STREAM))[-1]
    assert event.occurred_at == datetime(2024, 2, 11, 14, 31, tzinfo=UTC)


async def test_memory_is_bounded_and_forgetting_does_no_harm() -> None:
    """Streams beyond the limit are read again when they are needed."""
    desk = await Desk(states_kept=1).race()
    await desk.take(START)
    await desk.take({**crossing()})
    assert (await desk.take(crossing("bea-two"))).events[0].version == 5
    assert len(desk.handler._known) <= 2
