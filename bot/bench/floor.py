"""The floor: the very statements and commits of a run, sent again by the bare driver."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from time import perf_counter, process_time
from typing import TypeAlias

import asyncpg

from bot.bench.measure import ServerClock, Spread, crowd_of, now
from bot.bench.stores import POLICY, Place, desk_of
from bot.bench.volunteers import Clocked
from storage.driver import Row, Sql, Value, for_sqlite
from storage.postgres import SETTINGS
from storage.sqlite import COMMITS_BETWEEN_CHECKPOINTS, as_json, move_log, prepare

Times: TypeAlias = list[tuple[str, float]]
"""Events in their order, with the seconds that each took."""


@dataclass(frozen=True, slots=True)
class Call:
    """One statement as it was sent."""

    how: str
    sql: str
    values: Sequence[Value]


@dataclass(slots=True)
class Recording:
    """Every transaction of a run, by the event that it belongs to."""

    event: str = ""
    transactions: list[tuple[str, list[Call]]] = field(default_factory=list)
    tasks: int = 0

    def begin(self, db: Sql) -> Sql:
        calls: list[Call] = []
        self.transactions.append((self.event, calls))
        return _Recorded(db, calls)


class _Recorded:
    """A connection whose statements are written down."""

    def __init__(self, db: Sql, calls: list[Call]) -> None:
        self._db, self._calls = db, calls

    @property
    def locks(self) -> bool:
        return self._db.locks

    def rows(self, sql: str, *values: Value) -> Sequence[Row]:
        self._calls.append(Call("rows", sql, values))
        return self._db.rows(sql, *values)

    def row(self, sql: str, *values: Value) -> Row | None:
        self._calls.append(Call("row", sql, values))
        return self._db.row(sql, *values)

    def run(self, sql: str, *values: Value) -> int:
        self._calls.append(Call("run", sql, values))
        return self._db.run(sql, *values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        self._calls.append(Call("many", sql, [tuple(row) for row in rows]))
        self._db.run_many(sql, rows)


async def record(place: Place, name: str, *, tasks: int, seed: int) -> Recording:
    """One volunteer after the other works on a store of their own; nothing is timed."""
    store = await place.open(name)
    recording, clocked = Recording(), Clocked()
    desk = desk_of(store, now, POLICY, seed)
    store.watch(recording.begin)
    for person in await crowd_of(desk, clocked, max(2, tasks // 15), seed):
        person.on_event = lambda what: setattr(recording, "event", what)
        while clocked.tasks < tasks and person.events < 40 and await person.do_task():
            pass
        recording.event = ""
    await store.close()
    recording.tasks = clocked.tasks
    return recording


@dataclass(slots=True)
class Floor:
    """What the driver alone needs for the same."""

    tasks: int
    statements: float  # per task
    seconds: float
    client_cpu_ms: float
    server_cpu_ms: float | None
    spreads: dict[str, Spread]
    queued: dict[str, Spread]  # the same for one of several clients who take turns

    @property
    def per_second(self) -> float:
        return self.tasks / self.seconds


async def replay(place: Place, name: str, recording: Recording, clients: int) -> Floor:
    """Send a recording again to a store like the one that it was made on.

    clients: so many who take turns, each with one event at a time, for `Floor.queued`.
    """
    if place.server is None:
        times, cpu = await asyncio.to_thread(_on_sqlite, place, name, recording)
        served = None
    else:
        times, cpu, served = await _on_postgres(place, name, recording)
    done = max(1, recording.tasks)
    events = [calls for event, calls in recording.transactions if event]
    return Floor(
        tasks=recording.tasks,
        statements=sum(len(calls) for calls in events) / done,
        seconds=sum(seconds for _, seconds in times),
        client_cpu_ms=cpu * 1000 / done,
        server_cpu_ms=None if served is None else served * 1000 / done,
        spreads=_spreads(times),
        queued=_spreads(_queued(times, clients)),
    )


def _spreads(times: Times) -> dict[str, Spread]:
    clocked = Clocked()
    for event, seconds in times:
        clocked.note(event, seconds)
    return {what: Spread.of(of_it) for what, of_it in clocked.times.items()}


def _queued(times: Times, clients: int) -> Times:
    """What each event takes for one of so many clients who are served in turn.

    Who sends the next event as soon as the last one is answered waits for all the others' first.
    """
    ends = [0.0, *accumulate(seconds for _, seconds in times)]
    return [
        (event, ends[number] - ends[max(0, number - clients)])
        for number, (event, _) in enumerate(times, 1)
    ]


def _on_sqlite(place: Place, name: str, recording: Recording) -> tuple[Times, float]:
    path = place.address(name).path
    assert path is not None
    db = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    prepare(db)
    times: Times = []
    cpu = 0.0
    for number, (event, calls) in enumerate(recording.transactions):
        if number % COMMITS_BETWEEN_CHECKPOINTS == 0:
            move_log(db)
        prepared = [(call.how, for_sqlite(call.sql), _plain(call)) for call in calls]
        began, begun = process_time(), perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for how, sql, values in prepared:
            if how == "many":
                db.executemany(sql, values)
            elif how == "run":
                db.execute(sql, values)
            else:
                db.execute(sql, values).fetchall()
        db.execute("COMMIT")
        if event:
            times.append((event, perf_counter() - begun))
            cpu += process_time() - began
    db.close()
    return times, cpu


def _plain(call: Call) -> Sequence[Value]:
    """Lists are written out beforehand, for that is not the driver's work."""
    return [as_json(value) if type(value) is list else value for value in call.values]


async def _on_postgres(
    place: Place, name: str, recording: Recording
) -> tuple[Times, float, float | None]:
    db = await asyncpg.connect(
        place.url(name),
        statement_cache_size=512,
        server_settings=SETTINGS,
    )
    server = ServerClock(place.url(name))
    times: Times = []
    cpu, served_before = 0.0, await server.seconds()
    for event, calls in recording.transactions:
        began, begun = process_time(), perf_counter()
        await db.execute("BEGIN")
        for call in calls:
            if call.how == "many":
                await db.executemany(call.sql, call.values)
            elif call.how == "run":
                await db.execute(call.sql, *call.values)
            elif call.how == "row":
                await db.fetchrow(call.sql, *call.values)
            else:
                await db.fetch(call.sql, *call.values)
        await db.execute("COMMIT")
        if event:
            times.append((event, perf_counter() - begun))
            cpu += process_time() - began
    served = await server.seconds()
    await db.close()
    both = served is not None and served_before is not None
    return times, cpu, (served or 0.0) - (served_before or 0.0) if both else None
