"""Tiers by directory, and the databases that tests ask for."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support import postgres
from tracker.log.event_log import EventLog, open_event_log

TIERS = ("unit", "integration", "acceptance", "browser")
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its tier; what lies elsewhere is a unit test."""
    for item in items:
        tier = item.path.relative_to(_HERE).parts[0] if _HERE in item.path.parents else "unit"
        item.add_marker(tier if tier in TIERS else "unit")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Run one PostgreSQL for the session, or use BELL_LAP_DATABASE."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """Make one migrated database, to be cloned for each test."""
    name = postgres.make_template(server_url)
    yield name
    postgres.drop(server_url, name)


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """Give a test a database of its own."""
    async with postgres.database(server_url, template) as url:
        yield url


@pytest.fixture
async def event_log(database_url: str) -> AsyncIterator[EventLog]:
    """Give a test an empty event log."""
    async with open_event_log(database_url) as log:
        yield log
