"""The store in a file: its settings, its threads, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random

import aiosqlite
import pytest
from fakes.planting import plant, someone

from core.model import TaskKind
from core.policy import Policy
from core.ports import UnitOfWork
from core.values import replace
from storage import sqlite
from storage.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)
from storage.open import SqlStore, open_store
from storage.unit import SqlUnit, casework, people, points, posts, trees, work


@pytest.fixture
async def file_store(sqlite_url: str, tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")
    yield store
    await store.close()


def test_the_private_names_we_use_are_where_we_use_them() -> None:
    assert version("aiosqlite") == "0.22.1"
    connection = aiosqlite.connect(":memory:")
    assert connection._running is True
    assert callable(connection._tx.put_nowait)
    with pytest.raises(ValueError, match="no active connection"):
        _ = connection._conn


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
async def test_the_writer_is_set_to_keep_what_it_was_told(
    file_store: SqlStore, pragma: str, value: object
) -> None:
    def ask(unit: SqlUnit) -> object:
        row = unit.db.row(f"PRAGMA {pragma}")
        assert row is not None
        return row[0]

    assert await file_store.transact(ask) == value


async def test_a_transaction_runs_whole_on_the_writers_thread(file_store: SqlStore) -> None:
    def where(unit: UnitOfWork) -> tuple[int, int]:
        before = threading.get_ident()
        someone(unit)
        return before, threading.get_ident()

    first = await file_store.transact(where)
    second = await file_store.transact(where)

    assert len({*first, *second}) == 1
    assert threading.get_ident() not in first


async def test_reading_does_not_wait_for_a_writer(file_store: SqlStore) -> None:
    person = await file_store.transact(someone)
    started, go_on = threading.Event(), threading.Event()

    def write_slowly(unit: UnitOfWork) -> None:
        someone(unit, "bob")
        started.set()
        assert go_on.wait(10)

    writing = asyncio.create_task(file_store.transact(write_slowly))
    await asyncio.to_thread(started.wait, 10)
    read = await asyncio.wait_for(file_store.read(lambda unit: unit.person(person.id)), 5)
    go_on.set()
    await writing

    assert read == person


async def test_readers_cannot_write(file_store: SqlStore) -> None:
    with pytest.raises(StoreReadOnly):
        await file_store.read(someone)


async def test_what_was_committed_is_there_after_the_process_is_gone(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")
    person = await store.transact(someone)

    connection = sqlite3.connect(tmp_path / "grove.db")  # another process would see the same
    names = connection.execute("SELECT name FROM person").fetchall()
    connection.close()

    assert names == [(person.name,)]
    await store.close()


async def test_the_log_is_moved_into_the_file_beside_the_writer(
    file_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN_CHECKPOINTS", 5)
    before = (tmp_path / "grove.db").stat().st_mtime_ns

    for i in range(6):
        await file_store.transact(lambda unit, i=i: someone(unit, f"p{i}"))
    for _ in range(200):
        if (tmp_path / "grove.db").stat().st_mtime_ns != before:
            break
        await asyncio.sleep(0.02)

    assert (tmp_path / "grove.db").stat().st_mtime_ns != before


async def test_the_log_begins_anew_although_writing_never_stops(
    file_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN_CHECKPOINTS", 20)
    log = tmp_path / "grove.db-wal"
    one_commit = -log.stat().st_size
    await file_store.transact(partial(someone, name="first"))
    one_commit += log.stat().st_size

    for i in range(400):
        await file_store.transact(partial(someone, name=f"p{i}"))

    assert one_commit > 0
    assert log.stat().st_size < 200 * one_commit


async def test_an_act_whose_caller_went_away_is_whole_or_not_there(file_store: SqlStore) -> None:
    go_on = threading.Event()

    def write(unit: UnitOfWork) -> None:
        someone(unit)
        assert go_on.wait(10)
        plant(unit)

    writing = asyncio.create_task(file_store.transact(write))
    await asyncio.sleep(0.05)
    writing.cancel()
    go_on.set()

    def count(unit: SqlUnit) -> list[int]:
        tables = ("person", "tree")
        return [unit.db.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]

    found = await file_store.transact(count)
    assert found in ([0, 0], [1, 1])


async def test_choosing_work_and_loading_a_tree_never_scan_a_table(file_store: SqlStore) -> None:
    hot = [
        work.CHOOSE,
        work.ONE_TASK,
        work.OPEN_TASKS,
        work.TAKEN_IN,
        trees.TREE_ROW,
        trees.CONTENTS,
        people.ARRIVE,
        points.STANDING,
        points.BOARD,
        posts.FINISHED_TREES,
    ]

    steps = await plans(file_store, *hot)

    assert [step for step in steps if step.startswith("SCAN")] == []


async def test_places_are_counted_in_an_index_alone(file_store: SqlStore) -> None:
    (step,) = await plans(file_store, points.ABOVE)

    assert "USING COVERING INDEX" in step
    assert "points>?" in step


async def test_acts_of_a_community_are_read_in_their_order(file_store: SqlStore) -> None:
    assert await plans(file_store, casework.ACTS_IN) == [
        "SEARCH a USING INDEX ix_audit_community_id (community_id=?)"
    ]


async def plans(store: SqlStore, *statements: str) -> list[str]:
    """How SQLite goes about each."""

    def explained(unit: SqlUnit) -> list[str]:
        found = []
        for sql in statements:
            values = ["1"] * len(set(re.findall(r"\$\d", sql)))
            found += [row[3] for row in unit.db.rows(f"EXPLAIN QUERY PLAN {sql}", *values)]
        return found

    of_the_question = {"SCAN CONSTANT ROW"}  # a row that comes with it
    return [step for step in await store.read(explained) if step not in of_the_question]


# ---------------------------------------------------------------- errors


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "grove.db").write_bytes(b"this is a text, and a long one at that " * 100)

    with pytest.raises(StoreDamaged, match=r"grove\.db"):
        await open_store(None, tmp_path, Policy(), Random(1))


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StoreReadOnly, match="data folder"):
        await open_store(None, tmp_path / "file" / "data", Policy(), Random(1))


async def test_a_path_that_is_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "grove.db").mkdir()

    with pytest.raises(StoreError):
        await open_store(None, tmp_path, Policy(), Random(1))


async def test_a_writer_who_holds_on_makes_others_say_so(
    file_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    await file_store.transact(lambda unit: unit.db.row("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(tmp_path / "grove.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusy, match="Another program"):
        await file_store.transact(someone)

    other.execute("ROLLBACK")
    other.close()
    assert (await file_store.transact(someone)).name == "Ada"


async def test_a_full_store_says_so_and_loses_nothing(file_store: SqlStore) -> None:
    person = await file_store.transact(someone)

    def limit(unit: SqlUnit) -> None:
        pages = unit.db.rows("PRAGMA page_count")[0][0]
        unit.db.row(f"PRAGMA max_page_count = {pages}")

    await file_store.transact(limit)

    with pytest.raises(StoreFull, match="No space"):
        await file_store.transact(lambda unit: plant(unit, root={"text": "x" * 1_000_000}))

    assert await file_store.read(lambda unit: unit.person(person.id)) == person
    assert await file_store.read(lambda unit: unit.open_work(1, ["en"], 5)) == {}


async def test_a_wrong_use_of_the_store_is_an_error_of_ours(file_store: SqlStore) -> None:
    with pytest.raises(StoreError, match="refused a statement"):
        await file_store.transact(lambda unit: unit.db.row("SELECT nothing FROM nowhere"))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
async def test_a_file_that_cannot_be_written_is_named(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "grove.db").chmod(0o400)

    with pytest.raises((StoreReadOnly, StoreUnreachable)):
        await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")


async def test_an_error_of_the_work_passes_as_it_is(file_store: SqlStore) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.find_slot(1, [(TaskKind.ASSISTANT_REPLY, "en")])
        raise OSError("not the store's")

    with pytest.raises(OSError, match="not the store's"):
        await file_store.transact(work)


async def _held_up(store: SqlStore) -> tuple[asyncio.Task[None], threading.Event]:
    """A transaction that ends when the event is set; whoever comes meanwhile has to wait."""
    started, go_on = threading.Event(), threading.Event()

    def hold(unit: UnitOfWork) -> None:
        started.set()
        assert go_on.wait(10)

    holding = asyncio.create_task(store.transact(hold))
    await asyncio.to_thread(started.wait, 10)
    return holding, go_on


async def test_those_who_wait_share_a_commit_and_each_gets_their_own_answer(
    file_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MOST_TOGETHER", 4)
    holding, go_on = await _held_up(file_store)

    def fails(unit: UnitOfWork) -> None:
        someone(unit, "nobody")
        raise LookupError("on purpose")

    def refused(unit: SqlUnit) -> None:
        someone(unit, "nobody")
        unit.db.run("INSERT INTO seen (event) VALUES (NULL)")

    adding = [
        asyncio.create_task(file_store.transact(partial(someone, name=f"p{i}"))) for i in range(9)
    ]
    failing = asyncio.create_task(file_store.transact(fails))
    refusing = asyncio.create_task(file_store.transact(refused))
    await asyncio.sleep(0)
    go_on.set()
    people_added = await asyncio.gather(*adding)
    with pytest.raises(LookupError, match="on purpose"):
        await failing
    with pytest.raises(StoreError):
        await refusing
    await holding

    assert [person.name for person in people_added] == [f"P{i}" for i in range(9)]
    names = await file_store.read(lambda unit: unit.db.rows("SELECT name FROM person ORDER BY id"))
    assert [name for (name,) in names] == [f"P{i}" for i in range(9)]


async def test_closing_waits_for_those_who_wait(sqlite_url: str, tmp_path: Path) -> None:
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")
    holding, go_on = await _held_up(store)
    late = [asyncio.create_task(store.transact(partial(someone, name=f"p{i}"))) for i in range(20)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.close())
    go_on.set()
    await asyncio.gather(holding, *late)
    await closing

    connection = sqlite3.connect(tmp_path / "grove.db")
    (count,) = connection.execute("SELECT count(*) FROM person").fetchone()
    connection.close()
    assert count == 20


# ---------------------------------------------------------------- one commit for several


async def _after_the_next(store: SqlStore, *works: Callable[[SqlUnit], object]) -> list[object]:
    """What became of works that waited for the same commit; errors are given back."""
    holding, go_on = await _held_up(store)
    waiting = [asyncio.create_task(store.transact(work)) for work in works]
    await asyncio.sleep(0)
    go_on.set()
    await holding
    return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)


async def _names(store: SqlStore) -> list[str]:
    rows = await store.read(lambda unit: unit.db.rows("SELECT name FROM person ORDER BY id"))
    return [name for (name,) in rows]


def _breaks_a_promise(unit: SqlUnit) -> None:
    """Writes what the database refuses at the very end only: a message of no tree."""
    tree = plant(unit)
    (root,) = tree.messages.values()
    unit.add_message(replace(root, id=0, public_id="lost", tree_id=10**9, parent_id=root.id))


async def test_who_is_refused_at_the_commit_is_refused_alone(file_store: SqlStore) -> None:
    first, refused, last = await _after_the_next(
        file_store,
        partial(someone, name="first"),
        _breaks_a_promise,
        partial(someone, name="last"),
    )

    assert isinstance(refused, StoreError)
    assert [person.name for person in (first, last)] == ["First", "Last"]
    assert await _names(file_store) == ["First", "Last"]


async def test_who_fills_the_disk_takes_nobody_along(file_store: SqlStore) -> None:
    def limit(unit: SqlUnit) -> None:
        pages = unit.db.rows("PRAGMA page_count")[0][0]
        unit.db.row(f"PRAGMA max_page_count = {pages + 20}")

    await file_store.transact(limit)

    first, full, last = await _after_the_next(
        file_store,
        partial(someone, name="first"),
        lambda unit: plant(unit, root={"text": "x" * 1_000_000}),
        partial(someone, name="last"),
    )

    assert isinstance(full, StoreFull)
    assert [person.name for person in (first, last)] == ["First", "Last"]
    assert await _names(file_store) == ["First", "Last"]


class _Stop(BaseException):
    """Something that no `except Exception` sees."""


@pytest.mark.parametrize("error", [StopIteration("at the end"), _Stop("now"), SystemExit(3)])
async def test_no_error_of_any_kind_keeps_the_store_from_going_on(
    file_store: SqlStore, error: BaseException
) -> None:
    def fails(unit: UnitOfWork) -> None:
        someone(unit, "nobody")
        raise error

    async def caught(work: Callable[[SqlUnit], object]) -> object:
        try:
            return await file_store.transact(work)
        except BaseException as raised:
            return raised

    alone = await asyncio.wait_for(caught(fails), 10)
    holding, go_on = await _held_up(file_store)
    waiting = [
        asyncio.create_task(caught(work)) for work in (fails, partial(someone, name="stays"))
    ]
    await asyncio.sleep(0)
    go_on.set()
    failed, stays = await asyncio.wait_for(asyncio.gather(*waiting), 10)
    await holding

    assert str(error) in f"{alone!r} {getattr(alone, '__cause__', None)!r}"
    assert isinstance(failed, BaseException)
    assert stays.name == "Stays"
    assert await _names(file_store) == ["Stays"]


async def test_a_program_that_cancels_all_it_does_can_still_close_its_store(
    sqlite_url: str, tmp_path: Path
) -> None:
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")
    holding, go_on = await _held_up(store)
    waiting = [asyncio.create_task(store.transact(partial(someone, name=f"p{i}"))) for i in "abc"]
    await asyncio.sleep(0)
    go_on.set()
    await holding

    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    await asyncio.wait_for(store.close(), 10)

    connection = sqlite3.connect(tmp_path / "grove.db", timeout=0, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")  # nobody holds it any more
    assert connection.in_transaction
    connection.close()


async def test_all_who_wait_for_a_locked_file_are_told_and_the_store_goes_on(
    file_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    await file_store.transact(lambda unit: unit.db.row("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(tmp_path / "grove.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    told = await asyncio.gather(
        *(file_store.transact(partial(someone, name=f"p{i}")) for i in range(4)),
        return_exceptions=True,
    )
    other.execute("ROLLBACK")
    other.close()

    assert [type(error) for error in told] == [StoreBusy] * 4
    assert (await file_store.transact(someone)).name == "Ada"
    assert await _names(file_store) == ["Ada"]


async def test_the_quick_do_not_wait_for_all_the_slow(file_store: SqlStore) -> None:
    go_on = threading.Event()

    def slow(unit: UnitOfWork) -> None:
        time.sleep(0.3)

    def slower(unit: UnitOfWork) -> None:
        assert go_on.wait(10)

    holding, start = await _held_up(file_store)
    quick = asyncio.create_task(file_store.transact(partial(someone, name="quick")))
    others = [asyncio.create_task(file_store.transact(work)) for work in (slow, slower)]
    await asyncio.sleep(0)
    start.set()
    await holding

    assert (await asyncio.wait_for(quick, 8)).name == "Quick"
    assert not others[1].done()
    go_on.set()
    await asyncio.gather(*others)


async def test_who_has_gone_before_it_began_writes_nothing_and_holds_up_nobody(
    file_store: SqlStore,
) -> None:
    holding, go_on = await _held_up(file_store)
    gone = asyncio.create_task(file_store.transact(partial(someone, name="gone")))
    stays = asyncio.create_task(file_store.transact(partial(someone, name="stays")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait_for(stays, 10)
    await holding

    assert await _names(file_store) == ["Stays"]
