"""Polling: asks for updates, and confirms them once their effect is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken, TelegramError

from bot.platforms.telegram_read import Raw, raw_updates
from bot.platforms.telegram_request import TooFast
from bot.platforms.telegram_updates import WINDOW, Inbox

_log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_LONG_POLL = 30  # seconds that Telegram waits for something to report
_SILENCE = 60.0  # seconds without an answer after which nobody is served
_BUSY = 0.1  # seconds between two looks while updates are still at work
_BREATH = 0.05  # seconds after an empty answer, for servers that do not wait as they are asked
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONFLICT_PAUSE = 3.0
_FAREWELL = 5.0  # seconds for the last word

_METHOD = "get__updates"
"""Sent as getUpdates. The library's own method of that name would read every update itself."""

Ask = Callable[[], Awaitable[Sequence[Raw]]]


class Poll:
    """The loop: ask, put into the inbox, confirm what is done by asking for what comes after."""

    def __init__(self, bot: Bot, inbox: Inbox) -> None:
        self._bot = bot
        self._inbox = inbox
        self._pause = 0.0
        self._in_conflict = False
        self._answered_at: float | None = None

    def serves(self) -> bool:
        """Whether Telegram has answered of late."""
        now = asyncio.get_running_loop().time()
        return self._answered_at is not None and now - self._answered_at < _SILENCE

    async def run(self) -> None:
        """Until cancelled."""
        await self._until_done(self._leave_webhook)
        while True:
            updates = await self._until_done(self._ask)
            for raw in updates:
                self._inbox.take_in(raw, self._bot)
            if updates:
                await self._inbox.quiet(_BUSY)
            else:
                await asyncio.sleep(_BREATH)

    async def confirm(self) -> None:
        """On leaving: tell which updates are done."""
        offset = self._inbox.offset()
        if offset is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL):
                await self._bot.get_updates(offset, limit=1, timeout=0)
        except (TelegramError, TimeoutError) as error:
            _log.info("Not confirmed on leaving: %s", type(error).__name__)

    async def _ask(self) -> Sequence[Raw]:
        """New updates, and those still at work, which are shown again and again."""
        found = await self._bot.do_api_request(
            _METHOD,
            api_kwargs={
                "offset": self._inbox.offset(),
                "limit": WINDOW,
                "timeout": 0 if self._inbox.waiting else _LONG_POLL,
                "allowed_updates": ALLOWED_UPDATES,
            },
            read_timeout=_LONG_POLL + 15,
        )
        updates = raw_updates(found)
        if found and not updates:
            raise TelegramError("the answer holds no updates")
        return updates

    async def _leave_webhook(self) -> Sequence[Raw]:
        """A webhook of an earlier run keeps updates from us; what it has queued stays queued."""
        if (await self._bot.get_webhook_info()).url:
            await self._bot.delete_webhook(drop_pending_updates=False)
        return ()

    async def _until_done(self, ask: Ask) -> Sequence[Raw]:
        """Ask again, more and more slowly, while Telegram cannot be reached."""
        while True:
            try:
                found = await ask()
            except EndPointNotFound:
                raise InvalidToken from None
            except InvalidToken:
                raise
            except Conflict:
                await self._conflict()
            except TooFast as error:
                await asyncio.sleep(error.seconds)
            except TelegramError as error:
                await self._failed(error)
            else:
                self._pause, self._in_conflict = 0.0, False
                self._answered_at = asyncio.get_running_loop().time()
                return found

    async def _conflict(self) -> None:
        if not self._in_conflict:
            _log.warning("Another program polls with the same token; trying on until it stops")
            self._in_conflict = True
        await asyncio.sleep(_CONFLICT_PAUSE)

    async def _failed(self, error: TelegramError) -> None:
        if not self._pause or isinstance(error, BadRequest):
            _log.warning("Telegram cannot be reached, trying on: %s", type(error).__name__)
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        await asyncio.sleep(self._pause)
