"""Work that is due, platform by platform: what befalls one is no other's, row by row the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.herald import Herald
from core.flow.turn import Turn
from core.ports import Store, UnitOfWork, World

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Rounds:
    """The platforms that are served, and turns at the store for those who serve them."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        self._heralds: dict[str, Herald] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def announce(self, herald: Herald) -> None:
        """A platform is served; one that comes again takes the place of its former self."""
        self._heralds[herald.platform] = herald

    @property
    def free(self) -> tuple[Herald, ...]:
        """Platforms at which no round is under way."""
        return tuple(
            herald
            for name, herald in self._heralds.items()
            if name not in self._under_way or self._under_way[name].done()
        )

    async def make(self, serve: Callable[[Herald], Awaitable[None]]) -> None:
        """A round at each free platform; one that is slow or fails keeps no other waiting."""
        rounds = {herald.platform: _round(serve, herald) for herald in self.free}
        self._under_way |= rounds
        await all_ended(rounds.values())

    async def turn(self, work: Callable[[Turn], T]) -> T:
        """Work in a transaction of its own."""

        def within(unit: UnitOfWork) -> T:
            return work(Turn(unit, self._world, self._world.clock()))

        return await self._store.transact(within)

    async def close(self, seconds: float) -> None:
        """Let rounds under way end."""
        running = [task for task in self._under_way.values() if not task.done()]
        if running:
            await asyncio.wait(running, timeout=seconds)


def _round(serve: Callable[[Herald], Awaitable[None]], herald: Herald) -> asyncio.Task[None]:
    async def served() -> None:
        await serve(herald)

    return asyncio.create_task(served())


async def all_ended(works: Iterable[Awaitable[object]]) -> None:
    """Until all have ended; the fault of one is written down and stops none."""
    for fault in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(fault, Exception):
            write_down(fault)
        elif isinstance(fault, BaseException):
            raise fault


def write_down(*faults: Exception) -> None:
    """For the maintainer: what came in between."""
    for fault in faults:
        _log.error("Something that was due could not be done: %s", fault, exc_info=fault)
