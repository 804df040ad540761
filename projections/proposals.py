"""What waits for an official: steps that the rules suggest, start lists that have become stale."""

from typing import ClassVar

from msgspec import Struct

from projections.book import ON_THE_ICE, Book, Scope
from projections.kept import KEPT, Kept
from projections.projection import Document, Row, ids
from projections.rounds import drawn_row, revision
from projections.touches import Touch, races_between
from tracker.domain import events as e
from tracker.domain.cards import Escalation, escalations
from tracker.domain.competition import Competition
from tracker.domain.race import Decision, Race

_NO_REASON = (
    *ON_THE_ICE,
    e.RaceEnded,
    e.FinishOrderRecorded,
    e.FinishTimesRecorded,
    e.ResultPublished,
    e.ReviewOpened,
    e.ReviewClosed,
    e.SkaterEntered,
    e.TeamEntered,
    e.HelmetNumberAssigned,
    e.RoundAdded,
    e.ProgressionSet,
)
"""Facts after which nothing else is proposed than before."""
_KINDS_WITHOUT_REASON = frozenset(_NO_REASON)

_ONLY_IF_DRAWN = (e.RaceScheduled, e.RaceStarted)
"""Facts that matter to a start list which hangs on other results, and to nothing else."""
_NONE: dict[str, Row] = {}


class _LookedAt(Struct, frozen=True):
    """What was looked at when a competition's proposals were rendered last."""

    touch: Touch | None
    decisions: dict[str, tuple[Decision, ...]]
    """Of the races in which there are any."""
    drawn: bool
    """Whether a start list hangs on the results of other races."""
    document: Document


def _as_before(known: _LookedAt, book: Book, touch: Touch | None) -> bool:
    """Say whether nothing has touched a competition but races whose decisions are the same."""
    races = races_between(known.touch, touch)
    if races is None or known.drawn:
        return False
    states = (book.races[race] for race in races)
    return not any(
        race.drawn is not None
        or race.cancelled
        or race.decisions != known.decisions.get(race.scheduled.race if race.scheduled else "", ())
        for race in states
    )


class ProposalsProjection:
    """One document for each competition; a proposal goes when it is followed or falls away."""

    name: ClassVar[str] = "proposals"
    version: ClassVar[int] = 1
    ignored: ClassVar[tuple[type[e.Event], ...]] = _NO_REASON
    reads_notes: ClassVar[bool] = False
    of_a_competition: ClassVar[bool] = True

    def __init__(self) -> None:
        self._known = Kept()
        self._looked_at: dict[str, _LookedAt] = {}

    def scopes(self, event: e.Event, touched: frozenset[Scope], book: Book) -> tuple[str, ...]:
        """Return the competitions in which a decision, a draw or an official result is another."""
        if type(event) in _KINDS_WITHOUT_REASON:
            return ()
        if isinstance(event, _ONLY_IF_DRAWN) and book.races[event.race].drawn is None:
            return ()
        return ids("competition", touched)

    def render(self, book: Book, scope: str) -> Document | None:
        """Return what is proposed in a competition."""
        competition = book.competitions.get(scope)
        if competition is None or competition.created is None:
            return None
        touch = book.touch("competition", scope)
        known = self._looked_at.pop(scope, None)
        if known is None or not _as_before(known, book, touch):
            races = [
                race
                for distance in book.distances_in(scope)
                if distance.added is not None
                for race in book.races_in(distance.added.distance)
                if not race.cancelled
            ]
            document = self._document(book, scope, competition, competition.created, races)
            decisions = {
                race.scheduled.race: race.decisions
                for race in races
                if race.scheduled is not None and race.decisions
            }
            drawn = any(race.drawn is not None for race in races)
            known = _LookedAt(touch, decisions, drawn, document)
        self._looked_at[scope] = _LookedAt(touch, known.decisions, known.drawn, known.document)
        if len(self._looked_at) > KEPT:
            del self._looked_at[next(iter(self._looked_at))]
        return known.document

    def _document(
        self,
        book: Book,
        scope: str,
        competition: Competition,
        created: e.CompetitionCreated,
        races: list[Race],
    ) -> Document:
        steps = self._steps(scope, competition, [race for race in races if race.decisions])
        stale = [_stale(race, book) for race in races if race.drawn is not None]
        if not any(stale):
            stale = []

        def document() -> Document:
            entries = {key: row for found in (steps, *stale) for key, row in found.items()}
            return Document({"competition": scope, "name": created.name}, entries, tuple(entries))

        return self._known.of(scope, (created, steps, *stale), document)

    def _steps(self, scope: str, competition: Competition, decided: list[Race]) -> dict[str, Row]:
        """Return the rows of the steps that the rules suggest; the same for the same decisions."""
        ruleset, withdrawn = competition.ruleset, competition.withdrawn
        if ruleset is None:
            return _NONE
        return self._known.of(
            (scope, "steps"),
            (ruleset, withdrawn, *(race.decisions for race in decided)),
            lambda: {
                f"{step.step} {step.competitor} {step.race}": _step(step)
                for step in escalations(decided, ruleset, withdrawn)
            },
        )


def _step(step: Escalation) -> Row:
    return {
        "kind": step.step,
        "competitor": step.competitor,
        "race": step.race,
        "because": [{"race": race, "version": version} for race, version in step.because],
        "rule": step.rule,
    }


def _stale(race: Race, book: Book) -> dict[str, Row]:
    """Return the row of a start list whose results behind it have changed."""
    if race.scheduled is None or race.drawn is None:
        return {}
    revisions = {
        each.race: revision(book.races[each.race].shown)
        for each in race.drawn.computed_from
        if each.race in book.races
    }
    drawn = drawn_row(race, revisions)
    if drawn is None or not drawn["stale"]:
        return {}
    name = race.scheduled.race
    return {
        f"start-list {name}": {
            "kind": "start-list",
            "competitor": None,
            "race": name,
            "because": [{"race": each, "version": None} for each in drawn["stale"]],
            "rule": "the results that this start list was drawn from have changed since",
        }
    }
