"""Boards on Telegram: a photo whose caption says what is in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from telegram import Bot, InputFile, Message
from telegram.constants import ParseMode

from bot.herald import Gate, PostLater, PostRefused, Unwelcome
from bot.platforms.telegram_draw import Drawing, drawn
from bot.platforms.telegram_html import clean, escaped, inert_name, size
from bot.platforms.telegram_parse import Group
from bot.platforms.telegram_send import Place, Sender, is_unreachable
from core.dialogue import Screen
from core.flow.posting import STRANGE_CHANNEL, Post

Call: TypeAlias = Callable[[Bot, int], Awaitable[Message]]

_CAPTION = 1024
_FILE = "leaderboard.png"
_LONGEST_WAIT = 15.0
"""For the turn of a busy group; then the post waits for a better time."""


class TelegramHerald:
    """Posts in groups; Telegram would show a post twice that is sent twice."""

    platform = "telegram"
    knows_nonces = False

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._gate = Gate()

    async def post(self, post: Post, picture: bytes | None, caption: str, alternative: str) -> str:
        place = _place(post.channel or post.address)
        words = _caption(caption, alternative)
        async with self._gate.passed():
            try:
                async with asyncio.timeout(_LONGEST_WAIT):
                    await self._sender.turn(place.chat_id)
            except TimeoutError:
                raise PostLater(_LONGEST_WAIT) from None
            call = _words(words, place) if picture is None else _photo(picture, words, place)
            message = await self._sender.try_once(place.chat_id, call)
        return str(message.message_id)

    async def tell(self, post: Post, channel: str, words: str) -> None:
        async with self._gate.passed():
            await self._sender.send_anew(_place(channel), Drawing((escaped(clean(words)),), None))

    async def show(self, address: str, channel: str, screen: Screen) -> None:
        place = _place(channel)
        async with self._gate.passed():
            await self._sender.send_anew(place, drawn(screen, Group(int(address))))

    async def remind(self, address: str, screen: Screen) -> None:
        drawing = drawn(screen)
        (words,) = drawing.messages
        chat_id = int(address)
        if self._sender.is_unreachable(chat_id):
            raise Unwelcome
        async with self._gate.passed():
            try:
                async with asyncio.timeout(_LONGEST_WAIT):
                    await self._sender.turn(chat_id)
            except TimeoutError:
                raise PostLater(_LONGEST_WAIT) from None
            try:
                await self._sender.try_once(
                    chat_id,
                    lambda bot, chat_id: bot.send_message(
                        chat_id,
                        words,
                        parse_mode=ParseMode.HTML,
                        reply_markup=drawing.keyboard,
                    ),
                )
            except PostRefused as no:
                if is_unreachable(no.__cause__):
                    self._sender.unreachable(chat_id)
                    raise Unwelcome from no
                raise

    async def close(self, seconds: float) -> None:
        """Let the posts under way arrive."""
        await self._gate.close(seconds)


def _photo(picture: bytes, words: str, place: Place) -> Call:
    return lambda bot, chat_id: bot.send_photo(
        chat_id,
        InputFile(picture, filename=_FILE),
        caption=words,
        parse_mode=ParseMode.HTML,
        message_thread_id=place.thread_id,
    )


def _words(words: str, place: Place) -> Call:
    return lambda bot, chat_id: bot.send_message(
        chat_id, words, parse_mode=ParseMode.HTML, message_thread_id=place.thread_id
    )


def _place(channel: str) -> Place:
    """`chat` or `chat/topic`."""
    chat, slash, topic = channel.partition("/")
    try:
        return Place(int(chat), int(topic) if slash else None)
    except ValueError:
        raise PostRefused(STRANGE_CHANNEL) from None


def _caption(caption: str, alternative: str) -> str:
    """All of it where it fits; else the sentence that names the first three."""
    words = inert_name(clean(caption))
    if size(words) > _CAPTION:
        words = inert_name(clean(alternative))
    while size(words) > _CAPTION:
        words = words[: len(words) - (size(words) - _CAPTION) - 1].rstrip() + "…"
    return escaped(words)
