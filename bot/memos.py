"""Tells log channels what came in and what was done: takes up what waits, lets heralds say it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bot.herald import Herald, PostLater, PostRefused
from core.desk.memos import Dispatch, memo_done, take_memos
from core.flow.turn import Turn
from core.ports import Store, UnitOfWork, World

T = TypeVar("T")

_log = logging.getLogger(__name__)

SAID_AT_ONCE = 5
MOST_ROUNDS = 20
"""What is left after so many rounds waits for the next tick."""


class Memos:
    """The loop between the rows and the platforms; any number of processes may run one.

    A memo of unknown fate is said again: a rare double is allowed, a lost one is not.
    """

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world
        self._heralds: dict[str, Herald] = {}

    def announce(self, herald: Herald) -> None:
        """A platform is served; one that comes again takes the place of its former self."""
        self._heralds[herald.platform] = herald

    async def tick(self) -> None:
        """Let every platform say what waits."""
        for herald in tuple(self._heralds.values()):
            await self._say_all(herald)

    async def _say_all(self, herald: Herald) -> None:
        for _ in range(MOST_ROUNDS):
            hand, looked_at = await self._turn(
                partial(take_memos, platform=herald.platform, limit=SAID_AT_ONCE)
            )
            for dispatch in hand:
                await self._say(herald, dispatch)
            if not looked_at:
                return

    async def _say(self, herald: Herald, dispatch: Dispatch) -> None:
        try:
            async with asyncio.timeout(self._world.policy.send_patience_seconds / 2):
                await herald.show(dispatch.address, dispatch.channel, dispatch.screen)
        except PostRefused as no:
            _log.warning("A log channel does not take what moderators are told: %s", no.reason)
        except PostLater:
            return
        except Exception as fault:
            _log.warning("It is not known whether moderators were told: %s", type(fault).__name__)
            return
        await self._turn(partial(memo_done, memo_id=dispatch.memo_id))

    async def _turn(self, work: Callable[[Turn], T]) -> T:
        def within(unit: UnitOfWork) -> T:
            return work(Turn(unit, self._world, self._world.clock()))

        return await self._store.transact(within)
