"""The store on a PostgreSQL server: many processes, rows locked in one order, collisions retried.

A use case is a plain function here too. It runs inside a greenlet, and each of its queries awaits
the driver from there, so the event loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

import asyncpg
from sqlalchemy.util import await_only, greenlet_spawn

from core.values import replace
from storage.driver import Row, Sql, Value, without_locks
from storage.errors import (
    StoreBusy,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)
from storage.unit import Means, SqlUnit

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ATTEMPTS = 5
"""How often a transaction that collided with another one is run."""
CONNECTIONS = 10
"""Connections that one process keeps at most."""

SETTINGS = {
    "application_name": "grove",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""Statements are planned once, as SQLite does: each was written to be found by its indexes."""

_COLLISIONS = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)
_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


class PostgresSql:
    """Plain calls that await the driver from inside a greenlet."""

    locks = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: Value) -> Sequence[Row]:
        found: Any = await_only(self._connection.fetch(sql, *values))
        rows: Sequence[Row] = found
        return rows

    def row(self, sql: str, *values: Value) -> Row | None:
        found: Any = await_only(self._connection.fetchrow(sql, *values))
        row: Row | None = found
        return row

    def run(self, sql: str, *values: Value) -> int:
        status: str = await_only(self._connection.execute(sql, *values))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        if len(rows) == 1:
            self.run(sql, *rows[0])
        else:
            await_only(self._connection.executemany(sql, rows))


class ReadingSql(PostgresSql):
    """The same for somebody who only reads, and so locks nothing."""

    locks = False

    def rows(self, sql: str, *values: Value) -> Sequence[Row]:
        return super().rows(without_locks(sql), *values)

    def row(self, sql: str, *values: Value) -> Row | None:
        return super().row(without_locks(sql), *values)


class PostgresStore:
    """A pool of connections to one server."""

    def __init__(self, pool: Pool, means: Means) -> None:
        self._pool, self._means = pool, means

    @classmethod
    async def open(cls, url: str, means: Means) -> PostgresStore:
        """Connect to a database whose schema is up to date."""
        with translated():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=CONNECTIONS,
                statement_cache_size=512,
                max_cached_statement_lifetime=0,
                reset=_nothing_to_reset,
                server_settings=SETTINGS,
            )
        return cls(pool, means)

    async def transact(self, work: Callable[[SqlUnit], T]) -> T:
        """Run `work` in one transaction, and again when it collided with another one."""
        with translated():
            for attempt in range(1, ATTEMPTS):
                try:
                    return await self._attempt(work)
                except _COLLISIONS:
                    await asyncio.sleep(0.005 * attempt)
            return await self._attempt(work)

    async def read(self, work: Callable[[SqlUnit], T]) -> T:
        """Run `work` on one unchanging view of the store."""
        with translated():
            async with self._pool.acquire() as connection:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                try:
                    unit = SqlUnit(ReadingSql(connection), self._means)
                    result: T = await greenlet_spawn(work, unit)
                    return result
                finally:
                    await _roll_back(connection)

    async def close(self) -> None:
        await self._pool.close()

    def watch(self, observer: Callable[[Sql], Sql]) -> None:
        """Let each transaction's statements pass by an observer."""
        self._means = replace(self._means, watch=observer)

    async def _attempt(self, work: Callable[[SqlUnit], T]) -> T:
        async with self._pool.acquire() as connection:
            await connection.execute("BEGIN")
            try:
                unit = SqlUnit(self._means.watch(PostgresSql(connection)), self._means)
                result: T = await greenlet_spawn(_whole, work, unit)
                await connection.execute("COMMIT")
            except BaseException:
                await _roll_back(connection)
                raise
            return result


def _whole(work: Callable[[SqlUnit], T], unit: SqlUnit) -> T:
    result = work(unit)
    unit.finish()
    return result


async def _roll_back(connection: Connection) -> None:
    if not connection.is_closed() and connection.is_in_transaction():
        await connection.execute("ROLLBACK")


async def _nothing_to_reset(connection: Any) -> None:
    """Every transaction here ends where it began and sets nothing, so a round trip is spared."""


@contextmanager
def translated() -> Iterator[None]:
    """Nothing of asyncpg leaves this module but as an error of ours."""
    try:
        yield
    except _COLLISIONS as error:
        raise StoreBusy(f"Too many transactions collided; try again ({error}).") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise _error(error) from error


_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], type[StoreError], str], ...] = (
    (
        (asyncpg.TooManyConnectionsError, asyncpg.LockNotAvailableError),
        StoreBusy,
        "The database server is too busy; try again, or allow it more connections",
    ),
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        StoreUnreachable,
        "The database server refuses the name or password in the database URL",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        StoreUnreachable,
        "The database in the database URL does not exist on this server; create it",
    ),
    (
        (asyncpg.InsufficientResourcesError,),
        StoreFull,
        "The database server has no space or memory left; free some, nothing was lost",
    ),
    (
        (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError),
        StoreReadOnly,
        "The database server does not let this user write; grant it the right",
    ),
    (
        (*_LOST, asyncpg.CannotConnectNowError, asyncpg.OperatorInterventionError),
        StoreUnreachable,
        "The database server does not answer; start it, or check the database URL",
    ),
)


def _error(error: BaseException) -> StoreError:
    for kinds, meaning, sentence in _MEANINGS:
        if isinstance(error, kinds):
            return meaning(f"{sentence} ({error}).")
    return StoreError(f"PostgreSQL refused a statement: {error}")
