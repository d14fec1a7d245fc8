"""A loop of events whose time passes at once, and platforms that watch the pace in it."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, TypeVar

import discord

from bot.platforms.telegram_request import TooFast

T = TypeVar("T")

_DISCORD_A_SECOND, _TELEGRAM_A_SECOND, _GROUP_A_MINUTE = 50, 30, 20
_ANSWER = 0.4
"""Seconds until a platform has taken a picture."""


class _Impatient(selectors.DefaultSelector):
    """Waits for nothing: where the loop would wait, its time is later."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout > 0:
            self.now += timeout
        return super().select(0 if timeout is not None else None)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.passing = _Impatient()
        super().__init__(self.passing)

    def time(self) -> float:
        return self.passing.now


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end without waiting."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


class Pace:
    """How many came in the last so many seconds, and whether that was too many."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=most)

    def is_kept(self) -> bool:
        now = asyncio.get_running_loop().time()
        kept = len(self._times) < (self._times.maxlen or 0) or now - self._times[0] >= self._seconds
        self._times.append(now)
        return kept


class WatchfulDiscord(discord.Client):
    """Takes posts of every channel, not too many in a second."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.posted: dict[int, float] = {}
        self.refused = 0
        self._pace = Pace(_DISCORD_A_SECOND, 1.0)

    def get_partial_messageable(self, id: int, **_: Any) -> Any:
        async def send(*_: Any, **__: Any) -> Any:
            if not self._pace.is_kept():
                self.refused += 1
                raise discord.RateLimited(1.0)
            await asyncio.sleep(_ANSWER)
            assert id not in self.posted
            self.posted[id] = asyncio.get_running_loop().time()
            return SimpleNamespace(id=id)

        return SimpleNamespace(send=send)


class WatchfulTelegram:
    """Takes photos for every group, not too many in a second and none too many for one."""

    def __init__(self) -> None:
        self.posted: dict[int, float] = {}
        self.refused = 0
        self._pace = Pace(_TELEGRAM_A_SECOND, 1.0)
        self._groups: dict[int, Pace] = {}

    async def send_photo(self, chat_id: int, *_: Any, **__: Any) -> Any:
        group = self._groups.setdefault(chat_id, Pace(_GROUP_A_MINUTE, 60.0))
        if not (self._pace.is_kept() and group.is_kept()):
            self.refused += 1
            raise TooFast(1.0)
        await asyncio.sleep(_ANSWER)
        assert chat_id not in self.posted
        self.posted[chat_id] = asyncio.get_running_loop().time()
        return SimpleNamespace(message_id=1)
