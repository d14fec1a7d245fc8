"""One turn of the conversation: what somebody sent goes to the desk, its screen comes back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from telegram import Bot, Message

from bot.platforms.telegram_data import Owner
from bot.platforms.telegram_draw import Drawing, drawn
from bot.platforms.telegram_faults import apology, logged
from bot.platforms.telegram_markdown import joined, written
from bot.platforms.telegram_members import NOT_TOLD, Members
from bot.platforms.telegram_parse import (
    JOIN,
    Group,
    event_from_payload,
    event_from_typing,
    group_from_payload,
    in_group,
    typing_from_text,
    who_from_user,
)
from bot.platforms.telegram_send import Place, Sender
from bot.platforms.telegram_turns import Turn, is_long
from core.dialogue import (
    SHOW,
    AskLabels,
    AskOrder,
    AskText,
    Event,
    Moved,
    Origin,
    Press,
    Revised,
    Say,
    Screen,
    Typed,
    press,
)
from core.languages import interface_language
from core.people import Who
from core.text import N_, Text

_log = logging.getLogger(__name__)

_PARALLEL = 64  # people at the desk at the same time
_FLOOD = 5  # so many messages of the same person behind this one: only the last is answered
_TRIES, _PAUSE = 5, 0.5  # when the store fails

_ONLY_TEXT = N_("I can only read text. Please write it as a message.")
_FORWARDED = N_("I take no forwarded messages. Please write it in your own words.")


class Desk(Protocol):
    """The one door of the core."""

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen: ...


class Talk:
    """Conversations in private chats, and what all chats share."""

    def __init__(self, desk: Desk, bot: Bot, sender: Sender, members: Members) -> None:
        self._desk = desk
        self._bot = bot
        self._sender = sender
        self._members = members
        self._at_desk = asyncio.Semaphore(_PARALLEL)

    async def screen(self, turn: Turn, who: Who, event: Event) -> Screen:
        """The desk's answer; when this returns, what was sent is kept."""
        key = f"{who.platform}:{self._bot.id}:{turn.update.update_id}"
        async with self._at_desk:
            screen = await self._patiently(who, event, key)
        turn.commit()
        return screen

    async def message(self, turn: Turn, message: Message, *, edited: bool) -> None:
        """A message in a private chat."""
        assert message.from_user is not None
        who = who_from_user(message.from_user)
        place = Place(message.chat.id)
        refusal = _not_own_words(message)
        if refusal is not None and not edited and not turn.behind:
            stands = await self.screen(turn, who, Press(press(SHOW)))
            notes = (refusal, *stands.notes)
            await self.draw(turn, place, replace(stands, notes=notes, refused=True))
        if refusal is not None or message.text is None:
            return
        typing = typing_from_text(message.text)
        if typing is None:
            event = Revised(written(message), _origin(message)) if edited else _typed(turn)
            await self.draw(turn, place, await self.screen(turn, who, event))
        elif edited:
            return  # a command that was changed is no new one
        elif typing.name == "start":
            await self._started(turn, who, message, typing.rest)
        else:
            screen = await self.screen(turn, who, event_from_typing(typing))
            await self.draw(turn, place, screen)

    async def draw(self, turn: Turn, place: Place, screen: Screen, owner: Owner = None) -> None:
        """Show a screen, unless the same person has long gone on."""
        await self.say(turn, place, drawn(screen, owner))

    async def say(self, turn: Turn, place: Place, drawing: Drawing) -> None:
        """Say something after all that was asked before, unless the person has long gone on."""
        turn.commit()
        await turn.may_answer()
        if turn.behind < _FLOOD or drawing.attachment is not None:
            await self._sender.send(place, drawing)

    async def community_moved(self, who: Who, to: int) -> None:
        """The group of this visit has another id: its settings go with it, once."""
        key = f"{who.platform}:{self._bot.id}:moved:{who.community}:{to}"
        async with self._at_desk:
            await self._patiently(who, Moved(str(to)), key)

    async def _started(self, turn: Turn, who: Who, message: Message, payload: str) -> None:
        """A link was followed, perhaps from a group: it counts when they really are in it."""
        event, group = event_from_payload(payload), group_from_payload(payload)
        owner: Group | None = None
        if group is not None and message.from_user is not None:
            standing = await self._members.standing(group, message.from_user.id)
            is_join = payload.startswith(JOIN)
            if not standing.is_told and not is_join:
                await self.draw(turn, Place(message.chat.id), not_told(who))
                return
            if standing.is_in:
                group, is_admin = standing.group, standing.is_admin
                who = replace(in_group(who, group, is_admin=is_admin), follows=True)
                owner = group if is_admin and not is_join else None
        screen = await self.screen(turn, who, event)
        await self.draw(turn, Place(message.chat.id), screen, owner)

    async def _patiently(self, who: Who, event: Event, key: str) -> Screen:
        """Ask the desk again when its store fails; the key keeps that from counting twice."""
        for attempt in range(_TRIES):
            try:
                return await self._desk.handle(who, event, key)
            except Exception as error:
                if attempt == _TRIES - 1:
                    return apology(logged(error), interface_language(who.locale))
                _log.warning("The store failed, trying again: %s", type(error).__name__)
                await asyncio.sleep(_PAUSE * 2**attempt)
        raise AssertionError("unreachable")


def not_told(who: Who) -> Say:
    """Said to who may well be an admin of a group, of which Telegram says nothing."""
    return Say(notes=(NOT_TOLD,), refused=True, language=interface_language(who.locale))


def is_task(screen: Screen) -> bool:
    """It asks for work, and so belongs at the end of the chat."""
    return isinstance(screen, AskText | AskOrder | AskLabels)


def _not_own_words(message: Message) -> Text | None:
    """Why a message cannot be what its sender has written."""
    if message.forward_origin is not None:
        return _FORWARDED
    if message.text is None and _says_something_else(message):
        return _ONLY_TEXT
    return None


def _says_something_else(message: Message) -> bool:
    """It holds something that somebody sent and nobody can read."""
    kinds = (message.effective_attachment, message.checklist, message.giveaway)
    return any(kinds) or "rich_message" in message.api_kwargs


def _typed(turn: Turn) -> Typed:
    """What was sent, put together where an app has split it; to change a part of it is no use."""
    messages = [update.message for update in turn.updates if update.message is not None]
    origin = _origin(messages[0]) if len(messages) == 1 else None
    return Typed(joined([written(message) for message in messages]), origin=origin)


def _origin(message: Message) -> Origin:
    at = int(message.date.timestamp())
    return Origin(str(message.message_id), at, is_long(message.text or ""))
