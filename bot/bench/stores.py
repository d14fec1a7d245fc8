"""Stores to measure: a small one grown through the desk, then copied until it is large."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import asyncpg

from bot.bench.volunteers import Clocked, Volunteer
from core.desk import Desk
from core.flow.housekeeping import tend
from core.flow.turn import Turn
from core.model import TreeState
from core.people import Who
from core.policy import Policy
from core.ports import World
from storage.address import Address, address_from
from storage.bulk import multiply
from storage.open import SqlStore, open_store

POLICY = Policy(
    max_requests=10**9,
    max_open_tasks=10**9,
    max_active_trees=10**9,
    duplicate_minutes=0,
    weight_label_reply=52,
    weight_ranking=24,
    weight_reply=17,
    weight_label_prompt=5,
    weight_prompt=2,
)
"""The default policy without the limits that would stop a machine from working.

Each kind comes as often as a tree of the default policy takes it, in percent, so that while much
is measured none of them runs out.
"""

FINISHED = 17
GROWING = 6
"""Trees of the store that is copied: most are history, and these many grow at once."""
_PEOPLE = 40
_SECRET = "a secret for measurements only"


@dataclass(frozen=True, slots=True)
class Place:
    """Where stores are made: a folder for files, and the server when it is PostgreSQL."""

    folder: Path
    server: str | None = None

    def url(self, name: str) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder / name}.db"
        return f"{self.server.rsplit('/', 1)[0]}/{name}"

    def address(self, name: str) -> Address:
        return address_from(self.url(name), self.folder)

    async def copy(self, source: str, target: str) -> None:
        """The same store again, under another name."""
        if self.server is None:
            await asyncio.to_thread(
                shutil.copyfile, self.folder / f"{source}.db", self.folder / f"{target}.db"
            )
            return
        await self._on_server(f'DROP DATABASE IF EXISTS "{target}"')
        await self._on_server(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    async def create(self, name: str) -> None:
        if self.server is not None:
            await self._on_server(f'DROP DATABASE IF EXISTS "{name}"')
            await self._on_server(f'CREATE DATABASE "{name}"')

    async def drop(self, name: str) -> None:
        if self.server is not None:
            await self._on_server(f'DROP DATABASE IF EXISTS "{name}"')
            return
        for ending in (".db", ".db-wal", ".db-shm"):
            (self.folder / f"{name}{ending}").unlink(missing_ok=True)

    async def bytes(self, name: str) -> int:
        """The file, or all tables with their indexes."""
        if self.server is None:
            return (self.folder / f"{name}.db").stat().st_size
        connection = await asyncpg.connect(self.url(name))
        size = await connection.fetchval(
            "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
        )
        await connection.close()
        return int(size)

    async def open(self, name: str, *, seed: int = 0, policy: Policy = POLICY) -> SqlStore:
        return await open_store(self.url(name), self.folder, policy, Random(seed), _SECRET)

    async def _on_server(self, sql: str) -> None:
        connection = await asyncpg.connect(self.server)
        await connection.execute(sql)
        await connection.close()


def desk_of(store: SqlStore, clock: Callable[[], datetime], policy: Policy, seed: int) -> Desk:
    return Desk(store, World(policy, clock, Random(seed), lambda text, expected: None))


def volunteer(desk: Desk, name: str, rng: Random, clocked: Clocked) -> Volunteer:
    return Volunteer(desk, Who("terminal", name, name, "en"), rng, clocked)


async def grow(place: Place, name: str, *, seed: int, drained: bool = False) -> int:
    """A store of real trees, most of them finished and the others in the midst of it.

    drained: no tree is begun any more, and all are finished, to tell their size. Returns how many
    trees it has.
    """
    busy = replace(
        POLICY, max_active_trees=GROWING, weight_prompt=POLICY.weight_reply, shuffle_seconds=0
    )
    await place.create(name)
    store = await place.open(name, seed=seed, policy=busy)
    past = _Past(store, seed)
    await past.work(busy, "founder", until=FINISHED)
    if drained:
        await past.work(replace(busy, max_prompt_lottery_waiting=0), "finisher")
        await past.forget(days=3)
    counts = await _counts(store)
    await store.close()
    return sum(counts.values())


class _Past:
    """How the first trees came to be: somebody does a task every twenty seconds."""

    def __init__(self, store: SqlStore, seed: int) -> None:
        self._store, self._rng = store, Random(seed)
        self._now = datetime(2026, 1, 5, 8, tzinfo=UTC)

    async def work(self, policy: Policy, name: str, until: int | None = None) -> None:
        """New people come, until so many trees are finished or there is nothing more to do."""
        desk = desk_of(self._store, self._clock, policy, self._rng.getrandbits(32))
        clocked = Clocked()
        people = [volunteer(desk, f"{name} {i}", self._rng, clocked) for i in range(_PEOPLE)]
        for person in people:
            await person.agree()
        idle = 0
        while idle < 3 * _PEOPLE:
            self._now += timedelta(seconds=20)
            idle = 0 if await self._rng.choice(people).do_task() else idle + 1
            counts = await _counts(self._store)
            if until is not None and counts[TreeState.READY_FOR_EXPORT] >= until:
                return

    async def forget(self, days: int) -> None:
        """Time passes, and what is kept for a while goes."""
        self._now += timedelta(days=days)
        world = World(POLICY, self._clock, self._rng, lambda text, expected: None)
        await self._store.transact(lambda unit: tend(Turn(unit, world, self._now)))

    def _clock(self) -> datetime:
        return self._now


async def active_trees(store: SqlStore) -> int:
    """Trees that are under review, growing or being ranked."""
    counts = await _counts(store)
    return sum(
        counts[state]
        for state in (TreeState.INITIAL_PROMPT_REVIEW, TreeState.GROWING, TreeState.RANKING)
    )


async def _counts(store: SqlStore) -> dict[TreeState, int]:
    return await store.read(
        lambda unit: {state: unit.state_count("en", state) for state in TreeState}
    )


async def enlarge(
    place: Place,
    source: str,
    name: str,
    *,
    copies: int,
    people: int,
    progress: Callable[[float], None],
) -> None:
    """A copy of a grown store with its trees many times over."""
    await place.copy(source, name)
    await multiply(place.address(name), POLICY, copies, people, progress)
