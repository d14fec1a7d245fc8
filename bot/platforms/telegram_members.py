"""Who somebody is in a group, and what the bot may do there, by Telegram's word of this moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import Bot, ChatMember, ChatMemberMember, ChatMemberRestricted, ChatPermissions
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.platforms.telegram_parse import Group
from bot.platforms.telegram_request import TooFast
from bot.platforms.telegram_send import Sender
from core.text import N_

T = TypeVar("T")

NOT_TOLD = N_(
    "Telegram does not tell me who manages this group. Make me an admin of it, or try again in a "
    "moment."
)

_log = logging.getLogger(__name__)

_TRIES, _PAUSE, _LONGEST_PAUSE = 5, 0.5, 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in a group."""

    group: Group  # under the id that it has now
    is_in: bool = False
    is_admin: bool = False
    is_told: bool = True  # False where Telegram does not say it


class Members:
    """Asks Telegram about the members of groups."""

    def __init__(self, bot: Bot, sender: Sender) -> None:
        self._bot = bot
        self._sender = sender

    async def standing(self, group: Group, user_id: int) -> Standing:
        """Where members are hidden from a bot that is no admin, it is told of the admins alone."""
        try:
            member = await self._member(group.chat_id, user_id)
        except BadRequest:
            return await self._standing_among_admins(group, user_id)
        except TelegramError:
            return Standing(self._now(group), is_told=False)
        is_admin = _is_admin(member)
        is_in = is_admin or member.status == member.MEMBER or bool(getattr(member, "is_member", 0))
        return Standing(self._now(group), is_in, is_admin)

    async def lacks(self, chat_id: int) -> tuple[str, ...]:
        """What boards and the button take and the bot may not do in a group, by Telegram's name."""
        may: ChatMemberRestricted | ChatPermissions | None = None
        try:
            member = await self._member(chat_id, self._bot.id)
            if isinstance(member, ChatMemberRestricted):
                may = member
            elif isinstance(member, ChatMemberMember):
                may = (await self._insisted(chat_id, self._bot.get_chat)).permissions
        except TelegramError:
            return ()
        if may is None:
            return ()
        wanted = {"Send Messages": may.can_send_messages, "Send Photos": may.can_send_photos}
        return tuple(name for name, granted in wanted.items() if granted is False)

    async def _standing_among_admins(self, group: Group, user_id: int) -> Standing:
        try:
            admins = await self._insisted(group.chat_id, self._bot.get_chat_administrators)
        except TelegramError:
            return Standing(self._now(group), is_told=False)
        is_admin = any(admin.user.id == user_id and _is_admin(admin) for admin in admins)
        return Standing(self._now(group), is_admin, is_admin)

    async def _member(self, chat_id: int, user_id: int) -> ChatMember:
        return await self._insisted(
            chat_id, lambda chat_id: self._bot.get_chat_member(chat_id, user_id)
        )

    def _now(self, group: Group) -> Group:
        return replace(group, chat_id=self._sender.address(group.chat_id))

    async def _insisted(self, chat_id: int, call: Callable[[int], Awaitable[T]]) -> T:
        """Ask again while Telegram cannot be reached; raises what it says when that is no use."""
        fault: TelegramError | None = None
        for attempt in range(_TRIES):
            pause = _PAUSE * 2**attempt
            try:
                return await call(self._sender.address(chat_id))
            except ChatMigrated as error:
                if (telling := self._sender.moved(chat_id, error.new_chat_id)) is not None:
                    await telling
                fault, pause = error, 0.0
            except TooFast as error:
                fault, pause = error, max(pause, error.seconds)
            except TelegramError as error:
                fault = error
                if isinstance(error, BadRequest | Forbidden):
                    break
            if pause > _LONGEST_PAUSE:
                break
            _log.info("Asking again about a group after %s", type(fault).__name__)
            await asyncio.sleep(pause)
        assert fault is not None
        _log.info("Telegram does not tell about a group: %s", type(fault).__name__)
        raise fault


def _is_admin(member: ChatMember) -> bool:
    return member.status in (member.OWNER, member.ADMINISTRATOR)
