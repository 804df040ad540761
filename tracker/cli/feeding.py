"""`bell-lap feed check`: whether a feed keeps what its protocol promises."""

from urllib.parse import urlsplit, urlunsplit

import aiohttp
from cyclopts import App

from tracker.cli.store import run
from tracker.client.check import Report, Unreachable, check
from tracker.errors import TrackerError

BROKEN = 1
MS = 1000
feed = App(name="feed", help="Look at a live feed from outside.")


@feed.command(name="check")
def check_feed(
    url: str, *topics: str, seconds: float = 6.0, delay: float = 1.5, deflate: bool = True
) -> int:
    """Watch a feed in several ways at once and compare what each was told.

    Snapshots and deltas must come to what a fresh snapshot shows; nothing may be missing or come
    twice however often the connection is cut; heartbeats must be true; a delay must be kept. The
    exit status is 1 when anything is not so.

    Parameters
    ----------
    url
        Such as ws://127.0.0.1:8300/feed; it may be anybody's server that speaks the protocol.
    topics
        What to follow; without any, what the server says of its last competition.
    seconds
        How long to look.
    delay
        The broadcast delay to try, in seconds.
    deflate
        Whether compression may be agreed on.
    """
    address = url if deflate else f"{url}{'&' if '?' in url else '?'}deflate=off"
    return run(_check(address, list(topics), seconds=seconds, delay_ms=int(delay * MS)))


async def _check(url: str, topics: list[str], *, seconds: float, delay_ms: int) -> int:
    try:
        wanted = topics or await _topics_of(url)
        report = await check(url, wanted, seconds=seconds, delay_ms=delay_ms)
    except aiohttp.ClientError as error:
        raise Unreachable(f"{url} cannot be reached: {error}") from error
    for line in words(report):
        print(line)  # noqa: T201 - it is the answer
    return BROKEN if report.findings else 0


def words(report: Report) -> list[str]:
    """Return a report as lines for people."""
    looked = (
        f"{report.deltas} deltas of {len(report.topics)} topics, {report.cuts} cuts, "
        f"{report.resumes} resumed, {report.beats} heartbeats, {report.compared} snapshots "
        f"compared, {report.delay_ms} ms of delay"
    )
    if report.findings:
        found = [f"{each.code}: {each.detail}" for each in report.findings]
        return [*found, f"{len(found)} promises were not kept: {looked}"]
    quiet = [] if report.deltas else ["Nothing changed meanwhile: look again during a race."]
    return [*quiet, f"The feed keeps its promises: {looked}"]


async def _topics_of(url: str) -> list[str]:
    """Return the topics of the last competition of a server of ours; raises Unreachable."""
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    api = urlunsplit((scheme, parts.netloc, "/api/v1/competitions", "", ""))
    async with aiohttp.ClientSession() as http, http.get(api) as answer:
        document = await answer.json(content_type=None)
    rows = document.get("rows") if isinstance(document, dict) else None
    if not rows:
        raise NoTopics(f"{api} tells of no competition: name topics behind {url}")
    row = rows[-1]
    found = [f"{kind}/{row['id']}" for kind in ("current", "programme", "medals")]
    return [*found, f"standings/{row['series']}"] if row.get("series") else found


class NoTopics(TrackerError):
    """A server that does not tell what could be followed."""

    code = "no-topics"
