"""The store in one SQLite file: one thread that writes, one that reads, one hop each time."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import aiosqlite
import orjson

from core.values import replace
from storage.driver import Row, Sql, Value, for_sqlite
from storage.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)
from storage.unit import Means, SqlUnit

T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long one process waits while another writes."""
WAIT_SECONDS = 0.02
"""Between two tries of something for which SQLite itself does not wait."""
MOST_TOGETHER = 16
"""So many transactions share a commit at most, so that none waits for a crowd."""
TOGETHER_SECONDS = 0.05
"""After so long no other joins them, so that none waits for many that are slow."""
PASSES_BESIDE = 2
"""So often the log is moved beside the writer, each time leaving less of it."""
COMMITS_BETWEEN_CHECKPOINTS = 500
"""The log is moved into the file after so many commits, beside the writer and not in its way."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA wal_autocheckpoint = 50000",  # in case nothing else moves the log
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
)


def as_json(values: list[Any]) -> str:
    """A list as it travels to SQLite."""
    return orjson.dumps(values).decode()


sqlite3.register_adapter(list, as_json)


class SqliteSql:
    """Plain calls on a raw connection; `locks` is False because the writer is alone.

    One cursor serves them all, so each statement must be done when it was called: `row` asks for
    one row at most, and `run` for none.
    """

    locks = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()

    def rows(self, sql: str, *values: Value) -> Sequence[Row]:
        return self._cursor.execute(for_sqlite(sql), values).fetchall()

    def row(self, sql: str, *values: Value) -> Row | None:
        found: Row | None = self._cursor.execute(for_sqlite(sql), values).fetchone()
        return found

    def run(self, sql: str, *values: Value) -> int:
        return self._cursor.execute(for_sqlite(sql), values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        self._cursor.executemany(for_sqlite(sql), rows)


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a transaction that was undone."""

    error: BaseException


Waiting: TypeAlias = tuple[Callable[[SqlUnit], Any], asyncio.Future[Any]]


class SqliteStore:
    """The store of one process; several processes may share the file."""

    def __init__(
        self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection, means: Means
    ) -> None:
        self.path = path
        self._writer, self._reader, self._means = writer, reader, means
        self._commits = 0
        self._checkpoint: asyncio.Task[None] | None = None
        self._waiting: list[Waiting] = []
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, path: Path, means: Means) -> SqliteStore:
        """Connect to a file whose schema is up to date."""
        with translated(path):
            writer = await _connected(path)
            try:
                reader = await _connected(path)
            except BaseException:
                await writer.close()
                raise
            await _hop(reader, lambda: reader._conn.execute("PRAGMA query_only = ON"))
        return cls(path, writer, reader, means)

    async def transact(self, work: Callable[[SqlUnit], T]) -> T:
        """Run `work` whole on the writer's thread; an exception undoes all of it.

        Those who come at the same moment share a commit, and so do those who come while one is
        on its way to the disk. Each is undone alone when it fails, and nobody is answered before
        the disk has it.
        """
        _refuse_closed(self._writer)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T | Failed] = loop.create_future()
        self._waiting.append((work, answer))
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._go_on)
        with translated(self.path):
            return _told(await answer)

    def _go_on(self) -> None:
        """The next commit, for those who wait and have not gone, if any do."""
        waiting = [(work, answer) for work, answer in self._waiting if not answer.done()]
        together, self._waiting = waiting[:MOST_TOGETHER], waiting[MOST_TOGETHER:]
        if not together:
            self._idle.set()
            return
        works = [work for work, _ in together]
        writing = _sent(self._writer, lambda: _all_of(self._writer._conn, works, self._means))
        writing.add_done_callback(partial(self._answer, together))

    def _answer(
        self, together: list[Waiting], writing: asyncio.Future[Sequence[object] | Failed]
    ) -> None:
        """Whatever became of it, everybody is answered and the next ones are not held up."""
        outcomes = writing.result()
        if isinstance(outcomes, Failed):
            outcomes = [outcomes] * len(together)
        for (_, answer), outcome in zip(together, outcomes, strict=False):
            if not answer.done():
                answer.set_result(outcome)
        self._waiting[:0] = together[len(outcomes) :]
        self._count_commit()
        self._go_on()

    async def read(self, work: Callable[[SqlUnit], T]) -> T:
        """Run `work` on the reader's thread, on one unchanging view of the store."""
        with translated(self.path):
            return await _hop(self._reader, lambda: _in_view(self._reader._conn, work, self._means))

    async def close(self) -> None:
        await self._idle.wait()
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        await self._reader.close()
        await self._writer.close()

    async def hurry(self) -> None:
        """Leave it to the system when writes reach the disk: for stores that nobody would miss."""
        with translated(self.path):
            await _hop(self._writer, lambda: self._writer._conn.execute("PRAGMA synchronous = OFF"))

    def watch(self, observer: Callable[[Sql], Sql]) -> None:
        """Let each transaction's statements pass by an observer."""
        self._means = replace(self._means, watch=observer)

    def _count_commit(self) -> None:
        self._commits += 1
        idle = self._checkpoint is None or self._checkpoint.done()
        if self._commits >= COMMITS_BETWEEN_CHECKPOINTS and idle:
            self._commits = 0
            self._checkpoint = asyncio.create_task(self._move_log())

    async def _move_log(self) -> None:
        """Move the log into the file, nearly all of it beside the writer.

        The writer itself moves the little that was added meanwhile, for a log that is moved to
        its end begins anew: it stays short, and writing over it is quicker than making it longer.
        """
        with suppress(sqlite3.Error):  # a disk that fails is met by the next commit too
            for _ in range(PASSES_BESIDE):
                await asyncio.to_thread(checkpoint, self.path)
            await _hop(self._writer, lambda: move_log(self._writer._conn))


async def _connected(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=512
    )
    try:
        await _hop(connection, lambda: prepare(connection._conn))
    except BaseException:
        await connection.close()
        raise
    return connection


async def _hop(connection: aiosqlite.Connection, work: Callable[[], T]) -> T:
    """Run a function on the connection's own thread."""
    _refuse_closed(connection)
    return _told(await _sent(connection, work))


def _sent(connection: aiosqlite.Connection, work: Callable[[], T]) -> asyncio.Future[T | Failed]:
    """The same, for who does not wait; what becomes of it is told by the future.

    aiosqlite has no public names for it, so its version is pinned and a test holds it to these.
    """
    outcome: asyncio.Future[T | Failed] = asyncio.get_running_loop().create_future()
    connection._tx.put_nowait((outcome, partial(_tried, work)))
    return outcome


def _refuse_closed(connection: aiosqlite.Connection) -> None:
    """Nobody would ever do what is sent to a connection that was closed."""
    if not connection._running:
        raise ValueError("the store was closed")


def _tried(work: Callable[[], T]) -> T | Failed:
    """What it came to; not all that can be raised would find its way through a future."""
    try:
        return work()
    except BaseException as error:
        return Failed(error)


def _told(outcome: T | Failed) -> T:
    if isinstance(outcome, Failed):
        raise outcome.error
    return outcome


def prepare(connection: sqlite3.Connection) -> None:
    """Settings that SQLite wants for each connection."""
    keep_log(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def keep_log(connection: sqlite3.Connection) -> None:
    """Write ahead into a log from now on, as the file remembers."""
    _patiently(connection, "PRAGMA journal_mode = WAL")


def _patiently(connection: sqlite3.Connection, sql: str) -> None:
    """Wait for others even where SQLite would turn us away at once.

    It does so while one of several programs changes the journal, or repairs or ends the log.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(WAIT_SECONDS)
        else:
            return


def _in_transaction(
    connection: sqlite3.Connection, work: Callable[[SqlUnit], T], means: Means
) -> T:
    _patiently(connection, "BEGIN IMMEDIATE")
    try:
        unit = SqlUnit(means.watch(SqliteSql(connection)), means)
        result = work(unit)
        unit.finish()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _all_of(
    connection: sqlite3.Connection, works: Sequence[Callable[[SqlUnit], Any]], means: Means
) -> Sequence[object]:
    """What the first of them came to: in one commit, or each alone when that one is refused."""
    if len(works) > 1:
        try:
            return _in_one_transaction(connection, works, means)
        except sqlite3.Error as error:
            if isinstance(_error(Path(), error), StoreBusy):  # and would be for each
                raise
    return [_tried(partial(_in_transaction, connection, work, means)) for work in works]


def _in_one_transaction(
    connection: sqlite3.Connection, works: Sequence[Callable[[SqlUnit], Any]], means: Means
) -> Sequence[object]:
    """One that fails takes back what it wrote and no more."""
    _patiently(connection, "BEGIN IMMEDIATE")
    outcomes: list[object] = []
    try:
        end = time.monotonic() + TOGETHER_SECONDS
        for work in works:
            outcomes.append(_in_savepoint(connection, work, means))
            if time.monotonic() > end:
                break
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _in_savepoint(
    connection: sqlite3.Connection, work: Callable[[SqlUnit], Any], means: Means
) -> object:
    connection.execute("SAVEPOINT one")
    try:
        unit = SqlUnit(means.watch(SqliteSql(connection)), means)
        outcome = work(unit)
        unit.finish()
    except BaseException as error:
        if not connection.in_transaction:  # SQLite itself took everything back
            raise
        connection.execute("ROLLBACK TO one")
        outcome = Failed(error)
    connection.execute("RELEASE one")
    return outcome


def _in_view(connection: sqlite3.Connection, work: Callable[[SqlUnit], T], means: Means) -> T:
    connection.execute("BEGIN")
    try:
        return work(SqlUnit(SqliteSql(connection), means))
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def checkpoint(path: Path) -> None:
    """Move what is committed from the log into the file, as far as nobody is in the way."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        move_log(connection)
    finally:
        connection.close()


def move_log(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Nothing of sqlite3 leaves this module but as an error of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(path, error) from error


def _error(path: Path, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(f"Another program has been writing to {path} for too long; try again.")
        case sqlite3.SQLITE_FULL:
            return StoreFull(f"No space is left for {path}; free some, nothing was lost.")
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnly(f"{path} cannot be written to; check its owner and permissions.")
        case sqlite3.SQLITE_CANTOPEN:
            return StoreUnreachable(f"{path} cannot be opened; check the folder and its owner.")
        case sqlite3.SQLITE_IOERR:
            return StoreFull(f"The disk does not take or give data of {path}; check it ({error}).")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return StoreDamaged(f"{path} is damaged or no Grove store; restore a backup ({error}).")
    return StoreError(f"SQLite refused a statement on {path}: {error}")
