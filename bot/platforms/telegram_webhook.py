"""The webhook: Telegram calls, and gets its 200 when what it brought is kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.platforms.telegram_poll import ALLOWED_UPDATES
from bot.platforms.telegram_read import raw_updates, value_from_json
from bot.platforms.telegram_updates import Inbox

_log = logging.getLogger(__name__)

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_CONNECTIONS = 40  # calls that Telegram makes at the same time
_LARGEST = 1024 * 1024
_LONGEST_PAUSE = 30.0
_DRAIN = 15.0  # seconds to answer the calls that are there on leaving


class Webhook:
    """The route Telegram calls; any number of processes may stand behind one address."""

    def __init__(self, bot: Bot, inbox: Inbox, url: str, secret: str | None = None) -> None:
        self._bot = bot
        self._inbox = inbox
        self._url = url
        self._secret = secret or secret_from_token(bot.token)
        self._runner: web.AppRunner | None = None
        self._announced = False

    async def listen(self, host: str, port: int) -> int:
        """Open the door; on which port."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post(urlsplit(self._url).path or "/", self._called)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_DRAIN)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        found: int = self._runner.addresses[0][1]
        return found

    def serves(self) -> bool:
        """Whether Telegram knows where to call, and is listened to."""
        return self._announced and self._runner is not None

    async def announce(self) -> None:
        """Tell Telegram where to call, and with which secret; go on until it has been told."""
        pause = 0.5
        while True:
            try:
                await self._set()
                self._announced = True
                return
            except InvalidToken:
                raise
            except TelegramError as error:
                why = error.message if isinstance(error, BadRequest) else type(error).__name__
                _log.warning("The webhook is not set yet: %s", why)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def close(self) -> None:
        """Take no more calls; those that are there are answered first."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._url,
            max_connections=_CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
            drop_pending_updates=False,
            secret_token=self._secret,
        )

    async def _called(self, request: web.Request) -> web.Response:
        shown = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self._secret.encode()):
            return web.Response(status=403)
        try:
            called = raw_updates([value_from_json(await request.read())])
        except ValueError:
            called = []
        if not called:
            _log.warning("A call of the webhook could not be read")
            return web.Response(status=400)
        ticket = self._inbox.take_in(called[0], self._bot)
        await ticket.settled()
        self._inbox.confirmed(ticket)
        return web.Response()


def secret_from_token(token: str) -> str:
    """The same in every process, known to nobody who does not know the token."""
    return hashlib.sha256(f"webhook:{token}".encode()).hexdigest()
