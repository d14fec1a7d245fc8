"""Reminds people who wish it: takes up whose hour has come, and lets their platform send it."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.herald import Herald, PostLater, Unwelcome
from bot.rounds import Rounds, all_ended, write_down
from core.flow import reminding
from core.flow.reminding import Nudge
from core.ports import Store, World
from core.reminding import Needs

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
        self._rounds = Rounds(store, world)

    def announce(self, herald: Herald) -> None:
        self._rounds.announce(herald)

    async def tick(self) -> None:
        """Let every platform remind those whose hour has come."""
        if self._rounds.free:
            needs = await self._store.read(lambda unit: unit.needs((), MOST_COUNTED))
            await self._rounds.make(partial(self._remind, needs=needs))

    async def _remind(self, herald: Herald, needs: Needs) -> None:
        for _ in range(MOST_ROUNDS):
            taken = await self._rounds.turn(
                partial(
                    reminding.take_up, platform=herald.platform, needs=needs, limit=SENT_AT_ONCE
                )
            )
            write_down(*taken.faults)
            await all_ended(self._send(herald, nudge) for nudge in taken.nudges)
            if not taken.looked_at:
                return

    async def _send(self, herald: Herald, nudge: Nudge) -> None:
        """Once; what is of unknown fate is left at that."""
        patience = self._world.policy.send_patience_seconds
        try:
            async with asyncio.timeout(patience):
                await herald.remind(nudge.address, nudge.screen)
        except Unwelcome:
            await self._rounds.turn(partial(reminding.refused, nudge=nudge))
        except PostLater as wish:
            await self._rounds.turn(partial(reminding.later, nudge=nudge, seconds=wish.seconds))
        except Exception as fault:
            _log.warning("It is not known whether a reminder arrived: %s", type(fault).__name__)
