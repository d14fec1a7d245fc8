"""Tells log channels what came in and what was done: takes up what waits, lets heralds say it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

from bot.herald import Herald, PostLater, PostRefused
from bot.rounds import Rounds, all_ended, write_down
from core.desk.memos import Dispatch, memo_done, take_memos
from core.ports import Store, World

_log = logging.getLogger(__name__)

SAID_AT_ONCE = 5
MOST_ROUNDS = 20
"""What is left after so many rounds waits for the next tick."""


class Memos:
    """The loop between the rows and the platforms; any number of processes may run one.

    A memo of unknown fate is said again: a rare double is allowed, a lost one is not.
    """

    def __init__(self, store: Store, world: World) -> None:
        self._world = world
        self._rounds = Rounds(store, world)

    def announce(self, herald: Herald) -> None:
        self._rounds.announce(herald)

    async def tick(self) -> None:
        """Let every platform say what waits."""
        await self._rounds.make(self._say_all)

    async def _say_all(self, herald: Herald) -> None:
        for _ in range(MOST_ROUNDS):
            taken = await self._rounds.turn(
                partial(take_memos, platform=herald.platform, limit=SAID_AT_ONCE)
            )
            write_down(*taken.faults)
            here = attrgetter("address")
            hands = [list(hand) for _, hand in groupby(sorted(taken.hand, key=here), here)]
            await all_ended(self._say_in_order(herald, hand) for hand in hands)
            if not taken.looked_at:
                return

    async def _say_in_order(self, herald: Herald, hand: Sequence[Dispatch]) -> None:
        """What one community is told; after what did not arrive, the rest waits as well."""
        for dispatch in hand:
            if not await self._has_said(herald, dispatch):
                return
            await self._rounds.turn(partial(memo_done, memo_id=dispatch.memo_id))

    async def _has_said(self, herald: Herald, dispatch: Dispatch) -> bool:
        """Whether it was said, or never can be."""
        try:
            async with asyncio.timeout(self._world.policy.send_patience_seconds / 2):
                await herald.show(dispatch.address, dispatch.channel, dispatch.screen)
        except PostRefused as no:
            _log.warning("A log channel does not take what moderators are told: %s", no.reason)
        except PostLater:
            return False
        except Exception as fault:
            _log.warning("It is not known whether moderators were told: %s", type(fault).__name__)
            return False
        return True
