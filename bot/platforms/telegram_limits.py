"""How fast Telegram may be spoken to: waiting for a turn beforehand, and after being told to."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass

_CHATS = 10_000  # chats remembered


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages in so many seconds: somewhat below what Telegram names."""

    overall: tuple[int, float] = (28, 1.0)  # 30 a second
    person: tuple[int, float] = (3, 3.0)  # one a second, a few at once
    group: tuple[int, float] = (20, 61.0)  # 20 a minute


PACE = Pace()


class Window:
    """At most so many turns in any stretch of so many seconds."""

    def __init__(self, turns: int, seconds: float) -> None:
        self._seconds = seconds
        self._taken: deque[float] = deque(maxlen=turns)

    def delay(self, now: float) -> float:
        """Take the next turn; so many seconds from now."""
        at = now
        if len(self._taken) == self._taken.maxlen:
            at = max(now, self._taken[0] + self._seconds)
        self._taken.append(at)
        return at - now

    @property
    def last(self) -> float:
        """When the last turn taken begins."""
        return self._taken[-1] if self._taken else 0.0


class Limits:
    """The turns of every chat and of all together."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = Window(*pace.overall)
        self._chats: OrderedDict[int, Window] = OrderedDict()
        self._paused: dict[int, float] = {}
        self._all_paused = 0.0

    async def turn(self, chat_id: int) -> None:
        """Wait until this chat may be sent something."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(self._window(chat_id, now()).delay(now()))
        await self._pause_over(chat_id)
        await asyncio.sleep(self._all.delay(now()))

    def is_free(self, chat_id: int) -> bool:
        """Whether something dispensable may be sent at once."""
        now = asyncio.get_running_loop().time()
        chat = self._chats.get(chat_id)
        if chat_id in self._paused or self._all_paused > now:
            return False
        return self._all.last <= now and (chat is None or chat.last <= now)

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram asks for quiet in a chat; when it asks in two, nobody is spoken to."""
        now = asyncio.get_running_loop().time()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        if self._paused.keys() - {chat_id}:
            self._all_paused = max(self._all_paused, now + seconds)
        self._paused[chat_id] = max(self._paused.get(chat_id, 0.0), now + seconds)

    async def _pause_over(self, chat_id: int) -> None:
        """Telegram asked for quiet; it may ask again meanwhile."""
        now = asyncio.get_running_loop().time
        until = max(self._paused.get(chat_id, 0.0), self._all_paused)
        if until > now():
            await asyncio.sleep(until - now())
            await self._pause_over(chat_id)
        self._paused.pop(chat_id, None)

    def _window(self, chat_id: int, now: float) -> Window:
        window = self._chats.get(chat_id)
        if window is None:
            window = Window(*(self._pace.group if chat_id < 0 else self._pace.person))
            self._chats[chat_id] = window
        self._chats.move_to_end(chat_id)
        self._forget(now)
        return window

    def _forget(self, now: float) -> None:
        """Chats that have been quiet for long need no memory."""
        while len(self._chats) > _CHATS:
            oldest = next(iter(self._chats))
            if self._chats[oldest].last + self._pace.group[1] > now:
                return
            del self._chats[oldest]
