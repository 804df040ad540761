"""Brings a database to the schema of this version, forward only."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from tracker import resources, sql
from tracker.errors import SettingsError

_SQL = sql.load(Path(__file__).with_suffix(".sql"))
_AFTER = ("functions", "roles.sql", "reports.sql")
"""Applied at every start, after the migrations: they may be applied again."""
_MINIMUM_VERSION = 15
_logger = structlog.get_logger(__name__)


async def migrate(url: str) -> None:
    """Apply what is missing, in one transaction.

    Raises SettingsError when the database is too old, cannot be reached, does not let us, or holds
    a migration that was edited after it was applied.
    """
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise SettingsError(f"the database cannot be reached: {error}") from error
    try:
        major = connection.get_server_version().major
        if major < _MINIMUM_VERSION:
            raise SettingsError(
                f"PostgreSQL {_MINIMUM_VERSION} or later is needed, this is {major}"
            )
        async with connection.transaction():
            await _apply(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise SettingsError(
            f"the database user may not set up the schema: {error}; it needs to own the database "
            "and to create the role bell_lap_app, or that role must exist and be granted to it"
        ) from error
    finally:
        await connection.close()


async def _apply(connection: "asyncpg.Connection[Any]") -> None:
    await connection.execute(_SQL["lock"])
    await connection.execute(_SQL["create_table"])
    applied = {row["name"]: row["sha256"] for row in await connection.fetch(_SQL["applied"])}
    root = resources.schema()
    for path in sorted((root / "migrations").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        digest = sha256(text.encode()).hexdigest()
        if path.name in applied:
            if applied[path.name] != digest:
                raise SettingsError(
                    f"migration {path.name} was edited after it was applied to this database"
                )
            continue
        await connection.execute(text)
        await connection.execute(_SQL["record"], path.name, digest)
        _logger.info("migration_applied", name=path.name)
    for name in _AFTER:
        path = root / name
        for file in sorted(path.glob("*.sql")) if path.is_dir() else [path]:
            await connection.execute(file.read_text(encoding="utf-8"))
