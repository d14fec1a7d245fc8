"""Fixtures that any test may ask for: stores of every kind, empty, and a clock set by hand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest
from fakes.postgres import Databases, postgres_server
from hypothesis import settings

from core.policy import Policy
from core.ports import Store
from core.testing import ManualClock, MemoryStore
from storage.open import SqlStore, open_store, upgrade
from storage.tables import metadata

KINDS = ("memory", "sqlite", "postgresql")
SECRET = "a secret for tests"

settings.register_profile("unhurried", deadline=None)  # no test measures speed
settings.load_profile("unhurried")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def policy() -> Policy:
    return Policy()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema and nothing else; copied, for making it takes longer."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(upgrade(None, folder))
    return folder / "grove.db"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty store in a file of its own."""
    path = tmp_path / "grove.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A server for the whole session."""
    folder = tmp_path_factory.mktemp("upgrade")
    tables = reversed(metadata.sorted_tables)
    empty = "; ".join(f'DELETE FROM "{table.name}"' for table in tables)
    with postgres_server() as server:
        databases = Databases(server, lambda url: asyncio.run(upgrade(url, folder)), empty)
        yield databases
        databases.drop()


@pytest.fixture
def postgres_url(postgres: Databases) -> Iterator[str]:
    """An empty store in a database of its own."""
    with postgres.lent() as url:
        yield url


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty store of each kind; None for the one in memory."""
    return _url(request)


@pytest.fixture(params=KINDS[1:])
def sql_database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store of each kind that is a database."""
    url = _url(request)
    assert url is not None
    return url


def _url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "memory":
        return None
    url: str = request.getfixturevalue(
        "sqlite_url" if request.param == "sqlite" else "postgres_url"
    )
    return url


@pytest.fixture
async def store(database: str | None, policy: Policy, tmp_path: Path) -> AsyncIterator[Store]:
    """A store of each kind, empty."""
    opened: Store
    if database is None:
        opened = MemoryStore(policy, Random(1))
    else:
        opened = await open_store(database, tmp_path, policy, Random(1), SECRET)
    yield opened
    await opened.close()


@pytest.fixture
async def sql_store(sql_database: str, policy: Policy, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """A store of each kind that is a database, empty."""
    opened = await open_store(sql_database, tmp_path, policy, Random(1), SECRET)
    yield opened
    await opened.close()
