"""The rebuild of the JavaScript library Emmett, where it is installed."""

import asyncio
import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

HERE = Path(__file__).parent / "emmett"
_WITHIN_S = 300


def installed() -> bool:
    """Return whether it can be run: `npm install --prefix benchmarks/emmett` makes it so."""
    return shutil.which("node") is not None and (HERE / "node_modules").is_dir()


async def rebuilt_per_s(url: str, events: int) -> float:
    """Return how many events a second its rebuild takes, in a database of its own."""
    connection = await asyncpg.connect(url)
    await connection.execute("create database emmett")
    await connection.close()
    own = urlsplit(url)._replace(path="/emmett").geturl()
    process = await asyncio.create_subprocess_exec(
        *("node", "rebuild.mjs", own, str(events)),
        cwd=HERE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(_WITHIN_S):
        said, wrong = await process.communicate()
    if process.returncode:
        raise SystemExit(f"Emmett's rebuild ended with {process.returncode}: {wrong.decode()}")
    told = json.loads(said)
    if told["events"] != events:
        raise SystemExit(f"Emmett's rebuild took {told['events']} of {events} events")
    return float(told["per_s"])
