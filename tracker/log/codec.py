"""Events to JSON and back."""

import msgspec

from tracker.domain.events import Event
from tracker.log.recorded_event import NewEvent, Recorded
from tracker.log.upcasting import RETIRED, upcast

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> NewEvent:
    """Return an event as it will be stored: every field written, defaults too."""
    return NewEvent(type(event).__name__, _ENCODER.encode(event))


def decode(recorded: Recorded) -> Event:
    """Return the fact that a recorded event holds, in the words of today.

    Raises msgspec.ValidationError when the data is of no type that this version knows.
    """
    if recorded.type in RETIRED:
        return _DECODER.decode(upcast(recorded.type, recorded.data))
    return _DECODER.decode(recorded.data)
