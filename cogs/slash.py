"""The slash commands, made from the one table of commands."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from inspect import Parameter, Signature
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.completion import choices
from cogs.conversation import Conversation, form_at_once, writing
from cogs.reply import Interaction
from cogs.translation import command_name, sentence
from core.commands import COMMANDS, Argument, Audience, CommandSpec
from core.dialogue import Command
from core.languages import interface_language

EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
IN_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
FOR_ALL = app_commands.AppInstallationType(guild=True, user=True)
FOR_SERVERS = app_commands.AppInstallationType(guild=True, user=False)

_SHOWN_TO = {
    Audience.ADMIN: discord.Permissions(manage_guild=True),
    Audience.MODERATOR: discord.Permissions(manage_messages=True),
}
"""To whom Discord shows a command unless a server decides otherwise; the desk checks again."""

_WRITES_AT_ONCE = frozenset({"prompt"})
"""Commands whose caller wants to write and nothing else."""

Callback = Callable[..., Coroutine[Any, Any, None]]
SlashCommand = app_commands.Command[Any, Any, None]


class Slash(commands.Cog):
    """Every command of the table: parse, ask the desk, draw."""

    def __init__(self, conversation: Conversation, table: Iterable[CommandSpec] = COMMANDS) -> None:
        self._conversation = conversation
        self._commands = [self._slash(spec) for spec in table]

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        for command in self._commands:
            tree.add_command(command)

    def _slash(self, spec: CommandSpec) -> SlashCommand:
        for_all = spec.audience not in _SHOWN_TO
        command: SlashCommand = app_commands.Command(
            name=command_name(spec.name),
            description=sentence(spec.sentence),
            callback=self._callback(spec),
            allowed_contexts=EVERYWHERE if for_all else IN_SERVERS,
            allowed_installs=FOR_ALL if for_all else FOR_SERVERS,
        )
        command.default_permissions = _SHOWN_TO.get(spec.audience)
        for argument in spec.arguments:
            if argument.source is not None:
                command.autocomplete(argument.name)(_completing(argument.source))
        return command

    def _callback(self, spec: CommandSpec) -> Callback:
        async def callback(interaction: Interaction, **given: str | None) -> None:
            args = {name: words for name, words in given.items() if words}
            form_of = writing if spec.name in _WRITES_AT_ONCE else form_at_once
            await self._conversation.answer(interaction, Command(spec.name, args), form_of=form_of)

        callback.__signature__ = _signature(spec.arguments)  # type: ignore[attr-defined]
        words = {argument.name: sentence(argument.sentence) for argument in spec.arguments}
        return app_commands.describe(**words)(callback) if words else callback


def _signature(arguments: Iterable[Argument]) -> Signature:
    """What the library reads the options of a command from."""
    parameters = [
        Parameter(
            argument.name,
            Parameter.KEYWORD_ONLY,
            annotation=str if argument.required else str | None,
            default=Parameter.empty if argument.required else None,
        )
        for argument in arguments
    ]
    return Signature([Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD), *parameters])


def _completing(source: str) -> Any:
    async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return choices(source, current, interface_language(interaction.locale.value))

    return complete
