"""Many communities due in the same minute: all are posted in good time, and no platform is hurried.

The heralds are the real ones, with the pace that they keep; the time in which they keep it passes
at once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from fakes.boards import POLICY, community
from fakes.planting import AT
from fakes.virtual import WatchfulDiscord, WatchfulTelegram, in_virtual_time

from bot.platforms.discord_herald import DiscordHerald
from bot.platforms.telegram_herald import TelegramHerald
from bot.platforms.telegram_limits import PACE, Limits
from bot.platforms.telegram_send import Sender
from bot.posting import Poster
from bot.schedule import SECONDS_BETWEEN_LOOKS
from core.bulletin import Bulletin
from core.dialogue import Say
from core.ports import UnitOfWork, World
from core.schedule import Schedule
from core.testing import MemoryStore, ToldGuess
from core.text import N_

DUE = AT.replace(hour=9) + timedelta(days=1)
QUARTER_OF_AN_HOUR = 15 * 60
PAINTING = 0.045
"""Seconds for one picture, where two painters are at work."""


class Crowd:
    """So many communities on each platform, all due at nine."""

    def __init__(self, on_discord: int, on_telegram: int) -> None:
        self._names = [("discord", f"{number}") for number in range(1, on_discord + 1)]
        self._names += [("telegram", f"-{number}") for number in range(1, on_telegram + 1)]
        self.store = MemoryStore(POLICY)
        self.discord, self.telegram = WatchfulDiscord(), WatchfulTelegram()
        self._brush = asyncio.Semaphore(1)
        self.took = 0.0

    def _settle(self, unit: UnitOfWork) -> None:
        for platform, name in self._names:
            here = community(unit, name, platform, AT, board_channel=name)
            unit.save_schedule(Schedule(here, "day", hour=9, next_run=DUE))

    async def post(self) -> None:
        """Tick by tick until all is posted."""
        await self.store.transact(self._settle)
        loop = asyncio.get_running_loop()
        world = World(POLICY, self._now, Random(0), ToldGuess())
        poster = Poster(self.store, world, self._painted)
        poster.announce(DiscordHerald(self.discord))
        bot: Any = self.telegram
        poster.announce(TelegramHerald(Sender(bot, Limits(PACE))))
        while self.left and loop.time() < 2 * QUARTER_OF_AN_HOUR:
            await poster.tick()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        self.took = max((*self.discord.posted.values(), *self.telegram.posted.values()))

    @property
    def left(self) -> int:
        return len(self._names) - len(self.discord.posted) - len(self.telegram.posted)

    def _now(self) -> datetime:
        return DUE + timedelta(seconds=asyncio.get_running_loop().time())

    async def _painted(self, bulletin: Bulletin) -> bytes:
        async with self._brush:
            await asyncio.sleep(PAINTING)
        return b"png"


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_however_many_processes_share_a_bot_they_keep_its_pace_together(processes: int) -> None:
    async def run() -> int:
        discord = WatchfulDiscord()
        heralds = [DiscordHerald(discord, processes) for _ in range(processes)]

        channels = iter(range(1, 1 + 150 * processes))
        await asyncio.gather(
            *(
                herald.show("", str(next(channels)), Say(title=N_("Hello")))
                for _ in range(150)
                for herald in heralds
            )
        )
        return discord.refused

    assert in_virtual_time(run()) == 0


def posted(on_discord: int, on_telegram: int) -> Crowd:
    async def run() -> Crowd:
        crowd = Crowd(on_discord, on_telegram)
        await crowd.post()
        return crowd

    return in_virtual_time(run())


@pytest.mark.parametrize(
    ("on_discord", "on_telegram"),
    [
        (60, 60),
        *(
            pytest.param(*counts, marks=pytest.mark.soak)
            for counts in ((10_000, 0), (0, 10_000), (5_000, 5_000))
        ),
    ],
)
def test_all_that_are_due_together_are_posted_in_a_quarter_of_an_hour_and_nobody_is_hurried(
    on_discord: int, on_telegram: int
) -> None:
    crowd = posted(on_discord, on_telegram)

    print(f"{on_discord} + {on_telegram} communities: {crowd.took:.0f} s")
    assert crowd.left == 0
    assert crowd.took <= QUARTER_OF_AN_HOUR
    assert (crowd.discord.refused, crowd.telegram.refused) == (0, 0)
