"""What happens without anybody asking: the house is kept, at regular ticks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.posting import Poster
from core.flow.housekeeping import tend
from core.flow.turn import Turn
from core.ports import Store, World

SECONDS_BETWEEN_TICKS = 60
SECONDS_BETWEEN_POSTS, JITTER = 20, 5
"""How often boards are looked for; several processes do not all look at once."""
MOST_ROUNDS = 100
"""What is left after so many rounds waits for the next tick."""


@contextmanager
def ticking(store: Store, world: World, poster: Poster | None = None) -> Iterator[None]:
    """Keep house and post boards while the program serves; every process may: the rows decide."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        keep_house,
        "interval",
        [store, world],
        seconds=SECONDS_BETWEEN_TICKS,
        coalesce=True,
        max_instances=1,
    )
    if poster is not None:
        scheduler.add_job(
            poster.tick,
            "interval",
            seconds=SECONDS_BETWEEN_POSTS,
            jitter=JITTER,
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def keep_house(store: Store, world: World) -> None:
    """Round by round, so that nobody waits long, until nothing is left to do."""
    for _ in range(MOST_ROUNDS):
        done = await store.transact(lambda unit: tend(Turn(unit, world, world.clock())))
        if not done.any:
            return
