"""Which events a request about a hold of the public board leads to, or why it is refused."""

from tracker.domain import commands as c
from tracker.domain import events as e
from tracker.domain import refusals as r
from tracker.domain.context import Context
from tracker.domain.race import Race


def decide_on_hold(
    command: c.HoldPublicBoard | c.ReleasePublicBoard, state: Race, context: Context
) -> e.PublicBoardHeld | e.PublicBoardReleased:
    """Return the event that holds the public board of a race, or releases it.

    Raises BoardHeld, BoardNotHeld, AlreadyOfficial.
    """
    held = state.held
    if isinstance(command, c.HoldPublicBoard):
        if state.official is not None:
            raise r.AlreadyOfficial(
                f"the result of {command.race} is official: it is corrected, not held"
            )
        if held is not None:
            raise r.BoardHeld(
                f"the public board of {command.race} is held already, by version {held.version}"
            )
        return e.PublicBoardHeld(race=command.race, at_ms=context.now_ms, source=command.source)
    if held is None:
        raise r.BoardNotHeld(f"the public board of {command.race} is not held")
    if command.hold not in (None, held.version):
        raise r.BoardNotHeld(
            f"the hold of version {command.hold} is over: the public board of {command.race} "
            f"is held by version {held.version}"
        )
    return e.PublicBoardReleased(
        race=command.race, hold=held.version, at_ms=context.now_ms, source=command.source
    )
