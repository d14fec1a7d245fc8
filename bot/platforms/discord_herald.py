"""Boards on Discord: a message with a picture and its description, at most once by its nonce."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from io import BytesIO

import discord

from bot.herald import Gate, PostLater, PostRefused, Unwelcome
from cogs.foreign import clipped, drawn, size
from cogs.render import messages
from core.dialogue import Screen
from core.flow.posting import NO_CHANNEL, STRANGE_CHANNEL, Post

_CONTENT, _DESCRIPTION = 2000, 1024
_FILE = "leaderboard.png"
_MOST_A_SECOND, _MOST_OF_ALL = 20, 40
"""Posts of one process, and of all that share the shards of a bot: Discord takes 50 requests a
second from it, and others want some too."""
_GAP_BETWEEN_PEOPLE = 1 / 4
_NEVER = discord.AllowedMentions.none()


class DiscordHerald:
    """Posts in channels; Discord recognises a nonce for some minutes."""

    platform = "discord"
    knows_nonces = True

    def __init__(self, client: discord.Client, processes: int = 1) -> None:
        """So many processes post for this bot at the same time."""
        self._client = client
        self._gap = max(1 / _MOST_A_SECOND, processes / _MOST_OF_ALL)
        self._gap_between_people = processes * _GAP_BETWEEN_PEOPLE
        self._gate = Gate()
        self._turn = asyncio.Lock()
        self._one_by_one = asyncio.Lock()

    async def post(self, post: Post, picture: bytes | None, caption: str, alternative: str) -> str:
        if post.channel is None:
            raise PostRefused(NO_CHANNEL)
        async with self._gate.passed(), self._definite():
            await self._paced()
            message = await self._place(post.channel).send(
                _words(caption),
                files=_files(picture, alternative),
                nonce=post.outgoing.nonce,
                allowed_mentions=_NEVER,
            )
        return str(message.id)

    async def tell(self, post: Post, channel: str, words: str) -> None:
        async with self._gate.passed():
            await self._paced()
            await self._place(channel).send(_words(words), allowed_mentions=_NEVER)

    async def show(self, address: str, channel: str, screen: Screen) -> None:
        place = self._place(channel)
        for message in messages(screen):
            async with self._gate.passed(), self._definite():
                await self._paced()
                await place.send(view=message.card(), allowed_mentions=_NEVER)

    async def remind(self, address: str, screen: Screen) -> None:
        (message,) = messages(screen)
        async with self._gate.passed(), self._definite():
            await self._gently()
            try:
                channel = await self._client.create_dm(discord.Object(int(address)))
                await channel.send(view=message.card(), allowed_mentions=_NEVER)
            except (discord.Forbidden, discord.NotFound) as error:
                raise Unwelcome from error

    async def close(self, seconds: float) -> None:
        """Let the posts under way arrive."""
        await self._gate.close(seconds)

    def _place(self, channel: str) -> discord.PartialMessageable:
        if not channel.isdecimal():
            raise PostRefused(STRANGE_CHANNEL)
        return self._client.get_partial_messageable(int(channel))

    async def _gently(self) -> None:
        """Discord looks askance at bots that begin many conversations at once."""
        async with self._one_by_one:
            await asyncio.sleep(self._gap_between_people)

    async def _paced(self) -> None:
        async with self._turn:
            await asyncio.sleep(self._gap)

    @asynccontextmanager
    async def _definite(self) -> AsyncIterator[None]:
        """Tell apart a no, a not yet, and what may have arrived all the same."""
        try:
            yield
        except discord.RateLimited as error:
            raise PostLater(error.retry_after) from error
        except discord.HTTPException as error:
            if error.status == 429:
                raise PostLater(60) from error
            if 400 <= error.status < 500 and error.status != 408:
                raise PostRefused(error.text or str(error.status)) from error
            raise


def _files(picture: bytes | None, alternative: str) -> Sequence[discord.File]:
    if picture is None:
        return ()
    described = clipped(alternative, _DESCRIPTION)
    return (discord.File(BytesIO(picture), _FILE, description=described),)


def _words(words: str) -> str:
    """The words, inert; what does not fit is in the picture."""
    kept = words
    while size(drawn(kept)) > _CONTENT:
        kept = clipped(kept, size(kept) - max(1, (size(drawn(kept)) - _CONTENT) // 2))
    return drawn(kept)
