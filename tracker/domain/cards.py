"""What penalties and cards add up to: proposed to the referee, never done by itself.

Two penalties in one race make a yellow card, two yellow cards in a competition a red one, and a
red card ends the competition for who got it (ISU rules since 2010; the numbers are the ruleset's).
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from tracker.domain.race import Decision, Race
from tracker.domain.ruleset import Ruleset

Step = Literal["YC", "RC", "withdrawal"]
_WORDS = ("no", "one", "two", "three", "four", "five")


class Escalation(Struct, frozen=True):
    """A step that the rules suggest, with the decisions that suggest it."""

    step: Step
    competitor: str
    race: str
    """Where it would be recorded; for a withdrawal, where the red card was shown."""
    because: tuple[tuple[str, int], ...]
    """Race and version of each decision."""
    rule: str


def escalations(
    races: Iterable[Race], ruleset: Ruleset, withdrawn: frozenset[str] = frozenset()
) -> tuple[Escalation, ...]:
    """Return the steps that are due and not taken, from the decisions that are announced."""
    shown = [
        (race.scheduled.race, decision)
        for race in races
        if race.scheduled is not None
        for decision in race.decisions
        if decision.announced
    ]
    return (
        *_yellow(shown, ruleset.penalties_to_yellow),
        *_red(shown, ruleset.yellow_cards_to_red),
        *_leaving(shown, ruleset, withdrawn),
    )


_Shown = list[tuple[str, Decision]]


def _yellow(shown: _Shown, needed: int) -> Iterator[Escalation]:
    in_a_race: dict[tuple[str, str], list[Decision]] = {}
    for race, decision in shown:
        in_a_race.setdefault((race, decision.competitor), []).append(decision)
    for (race, competitor), own in in_a_race.items():
        penalties = [d for d in own if d.kind == "PEN"]
        if needed and len(penalties) >= needed and not any(d.kind in {"YC", "RC"} for d in own):
            yield Escalation(
                "YC",
                competitor,
                race,
                tuple((race, d.version) for d in penalties),
                f"{_words(needed)} penalties in one race make a yellow card",
            )


def _red(shown: _Shown, needed: int) -> Iterator[Escalation]:
    cards_of: dict[str, _Shown] = {}
    for race, decision in shown:
        if decision.kind == "YC":
            cards_of.setdefault(decision.competitor, []).append((race, decision))
    red = {decision.competitor for _, decision in shown if decision.kind == "RC"}
    for competitor in dict.fromkeys(decision.competitor for _, decision in shown):
        cards = cards_of.get(competitor, [])
        if needed and len(cards) >= needed and competitor not in red:
            yield Escalation(
                "RC",
                competitor,
                cards[-1][0],
                tuple((race, d.version) for race, d in cards),
                f"{_words(needed)} yellow cards in one competition make a red card",
            )


def _leaving(shown: _Shown, ruleset: Ruleset, withdrawn: frozenset[str]) -> Iterator[Escalation]:
    if ruleset.red_card != "leaves_competition":
        return
    for race, decision in shown:
        if decision.kind == "RC" and decision.competitor not in withdrawn:
            yield Escalation(
                "withdrawal",
                decision.competitor,
                race,
                ((race, decision.version),),
                "a red card ends the competition for who got it",
            )


def _words(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)
