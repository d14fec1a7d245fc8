"""Reminds people who wish it: takes up whose hour has come, and lets their platform send it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bot.herald import Herald, PostLater, Unwelcome
from core.flow import reminding
from core.flow.reminding import Nudge
from core.flow.turn import Turn
from core.ports import Store, UnitOfWork, World
from core.reminding import Needs

T = TypeVar("T")

_log = logging.getLogger(__name__)

SENT_AT_ONCE = 5
"""Taken up together; so many are lost at most when the process is killed."""
MOST_ROUNDS = 200
"""What is left after so many rounds waits for the next tick."""
MOST_COUNTED = 1000
"""Open work is not counted further."""


class Reminders:
    """The loop between the rows and the platforms; any number of processes may run one."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        self._heralds: dict[str, Herald] = {}

    def announce(self, herald: Herald) -> None:
        """A platform is served; one that comes again takes the place of its former self."""
        self._heralds[herald.platform] = herald

    async def tick(self) -> None:
        """Let every platform remind those whose hour has come."""
        heralds = tuple(self._heralds.values())
        if not heralds:
            return
        needs = await self._store.read(lambda unit: unit.needs((), MOST_COUNTED))
        results = await asyncio.gather(
            *(self._remind(herald, needs) for herald in heralds), return_exceptions=True
        )
        for fault in results:
            if isinstance(fault, BaseException):
                raise fault

    async def _remind(self, herald: Herald, needs: Needs) -> None:
        for _ in range(MOST_ROUNDS):
            taken = await self._turn(
                partial(
                    reminding.take_up, platform=herald.platform, needs=needs, limit=SENT_AT_ONCE
                )
            )
            await asyncio.gather(*(self._send(herald, nudge) for nudge in taken.nudges))
            if not taken.looked_at:
                return

    async def _send(self, herald: Herald, nudge: Nudge) -> None:
        """Once; what is of unknown fate is left at that."""
        patience = self._world.policy.send_patience_seconds
        try:
            async with asyncio.timeout(patience):
                await herald.remind(nudge.address, nudge.screen)
        except Unwelcome:
            await self._turn(partial(reminding.refused, nudge=nudge))
        except PostLater as wish:
            await self._turn(partial(reminding.later, nudge=nudge, seconds=wish.seconds))
        except Exception as fault:
            _log.warning("It is not known whether a reminder arrived: %s", type(fault).__name__)

    async def _turn(self, work: Callable[[Turn], T]) -> T:
        def within(unit: UnitOfWork) -> T:
            return work(Turn(unit, self._world, self._world.clock()))

        return await self._store.transact(within)
