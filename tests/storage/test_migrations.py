"""The schema: from nothing to the newest, on both databases, with everything in its place."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from fakes.planting import answered, grow, plant, someone
from fakes.postgres import Databases
from sqlalchemy.ext.asyncio import create_async_engine

from core.model import TaskKind, TreeState
from core.policy import Policy
from core.ports import UnitOfWork
from storage import schema
from storage.address import address_from
from storage.errors import StoreDamaged, StoreFull, StoreOutdated, StoreReadOnly
from storage.open import SqlStore, open_store, upgrade
from storage.tables import metadata


async def changes_wanted(url: str) -> list[object]:
    """What a migration would have to change to make the database what the tables say."""
    engine = create_async_engine(address_from(url, Path()).for_sqlalchemy)

    def compare(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def test_migrations_lead_to_the_tables_as_they_are_declared(sql_database: str) -> None:
    assert await changes_wanted(sql_database) == []


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_a_new_store_makes_its_own_schema(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep"

    store = await open_store(None, folder, Policy(), Random(1))

    assert (await store.transact(someone)).name == "Ada"
    await store.close()
    assert (folder / "grove.db").exists()


async def test_an_upgrade_of_the_newest_changes_nothing(
    sql_store: SqlStore, sql_database: str, tmp_path: Path
) -> None:
    person = await sql_store.transact(someone)

    await upgrade(sql_database, tmp_path)

    assert await sql_store.read(lambda unit: unit.person(person.id)) == person


async def test_two_first_starts_in_one_moment_make_one_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'grove.db'}"

    await asyncio.gather(upgrade(url, tmp_path), upgrade(url, tmp_path))

    assert await changes_wanted(url) == []


def test_many_programs_may_start_at_once_on_a_new_store(tmp_path: Path) -> None:
    def started(folder: Path) -> None:
        async def start() -> None:
            store = await open_store(None, folder, Policy(), Random(1), "secret")
            await store.transact(lambda unit: unit.person(1))
            await store.close()

        asyncio.run(start())

    with ThreadPoolExecutor(8) as programs:
        for name in "abc":
            list(programs.map(started, [tmp_path / name] * 8))

    urls = [f"sqlite:///{tmp_path / name / 'grove.db'}" for name in "abc"]
    assert [asyncio.run(changes_wanted(url)) for url in urls] == [[], [], []]


def test_a_server_that_takes_no_schema_is_said_to_be_so(
    postgres: Databases, tmp_path: Path
) -> None:
    with (
        postgres.bare("SET default_transaction_read_only = on") as url,
        pytest.raises(StoreReadOnly, match="does not let this user write"),
    ):
        asyncio.run(upgrade(url, tmp_path))


def test_a_disk_that_takes_no_schema_is_said_to_be_so(tmp_path: Path) -> None:
    with room_for(40_000), pytest.raises(StoreFull, match="The disk does not take"):
        asyncio.run(upgrade(None, tmp_path))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


async def test_another_schema_is_refused_with_the_command_that_mends_it(
    sql_database: str, tmp_path: Path
) -> None:
    await _stamp(sql_database, "0000")

    with pytest.raises(StoreOutdated, match="grove db upgrade"):
        await open_store(sql_database, tmp_path, Policy(), Random(1), "secret")

    await _stamp(sql_database, schema.HEAD)


async def test_a_schema_of_the_future_is_left_alone(sql_database: str, tmp_path: Path) -> None:
    await _stamp(sql_database, "9999")

    with pytest.raises(StoreOutdated, match="newer program"):
        await upgrade(sql_database, tmp_path)
    with pytest.raises(StoreOutdated, match="newer program"):
        await open_store(sql_database, tmp_path, Policy(), Random(1), "secret")

    await _stamp(sql_database, schema.HEAD)


async def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "grove.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()

    with pytest.raises(StoreDamaged, match="another program"):
        await open_store(None, tmp_path, Policy(), Random(1))


async def test_changing_a_table_with_children_keeps_the_children(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite changes a table by copying and dropping it; a cascade must not run meanwhile."""
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")

    def fill(unit: UnitOfWork) -> None:
        tree = plant(unit, someone(unit).id)
        bob = someone(unit, "bob").id
        answered(unit, bob, tree.id, TaskKind.LABEL_INITIAL_PROMPT, labels={"spam": 0.0})

    await store.transact(fill)
    await store.close()

    def migrate(connection: sa.Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("person", recreate="always") as batch:
            batch.add_column(sa.Column("nickname", sa.String()))

    monkeypatch.setattr(schema, "_migrate", migrate)
    await upgrade(sqlite_url, tmp_path)

    connection = sqlite3.connect(tmp_path / "grove.db")
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("person", "account", "message", "task")
    ]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    assert counts == [2, 2, 1, 1]
    assert broken == []


async def test_texts_that_came_in_files_are_told_from_those_whose_authors_left(
    sql_database: str, tmp_path: Path
) -> None:
    store = await open_store(sql_database, tmp_path, Policy(), Random(1), "secret")

    def fill(unit: UnitOfWork) -> None:
        ada = someone(unit)
        tree = plant(unit, origin="a.jsonl", state=TreeState.GROWING)
        left = grow(unit, tree, author_id=ada.id)
        kind, about = TaskKind.ASSISTANT_REPLY, {"target_id": tree.id, "message_id": left.id}
        answered(unit, ada.id, tree.id, kind, **about)
        grow(unit, tree)
        grow(unit, tree, author_id=someone(unit, "bob").id)
        plant(unit)
        unit.forget_person(ada.id)

    await store.transact(fill)
    await store.close()
    await _run(sql_database, "ALTER TABLE message DROP COLUMN from_file")
    await _stamp(sql_database, "0010")

    await upgrade(sql_database, tmp_path)

    store = await open_store(sql_database, tmp_path, Policy(), Random(1), "secret")
    rows = await store.read(lambda u: u.db.rows("SELECT from_file FROM message ORDER BY id"))
    await store.close()
    assert [bool(row[0]) for row in rows] == [True, False, True, False, False]


async def _stamp(url: str, revision: str) -> None:
    await _run(url, f"UPDATE alembic_version SET version_num = '{revision}'")


async def _run(url: str, sql: str) -> None:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute(sql)
        connection.commit()
        connection.close()
        return
    server = await asyncpg.connect(url)
    await server.execute(sql)
    await server.close()
