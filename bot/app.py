"""The composition root: settings become a store, a world, a desk, and platforms that serve it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from random import SystemRandom

from bot.config import Settings, policy_from
from bot.doorkeeper import Doorkeeper
from bot.errors import SettingsError
from bot.health import Health, Pulse, beating
from bot.herald import Announce, Herald
from bot.language import LanguageHint
from bot.logs import log_to, tell_lost_errors
from bot.memos import Memos
from bot.metrics import Metrics
from bot.observed import Observed, ObservedStore
from bot.pictures import studio
from bot.posting import Poster
from bot.reminding import Reminders
from bot.schedule import ticking
from bot.store import fault_of, open_work, opened
from bot.supervision import Serve, supervised
from bot.web import Watchman, watched
from core.desk import Desk
from core.ports import Store, World

PLATFORMS = ("discord", "telegram", "terminal")
POSTS_SECONDS = 3.0
"""How long boards under way may take to be told apart; those cut off are found again."""
DRAIN_SECONDS = 25.0
"""How long platforms may take to finish what they are at; then they are cut off."""


def platforms_to_serve(settings: Settings, wanted: Sequence[str]) -> Sequence[str]:
    """Those that were asked for; else every one with a token; else the terminal."""
    for name in wanted:
        if name not in PLATFORMS:
            raise SettingsError(f"{name} is no platform; there are {', '.join(PLATFORMS)}.")
        if name != "terminal" and getattr(settings, f"{name}_token") is None:
            setting = f"GROVE_{name.upper()}_TOKEN"
            raise SettingsError(f"{setting} is not set; put the token of your bot there.")
    with_token = [name for name in PLATFORMS[:2] if getattr(settings, f"{name}_token") is not None]
    return tuple(dict.fromkeys(wanted)) or with_token or ["terminal"]


def world_from(settings: Settings, hint: LanguageHint) -> World:
    """What decisions take from outside besides the store."""
    return World(
        policy=policy_from(settings),
        clock=lambda: datetime.now(UTC),
        rng=SystemRandom(),
        guess=hint,
        owners=frozenset(settings.owners),
    )


async def serve(settings: Settings, platforms: Sequence[str], name: str | None = None) -> None:
    """Serve these platforms until they are done or the program is told to stop."""
    log_to(settings, in_file="terminal" in platforms)
    asyncio.get_running_loop().set_exception_handler(tell_lost_errors)
    hint = LanguageHint()
    world = world_from(settings, hint)
    stop = asyncio.Event()
    metrics = Metrics()
    chats = tuple(platform for platform in platforms if platform != "terminal")
    async with opened(settings, world.rng) as kept, studio.opened() as painters:
        store = ObservedStore(kept, metrics)
        desk = Observed(Doorkeeper(Desk(store, world), world.policy, world.clock), metrics)
        health = Health(chats, partial(fault_of, settings, store), Pulse())
        poster = Poster(store, world, painters.picture)
        reminders = Reminders(store, world)
        memos = Memos(store, world)

        def announce(herald: Herald) -> None:
            poster.announce(herald)
            reminders.announce(herald)
            memos.announce(herald)

        with _told_to_stop(stop), ticking(store, world, poster, reminders, memos=memos):
            await asyncio.to_thread(hint.load)  # not when a text comes, while all others wait
            async with _looked_after(settings, health, metrics, store):
                serving = partial(_serving, desk, settings, name, health, announce)
                running = [
                    asyncio.create_task(supervised(platform, serving(platform), stop))
                    for platform in platforms
                ]
                await until_all_done(running, stop)
                await poster.close(POSTS_SECONDS)


@asynccontextmanager
async def _looked_after(
    settings: Settings, health: Health, metrics: Metrics, store: Store
) -> AsyncIterator[None]:
    """Tell over HTTP how things are, where a community is served; one person sees it."""
    if not health.platforms:
        yield
        return
    watchman = Watchman(health, metrics, partial(open_work, store))
    async with (
        beating(health.pulse),
        watched(watchman, settings.health_host, settings.health_port),
    ):
        yield


async def until_all_done(
    running: Sequence[asyncio.Task[None]],
    stop: asyncio.Event,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Until every platform is done; told to stop, they drain. A fault at the start ends all."""
    ended = asyncio.create_task(asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    _, late = await asyncio.wait(running, timeout=drain_seconds)
    for task in late:
        task.cancel()
    results = await asyncio.gather(*running, return_exceptions=True)
    for fault in results:
        if isinstance(fault, Exception):
            raise fault


@contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C set `stop`; a second one ends the program at once."""
    loop = asyncio.get_running_loop()

    def ask(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask, number)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _serving(
    desk: Observed,
    settings: Settings,
    name: str | None,
    health: Health,
    announce: Announce,
    platform: str,
) -> Serve:
    """The platform's own `serve`; its library is loaded only now."""
    match platform:
        case "discord":
            from bot.platforms import discord_client

            serve = partial(
                discord_client.serve,
                desk,
                settings,
                watch=health.watch(platform),
                announce=announce,
            )
            return health.until_ended(platform, serve)
        case "telegram":
            from bot.platforms import telegram_app

            chat = partial(
                telegram_app.serve,
                desk,
                settings,
                watch=health.watch(platform),
                announce=announce,
            )
            return health.until_ended(platform, chat)
        case _:
            from bot.platforms import terminal

            return partial(terminal.serve, desk, settings, name=name)
