"""The schema of a store: which revision it has, and bringing it to the one of this program."""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage import postgres, sqlite
from storage.address import Address
from storage.errors import StoreDamaged, StoreError, StoreOutdated

HEAD = "0011"
"""The revision this program was written for: the newest in storage/migrations/versions."""

_REVISION = "SELECT version_num FROM alembic_version"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(1735552374, 0)"


async def revision(address: Address) -> str | None:
    """The revision a store has; None where there is nothing yet."""
    if address.path is not None:
        with sqlite.translated(address.path):
            return _revision_of_file(address.path)
    with postgres.translated():
        connection = await asyncpg.connect(address.url)
        try:
            found: str | None = await connection.fetchval(_REVISION)
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()
        return found


def _revision_of_file(path: Path) -> str | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" in tables:
            row = connection.execute(_REVISION).fetchone()
            return None if row is None else row[0]
    finally:
        connection.close()
    if tables:
        raise StoreDamaged(f"{path} is a database of another program; name another file.")
    return None


async def require_head(address: Address) -> None:
    """Make the schema of an empty database; refuse any but the present one."""
    found = await revision(address)
    if found is None:
        await upgrade(address)
    elif found > HEAD:
        raise StoreOutdated(
            f"The store {address} has schema {found} and this program knows {HEAD} as the newest:"
            " install the newer program that wrote the store."
        )
    elif found != HEAD:
        raise StoreOutdated(
            f"The store {address} has schema {found} and this program needs {HEAD}: make a backup"
            " with grove backup, then run grove db upgrade."
        )


async def upgrade(address: Address) -> None:
    """Run the migrations that a store lacks, all in one transaction."""
    importlib.import_module("alembic.command")  # takes long, and others would wait for it below
    with _translated(address):
        engine = create_async_engine(address.for_sqlalchemy, poolclass=NullPool)
        if address.path is not None:
            address.path.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(_keep_log, address.path)
            _one_transaction(engine)
        try:
            async with engine.begin() as connection:
                if address.path is None:
                    await connection.execute(text(_ONE_AT_A_TIME))
                await connection.run_sync(_migrate)
        finally:
            await engine.dispose()


@contextmanager
def _translated(address: Address) -> Iterator[None]:
    """What SQLAlchemy wraps the drivers' errors in leaves this module no more than those."""
    edge = postgres.translated() if address.path is None else sqlite.translated(address.path)
    with edge:
        try:
            yield
        except DBAPIError as error:
            raise (error.orig and error.orig.__cause__) or error.orig or error from error


def _keep_log(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        sqlite.keep_log(connection)


def _one_transaction(engine: AsyncEngine) -> None:
    """Let SQLite's own transaction hold the whole upgrade, and no cascade run meanwhile.

    Changing a table copies and drops it; with foreign keys on, the rows that point to it would
    be lost without a word.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("PRAGMA busy_timeout = 10000")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection) -> None:
    if inspect(connection).has_table("alembic_version") and (
        connection.exec_driver_sql(_REVISION).scalar() == HEAD
    ):
        return  # somebody else came first
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreOutdated(
            f"The store was written by a newer program: install that one ({error})."
        ) from error
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreError(f"The upgrade would leave a row of {broken[0]} without its owner.")
