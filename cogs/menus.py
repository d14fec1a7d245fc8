"""The menus of a message, *Label this* and *Report*: they act on cards of ours alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import discord
from discord import app_commands
from discord.ext import commands

from cogs.conversation import Conversation
from cogs.ids import Pressed, pressed
from cogs.render import messages
from cogs.reply import Interaction
from cogs.slash import EVERYWHERE, FOR_ALL
from cogs.translation import sentence
from core.dialogue import (
    SHOW,
    AskLabels,
    Button,
    Press,
    Say,
    Screen,
    press,
    press_parts,
)
from core.languages import interface_language
from core.text import N_, Text

# limit:32 a menu
LABEL_THIS = N_("Label this")
# limit:32 a menu
REPORT_THIS = N_("Report")

_TASK_AT = {"f": 0, "l": 0, "v": 0, "d": 0, "r": 0, "o": 1, "O": 1, "B": 1}
"""Where the task stands in an id of each kind."""


class Menus(commands.Cog):
    """What was written in the channel is never looked at: only the ids on a card of ours are."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._menus = [
            _menu(LABEL_THIS, self.label_this),
            _menu(REPORT_THIS, self.report),
        ]

    def add_to(self, tree: app_commands.CommandTree[discord.Client]) -> None:
        for menu in self._menus:
            tree.add_command(menu)

    async def label_this(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for a judgement of the text that a card is about."""
        task_id = _task_on(_ids_on(interaction, message))
        if task_id is None:
            await self._conversation.say(interaction, _purpose(interaction, LABEL_THIS))
            return
        await self._conversation.answer(
            interaction,
            Press(press(SHOW, task_id)),
            keyed=False,
            form_of=lambda screen: None,
            messages_of=lambda screen: messages(judgement(screen)),
        )

    async def report(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask what is wrong with the text that a card is about."""
        task_id = _task_on(_ids_on(interaction, message))
        if task_id is None:
            await self._conversation.say(interaction, _purpose(interaction, REPORT_THIS))
        else:
            await self._conversation.answer(interaction, Press(press("report", task_id)))


def judgement(screen: Screen) -> Screen:
    """A review as it is; of any other task, the text that it is about, and what to say of it."""
    focused = tuple(shown for shown in screen.passages if shown.in_focus and shown.role)
    if isinstance(screen, AskLabels) or not focused or screen.task_id is None:
        return screen
    return Say(
        title=LABEL_THIS,
        body=(N_("What do you think of this text?"),),
        passages=focused,
        buttons=(
            Button(press("thumb", screen.task_id, "up"), N_("Thumbs up")),
            Button(press("thumb", screen.task_id, "down"), N_("Thumbs down")),
            Button(press("report", screen.task_id), REPORT_THIS),
            Button(press("back", screen.task_id), N_("Back")),
        ),
        task_id=screen.task_id,
        language=screen.language,
    )


def _menu(
    words: Text,
    callback: app_commands.ContextMenu.callback,  # type: ignore[valid-type]
) -> app_commands.ContextMenu:
    return app_commands.ContextMenu(
        name=sentence(words),
        callback=callback,
        allowed_contexts=EVERYWHERE,
        allowed_installs=FOR_ALL,
    )


def _purpose(interaction: Interaction, menu: Text) -> Say:
    return Say(
        title=menu,
        body=(
            N_("I never read what is written in channels, so I cannot take this message."),
            N_("This works on my own cards that show a text. To get one, use /work."),
        ),
        refused=True,
        language=interface_language(interaction.locale.value),
    )


def _ids_on(interaction: Interaction, message: discord.Message) -> list[Pressed]:
    """The ids on a card of ours; none on anybody else's message."""
    own = interaction.client.user
    if own is None or message.author.id != own.id:
        return []
    raw = (getattr(part, "custom_id", None) for part in _parts(message.components))
    return [found for custom_id in raw if custom_id and (found := pressed(custom_id))]


def _parts(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _parts(getattr(component, "children", ()))


def _task_on(ids: Iterable[Pressed]) -> int | None:
    for found in ids:
        task_id = _task_of(found)
        if task_id is not None:
            return task_id
    return None


def _task_of(found: Pressed) -> int | None:
    try:
        if found.kind in ("p", "w"):
            return press_parts(found.whole)[1]
        return found.number(_TASK_AT[found.kind]) if found.kind in _TASK_AT else None
    except (ValueError, IndexError):
        return None
