"""Serves Discord: one client for all shards of this process, over the desk."""

from __future__ import annotations

import asyncio
import logging
from itertools import chain, repeat

import discord
import yarl
from discord import app_commands
from discord.ext import commands

from bot.config import Settings
from bot.errors import SettingsError, WrongToken
from bot.health import Watch, unwatched
from bot.herald import Announce
from bot.platforms.discord_commands import sync_commands
from bot.platforms.discord_events import read_leniently, survive_unreadable, tell_of_nobody
from bot.platforms.discord_herald import DiscordHerald
from cogs.conversation import Conversation, Desk
from cogs.guilds import Guilds
from cogs.menus import Menus
from cogs.presses import Presses
from cogs.slash import Slash
from cogs.translation import Translations
from core.dialogue import Say
from core.languages import interface_language
from core.text import N_

_log = logging.getLogger(__name__)

UNKNOWN_COMMAND = N_("This command has changed. Type / to see the commands that there are.")
_OUTDATED = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)

_NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)
"""For public buttons and boards; tasks need no permission at all."""
IDENTIFY_SECONDS = 5.0
"""Between two shards that begin a session."""
DRAIN_SECONDS = 20.0
"""How long replies under way may take when the program stops."""
SYNC_PAUSES = (5.0, 30.0, 300.0, 3600.0)
"""Seconds until Discord is told the commands again, after each failure."""

_SHARDS = SettingsError(
    "Discord refuses these shards. Check GROVE_DISCORD_SHARD_IDS and GROVE_DISCORD_SHARD_COUNT; a "
    "bot in very many servers needs a greater count."
)
_REFUSED = {4004: WrongToken("Discord", "GROVE_DISCORD_TOKEN"), 4010: _SHARDS, 4011: _SHARDS}
"""The codes with which the gateway says that trying again is of no use."""


async def serve(
    desk: Desk,
    settings: Settings,
    stop: asyncio.Event,
    watch: Watch = unwatched,
    announce: Announce | None = None,
) -> None:
    """Serve until told to stop; raises when Discord cannot be served, or no longer."""
    _aim(settings)
    client = Client(desk, settings, announce)
    watch(client.serves)
    async with client:
        serving = asyncio.create_task(client.served())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if serving.done():
            return serving.result()
        await client.herald.close(DRAIN_SECONDS)
        await client.conversation.drained(DRAIN_SECONDS)
        await client.close()
        serving.cancel()  # where it was still connecting, it would try for ever
        await asyncio.gather(serving, return_exceptions=True)


class Client(commands.AutoShardedBot):
    """The connection to Discord; it needs no privileged intent and reads no messages."""

    def __init__(self, desk: Desk, settings: Settings, announce: Announce | None = None) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_ids=list(settings.discord_shard_ids) or None,  # type: ignore[arg-type]
            shard_count=settings.discord_shard_count,
        )
        self.conversation = Conversation(desk)
        self.herald = DiscordHerald(self, _processes(settings))
        self._announce = announce
        self._settings = settings
        self._syncing: asyncio.Task[None] | None = None
        self._identified = -IDENTIFY_SECONDS
        self.tree.error(self.on_command_fault)
        survive_unreadable(self._connection.parsers)

    async def served(self) -> None:
        """Log in and stay until closed."""
        token = self._settings.discord_token
        assert token is not None, "asked to serve Discord without a token"
        try:
            await self.start(token.get_secret_value())
        except discord.LoginFailure:
            raise WrongToken("Discord", "GROVE_DISCORD_TOKEN") from None
        except discord.ConnectionClosed as error:
            raise _REFUSED.get(error.code, error) from None

    def serves(self) -> bool:
        """Whether every shard of this process is connected."""
        return self.is_ready() and not any(shard.is_closed() for shard in self.shards.values())

    async def prepare(self) -> None:
        """Everything that needs no connection."""
        for cog in (Slash, Menus):
            added = cog(self.conversation)
            await self.add_cog(added)
            added.add_to(self.tree)
        await self.add_cog(Presses(self.conversation))
        await self.add_cog(Guilds(self.conversation))
        await self.tree.set_translator(Translations())

    async def setup_hook(self) -> None:
        await self.prepare()
        if self._announce is not None:
            self._announce(self.herald)
        if not self._settings.discord_api_base and self.application_id is not None:
            link = discord.utils.oauth_url(self.application_id, permissions=_NEEDED)
            _log.info("Discord is served; a server invites the bot with %s", link)
        if self._settings.discord_gateway_url and self.shard_count is None:
            self.shard_count = await self._recommended_shards()
        if 0 in (self.shard_ids or (0,)):
            self._syncing = asyncio.create_task(self._sync())

    async def close(self) -> None:
        if self._syncing is not None:
            self._syncing.cancel()
        await super().close()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait only as long as Discord wants; the library would wait even after a long silence."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._identified + IDENTIFY_SECONDS - clock()))
        self._identified = clock()

    async def on_shard_connect(self, shard_id: int) -> None:
        """A gateway that was set wins over the one that Discord names for resuming."""
        if self._settings.discord_gateway_url:
            socket = self._get_websocket(shard_id=shard_id)
            socket.gateway = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY

    async def on_command_fault(
        self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError
    ) -> None:
        """Commands that an older version told Discord of, and faults that came before ours."""
        if isinstance(error, _OUTDATED):
            language = interface_language(interaction.locale.value)
            said = Say(notes=(UNKNOWN_COMMAND,), language=language)
            await self.conversation.say(interaction, said)
        else:
            await self.conversation.apologise(interaction, error)

    async def _recommended_shards(self) -> int:
        """As many as Discord recommends; other implementations may have no opinion."""
        try:
            count, _, _ = await self.http.get_bot_gateway()
        except (discord.GatewayNotFound, discord.HTTPException):
            return 1
        return count

    async def _sync(self) -> None:
        """Until it succeeds, the commands are as Discord knows them; presses work all the same."""
        for pause in chain(SYNC_PAUSES, repeat(SYNC_PAUSES[-1])):
            try:
                await sync_commands(self.tree, str(self.application_id), self._settings.data_dir)
            except Exception as error:
                _log.error("Discord could not be told the commands yet", exc_info=error)
                await asyncio.sleep(pause)
            else:
                return


def _processes(settings: Settings) -> int:
    """How many share the bot, where each serves as many shards as this one."""
    ids, count = settings.discord_shard_ids, settings.discord_shard_count
    return 1 if not ids or count is None else -(-count // len(ids))


def _aim(settings: Settings) -> None:
    """Point the library at another Discord than the usual one; voice it need not offer."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    read_leniently()
    tell_of_nobody()
    if settings.discord_api_base:
        discord.http.Route.BASE = settings.discord_api_base.rstrip("/")
    if settings.discord_gateway_url:
        gateway = yarl.URL(settings.discord_gateway_url)
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
    if settings.discord_cdn_base:
        discord.asset.Asset.BASE = settings.discord_cdn_base.rstrip("/")
