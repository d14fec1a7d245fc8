"""How fast Telegram may be spoken to: waiting for a turn beforehand, and after being told to."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, replace

_CHATS = 10_000  # chats remembered


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages in so many seconds: somewhat below what Telegram names."""

    overall: float = 25.0  # 30 a second
    person: tuple[int, float] = (3, 3.0)  # one a second, a few at once
    group: tuple[int, float] = (20, 61.0)  # 20 a minute

    def shared(self, processes: int) -> Pace:
        """The share of one of so many processes that speak for the same bot.

        A group's minute is strict; for a person it is the mean that counts.
        """
        turns, seconds = self.person
        to_person = max(turns // processes, 1)
        most, minute = self.group
        return replace(
            self,
            overall=self.overall / processes,
            person=(to_person, seconds * processes * to_person / turns),
            group=(max(most // processes, 1), minute * max(processes / most, 1.0)),
        )


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
            at = max(now, self._ends(0))
        self._taken.append(at)
        return at - now

    def has_turn(self, now: float) -> bool:
        """Whether the next turn would begin at once."""
        return len(self._taken) < (self._taken.maxlen or 0) or self._ends(0) <= now

    def is_quiet(self, now: float) -> bool:
        """Whether all its turns have long passed."""
        return not self._taken or self._ends(-1) <= now

    def _ends(self, turn: int) -> float:
        return self._taken[turn] + self._seconds


class Beat:
    """One turn after the other, evenly, counted from when they really begin."""

    def __init__(self, a_second: float) -> None:
        self._gap = 1 / a_second
        self._next = 0.0
        self._line = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for the next beat."""
        now = asyncio.get_running_loop().time
        async with self._line:
            await asyncio.sleep(self._next - now())
            self._next = now() + self._gap

    @property
    def is_free(self) -> bool:
        """Whether nobody waits."""
        return not self._line.locked()


class Limits:
    """The turns of every chat and of all together."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = Beat(pace.overall)
        self._chats: OrderedDict[int, Window] = OrderedDict()
        self._paused: dict[int, float] = {}
        self._all_paused = 0.0

    async def turn(self, chat_id: int) -> None:
        """Wait until this chat may be sent something."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(self._window(chat_id, now()).delay(now()))
        await self._pause_over(chat_id)
        await self._all.turn()

    def is_free(self, chat_id: int) -> bool:
        """Whether something dispensable may be sent at once."""
        now = asyncio.get_running_loop().time()
        chat = self._chats.get(chat_id)
        if chat_id in self._paused or self._all_paused > now:
            return False
        return self._all.is_free and (chat is None or chat.has_turn(now))

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
            if not self._chats[oldest].is_quiet(now):
                return
            del self._chats[oldest]
