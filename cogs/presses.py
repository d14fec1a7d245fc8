"""Presses and forms: whatever comes back from a card of ours, whoever sent that card and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord.ext import commands

from cogs.card import Form, Message
from cogs.conversation import Conversation, writing
from cogs.forms import form_answer, form_count, label_form
from cogs.ids import Pressed, pressed
from cogs.ordering import ranking_of, redrawn
from cogs.render import messages, reader_page
from cogs.reply import Interaction
from cogs.writing import FIELD
from core.dialogue import (
    SHOW,
    AskLabels,
    Labelled,
    Press,
    Screen,
    Typed,
    press,
)

_PRESSING = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


class Presses(commands.Cog):
    """The one router; everything that a press means stands in its id."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._ways = {
            "p": self._own_button,
            "w": self._write,
            "t": self._text,
            "f": self._open_labels,
            "l": self._labels,
            "v": self._verdict,
            "d": self._labels_done,
            "o": self._pick,
            "O": self._order,
            "B": self._all_bad,
            "r": self._read,
        }

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type not in _PRESSING:
            return
        try:
            await self._routed(interaction)
        except _UNREADABLE:  # an id or a form that no card of ours carries
            await self._unknown(interaction)
        except Exception as error:
            await self._conversation.apologise(interaction, error)

    async def _routed(self, interaction: Interaction) -> None:
        found = pressed(_id_in(interaction))
        if found is None:
            raise ValueError("none of ours, or of another version")
        await self._ways[found.kind](interaction, found)

    async def _own_button(self, interaction: Interaction, found: Pressed) -> None:
        await self._conversation.answer(interaction, Press(found.whole))

    async def _write(self, interaction: Interaction, found: Pressed) -> None:
        """Open the form again; its draft and the last message come from the desk."""
        again = Press(found.whole or press(SHOW))
        await self._conversation.answer(interaction, again, keyed=False, form_of=writing)

    async def _text(self, interaction: Interaction, found: Pressed) -> None:
        (typed,) = [c["value"] for c in _controls(interaction) if c["custom_id"] == FIELD]
        await self._conversation.answer(interaction, Typed(str(typed or ""), found.number(0)))

    async def _open_labels(self, interaction: Interaction, found: Pressed) -> None:
        task_id, number = found.task_id(), found.index(1)

        def form(screen: Screen) -> Form | None:
            if isinstance(screen, AskLabels) and number < form_count(screen):
                return label_form(screen, number)
            return None

        shown = Press(press(SHOW, task_id))
        await self._conversation.answer(interaction, shown, keyed=False, form_of=form)

    async def _labels(self, interaction: Interaction, found: Pressed) -> None:
        number, total = found.index(1), found.index(2)
        answer = form_answer(number, total, _controls(interaction))
        event = Labelled(found.task_id(), answer.values, done=answer.is_last)
        await self._conversation.answer(interaction, event)

    async def _verdict(self, interaction: Interaction, found: Pressed) -> None:
        spam = ("0", "1").index(found.parts[1])
        values = {"spam": float(spam)}
        await self._conversation.answer(interaction, Labelled(found.task_id(), values))

    async def _labels_done(self, interaction: Interaction, found: Pressed) -> None:
        await self._conversation.answer(interaction, Labelled(found.task_id(), {}))

    async def _pick(self, interaction: Interaction, found: Pressed) -> None:
        ranking, message = ranking_of(found), interaction.message
        if message is None:
            raise ValueError(found.whole)
        shown = Press(press(SHOW, ranking.task_id))
        await self._conversation.redraw(interaction, shown, lambda: redrawn(message, ranking))

    async def _order(self, interaction: Interaction, found: Pressed) -> None:
        await self._conversation.answer(interaction, ranking_of(found).answer(all_bad=False))

    async def _all_bad(self, interaction: Interaction, found: Pressed) -> None:
        await self._conversation.answer(interaction, ranking_of(found).answer(all_bad=True))

    async def _read(self, interaction: Interaction, found: Pressed) -> None:
        """A page of what is too long for a few messages; the first opens beside the card."""
        task_id, number = found.task_id(), found.index(1)

        def page(screen: Screen) -> tuple[Message, ...]:
            return (reader_page(screen, number),) if screen.passages else messages(screen)

        await self._conversation.answer(
            interaction,
            Press(press(SHOW, task_id)),
            keyed=False,
            form_of=lambda screen: None,
            messages_of=page,
            fresh=found.parts[2] == "n",
        )

    async def _unknown(self, interaction: Interaction) -> None:
        """A button of another version, or one that somebody made up: show where things stand."""
        await self._conversation.answer(interaction, Press(press(SHOW)), keyed=False, fresh=True)


def _id_in(interaction: Interaction) -> str:
    """The id of what was pressed; of a menu, the id that was chosen in it."""
    data: Mapping[str, Any] = interaction.data or {}
    chosen = data.get("values") or [data.get("custom_id", "")]
    return str(chosen[0])


def _controls(interaction: Interaction) -> Iterator[Mapping[str, Any]]:
    """The controls of a form that came back, out of their rows and labels."""
    data: Mapping[str, Any] = interaction.data or {}
    for component in data.get("components", ()):
        inner = component.get("component")
        yield from [inner] if inner else component.get("components", ())
