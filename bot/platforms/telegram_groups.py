"""Groups: a button that leads to the private chat, answers to those who ask, silence otherwise."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from telegram import Bot, Message
from telegram.error import BadRequest
from telegram.helpers import create_deep_linked_url

from bot.platforms.telegram_data import Owner
from bot.platforms.telegram_draw import Drawing, drawn
from bot.platforms.telegram_keyboards import link_keyboard, take_keyboard
from bot.platforms.telegram_members import Members
from bot.platforms.telegram_parse import (
    JOIN,
    MODERATION,
    SETTINGS,
    Group,
    Typing,
    event_from_typing,
    group_of,
    is_anonymous_admin,
    is_person,
    payload_for,
    typing_from_text,
    who_from_group,
    who_from_user,
)
from bot.platforms.telegram_send import Place, Sender
from bot.platforms.telegram_talk import Talk, not_told
from bot.platforms.telegram_turns import Turn
from core.commands import Audience, CommandSpec, command_named
from core.dialogue import Command, Event, Invite, Say, Screen
from core.languages import interface_language
from core.people import Who
from core.text import N_, Text

_POST_BUTTON = "post-button"

_INVITATION = N_("Help to grow open conversations: write, review and rank messages.")
_MISSING = N_("I may not write in this group. Give me the right to send messages, then try again.")
_HIDDEN = N_("I cannot see who you are. Let us do that in our private chat.")
_IN_PRIVATE = N_("Let us do that in our private chat.")
# limit:34 button
_OPEN = N_("Open the private chat")


class Groups:
    """What the bot says in groups."""

    def __init__(self, bot: Bot, sender: Sender, talk: Talk, members: Members) -> None:
        self._bot = bot
        self._sender = sender
        self._talk = talk
        self._members = members
        self._telling: set[asyncio.Task[None]] = set()
        sender.tell_moves(self._moved)

    async def message(self, turn: Turn, message: Message) -> None:
        """A message in a group; only commands for this bot are answered."""
        if message.migrate_to_chat_id is not None:
            self._sender.moved(message.chat.id, message.migrate_to_chat_id)
            await self._told()
            return
        if message.migrate_from_chat_id is not None:
            self._sender.moved(message.migrate_from_chat_id, message.chat.id)
            await self._told()
            return
        typing = typing_from_text(message.text or "", self._bot.username)
        is_hidden = is_anonymous_admin(message)
        if typing is None or not (is_hidden or is_person(message.from_user)):
            return
        spec = command_named(typing.name)
        if spec is not None and _for_admins(spec):
            await self._admin_command(turn, message, spec, typing)
        else:
            await self._command(turn, message, spec, typing)

    async def _command(
        self, turn: Turn, message: Message, spec: CommandSpec | None, typing: Typing
    ) -> None:
        assert message.from_user is not None
        if typing.name in ("start", "work"):
            await self._invite(turn, message)
        elif is_anonymous_admin(message):
            if typing.is_addressed or (spec is not None and spec.in_groups):
                await self._to_private(turn, message, _HIDDEN, JOIN)
        elif spec is not None and spec.in_groups:
            who = who_from_user(message.from_user, group_of(message))
            screen = await self._talk.screen(turn, who, event_from_typing(typing))
            if screen.public:
                await self._talk.draw(turn, _reply(message), screen, message.from_user.id)
            else:
                await self._show(turn, message, screen, JOIN)
        elif typing.is_addressed:
            await self._to_private(turn, message, _IN_PRIVATE, JOIN)

    async def _admin_command(
        self, turn: Turn, message: Message, spec: CommandSpec, typing: Typing
    ) -> None:
        """Whatever comes of it is said in private, but for the button that is posted for all."""
        purpose = MODERATION if spec.audience is Audience.MODERATOR else SETTINGS
        if is_anonymous_admin(message) and spec.name != _POST_BUTTON:
            await self._to_private(turn, message, _HIDDEN, purpose)
            return
        screen = await self._admin_screen(turn, message, event_from_typing(typing))
        if isinstance(screen, Invite):
            screen = await self._posted(turn, group_of(message), screen)
        if not is_anonymous_admin(message):
            await self._show(turn, message, screen, purpose, group_of(message))

    async def _admin_screen(self, turn: Turn, message: Message, event: Event) -> Screen:
        """The desk's answer, once Telegram has said who asks."""
        assert message.from_user is not None
        group = group_of(message)
        if is_anonymous_admin(message):
            return await self._talk.screen(turn, who_from_group(group), event)
        found = await self._members.standing(group, message.from_user.id)
        who = who_from_user(message.from_user, found.group, is_admin=found.is_admin)
        if not found.is_told:
            return not_told(who)
        who = await self._with_places(who, event, message)
        return await self._talk.screen(turn, who, event)

    async def _with_places(self, who: Who, event: Event, message: Message) -> Who:
        """A group that is named in a setting, where they are an admin of that one as well."""
        assert message.from_user is not None
        named = event.args.get("value", "") if isinstance(event, Command) else ""
        chat, _, _ = named.partition("/")
        if re.fullmatch(r"-\d{1,20}", chat) is None or chat == who.community:
            return who
        found = await self._members.standing(Group(int(chat)), message.from_user.id)
        return replace(who, places=(named,)) if found.is_admin else who

    async def _posted(self, turn: Turn, group: Group, invite: Invite) -> Screen:
        """Post a card with which everybody in the group can take a task; what became of it."""
        card = invite.card
        drawing = drawn(replace(card, buttons=()))
        keyboard = take_keyboard(card.language, card.buttons[0].label)
        place = Place(group.chat_id, group.thread_id)
        try:
            await self._talk.say(turn, place, replace(drawing, keyboard=keyboard))
            is_there = not self._sender.is_unreachable(group.chat_id)
        except BadRequest:
            is_there = False
        refusal = Say(notes=(_MISSING,), refused=True, language=invite.language)
        return invite if is_there else refusal

    async def _show(
        self, turn: Turn, message: Message, screen: Screen, purpose: str, owner: Owner = None
    ) -> None:
        """In private; who cannot be reached there is shown the way, unless there is no need."""
        assert message.from_user is not None
        user_id = message.from_user.id
        await self._talk.draw(turn, Place(user_id), screen, owner)
        if self._sender.is_unreachable(user_id) and not screen.refused | isinstance(screen, Invite):
            await self._to_private(turn, message, _IN_PRIVATE, purpose)

    async def _invite(self, turn: Turn, message: Message) -> None:
        language = _language(message)
        drawing = drawn(Say(body=(_INVITATION,), language=language))
        invitation = Drawing(drawing.messages, take_keyboard(language))
        await self._talk.say(turn, _reply(message), invitation)

    async def _to_private(self, turn: Turn, message: Message, sentence: Text, purpose: str) -> None:
        language = _language(message)
        payload = payload_for(purpose, message.chat.id)
        url = create_deep_linked_url(self._bot.username, payload)
        drawing = drawn(Say(body=(sentence,), language=language))
        keyboard = link_keyboard(_OPEN, url, language)
        await self._talk.say(turn, _reply(message), Drawing(drawing.messages, keyboard))

    def _moved(self, old_id: int, new_id: int) -> asyncio.Task[None]:
        """A group became a supergroup: its settings are kept under the new id."""
        telling = self._talk.community_moved(who_from_group(Group(old_id)), new_id)
        task = asyncio.create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        return task

    async def _told(self) -> None:
        """Wait until the store knows of every group that moved."""
        await asyncio.gather(*self._telling)


def _reply(message: Message) -> Place:
    """An answer to this message, in its topic."""
    group = group_of(message)
    return Place(group.chat_id, group.thread_id, message.message_id)


def _language(message: Message) -> str:
    assert message.from_user is not None
    return interface_language(message.from_user.language_code)


def _for_admins(spec: CommandSpec) -> bool:
    return spec.audience in (Audience.MODERATOR, Audience.ADMIN)
