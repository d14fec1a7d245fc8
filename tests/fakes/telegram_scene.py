"""The bot against the fake server in one process, with a desk on a store in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fakes import telegram_spec
from fakes.telegram_people import Volunteer
from fakes.telegram_server import TOKEN, FakeTelegram
from pydantic import SecretStr

from bot.config import Settings
from bot.herald import Announce
from bot.platforms.telegram_app import serve
from bot.platforms.telegram_limits import Pace
from bot.platforms.telegram_talk import Desk as Door
from core.desk import Desk
from core.model import Tree
from core.policy import Policy
from core.ports import World
from core.testing import MemoryStore, ToldGuess

QUICK = Pace(overall=1e6, person=(10_000, 1.0), group=(10_000, 1.0))
"""No waiting, for tests that are about something else."""


@dataclass
class Scene:
    """The server, the store behind the bot, and the people who talk to it."""

    tg: FakeTelegram
    store: MemoryStore
    people: dict[str, Volunteer] = field(default_factory=dict)

    def person(self, name: str, locale: str = "en") -> Volunteer:
        """Somebody who has never been here."""
        self.people[name] = Volunteer(self.tg, 1000 + len(self.people), name, locale)
        return self.people[name]

    async def volunteer(self, name: str, locale: str = "en") -> Volunteer:
        """Somebody who has agreed to the terms."""
        person = self.person(name, locale)
        await person.asks("/consent", "")
        await person.tap(person_agrees(person))
        await person.reads("")
        return person

    def trees(self) -> list[Tree]:
        return list(self.store.tables.trees.values())


def person_agrees(person: Volunteer) -> str:
    """The first button below the terms, whatever the language."""
    text: str = person.latest()["reply_markup"]["inline_keyboard"][0][0]["text"]
    return text


@asynccontextmanager
async def scene(
    policy: Policy | None = None, *, pace: Pace = QUICK, desk: Door | None = None
) -> AsyncIterator[Scene]:
    """Telegram served until the end of the block; then every call is checked."""
    policy = policy or Policy()
    store = MemoryStore(policy, random.Random(5))
    world = World(policy, lambda: datetime.now(UTC), random.Random(7), ToldGuess())
    async with FakeTelegram() as tg:
        tg.limited = pace is not QUICK
        async with served(tg, desk or Desk(store, world), pace):
            yield Scene(tg, store)
        assert wrong_calls(tg) == []


@asynccontextmanager
async def served(
    tg: FakeTelegram, desk: Door, pace: Pace = QUICK, announce: Announce | None = None
) -> AsyncIterator[None]:
    """The platform, running until the end of the block."""
    settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_base=tg.base, http_port=0)
    stop = asyncio.Event()
    running = asyncio.create_task(serve(desk, settings, stop, pace, announce=announce))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


def wrong_calls(tg: FakeTelegram) -> list[str]:
    """What is wrong with the calls of the bot, by the published description where it is there."""
    if telegram_spec.spec_file() is None:
        return []
    return [
        fault
        for call in (*tg.calls, *tg.polls)
        for fault in telegram_spec.faults(call.method, call.params, call.files)
    ]
