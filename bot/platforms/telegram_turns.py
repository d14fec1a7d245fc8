"""What somebody sent, from its arrival to its confirmation, and whose turn it is.

Turns of one person begin in the order in which their updates arrived, over all chats, each when
what the one before did is kept. Answers go out in order in each chat alone: a group that may be
told nothing more for a minute keeps nobody from their private chat.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from telegram import Update

from bot.platforms.telegram_html import size

PATIENCE = 5.0
"""Seconds that a committed update waits for its answer to go out."""
_LONG_TEXT = 4000  # in UTF-16 units, in which apps count
SPLIT_WAIT = 1.5
"""Seconds in which the rest of a split message follows."""


@dataclass(eq=False, slots=True)
class Ticket:
    """One update on its way."""

    update: Update
    committed_at: float | None = None
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sender(self) -> int:
        """Who sent it: somebody, or a group for its admins who hide behind it; 0 for nobody."""
        sender = self.update.effective_sender
        return sender.id if sender is not None else 0

    @property
    def chat(self) -> int:
        """Where it was sent."""
        chat = self.update.effective_chat
        return chat.id if chat is not None else 0

    def commit(self) -> None:
        """What it did is kept, or it does nothing."""
        if self.committed_at is None:
            self.committed_at = asyncio.get_running_loop().time()
            self.committed.set()

    def may_be_let_go(self, now: float, *, full: bool) -> bool:
        """Whether it may be confirmed; committed is enough after a while, or in a full window."""
        if self.answered.is_set():
            return True
        return self.committed_at is not None and (full or now - self.committed_at > PATIENCE)

    async def settled(self) -> None:
        """Wait until it may be confirmed."""
        while not self.answered.is_set():
            rest = 0.1
            if self.committed_at is not None:
                now = asyncio.get_running_loop().time()
                rest = self.committed_at + PATIENCE - now
                if rest <= 0:
                    return
            await within(min(rest, 0.5), self.answered)


class Line:
    """What one person sent in one chat, and is not answered yet."""

    def __init__(self) -> None:
        self._waiting: deque[Ticket] = deque()
        self._arrived = asyncio.Event()
        self._last: Turn | None = None
        self.count = 0
        """How many updates have come."""
        self.is_served = False
        """Whether somebody takes the turns."""

    def __len__(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @property
    def is_over(self) -> bool:
        """Nothing waits, and everything is answered."""
        return not self.is_served and (self._last is None or self._last.answered.is_set())

    def put(self, ticket: Ticket) -> None:
        self._waiting.append(ticket)
        self._arrived.set()
        self.count += 1

    async def turn(self) -> Turn:
        """The next update, with the rest of it where an app has split it."""
        tickets = [self._waiting.popleft()]
        while _may_go_on(tickets[-1].update):
            if not self._waiting:
                self._arrived.clear()
                await within(SPLIT_WAIT, self._arrived)
            if not self._waiting:
                break
            if not _goes_on(tickets[-1].update, self._waiting[0].update):
                break
            tickets.append(self._waiting.popleft())
        self._last = Turn(tuple(tickets), self, self._last)
        return self._last


class Turn:
    """What one person sent, now that it is its turn; several when a message was split."""

    def __init__(self, tickets: tuple[Ticket, ...], line: Line, before: Turn | None) -> None:
        self.tickets = tickets
        self.answered = asyncio.Event()
        self._line = line
        self._number = line.count - len(line)
        self._before = before.answered if before is not None else None

    @property
    def update(self) -> Update:
        return self.tickets[-1].update

    @property
    def updates(self) -> tuple[Update, ...]:
        return tuple(ticket.update for ticket in self.tickets)

    @property
    def behind(self) -> int:
        """How many more of the same person have come in this chat by now."""
        return self._line.count - self._number

    def commit(self) -> None:
        """What it did is kept, or it does nothing: the person's next turn may begin."""
        for ticket in self.tickets:
            ticket.commit()

    async def kept(self) -> None:
        """Wait until it is committed."""
        await self.tickets[-1].committed.wait()

    async def may_answer(self) -> None:
        """Wait until everything that was asked before in this chat is answered."""
        if self._before is not None:
            await self._before.wait()


class Order:
    """The updates of each person that are not committed, in the order of their arrival.

    A turn waits for older updates alone, so no two wait for each other: not even where the two
    halves of a split message stand on both sides of one from another chat.
    """

    def __init__(self) -> None:
        self._of: dict[int, deque[Ticket]] = {}

    def __len__(self) -> int:
        """How many people are waited for."""
        return len(self._of)

    def put(self, ticket: Ticket) -> None:
        self._of.setdefault(ticket.sender, deque()).append(ticket)

    async def reached(self, turn: Turn) -> None:
        """Wait until everything before it is kept."""
        first = turn.tickets[0]
        waiting = self._of[first.sender]
        while waiting[0] is not first:
            await waiting[0].committed.wait()
            _drop_committed(waiting)

    def passed(self, turn: Turn) -> None:
        """A turn is committed; who has nothing more that waits is forgotten."""
        sender = turn.tickets[0].sender
        waiting = self._of.get(sender, deque())
        _drop_committed(waiting)
        if not waiting:
            self._of.pop(sender, None)


def _drop_committed(waiting: deque[Ticket]) -> None:
    while waiting and waiting[0].committed.is_set():
        waiting.popleft()


async def within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but only so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _text(update: Update) -> str | None:
    """The text of a new private message that is no command."""
    message = update.message
    if message is None or message.text is None or message.text.startswith("/"):
        return None
    return message.text


def is_long(text: str) -> bool:
    """Whether a message may be the beginning of one that the sender's app has split."""
    return size(text) >= _LONG_TEXT


def _may_go_on(update: Update) -> bool:
    return is_long(_text(update) or "")


def _goes_on(first: Update, second: Update) -> bool:
    if _text(second) is None or first.message is None or second.message is None:
        return False
    between = (second.message.date - first.message.date).total_seconds()
    return first.message.chat.id == second.message.chat.id and between <= SPLIT_WAIT + 1
