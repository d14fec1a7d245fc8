"""Telegram as a platform of Grove: `serve` runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from telegram import Bot, ChatMemberUpdated
from telegram.error import InvalidToken, TelegramError

from bot.config import Settings
from bot.errors import WrongToken
from bot.health import Watch, unwatched
from bot.herald import Announce
from bot.platforms.telegram_groups import Groups
from bot.platforms.telegram_herald import TelegramHerald
from bot.platforms.telegram_limits import PACE, Limits, Pace
from bot.platforms.telegram_members import Members
from bot.platforms.telegram_menu import set_menus
from bot.platforms.telegram_parse import Group, in_private, is_person, who_from_group
from bot.platforms.telegram_poll import Poll
from bot.platforms.telegram_request import HttpRequest
from bot.platforms.telegram_send import Sender
from bot.platforms.telegram_talk import Desk, Talk
from bot.platforms.telegram_taps import Taps
from bot.platforms.telegram_turns import Turn
from bot.platforms.telegram_updates import Inbox
from bot.platforms.telegram_webhook import Webhook
from core.dialogue import Admitted

_log = logging.getLogger(__name__)

API_BASE = "https://api.telegram.org"
_DRAIN = 15.0  # seconds to finish what is begun
_LONGEST_PAUSE = 30.0


async def serve(
    desk: Desk,
    settings: Settings,
    stop: asyncio.Event,
    pace: Pace = PACE,
    watch: Watch = unwatched,
    announce: Announce | None = None,
) -> None:
    """Serve Telegram until `stop` is set; raises WrongToken when it does not know the token."""
    bot = bot_from_settings(settings)
    try:
        await _alone_or_stopped(_log_in(bot), stop)
        if stop.is_set():
            return
        _log.info("Telegram is served as @%s", bot.username)
        sender = Sender(bot, Limits(pace.shared(settings.telegram_webhook_workers)))
        herald = TelegramHerald(sender)
        if announce is not None:
            announce(herald)
        try:
            await _serve(settings, stop, bot, Router(desk, bot, sender), watch)
        finally:
            await herald.close(_DRAIN)
    except InvalidToken:
        raise WrongToken("Telegram", "GROVE_TELEGRAM_TOKEN") from None
    finally:
        await bot.shutdown()


def bot_from_settings(settings: Settings) -> Bot:
    """The door to the Bot API."""
    base = settings.telegram_api_base or API_BASE
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return Bot(
        token or "none",
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HttpRequest(),
        get_updates_request=HttpRequest(connections=2),
    )


class Router:
    """Sends each update to those who know what to do with it."""

    def __init__(self, desk: Desk, bot: Bot, sender: Sender) -> None:
        self._sender = sender
        members = Members(bot, sender)
        self._talk = Talk(desk, bot, sender, members)
        self._taps = Taps(bot, sender, self._talk, members)
        self._groups = Groups(bot, sender, self._talk, members)

    async def answer(self, turn: Turn) -> asyncio.Task[None] | None:
        """Answer one turn of one person."""
        update = turn.update
        if update.effective_chat is not None and update.my_chat_member is None:
            self._sender.reached(update.effective_chat.id)
        if update.callback_query is not None:
            return await self._taps.tap(turn, update.callback_query)
        if update.my_chat_member is not None:
            await self._came_or_went(turn, update.my_chat_member)
            return None
        message = update.message or update.edited_message
        if message is None:
            return None
        if not in_private(message.chat):
            if update.message is not None:
                await self._groups.message(turn, message)
        elif is_person(message.from_user):
            edited = update.edited_message is not None
            await self._talk.message(turn, message, edited=edited)
        return None

    async def _came_or_went(self, turn: Turn, change: ChatMemberUpdated) -> None:
        """The bot was blocked, removed, or let in again."""
        member = change.new_chat_member
        is_member = getattr(member, "is_member", True)  # somebody restricted may have left as well
        if member.status in (member.LEFT, member.BANNED) or not is_member:
            self._sender.unreachable(change.chat.id)
        else:
            self._sender.reached(change.chat.id)
        if not in_private(change.chat):
            is_in = not self._sender.is_unreachable(change.chat.id)
            group = Group(change.chat.id, title=change.chat.title or "")
            await self._talk.screen(turn, who_from_group(group), Admitted(is_in))


async def _serve(
    settings: Settings, stop: asyncio.Event, bot: Bot, router: Router, watch: Watch
) -> None:
    inbox = Inbox(router.answer)
    menus = asyncio.create_task(set_menus(bot))
    try:
        if settings.telegram_webhook_url:
            await _behind_webhook(settings, stop, bot, inbox, watch)
        else:
            poll = Poll(bot, inbox)
            watch(poll.serves)
            await _alone_or_stopped(poll.run(), stop)
            await inbox.drain(_DRAIN)
            await poll.confirm()
    finally:
        menus.cancel()
        await asyncio.gather(menus, return_exceptions=True)
        await inbox.drain(0)


async def _behind_webhook(
    settings: Settings, stop: asyncio.Event, bot: Bot, inbox: Inbox, watch: Watch
) -> None:
    secret = settings.telegram_webhook_secret
    assert settings.telegram_webhook_url is not None
    webhook = Webhook(
        bot,
        inbox,
        settings.telegram_webhook_url,
        secret.get_secret_value() if secret else None,
    )
    port = await webhook.listen(settings.http_host, settings.http_port)
    _log.info("The webhook listens on port %d", port)
    watch(webhook.serves)
    try:
        await _alone_or_stopped(webhook.announce(), stop)
        await stop.wait()
    finally:
        await webhook.close()
    await inbox.drain(_DRAIN)


async def _log_in(bot: Bot) -> None:
    """Ask who we are; go on asking while Telegram cannot be reached."""
    pause = 0.5
    while True:
        try:
            await bot.initialize()
            return
        except InvalidToken:
            raise
        except TelegramError as error:
            _log.warning("Telegram cannot be reached, trying on: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


async def _alone_or_stopped(work: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for the work to end, or for the word to stop, which ends it."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
