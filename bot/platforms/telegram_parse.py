"""Reads what people send: who it is, which command, which event of the dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from telegram import Chat, Message, User
from telegram.constants import ChatID, ChatType

from core.command_line import command_typed
from core.dialogue import Command, Event
from core.people import Who

PLATFORM = "telegram"

_COMMAND = re.compile(r"/([A-Za-z0-9_-]{1,64})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+(.*))?", re.DOTALL)
_SERVICE_ACCOUNTS = frozenset({ChatID.ANONYMOUS_ADMIN, ChatID.SERVICE_CHAT, ChatID.FAKE_CHANNEL})


@dataclass(frozen=True, slots=True)
class Typing:
    """A command as it was typed."""

    name: str
    rest: str
    is_addressed: bool  # to this bot by its name


@dataclass(frozen=True, slots=True)
class Group:
    """A group, and the topic of it, that a conversation is about."""

    chat_id: int
    thread_id: int | None = None
    title: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """The name of the place: `chat` or `chat/topic`."""
        return str(self.chat_id) if self.thread_id is None else f"{self.chat_id}/{self.thread_id}"


def group_of(message: Message) -> Group:
    """The group in which something was said, with its topic."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return Group(message.chat.id, thread_id, message.chat.title or "")


def who_from_user(user: User, group: Group | None = None, *, is_admin: bool = False) -> Who:
    """The person, with the group they are in."""
    who = Who(
        platform=PLATFORM,
        external_id=str(user.id),
        name=user.full_name or "",  # accounts that were deleted have none
        locale=user.language_code,
    )
    return who if group is None else in_group(who, group, is_admin=is_admin)


def who_from_group(group: Group) -> Who:
    """A group that speaks for itself, as it does for admins who hide behind its name."""
    return in_group(Who(PLATFORM, str(group.chat_id), group.title), group, is_admin=True)


def in_group(who: Who, group: Group, *, is_admin: bool) -> Who:
    """The same person, in a group."""
    return replace(
        who,
        community=str(group.chat_id),
        community_name=group.title,
        place=group.place,
        may_manage=is_admin,
        may_moderate=is_admin,
    )


def is_person(user: User | None) -> bool:
    """Not a bot, nor one of the accounts behind which Telegram hides channels and admins."""
    return user is not None and not user.is_bot and user.id not in _SERVICE_ACCOUNTS


def in_private(chat: Chat) -> bool:
    return chat.type == ChatType.PRIVATE


def is_anonymous_admin(message: Message) -> bool:
    """An admin of this very group who hides behind its name."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


def typing_from_text(text: str, bot_name: str | None = None) -> Typing | None:
    """A command; None for plain text and, where several may be meant, for those of other bots."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name, bot, rest = found.groups()
    if bot is not None and bot_name is not None and bot.casefold() != bot_name.casefold():
        return None
    return Typing(name.lower(), (rest or "").strip(), bot is not None)


def event_from_typing(typing: Typing) -> Event:
    """The command with its arguments by name; the desk refuses what it does not know."""
    return command_typed(typing.name, typing.rest)


JOIN, SETTINGS, MODERATION = "j", "c", "m"
"""What a link from a group leads to: a task, the settings of the group, or its moderation."""
_COMMANDS_BEHIND = {SETTINGS: "config", MODERATION: "mod"}


def payload_for(purpose: str, chat_id: int) -> str:
    """The payload of a link from a group to the private chat."""
    return f"{purpose}_{chat_id}"


def event_from_payload(payload: str) -> Event:
    """What a link to the private chat leads to."""
    if payload == "lb":
        return Command("leaderboard")
    return Command(_COMMANDS_BEHIND.get(payload.partition("_")[0], "work"))


def group_from_payload(payload: str) -> Group | None:
    """The group from which a link came."""
    found = re.fullmatch(r"[jcm]_(-\d{1,20})", payload)
    return Group(int(found[1])) if found else None
