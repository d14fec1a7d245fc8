"""Keyboards of orders and forms in progress: quick taps add up and are drawn once a second."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message

from bot.platforms.telegram_data import Pick, Tick
from bot.platforms.telegram_keyboards import Rows, State, state_keyboard

_MESSAGES = 5_000  # keyboards remembered; one that is forgotten is read from its buttons again
_TAPS = 100  # states of one keyboard remembered
_REPLACED = 5_000  # messages remembered that show something else by now

Edit = Callable[[int, int, Callable[[], InlineKeyboardMarkup]], Awaitable[object]]
"""Changes the keyboard of a message to the one that is right when its turn has come."""


@dataclass(slots=True)
class _Progress:
    """One keyboard: what it holds now, and what taps still on their way may have seen."""

    state: State
    seen: set[State]
    own: Rows
    tap: Pick | Tick
    drawing: asyncio.Task[None] | None = None
    drawn: State | None = None
    drawn_at: float = float("-inf")

    def keyboard(self) -> InlineKeyboardMarkup:
        """What is to be drawn now."""
        self.drawn, self.drawn_at = self.state, asyncio.get_running_loop().time()
        return state_keyboard(self.state, self.tap.task_id, self.tap.language, self.own)


class Redraws:
    """What quick taps add up to before their keyboard is drawn again.

    A tap carries the state of the keyboard it was made on. When several come before the next
    drawing, each counts from the last one and not from what its keyboard showed. Nothing here
    is needed after a restart: then the buttons alone tell.
    """

    def __init__(self, edit: Edit, pause: float = 1.0) -> None:
        self._edit = edit
        self._pause = pause
        self._progress: OrderedDict[tuple[int, int], _Progress] = OrderedDict()

    def state(self, chat_id: int, message_id: int, tap: Pick | Tick) -> State:
        """The state that this tap is made on, quick taps before it included."""
        known = self._progress.get((chat_id, message_id))
        if known is not None and known.tap.task_id == tap.task_id and tap.state in known.seen:
            return known.state
        return tap.state

    def change(
        self, chat_id: int, message_id: int, tap: Pick | Tick, own: Rows
    ) -> asyncio.Task[None] | None:
        """Note one tap; the task ends when a keyboard with it has been drawn."""
        before = self.state(chat_id, message_id, tap)
        after = before.after(tap.act)
        place = (chat_id, message_id)
        progress = self._progress.get(place)
        if progress is None or progress.state != before or tap.task_id != progress.tap.task_id:
            self.close(chat_id, message_id)
            progress = self._progress[place] = _Progress(before, {before}, own, tap)
        self._progress.move_to_end(place)
        progress.state, progress.tap = after, tap
        progress.seen = {*(progress.seen if len(progress.seen) < _TAPS else ()), before, after}
        if progress.drawing is None or progress.drawing.done():
            if after == tap.state:
                return None  # the keyboard shows it already
            progress.drawn = tap.state
            progress.drawing = asyncio.create_task(self._draw(place, progress))
        self._forget()
        return progress.drawing

    def close(self, chat_id: int, message_id: int) -> None:
        """The order or form was handed in."""
        progress = self._progress.pop((chat_id, message_id), None)
        if progress is not None and progress.drawing is not None:
            progress.drawing.cancel()

    async def _draw(self, place: tuple[int, int], progress: _Progress) -> None:
        now = asyncio.get_running_loop().time
        while progress.drawn != progress.state:
            before = progress.drawn_at
            await asyncio.sleep(before + self._pause - now())
            await self._edit(*place, progress.keyboard)
            if progress.drawn_at == before:
                return  # nobody can be reached there

    def _forget(self) -> None:
        while len(self._progress) > _MESSAGES:
            self._progress.popitem(last=False)


class Replaced:
    """Messages that have lately been drawn over: a tap on what they showed before is late.

    Nothing here is needed after a restart: then late taps are refused by the desk alone.
    """

    def __init__(self) -> None:
        self._now: OrderedDict[tuple[int, int], InlineKeyboardMarkup | None] = OrderedDict()

    def note(
        self, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """This is below the message now; nothing while its answer is on the way."""
        self._now[chat_id, message_id] = keyboard
        self._now.move_to_end((chat_id, message_id))
        if len(self._now) > _REPLACED:
            self._now.popitem(last=False)

    def is_late(self, message: Message) -> bool:
        """Whether the message was tapped on as it looked before it was drawn over."""
        place = (message.chat.id, message.message_id)
        return place in self._now and self._now[place] != message.reply_markup
