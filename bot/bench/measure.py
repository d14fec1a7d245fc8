"""Measuring a store through the desk: time, CPU of both sides, availability, boards."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time

import asyncpg

from bot.bench.stores import POLICY, desk_of, volunteer
from bot.bench.volunteers import Clocked, Volunteer
from core import points
from core.desk import Desk
from storage.open import SqlStore

_TASKS_EACH = 15
"""Tasks after which somebody new comes, so that nobody runs out of work."""
_LOOKS = 60
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of one kind of event."""

    p50: float
    p99: float
    count: int

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        if len(times) < 2:
            only = times[0] if times else 0.0
            return cls(only, only, len(times))
        cuts = quantiles(times, n=100, method="inclusive")
        return cls(cuts[49], cuts[98], len(times))


@dataclass(slots=True)
class Figures:
    """What so many volunteers at once came to."""

    volunteers: int
    tasks: int
    events: int
    seconds: float
    client_cpu_ms: float  # per completed task
    server_cpu_ms: float | None  # per completed task; None where there is no server
    spreads: dict[str, Spread] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.tasks / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.client_cpu_ms + (self.server_cpu_ms or 0.0)


class ServerClock:
    """CPU of the PostgreSQL processes that serve this program, where they run on this machine."""

    def __init__(self, url: str | None) -> None:
        self._url = url

    async def seconds(self) -> float | None:
        if self._url is None:
            return None
        connection = await asyncpg.connect(self._url)
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'grove'"
        )
        await connection.close()
        found = [_cpu(row[0]) for row in rows]
        known = [seconds for seconds in found if seconds is not None]
        return sum(known) if known else None


def _cpu(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICK


def now() -> datetime:
    return datetime.now(UTC)


async def measure(
    store: SqlStore, *, volunteers: int, tasks: int, seed: int, server: ServerClock
) -> Figures:
    """So many volunteers at once complete so many tasks."""
    desk, clocked = desk_of(store, now, POLICY, seed), Clocked()
    crowd = await crowd_of(desk, clocked, tasks // _TASKS_EACH + 2 * volunteers, seed)

    async def work() -> None:
        while crowd and clocked.tasks < tasks:
            person = crowd.pop()
            for _ in range(_TASKS_EACH):
                if clocked.tasks >= tasks or not await person.do_task():
                    break

    server_before = await server.seconds()
    cpu, begun = process_time(), perf_counter()
    await asyncio.gather(*(work() for _ in range(volunteers)))
    seconds, cpu = perf_counter() - begun, process_time() - cpu
    server_after = await server.seconds()
    done = max(1, clocked.tasks)
    served = (
        None
        if server_before is None or server_after is None
        else (server_after - server_before) * 1000 / done
    )
    return Figures(
        volunteers=volunteers,
        tasks=clocked.tasks,
        events=sum(len(times) for times in clocked.times.values()),
        seconds=seconds,
        client_cpu_ms=cpu * 1000 / done,
        server_cpu_ms=served,
        spreads={what: Spread.of(times) for what, times in clocked.times.items()},
    )


async def crowd_of(desk: Desk, clocked: Clocked, size: int, seed: int) -> list[Volunteer]:
    """New people who have agreed to the terms."""
    people = [
        volunteer(desk, f"v{seed}-{number}", Random(seed * 1000 + number), clocked)
        for number in range(size)
    ]
    for person in people:
        await person.agree()
    return people


async def looks(store: SqlStore, seed: int) -> dict[str, Spread]:
    """How long it takes to see what there is to do, and the boards."""
    clocked = Clocked()
    desk = desk_of(store, now, POLICY, seed)
    (person, *_) = await crowd_of(desk, clocked, 1, seed)
    keys = {name: points.period_named(name, now()) for name in ("total", "month")}
    for _ in range(_LOOKS):
        begun = perf_counter()
        await store.read(lambda unit: unit.open_work(1, ["en"], 100))
        clocked.note("availability", perf_counter() - begun)
        for name, key in keys.items():
            begun = perf_counter()
            await store.read(lambda unit, key=key: unit.board("*", key, 100))  # type: ignore[misc]
            clocked.note(f"board {name}", perf_counter() - begun)
        begun = perf_counter()
        await store.read(lambda unit: unit.standing(1, "*", "total"))
        clocked.note("own place", perf_counter() - begun)
    del person
    return {what: Spread.of(times) for what, times in clocked.times.items()}
