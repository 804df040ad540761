"""What changed between two moments, from a race to the season, as the read models had it."""

from projections import medals, standings
from projections.differences import (
    CLASSIFICATION,
    MARKS,
    MEDALS,
    RESULT,
    STANDINGS,
    Difference,
    compare,
    families_of,
)
from projections.projection import Document
from projections.read_models import ReadModels
from tracker.domain.competition import Competition
from tracker.errors import NotFound

BOARD = ("rank", "status", "laps", "fallen")


async def between_moments(
    models: ReadModels, race: str, before: int, after: int
) -> list[Difference]:
    """Return every value that two moments show differently, for a race and all that hangs on it.

    Raises NotFound for a race that was on no programme at the later moment.
    """
    distance, competition = race.rsplit("/", 1)[0], race.split("/", maxsplit=1)[0]
    await models.race(race, as_of=after)
    entered = await models.state(f"competition-{competition}", as_of=after)
    families = families_of(entered) if isinstance(entered, Competition) else {}
    found = list(
        compare(
            "board",
            race,
            await _race(models, "board", race, before),
            await _race(models, "board", race, after),
            BOARD,
            families=families,
        )
    )
    found += compare(
        "result",
        race,
        await _race(models, "result", race, before),
        await _race(models, "result", race, after),
        RESULT,
        families=families,
    )
    one, other = [await _read(models, "rounds", distance, at) for at in (before, after)]
    for round_ in other.order if other is not None else ():
        marks = [
            Document({}, each.entries[round_]["marks"])
            if each is not None and round_ in each.entries
            else None
            for each in (one, other)
        ]
        found += compare(
            "rounds", f"{distance} {round_}", marks[0], marks[1], MARKS, families=families
        )
    scopes: list[tuple[str, str, tuple[str, ...]]] = [("classification", distance, CLASSIFICATION)]
    scopes += [("medals", medals.scope_of(competition, by=by), MEDALS) for by in ("noc", "skater")]
    classification = await _read(models, "classification", distance, after)
    series = classification.header["series"] if classification is not None else None
    if series is not None:
        overall = await _read(models, "standings", standings.scope_of(series), after)
        tables = overall.header["tables"] if overall is not None else ()
        scopes += [("standings", standings.scope_of(series, name), STANDINGS) for name in tables]
    for name, scope, fields in scopes:
        pair = [await _read(models, name, scope, at) for at in (before, after)]
        found += compare(name, scope, pair[0], pair[1], fields, families=families)
    return found


async def _read(models: ReadModels, name: str, scope: str, at: int) -> Document | None:
    try:
        return await models.read(name, scope, as_of=at)
    except NotFound:
        return None


async def _race(models: ReadModels, name: str, race: str, at: int) -> Document | None:
    try:
        return await models.race_document(name, race, as_of=at)
    except NotFound:
        return None
