"""Updates in order, a line for each person in a chat; confirmed only after their effect is kept.

A confirmed update never comes again, so it is confirmed when what it did is committed and its
answer is out. Telegram shows no more than the first hundred unconfirmed ones: that a few slow
answers hold up nobody, an update whose effect is committed is let go after a few seconds, or at
once when a hundred wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from telegram import Bot, Update

from bot.platforms.telegram_faults import logged
from bot.platforms.telegram_html import size
from bot.platforms.telegram_read import Raw, update_from_raw

PATIENCE = 5.0
"""Seconds that a committed update waits for its answer to go out."""
WINDOW = 100
"""Unconfirmed updates that Telegram shows at a time."""
_LONG_TEXT = 4000  # in UTF-16 units, in which apps count
SPLIT_WAIT = 1.5
"""Seconds in which the rest of a split message follows."""


@dataclass(eq=False, slots=True)
class Ticket:
    """One update on its way."""

    update: Update
    committed_at: float | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def commit(self) -> None:
        """What it did is kept."""
        if self.committed_at is None:
            self.committed_at = asyncio.get_running_loop().time()

    async def settled(self) -> None:
        """Wait until it may be confirmed."""
        while not self.answered.is_set():
            rest = 0.1
            if self.committed_at is not None:
                now = asyncio.get_running_loop().time()
                rest = self.committed_at + PATIENCE - now
                if rest <= 0:
                    return
            await _within(min(rest, 0.5), self.answered)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person sent, now that it is its turn; several when a message was split."""

    tickets: tuple[Ticket, ...]
    behind: int  # how many more of the same person wait

    @property
    def update(self) -> Update:
        return self.tickets[-1].update

    @property
    def updates(self) -> tuple[Update, ...]:
        return tuple(ticket.update for ticket in self.tickets)

    def commit(self) -> None:
        for ticket in self.tickets:
            ticket.commit()


_Place = tuple[int, int]  # somebody in a chat; a group that is full keeps nobody from theirs

Answer = Callable[[Turn], Awaitable[asyncio.Task[None] | None]]
"""Answers a turn. What it returns, if anything, must end too before the turn is answered."""


class _Line:
    """The updates of one person that wait."""

    def __init__(self) -> None:
        self._waiting: deque[Ticket] = deque()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, ticket: Ticket) -> None:
        self._waiting.append(ticket)
        self._arrived.set()

    async def turn(self) -> Turn:
        """The next update, with the rest of it where an app has split it."""
        tickets = [self._waiting.popleft()]
        while _may_go_on(tickets[-1].update):
            if not self._waiting:
                self._arrived.clear()
                await _within(SPLIT_WAIT, self._arrived)
            if not self._waiting:
                break
            if not _goes_on(tickets[-1].update, self._waiting[0].update):
                break
            tickets.append(self._waiting.popleft())
        return Turn(tuple(tickets), len(self._waiting))


class Inbox:
    """All updates that are not confirmed yet."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._tickets: dict[int, Ticket] = {}  # by update id, in order of arrival
        self._lines: dict[_Place, _Line] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._unanswered = 0
        self._all_answered = asyncio.Event()
        self._confirmed_below: int | None = None

    @property
    def waiting(self) -> int:
        """How many updates are not confirmed."""
        return len(self._tickets)

    def take_in(self, raw: Raw, bot: Bot) -> Ticket:
        """Take in what was shown, once; what cannot be read is answered by that."""
        number = raw["update_id"]
        assert isinstance(number, int)
        known = self._tickets.get(number)
        if known is not None:
            return known
        update = update_from_raw(raw, bot)
        if update is not None:
            return self.put(update)
        ticket = self._tickets[number] = Ticket(Update(number))
        ticket.commit()
        ticket.answered.set()
        return ticket

    def put(self, update: Update) -> Ticket:
        """Take an update in; one that is known already is not taken in again."""
        known = self._tickets.get(update.update_id)
        if known is not None:
            return known
        ticket = Ticket(update)
        self._tickets[update.update_id] = ticket
        self._unanswered += 1
        self._all_answered.clear()
        self._line(_place(update)).put(ticket)
        return ticket

    def offset(self) -> int | None:
        """Every update below may be confirmed; None before the first."""
        now = asyncio.get_running_loop().time()
        full = len(self._tickets) >= WINDOW
        for number in sorted(self._tickets):
            if not _may_be_let_go(self._tickets[number], now, full=full):
                break
            del self._tickets[number]
            self._confirmed_below = number + 1
        return self._confirmed_below

    def confirmed(self, ticket: Ticket) -> None:
        """A webhook call ends: this update never comes again."""
        self._tickets.pop(ticket.update.update_id, None)

    async def quiet(self, seconds: float) -> None:
        """Wait until all is answered, at most so long."""
        if self._unanswered:
            await _within(seconds, self._all_answered)

    async def drain(self, seconds: float) -> None:
        """Finish what is begun; what then is not finished is left unconfirmed."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=seconds)
        for worker in tuple(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _line(self, place: _Place) -> _Line:
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = _Line()
            self._start(self._serve(place, line))
        return line

    async def _serve(self, place: _Place, line: _Line) -> None:
        while len(line):
            turn = await line.turn()
            rest: asyncio.Task[None] | None = None
            try:
                rest = await self._answer(turn)
            except Exception as error:
                logged(error)
            turn.commit()
            if rest is None:
                self._answered(turn)
            else:
                self._start(self._finish(turn, rest))
        del self._lines[place]

    async def _finish(self, turn: Turn, rest: asyncio.Task[None]) -> None:
        await asyncio.wait([rest])
        self._answered(turn)

    def _answered(self, turn: Turn) -> None:
        for ticket in turn.tickets:
            ticket.answered.set()
        self._unanswered -= len(turn.tickets)
        if not self._unanswered:
            self._all_answered.set()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but only so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _may_be_let_go(ticket: Ticket, now: float, *, full: bool) -> bool:
    if ticket.answered.is_set():
        return True
    return ticket.committed_at is not None and (full or now - ticket.committed_at > PATIENCE)


def _place(update: Update) -> _Place:
    user, chat = update.effective_user, update.effective_chat
    return user.id if user else 0, chat.id if chat else 0


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
