"""Who pressed, typed or called, where, and what they and the bot may do there right now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import discord

from cogs.reply import Interaction
from core.people import Who


def who_of(interaction: Interaction) -> Who:
    """The visitor; where only they have installed the bot, their server has no say in anything."""
    visitor = Who(
        platform="discord",
        external_id=str(interaction.user.id),
        name=interaction.user.display_name,
        locale=interaction.locale.value,
    )
    here, may = interaction.guild, interaction.permissions
    manages = may.administrator or may.manage_guild
    if here is None or _is_their_own_tool(interaction):
        return visitor
    return replace(
        visitor,
        community=str(here.id),
        community_name=here.name or "",
        may_manage=manages,
        may_moderate=may.administrator or may.manage_messages or may.moderate_members,
        roles=_roles(interaction.user),
        place=None if interaction.channel is None else str(interaction.channel.id),
        places=tuple(str(place.id) for place in _places(here)) if manages else (),
        lacks=tuple(_lacking(interaction)),
    )


def key_of(interaction: Interaction) -> str:
    """The key under which an event counts once, however often Discord brings it."""
    return f"discord:{interaction.application_id}:{interaction.id}"


def _is_their_own_tool(interaction: Interaction) -> bool:
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def _places(here: discord.Guild) -> Iterator[discord.abc.GuildChannel | discord.Thread]:
    """Where something can be posted in a server."""
    yield from here.text_channels
    yield from here.voice_channels
    yield from here.stage_channels
    yield from here.threads


def _roles(user: discord.User | discord.Member) -> tuple[str, ...]:
    """Their roles as told with the event; `Member.roles` knows only those told of before."""
    return tuple(map(str, user._roles)) if isinstance(user, discord.Member) else ()


def _lacking(interaction: Interaction) -> Iterator[str]:
    """What boards and the public button take and the bot lacks, by its name on Discord."""
    may = interaction.app_permissions
    if may.administrator:
        return
    if not may.view_channel:
        yield "View Channel"
    if isinstance(interaction.channel, discord.Thread):
        if not may.send_messages_in_threads:
            yield "Send Messages in Threads"
    elif not may.send_messages:
        yield "Send Messages"
    if not may.attach_files:
        yield "Attach Files"
