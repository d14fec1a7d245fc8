"""The reply to one interaction: in place or below, now or after a while, in one part or several."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from cogs.card import Card, Form, Message
from cogs.faults import (
    ALREADY_ACKNOWLEDGED,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    insisted,
)

_log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]


class Reply:
    """What one press, command or form gets back; Discord wants the first part within 3 s.

    A card that only its reader sees is replaced by the next one; anything else stays, and the
    reply is a message of its own.
    """

    def __init__(self, interaction: Interaction, *, fresh: bool = False) -> None:
        self._interaction = interaction
        self._in_place = not fresh and _is_private(interaction.message)
        self._acknowledged = False
        self._over = False

    @property
    def can_open_form(self) -> bool:
        """A form follows neither a deferral nor another form."""
        is_form = self._interaction.type is discord.InteractionType.modal_submit
        return not self._acknowledged and not is_form

    async def defer(self) -> None:
        """Ask for more time."""
        response = self._interaction.response
        if self._in_place:
            await self._first(response.defer)
        else:
            await self._first(lambda: response.defer(ephemeral=True, thinking=True))

    async def open(self, form: Form) -> None:
        await self._first(lambda: self._interaction.response.send_modal(form))

    async def redraw(self, card: Card) -> None:
        """Replace the card that was pressed, files and all left as they are."""
        if self._acknowledged:
            await insisted(lambda: self._interaction.edit_original_response(view=card))
        else:
            await self._first(lambda: self._interaction.response.edit_message(view=card))

    async def send(self, messages: Sequence[Message], *, public: bool = False) -> None:
        first, *rest = messages
        if self._acknowledged:
            await self._edited(first)
        elif self._in_place:
            await self._replace(first)
        else:
            await self._show(first, public)
        for message in rest:
            await self._follow(message, public)

    async def add(self, messages: Sequence[Message]) -> None:
        """Reply beside a pressed card, whose buttons are still wanted."""
        if self._in_place and self._acknowledged:
            for message in messages:
                await self._follow(message, public=False)
        else:
            self._in_place = False
            await self.send(messages)

    async def _edited(self, message: Message) -> None:
        """Put the message where a later one was promised."""
        if not self._over:
            await insisted(lambda: self._interaction.edit_original_response(**_edit(message)))

    async def _replace(self, message: Message) -> None:
        response = self._interaction.response
        try:
            await self._first(lambda: response.edit_message(**_edit(message)))
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            await self._show(message, public=False)

    async def _show(self, message: Message, public: bool) -> None:
        response = self._interaction.response
        await self._first(lambda: response.send_message(**_new(message), ephemeral=not public))

    async def _follow(self, message: Message, public: bool) -> None:
        followup = self._interaction.followup
        if not self._over:
            await insisted(lambda: followup.send(**_new(message), ephemeral=not public))

    async def _first(self, respond: Callable[[], Awaitable[object]]) -> None:
        """The first response, which Discord takes but once, and only for a while."""
        try:
            await insisted(respond)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_INTERACTION:
                _log.warning("An interaction was over before it could be answered")
                self._over = True
            elif error.code != ALREADY_ACKNOWLEDGED:  # an earlier attempt did arrive
                raise
        except (TypeError, LookupError):
            if not self._interaction.response.is_done():
                raise
            # it was taken; other implementations of Discord do not say what became of it
        self._acknowledged = True


def _is_private(message: discord.Message | None) -> bool:
    """Whether nobody else sees the message."""
    return message is not None and (message.flags.ephemeral or message.guild is None)


def _new(message: Message) -> dict[str, Any]:
    files = message.files()
    return {"view": message.card(), **({"files": files} if files else {})}


def _edit(message: Message) -> dict[str, Any]:
    return {"view": message.card(), "attachments": message.files()}
