"""PostgreSQL databases for tests, all on one server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

import asyncpg

from bot.bench import servers

_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB")


def postgres_server() -> AbstractContextManager[str]:
    """The URL of a server's own database, for as long as the tests last; quick, not durable."""
    return servers.postgres_server(_SPEED)


class Databases:
    """Databases on one server, alike and empty; emptied and lent again, which is far quicker."""

    def __init__(self, server: str, prepare: Callable[[str], None], empty: str) -> None:
        self._server, self._prepare, self._empty = server, prepare, empty
        self._template = self._name()
        self._made = [self._template]
        self._free: list[str] = []

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of an empty database."""
        url = self._free.pop() if self._free else self._another()
        yield url
        asyncio.run(_execute(url, self._empty))
        self._free.append(url)

    @contextmanager
    def bare(self, setting: str) -> Iterator[str]:
        """The URL of a database without even a schema, with a setting of its own."""
        name = self._name()
        self._run(f'CREATE DATABASE "{name}"')
        self._run(f'ALTER DATABASE "{name}" {setting}')
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def drop(self) -> None:
        for name in reversed(self._made):
            self._drop(name)

    def _another(self) -> str:
        if len(self._made) == 1:
            self._run(f'CREATE DATABASE "{self._template}"')
            self._prepare(self._url(self._template))
        name = self._name()
        self._made.append(name)
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return self._url(name)

    def _drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        asyncio.run(_execute(self._server, sql))

    def _url(self, name: str) -> str:
        return f"{self._server.rpartition('/')[0]}/{name}"

    @staticmethod
    def _name() -> str:
        return f"grove_test_{uuid4().hex[:12]}"


async def _execute(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
