"""Read models: everything that can be thrown away and rebuilt."""

from projections.best_times import BestTimesProjection
from projections.classification import ClassificationProjection
from projections.journal import JournalProjection
from projections.medals import MedalsProjection
from projections.programme import ProgrammeProjection
from projections.projection import Projection
from projections.proposals import ProposalsProjection
from projections.rounds import RoundsProjection
from projections.standings import StandingsProjection

ALL: tuple[Projection, ...] = (
    ProgrammeProjection(),
    ClassificationProjection(),
    RoundsProjection(),
    ProposalsProjection(),
    MedalsProjection(),
    StandingsProjection(),
    JournalProjection(),
    BestTimesProjection(),
)
"""Every stored projection."""
