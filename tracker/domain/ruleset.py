"""What a ruleset says; the values themselves are data in `tracker/rulesets/`."""

from typing import Literal

from msgspec import Struct

from tracker.domain.values import Gender, Round, Zone


class DistanceFormat(Struct, frozen=True):
    """A distance: its length, its laps and who may start."""

    metres: int
    relay: bool
    lap_rows: int
    """Rows in timing data: 500 m has 5, the first of them half a lap."""
    first_row_half: bool
    starters: int
    """The usual number of starters; a referee's advancement may add to it."""
    line_up: int = 0
    """Skaters in a relay team's line-up; 0 for individual distances."""
    genders: tuple[Gender, ...] = ("men", "women")
    round_order: tuple[Round, ...] = ()
    """The order of this distance's rounds in its classification; empty: the ruleset's own."""
    first_row: int = 5
    """Start positions in the first row; whoever is drawn further out starts behind them."""


class Infringement(Struct, frozen=True):
    """A reason for a penalty, by the code that is announced."""

    code: str
    text: str
    zone: Zone


class Points(Struct, frozen=True):
    """Points by rank in the classification of a distance."""

    by_rank: tuple[int, ...]
    beyond: int = 0
    """For every rank after the last of the table."""
    double_distance_bonus: tuple[int, ...] = ()
    """To the best of a distance skated twice at one competition: 1st, 2nd, …"""
    penalised_score: bool = True
    """Whether a rank held by a penalised finalist scores."""
    rounds: tuple[Round, ...] = ()
    """Only who reached one of these rounds scores; empty: everybody."""


class Overall(Struct, frozen=True):
    """How a season's total is counted."""

    count_best: int = 0
    """How many results count; 0: all of them."""
    tie_break: tuple[Literal["wins", "seconds", "thirds", "latest"], ...] = (
        "wins",
        "seconds",
        "thirds",
    )
    """What separates equal points, in this order; `latest` is the better rank most recently."""
    count_best_distance: int = 0
    """How many results count in the table of an individual distance; 0: all of them."""
    teams: Literal["none", "individual"] = "none"
    """Whether the points of all skaters of an NOC are added up, none of them dropped."""
    title: str = ""
    """What the best of the overall table has won, such as a Crystal Globe; empty: nothing named."""


class Ruleset(Struct, frozen=True):
    """The rules that differ between seasons and competitions."""

    id: str
    name: str
    valid_from: str
    valid_to: str
    distances: tuple[DistanceFormat, ...]
    infringements: tuple[Infringement, ...]
    points: Points
    overall: Overall
    false_starts_allowed: int = 0
    """How many of a race before the next one's author is out."""
    protest_minutes: int = 30
    final_a_penalty: Literal["last_in_final_a", "after_final_b"] = "last_in_final_a"
    yellow_cards_to_red: int = 2
    classification_time: Literal["last_race", "best_of_distance"] = "last_race"
    """What orders equal places of one round: the time of the last race; or the places in earlier
    rounds, and then the best time in any."""
    round_order: tuple[str, ...] = (
        "FINAL_A",
        "FINAL_B",
        "FINAL_C",
        "RANKING_FINAL",
        "SF",
        "QF",
        "REP_SF",
        "REP_QF",
        "REP_HEAT",
        "HEAT",
        "PRELIM",
        "PREPRELIM",
    )
    """The order of rounds in a classification, best first."""
    penalties_to_yellow: int = 2
    """How many penalties in one race make a yellow card; 0: they never do."""
    yellow_card: Literal["loses_distance", "as_penalty"] = "loses_distance"
    """Whether a yellow card loses the results of the distance, or only that of its race."""
    red_card: Literal["leaves_competition", "loses_distance"] = "leaves_competition"
    """Whether a red card ends the whole competition, or the distance alone."""
    advancement_takes_time_place: bool = True
    """Whether somebody the referee advances uses up a place by time, where the round has one."""
    places_by_time: Literal["place_first", "time_alone"] = "place_first"
    """Whether the fastest third goes on before a faster fourth, or the time alone counts."""
    separate_nocs: tuple[Round, ...] = ()
    """Rounds whose draw keeps skaters of one NOC apart."""

    def format(self, metres: int, *, relay: bool) -> DistanceFormat | None:
        """Return how a distance is skated, or None when the ruleset does not have it."""
        for distance in self.distances:
            if distance.metres == metres and distance.relay == relay:
                return distance
        return None

    def rounds_of(self, metres: int, *, relay: bool) -> tuple[str, ...]:
        """Return the order of rounds in the classification of a distance, best first."""
        form = self.format(metres, relay=relay)
        return form.round_order if form is not None and form.round_order else self.round_order

    def points_for(self, rank: int) -> int:
        """Return the points of a rank, counted from 1."""
        table = self.points.by_rank
        return table[rank - 1] if rank <= len(table) else self.points.beyond
