"""Servers that let the bot in or remove it: what was set is kept, and nothing posted there."""

from __future__ import annotations

import discord
from discord.ext import commands

from cogs.conversation import Conversation
from core.dialogue import Admitted
from core.people import Who


class Guilds(commands.Cog):
    """Tells the desk who came and who went."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._left: set[int] = set()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._left.discard(guild.id)
        await self._conversation.told(_itself(guild), Admitted(is_in=True))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """After an outage, which is no news; or let in again, for both may look alike."""
        if guild.id in self._left:
            await self.on_guild_join(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._left.add(guild.id)
        await self._conversation.told(_itself(guild), Admitted(is_in=False))


def _itself(guild: discord.Guild) -> Who:
    """A server that speaks for itself."""
    name = str(guild.id)
    return Who("discord", name, guild.name or "", community=name, community_name=guild.name or "")
