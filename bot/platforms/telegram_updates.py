"""Updates in order, people side by side; confirmed only after their effect is kept.

A confirmed update never comes again, so it is confirmed when what it did is committed and its
answer is out. Telegram shows no more than the first hundred unconfirmed ones: that a few slow
answers hold up nobody, an update whose effect is committed is let go after a few seconds, or at
once when a hundred wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Bot, Update

from bot.platforms.telegram_faults import logged
from bot.platforms.telegram_read import Raw, update_from_raw
from bot.platforms.telegram_turns import Line, Order, Ticket, Turn, within

WINDOW = 100
"""Unconfirmed updates that Telegram shows at a time."""

_Place = tuple[int, int]  # somebody in a chat

Answer = Callable[[Turn], Awaitable[asyncio.Task[None] | None]]
"""Answers a turn. What it returns, if anything, must end too before the turn is answered."""


class Inbox:
    """All updates that are not confirmed yet."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._tickets: dict[int, Ticket] = {}  # by update id, in order of arrival
        self._lines: dict[_Place, Line] = {}
        self._order = Order()
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
        self._order.put(ticket)
        place = (ticket.sender, ticket.chat)
        line = self._lines.setdefault(place, Line())
        line.put(ticket)
        if not line.is_served:
            line.is_served = True
            self._start(self._serve(place, line))
        return ticket

    def offset(self) -> int | None:
        """Every update below may be confirmed; None before the first."""
        now = asyncio.get_running_loop().time()
        full = len(self._tickets) >= WINDOW
        for number in sorted(self._tickets):
            if not self._tickets[number].may_be_let_go(now, full=full):
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
            await within(seconds, self._all_answered)

    async def drain(self, seconds: float) -> None:
        """Finish what is begun; what then is not finished is left unconfirmed."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=seconds)
        for worker in tuple(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _serve(self, place: _Place, line: Line) -> None:
        """Take the turns of a line, each when what was before it is kept."""
        while len(line):
            turn = await line.turn()
            await self._order.reached(turn)
            self._start(self._take(place, line, turn))
            await turn.kept()
        line.is_served = False
        self._leave(place, line)

    async def _take(self, place: _Place, line: Line, turn: Turn) -> None:
        rest: asyncio.Task[None] | None = None
        try:
            rest = await self._answer(turn)
        except Exception as error:
            logged(error)
        turn.commit()
        self._order.passed(turn)
        await turn.may_answer()
        turn.answered.set()
        self._leave(place, line)
        if rest is not None:
            await asyncio.wait([rest])
        self._answered(turn)

    def _leave(self, place: _Place, line: Line) -> None:
        """A line in which nothing is to be done needs no memory."""
        if line.is_over and self._lines.get(place) is line:
            del self._lines[place]

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
