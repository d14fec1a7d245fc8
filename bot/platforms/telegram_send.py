"""Says things to Telegram: within its limits, again when it is not known whether they arrived."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.herald import PostLater, PostRefused
from bot.platforms.telegram_draw import Drawing
from bot.platforms.telegram_html import plain
from bot.platforms.telegram_limits import Limits
from bot.platforms.telegram_request import TooFast
from locales import say

T = TypeVar("T")
Send = Callable[[int], Awaitable[T]]
Hears = Callable[[int, int], asyncio.Task[None] | None]

_log = logging.getLogger(__name__)

TRIES = 10
"""How often something is sent before it is given up: for about two minutes."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.3, 30.0
TOAST = 200
"""Letters of an answer to a tap."""
_CAPTION = 1024
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said."""

    chat_id: int
    thread_id: int | None = None  # the topic of a group
    reply_to: int | None = None  # the message that is answered


class Sender:
    """The one way to the chats."""

    def __init__(self, bot: Bot, limits: Limits) -> None:
        self._bot = bot
        self._limits = limits
        self._moved: dict[int, int] = {}
        self._heard_move: Hears = lambda old_id, new_id: None
        self._unreachable: set[int] = set()

    def reached(self, chat_id: int) -> None:
        """They have written to us: nothing is in the way any more."""
        self._unreachable.discard(chat_id)

    def unreachable(self, chat_id: int) -> None:
        """They have blocked the bot, or it was removed."""
        self._unreachable.add(chat_id)

    def is_unreachable(self, chat_id: int) -> bool:
        return self.address(chat_id) in self._unreachable

    def address(self, chat_id: int) -> int:
        """The id that a chat has now."""
        return self._moved.get(chat_id, chat_id)

    def tell_moves(self, hears: Hears) -> None:
        """Whom to tell when a group turns out to have become a supergroup."""
        self._heard_move = hears

    def moved(self, old_id: int, new_id: int) -> asyncio.Task[None] | None:
        """A group has become a supergroup; what it returns ends when that has been heard."""
        if self._moved.get(old_id) == new_id:
            return None
        self._moved[old_id] = new_id
        return self._heard_move(old_id, new_id)

    async def send_anew(self, place: Place, drawing: Drawing) -> None:
        """The same where it was refused before, for what was in the way may be gone.

        Raises PostRefused when it still is.
        """
        self.reached(self.address(place.chat_id))
        try:
            await self.send(place, drawing)
        except BadRequest as error:
            raise PostRefused(error.message) from error
        if self.is_unreachable(place.chat_id):
            raise PostRefused("the bot may not write there")

    async def send(self, place: Place, drawing: Drawing) -> None:
        """All messages of a drawing, the file first."""
        if drawing.attachment is not None:
            await self._send_file(place, drawing)
        last = len(drawing.messages) - 1
        for number, html in enumerate(drawing.messages):
            keyboard = drawing.keyboard if number == last else None
            await self._send_message(place, html, keyboard, quietly=number < last)

    async def edit(self, chat_id: int, message_id: int, drawing: Drawing) -> bool:
        """Draw over a message; False when it cannot be changed any more."""
        (html,) = drawing.messages

        def call(chat_id: int) -> Awaitable[Message | bool]:
            return self._bot.edit_message_text(
                html,
                chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=drawing.keyboard,
            )

        return await self._change(chat_id, call)

    async def redraw(
        self, chat_id: int, message_id: int, keyboard: Callable[[], InlineKeyboardMarkup]
    ) -> bool:
        """Another keyboard below the same words: the one that is right when its turn has come."""
        return await self._change(
            chat_id,
            lambda chat_id: self._bot.edit_message_reply_markup(
                chat_id, message_id, reply_markup=keyboard()
            ),
        )

    async def take_keyboard_away(self, chat_id: int, message_id: int) -> None:
        """Show that its buttons are done with; left undone when there is more urgent work."""
        if not self._limits.is_free(chat_id):
            return
        await self._limits.turn(chat_id)
        try:
            await self._bot.edit_message_reply_markup(chat_id, message_id)
        except TooFast as error:
            self._limits.pause(chat_id, error.seconds)
        except TelegramError as error:
            _log.debug("A keyboard stays: %s", type(error).__name__)

    async def answer(
        self, query_id: str, words: str = "", *, alert: bool = False, url: str | None = None
    ) -> None:
        """Answer a tap; too late is too late, so it is tried twice only."""
        for last in (False, True):
            try:
                await self._bot.answer_callback_query(
                    query_id, words[:TOAST] or None, show_alert=alert or None, url=url
                )
            except BadRequest:
                return  # too old, or answered before
            except TelegramError as error:
                if last or isinstance(error, TooFast | Forbidden):
                    _log.info("A tap was not answered: %s", type(error).__name__)
                    return
            else:
                return

    async def turn(self, chat_id: int) -> None:
        """Wait until this chat may be sent something."""
        await self._limits.turn(self.address(chat_id))

    async def try_once(self, chat_id: int, call: Callable[[Bot, int], Awaitable[T]]) -> T:
        """Send what must not arrive twice: PostRefused and PostLater say that it did not."""
        chat_id = self.address(chat_id)
        try:
            return await call(self._bot, chat_id)
        except TooFast as error:
            self._limits.pause(chat_id, error.seconds)
            raise PostLater(error.seconds) from error
        except ChatMigrated as error:
            self.moved(chat_id, error.new_chat_id)
            raise PostLater(1) from error
        except (BadRequest, Forbidden) as error:
            raise PostRefused(error.message) from error

    async def _send_message(
        self, place: Place, html: str, keyboard: InlineKeyboardMarkup | None, *, quietly: bool
    ) -> None:
        def call(text: str, parse_mode: str | None, place: Place) -> Send[Message]:
            return lambda chat_id: self._bot.send_message(
                chat_id,
                text,
                parse_mode=parse_mode,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard,
                disable_notification=quietly or None,
                message_thread_id=place.thread_id,
                reply_parameters=_reply(place),
            )

        try:
            await self._sent(place.chat_id, call(html, ParseMode.HTML, place))
        except BadRequest:  # the topic is gone, or something nobody has foreseen
            _log.warning("A message was refused and is sent plainly")
            await self._sent(place.chat_id, call(plain(html), None, Place(place.chat_id)))

    async def _send_file(self, place: Place, drawing: Drawing) -> None:
        attachment = drawing.attachment
        assert attachment is not None
        await self._sent(
            place.chat_id,
            lambda chat_id: self._bot.send_document(
                chat_id,
                InputFile(attachment.content, filename=attachment.name),
                caption=say(attachment.description, drawing.language)[:_CAPTION],
                message_thread_id=place.thread_id,
                reply_parameters=_reply(place),
            ),
        )

    async def _change(self, chat_id: int, call: Callable[[int], Awaitable[Message | bool]]) -> bool:
        try:
            await self._sent(chat_id, call)
        except BadRequest as error:
            return "not modified" in error.message.lower()
        return True

    async def _sent(self, chat_id: int, call: Send[T]) -> T | None:
        """Send until it is sent, in turn; None when the chat cannot be reached."""
        for attempt in range(TRIES):
            chat_id = self.address(chat_id)
            if chat_id in self._unreachable:
                return None
            await self._limits.turn(chat_id)
            try:
                return await call(chat_id)
            except InvalidToken:
                raise
            except TelegramError as error:
                await self._heed(chat_id, error, attempt)
        _log.error("A message was given up after %d tries", TRIES)
        return None

    async def _heed(self, chat_id: int, error: TelegramError, attempt: int) -> None:
        """Do what an error asks for before the next try; raises it when there is no use in one."""
        match error:
            case TooFast():
                self._limits.pause(chat_id, error.seconds)
            case ChatMigrated():
                self.moved(chat_id, error.new_chat_id)
            case Forbidden():
                self.unreachable(chat_id)
            case BadRequest() if is_unreachable(error):
                self.unreachable(chat_id)
            case BadRequest():
                raise error
            case _:
                _log.info("Sending again after %s", type(error).__name__)
                await asyncio.sleep(min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE))


def is_unreachable(error: BaseException | None) -> bool:
    """They have blocked the bot, nobody there has started it, or it may not write there."""
    if isinstance(error, BadRequest):
        said = error.message.lower()
        return "chat not found" in said or "not enough rights" in said
    return isinstance(error, Forbidden)


def _reply(place: Place) -> ReplyParameters | None:
    if place.reply_to is None:
        return None
    return ReplyParameters(place.reply_to, allow_sending_without_reply=True)
