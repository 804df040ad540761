"""Why a command is refused: one class per reason, with a sentence a referee understands."""

from tracker.errors import Refusal


class AlreadyExists(Refusal):
    """Something of this name is there already."""

    code = "already-exists"


class Unknown(Refusal):
    """A competition, distance or race must be set up first."""

    code = "unknown"


class UnknownNoc(Refusal):
    """Not an IOC code."""

    code = "unknown-noc"


class HelmetNumberTaken(Refusal):
    """Another competitor of the same gender wears this number."""

    code = "helmet-number-taken"


class NotEntered(Refusal):
    """A competitor is not entered in the competition."""

    code = "not-entered"


class NoRuleset(Refusal):
    """The competition has not adopted a ruleset."""

    code = "no-ruleset"


class DistanceNotInRuleset(Refusal):
    """The ruleset does not know this distance."""

    code = "distance-not-in-ruleset"


class WrongName(Refusal):
    """An id does not belong where it was put."""

    code = "wrong-name"


class BadProgression(Refusal):
    """A table of who goes on that cannot be followed."""

    code = "bad-progression"


class BadStartList(Refusal):
    """A start list cannot be skated as it stands."""

    code = "bad-start-list"


class StartListClosed(Refusal):
    """The start list is fixed by the gun."""

    code = "start-list-closed"


class NotOnStartList(Refusal):
    """A competitor is not on the start list."""

    code = "not-on-start-list"


class AlreadyStarted(Refusal):
    """The gun has gone off for this attempt."""

    code = "already-started"


class NotStarted(Refusal):
    """The gun has not gone off."""

    code = "not-started"


class NotStopped(Refusal):
    """A race is started again only after it was stopped, recalled or ended."""

    code = "not-stopped"


class NotOver(Refusal):
    """The race is not over."""

    code = "not-over"


class AlreadyOver(Refusal):
    """The race is over."""

    code = "already-over"


class AlreadyOfficial(Refusal):
    """The result is official: it is corrected, not declared again."""

    code = "already-official"


class NotOfficial(Refusal):
    """The result is not official."""

    code = "not-official"


class WrongRevision(Refusal):
    """A signature is for the sheet as it stands, not for an earlier one."""

    code = "wrong-revision"


class UnderEmbargo(Refusal):
    """Decisions are waiting to be announced."""

    code = "under-embargo"


class NothingToDo(Refusal):
    """The command would change nothing."""

    code = "nothing-to-do"


class UnknownInfringement(Refusal):
    """The ruleset has no infringement of this code."""

    code = "unknown-infringement"


class UnknownFact(Refusal):
    """No fact of this version stands in the race's stream."""

    code = "unknown-fact"


class UnknownDecision(Refusal):
    """No decision in force has this version."""

    code = "unknown-decision"


class NotAmendable(Refusal):
    """A fact of this kind is not taken back or replaced in this way."""

    code = "not-amendable"


class BadFinishOrder(Refusal):
    """A finish order names somebody twice, or nobody."""

    code = "bad-finish-order"


class UnknownProtest(Refusal):
    """No open protest of this name."""

    code = "unknown-protest"


class HolderMissing(Refusal):
    """A season or personal best belongs to a skater."""

    code = "holder-missing"


class NotTheOfficialTime(Refusal):
    """Only a competitor's official time can be a best time."""

    code = "not-the-official-time"


class TimeNotRecognised(Refusal):
    """An official time that counts for no best time."""

    code = "time-not-recognised"


class NothingBeaten(Refusal):
    """The time is not under what stands."""

    code = "nothing-beaten"


class AlreadyConfirmed(Refusal):
    """The best time was confirmed before."""

    code = "already-confirmed"


class BoardHeld(Refusal):
    """The public board of the race is held."""

    code = "board-held"


class BoardNotHeld(Refusal):
    """The public board of the race is not held, or not by the hold that was named."""

    code = "board-not-held"


class PenHeld(Refusal):
    """Another device writes the crossings of this race."""

    code = "pen-held"
