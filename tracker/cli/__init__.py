"""The command line: `bell-lap COMMAND`, one sentence on stderr when something is wrong."""

import sys
from collections.abc import Sequence

import asyncpg
from cyclopts import App, CycloptsError

from tracker import __version__
from tracker.cli import (
    conforming,
    explaining,
    feeding,
    maintenance,
    officials,
    proving,
    replaying,
    serving,
    show,
    simulating,
    supposing,
)
from tracker.errors import TrackerError

USAGE, FAILED, INTERRUPTED = 2, 1, 130
_STORE_OPTIONS = ("--data", "--database")

app = App(
    name="bell-lap",
    help="Live race tracking for short track: from the gun to the Crystal Globe.",
    version=__version__,
    result_action="return_value",
)
app.command(serving.serve)
app.command(serving.demo)
app.command(simulating.simulate)
app.command(show.app)
app.command(explaining.app)
app.command(supposing.what_if)
app.command(conforming.conform)
app.command(feeding.feed)
app.command(officials.app)
app.command(proving.export_result)
app.command(proving.verify)
app.command(proving.keys)
app.command(replaying.replay)
app.command(maintenance.log)
app.command(maintenance.projections)


@app.command
def version() -> None:
    """Print the version."""
    print(__version__)  # noqa: T201 - it is the answer


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    try:
        answer = app(store_last(arguments), exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return _say(f"bell-lap: {_sentence(error)}: see bell-lap --help", USAGE)
    except TrackerError as error:
        return _say(f"bell-lap: {error.message}", FAILED)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return _say(f"bell-lap: {_first_line(error)}", FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    return answer if isinstance(answer, int) else 0


def store_last(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with `--data DIR` and `--database URL` behind the command they lead."""
    rest = list(arguments)
    leading: list[str] = []
    while rest and rest[0].split("=", 1)[0] in _STORE_OPTIONS:
        length = 1 if "=" in rest[0] else 2
        leading += rest[:length]
        del rest[:length]
    return [*_lower(rest), *leading]


def _lower(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with what is asked of `explain` in small letters: RANK is rank."""
    if len(arguments) > 1 and arguments[0] == "explain":
        return [arguments[0], arguments[1].lower(), *arguments[2:]]
    return list(arguments)


def _sentence(error: CycloptsError) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _say(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - it is the answer
    return status
