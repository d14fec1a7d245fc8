"""The real Discord client in this process, aimed at the fake server; and a desk with a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from fakes.discord_payloads import TOKEN
from fakes.discord_server import DiscordServer

from bot.config import Settings
from bot.platforms.discord_client import serve
from cogs.conversation import Desk as AnyDesk
from core.desk import Desk
from core.dialogue import Event, Say, Screen
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess
from core.text import N_


class ScriptedDesk:
    """A desk that answers with the screens it was given, and remembers what it was asked."""

    def __init__(self, *screens: Screen, slow: float = 0.0) -> None:
        self.screens = list(screens)
        self.slow = slow
        self.heard: list[tuple[Who, Event, str | None]] = []
        self.fails: Exception | None = None

    @property
    def events(self) -> list[Event]:
        return [event for _, event, _ in self.heard]

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        self.heard.append((who, event, key))
        await asyncio.sleep(self.slow)
        if self.fails is not None:
            raise self.fails
        if len(self.screens) > 1:
            return self.screens.pop(0)
        return self.screens[0] if self.screens else Say(body=(N_("Hello"),))


def real_desk(policy: Policy | None = None, clock: Callable[..., object] | None = None) -> Desk:
    """The desk over a store in memory."""
    policy = policy or Policy()
    world = World(policy=policy, clock=clock or ManualClock(), rng=Random(1), guess=ToldGuess())
    return Desk(MemoryStore(policy, Random(2)), world)


def settings(server: DiscordServer, folder: Path, **more: object) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=folder,
        discord_token=TOKEN,
        discord_api_base=server.api,
        discord_gateway_url=server.gateway,
        **more,
    )


@asynccontextmanager
async def connected(
    desk: AnyDesk, server: DiscordServer, folder: Path, **more: object
) -> AsyncIterator[asyncio.Event]:
    """A client that serves as long as this lasts; yields what tells it to stop."""
    stop = asyncio.Event()
    heralds = more.pop("heralds", [])
    announce = heralds.append if isinstance(heralds, list) else None
    serving = asyncio.create_task(
        serve(desk, settings(server, folder, **more), stop, announce=announce)
    )
    ready = asyncio.create_task(server.ready())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        if serving.done():
            serving.result()
        yield stop
    finally:
        stop.set()
        await serving


@asynccontextmanager
async def discord(desk: AnyDesk, folder: Path, **more: object) -> AsyncIterator[DiscordServer]:
    """A server with a bot on it; at the end, every request was one that Discord describes."""
    server = await DiscordServer().start()
    try:
        async with connected(desk, server, folder, **more):
            yield server
        assert not server.complaints, "\n".join(server.complaints)
    finally:
        await server.close()
