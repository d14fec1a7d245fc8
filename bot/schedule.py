"""What happens without anybody asking: the house is kept, at regular ticks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.traces import told
from core.flow.housekeeping import Job, due, tend
from core.flow.turn import Turn
from core.ports import Store, UnitOfWork, World

log = logging.getLogger(__name__)

SECONDS_BETWEEN_TICKS = 60
SECONDS_BETWEEN_LOOKS, JITTER = 20, 5
"""How often boards and reminders are looked for."""
FIRST_LOOK = timedelta(seconds=3)
"""After the start, when platforms have mostly logged in: something may be overdue."""
SECONDS_BETWEEN_MEMOS = 2
"""How often moderators are told of what has come in."""
TICKS_AT_ONCE = 3
"""One that waits for a slow platform does not keep the others waiting; there are two of those."""
MOST_ROUNDS = 100
"""What is left after so many rounds waits for the next tick."""


class Loop(Protocol):
    """Something that looks again and again for what is due."""

    async def tick(self) -> None: ...


@contextmanager
def ticking(store: Store, world: World, *loops: Loop, memos: Loop | None = None) -> Iterator[None]:
    """Keep house and do what is due while the program serves; every process may: the rows decide.

    Several processes do not all look at once.
    """
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={
            "coalesce": True,
            "max_instances": TICKS_AT_ONCE,
            "misfire_grace_time": None,
        },
    )  # a tick that a busy machine begins late is better than none
    scheduler.add_job(
        keep_house,
        "interval",
        [store, world],
        seconds=SECONDS_BETWEEN_TICKS,
        max_instances=1,
    )
    for loop in loops:
        scheduler.add_job(
            loop.tick,
            "interval",
            seconds=SECONDS_BETWEEN_LOOKS,
            jitter=JITTER,
            next_run_time=datetime.now(UTC) + FIRST_LOOK,
        )
    if memos is not None:
        scheduler.add_job(memos.tick, "interval", seconds=SECONDS_BETWEEN_MEMOS)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def keep_house(store: Store, world: World) -> None:
    """Round by round, so that nobody waits long, until nothing is left to do."""
    try:
        for _ in range(MOST_ROUNDS):
            if not await store.transact(lambda unit: tend(Turn(unit, world, world.clock()))):
                return
    except Exception:  # whatever it is, it must not keep the rest from being done
        await _one_by_one(store, world)


async def _one_by_one(store: Store, world: World) -> None:
    """What fails alone is told, and waits for somebody who mends it."""
    for job in await store.transact(lambda unit: list(due(Turn(unit, world, world.clock())))):

        def alone(unit: UnitOfWork, job: Job = job) -> int:
            return job.do(Turn(unit, world, world.clock()))

        try:
            await store.transact(alone)
        except Exception as fault:
            log.error("Housekeeping failed at %s: %s", job.name, told(fault))
