"""The public *Take a task* button: one press leads to a task, without typing a command."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.buttons import take_button
from cogs.card import Card, Message, rows
from cogs.conversation import Conversation
from cogs.faults import insisted
from cogs.pages import opening, packed
from cogs.reply import Interaction
from cogs.slash import FOR_SERVERS, IN_SERVERS
from cogs.translation import sentence
from core.dialogue import Say
from core.languages import interface_language
from core.text import N_, Text

POST_BUTTON = N_("Post a button here with which everybody can take a task")


class Entry(commands.Cog):
    """Posts the button where an admin asks for it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._command: app_commands.Command[Any, Any, None] = app_commands.Command(
            name="post-button",
            description=sentence(POST_BUTTON),
            callback=self.post_button,
            allowed_contexts=IN_SERVERS,
            allowed_installs=FOR_SERVERS,
        )
        self._command.default_permissions = discord.Permissions(manage_guild=True)

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        tree.add_command(self._command)

    async def post_button(self, interaction: Interaction) -> None:
        """Whatever the server's settings show: only those who manage it may do this."""
        if not interaction.permissions.manage_guild:
            done = _refusal(N_("Only those who manage this server can do that."), interaction)
        else:
            done = await self._posted(interaction)
        await self._conversation.say(interaction, done)

    async def _posted(self, interaction: Interaction) -> Say:
        channel, language = interaction.channel, _language_here(interaction)
        if not isinstance(channel, discord.abc.Messageable):
            return _refusal(N_("I cannot post here. Try a text channel."), interaction)
        card = invitation(language)
        try:
            await insisted(lambda: channel.send(view=card, nonce=str(interaction.id)))
        except discord.Forbidden:
            return _refusal(_MISSING, interaction)
        words = N_("The button is posted. You may want to pin the message.")
        return Say(body=(words,), language=interface_language(interaction.locale.value))


_MISSING = N_(
    "I am not allowed to post in this channel. Give me the permissions View Channel and Send "
    "Messages here, then try again."
)


def invitation(language: str) -> Card:
    """The card with the button, for everybody in the channel."""
    screen = Say(
        title=N_("Help to grow conversations"),
        body=(
            N_(
                "Write, review or rank messages from which assistants learn. A task takes a "
                "minute or two; only you see it."
            ),
        ),
        language=language,
    )
    page = packed(opening(screen))[0]
    return Message(page, tuple(rows([take_button(language)]))).card()


def _refusal(words: Text, interaction: Interaction) -> Say:
    return Say(
        notes=(words,), refused=True, language=interface_language(interaction.locale.value)
    )


def _language_here(interaction: Interaction) -> str:
    locale = interaction.guild_locale or interaction.locale
    return interface_language(locale.value)
