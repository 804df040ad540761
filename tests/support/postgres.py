"""A PostgreSQL for tests: one server a run, one database a test, cloned from a template."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tracker import migrations, postgres

TEMPLATE = "bell_lap_template"


def with_database(url: str, name: str) -> str:
    """Return a URL of the same server with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server: BELL_LAP_DATABASE, or an embedded one of our own."""
    external = os.environ.get("BELL_LAP_DATABASE")
    if external:
        yield external
        return
    with TemporaryDirectory(prefix="bell-lap-test-", ignore_cleanup_errors=True) as directory:
        data = Path(directory)
        data.chmod(0o755)
        running = postgres.start(data)
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


async def execute(url: str, *statements: str) -> None:
    """Execute statements outside of a transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def make_template(url: str) -> str:
    """Create a migrated template database of a name of its own, and return that name."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"

    async def make() -> None:
        await execute(url, f"create database {name}")
        await migrations.migrate(with_database(url, name))

    asyncio.run(make())
    return name


def drop(url: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    asyncio.run(execute(url, f"drop database if exists {name} with (force)"))


@asynccontextmanager
async def database(url: str, template: str) -> AsyncIterator[str]:
    """Yield the URL of a fresh database, cloned from the template and dropped at the end."""
    name = f"bell_lap_test_{secrets.token_hex(6)}"
    await execute(url, f"create database {name} template {template}")
    connection = await asyncpg.connect(with_database(url, name))
    # A clone is another store than the template.
    await connection.execute("update log_head set epoch = $1", name)
    await connection.close()
    try:
        yield with_database(url, name)
    finally:
        await execute(url, f"drop database if exists {name} with (force)")
