"""What happens without anybody asking: leases run out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.flow.handing import expire_leases
from core.flow.turn import Turn
from core.ports import Store, World

SECONDS_BETWEEN_TICKS = 60
AT_ONCE = 100
"""So many leases are ended in one transaction, so that nobody waits long for it."""


@contextmanager
def ticking(store: Store, world: World) -> Iterator[None]:
    """Keep house while the program serves; every process may, since the rows decide."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        keep_house,
        "interval",
        [store, world],
        seconds=SECONDS_BETWEEN_TICKS,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def keep_house(store: Store, world: World) -> None:
    """End every lease that has run out."""

    def expire(turn: Turn) -> int:
        return expire_leases(turn, AT_ONCE)

    while await store.transact(lambda unit: expire(Turn(unit, world, world.clock()))) == AT_ONCE:
        pass
