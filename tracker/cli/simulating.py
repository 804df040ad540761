"""`bell-lap simulate`: a competition from a seed, played by its officials or with a trainee."""

import contextlib
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import aiohttp
import msgspec
from cyclopts import Parameter
from rich.console import Group, RenderableType
from rich.text import Text

from tracker.cli import pairing, tables
from tracker.cli.serving import ready, running_server, usable
from tracker.cli.store import STORE, Store, run
from tracker.errors import SettingsError
from tracker.simulation import player, training
from tracker.simulation.plan import DISTANCES, ENTRIES, Plan, check
from tracker.simulation.trainee import Judged, Trainee

SPEED = 20.0
TRAINEE_ENTRIES, TRAINEE_DISTANCES = 5, ("women-500", "men-500")
"""What a trainee begins with: a final of five, and another."""
_WORST = 12
"""How many mistakes are listed after a race."""
_OK = 200


def simulate(
    *,
    seed: int = Plan().seed,
    speed: float | None = None,
    competitions: int = 1,
    entries: int | None = None,
    distances: Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")] = None,
    ruleset: str = Plan().ruleset,
    url: str | None = None,
    start: str | None = None,
    train: Literal["lap-recorder"] | None = None,
    exit_: Annotated[
        bool, Parameter(name="--exit", negative="", help="Stop when it is over.")
    ] = False,
    port: int | None = None,
    store: Store = STORE,
) -> None:
    """Simulate a season of competitions, with all that goes wrong in one.

    Parameters
    ----------
    seed
        What decides by lot: the same seed gives the same facts.
    speed
        How many times faster than at the rink; without it 20, in training 1.
    competitions
        How many competitions the season has.
    entries
        Skaters of each gender; without it 16, in training 5.
    distances
        What is skated, such as `men-500 mixed-2000-relay`; separate several by spaces.
    ruleset
        The ruleset they are skated under.
    url
        A running server to play into; without it, one is started as by `bell-lap demo`.
        Where the server has officials, name its store too, so that the simulated ones are paired.
    start
        When it begins, such as 2026-01-10T10:00:00Z; without it, so that it ends now.
    train
        Leave out this official's facts: you key them, and get a score.
    port
        Where a server of its own listens; without it, the usual port or any free one.
    """
    given = entries if entries is not None else TRAINEE_ENTRIES if train else ENTRIES
    usual = TRAINEE_DISTANCES if train else DISTANCES
    plan = Plan(
        seed=seed,
        competitions=competitions,
        entries=given,
        distances=tuple(distances) if distances else usual,
        ruleset=ruleset,
    )
    check(plan)
    began = _instant(start)
    if train and speed not in (None, 1.0):
        raise SettingsError("a trainee keys at the pace of the rink: leave out --speed")
    pace = speed if speed is not None else 1.0 if train else SPEED
    game = _Game(plan, pace, began, train=train is not None)
    if url is not None:
        if port is not None:
            raise SettingsError("--url names a server that runs: leave out --port")
        run(game.play(url, store))
        return
    with contextlib.ExitStack() as stack:
        if store == STORE:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bell-lap-simulate-"))
            store = Store(data=Path(folder) / "data")
        run(_alone(game, store, port, leave=exit_))


async def _alone(game: "_Game", store: Store, port: int | None, *, leave: bool) -> None:
    """Start a server, play, and stop or stay."""
    port = port or usable(store.settings().port)
    async with running_server(store, port) as process:
        url = f"http://127.0.0.1:{port}"
        await ready(url, process)
        _say(f"Open {url}/ for the programme and {url}/scoreboard for the scoreboard.")
        await game.play(url, store)
        if not leave:
            _say(f"The simulation is over. {url}/ stays open until Ctrl-C.")
            await process.wait()


class _Game:
    """A simulation as it is shown in a terminal."""

    def __init__(self, plan: Plan, speed: float, start: datetime | None, *, train: bool) -> None:
        self._plan = plan
        self._speed = speed
        self._start = start
        self._train = train
        self._url = ""

    async def play(self, url: str, store: Store) -> None:
        """Play into a running server, and print what came of it."""
        self._url = url.rstrip("/")
        draw = _draw if sys.stdout.isatty() else None
        trainee = Trainee(self._url, say=_say, draw=draw, judged=self._told)
        async with pairing.paired(self._url, self._plan.series, store) as tokens:
            played = await player.play(
                self._url,
                self._plan,
                self._speed,
                start=self._start,
                training=trainee.training() if self._train else None,
                tokens=tokens,
                on_progress=_say,
            )
        async with aiohttp.ClientSession() as http:
            for number in range(1, self._plan.competitions + 1):
                await self._print_competition(http, self._plan.competition(number), played.position)
        _say(_summary(self._plan, played))
        if trainee.judged:
            points = sum(one.score.points for one in trainee.judged) / len(trainee.judged)
            races = len(trainee.judged)
            _say(f"Your score over {races} races: {points:.1f} of {training.FULL:.0f}.")

    async def _get(self, http: aiohttp.ClientSession, path: str, **query: str) -> dict[str, Any]:
        async with http.get(f"{self._url}/api/v1/{path}", params=query) as answer:
            if answer.status != _OK:
                raise SettingsError(f"{self._url} answers {answer.status} to {path}")
            document: dict[str, Any] = await answer.json()
            return document

    async def _print_competition(
        self, http: aiohttp.ClientSession, competition: str, position: int
    ) -> None:
        console = tables.console()
        programme = await self._get(http, f"competitions/{competition}", after=str(position))
        finals = [row for row in programme["rows"] if row["id"].endswith("/final-a")]
        console.print(tables.programme({**programme, "rows": finals}))
        console.print(tables.medals(await self._get(http, f"competitions/{competition}/medals")))

    def _told(self, judged: Judged) -> None:
        _say(_verdict(judged))
        if judged.score.mistakes:
            tables.console().print(_mistakes(judged))


def _verdict(judged: Judged) -> str:
    skated, score = judged.skated, judged.score
    right = sum(score.rows_in_order)
    delay = "nothing was keyed" if score.delay_ms is None else f"delay {score.delay_ms} ms"
    return (
        f"{skated.name}: {score.points:.1f} of {training.FULL:.0f}. Of {score.crossings} crossings "
        f"{score.missed} missed, {score.doubled} doubled, {score.late} late; order right in "
        f"{right} of {len(score.rows_in_order)} rows; {delay}."
    )


def _mistakes(judged: Judged) -> RenderableType:
    """Return where the errors were, as many as can be read."""
    skated, score = judged.skated, judged.score

    def who(row: tables.Row) -> str:
        return f"{skated.labels.get(row['competitor'], '')} {row['competitor']}".strip()

    def what(row: tables.Row) -> object:
        off_ms = row["off_ms"]
        return row["kind"] if off_ms is None else f"{row['kind']} by {off_ms / 1_000:+.1f} s"

    found = tables.table(
        [msgspec.to_builtins(each) for each in score.mistakes[:_WORST]],
        (("Row", lambda row: str(row["row"]), True), ("Who", who, False), ("What", what, False)),
        title="Where the errors were",
    )
    more = len(score.mistakes) - _WORST
    return Group(found, Text(f"and {more} more")) if more > 0 else found


def _summary(plan: Plan, played: player.Played) -> str:
    facts = played.facts
    falls, calls = facts["FallRecorded"], facts["PenaltyCalled"]
    corrected = facts["FactAmended"] + facts["FactRetracted"]
    return (
        f"Seed {plan.seed}: {played.races} races, {facts.total()} events, "
        f"{played.lasts_ms // 60_000} minutes at the rink from {played.start:%Y-%m-%d %H:%M} UTC. "
        f"{facts['CrossingRecorded']} crossings, {falls} falls, {calls} penalties and cards, "
        f"{facts['FalseStartCalled']} false starts, {facts['RestartOrdered']} restarts, "
        f"{corrected} facts put right, {facts['ResultCorrected']} results corrected, "
        f"{facts['ProtestLodged']} protests, {played.late} facts sent late, "
        f"{played.again} sent twice, {played.refused} refused on purpose."
    )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SettingsError(f"--start {text} is no instant: write 2026-01-10T10:00:00Z")
    return found.astimezone(UTC)


def _draw(line: str) -> None:
    print(f"\r\x1b[K{line}", end="", flush=True)  # noqa: T201 - it is the view


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - it is the answer
