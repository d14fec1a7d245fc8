"""People who wish to be reminded, a loop that reminds them, and a platform that can fail."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from random import Random

from bot.herald import PostLater, Unwelcome
from bot.reminding import Reminders
from core.dialogue import Screen
from core.flow import reminding
from core.flow.posting import Post
from core.flow.turn import Visit
from core.people import Person, Streak, Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.testing import ManualClock, ToldGuess

POLICY = Policy()
EVENING = datetime.fromisoformat("2026-01-05T18:05:00+00:00")


class Killed(BaseException):
    """The process is gone in the middle of what it did."""


class FakeMessenger:
    """A platform in memory: who was reminded of what; and what befalls the next reminders."""

    knows_nonces = False

    def __init__(self, platform: str = "telegram") -> None:
        self.platform = platform
        self.arrived: Counter[str] = Counter()
        self.screens: list[Screen] = []
        self.faults: list[str] = []
        self.closed: set[str] = set()

    async def remind(self, address: str, screen: Screen) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        await asyncio.sleep(0)
        if address in self.closed:
            raise Unwelcome
        match fault:
            case "later":
                raise PostLater(30)
            case "dropped":
                raise ConnectionError
            case "killed before":
                raise Killed
        self.arrived[address] += 1
        self.screens.append(screen)
        match fault:
            case "lost":
                raise ConnectionError
            case "killed after":
                raise Killed

    async def post(self, post: Post, picture: bytes, caption: str, alternative: str) -> str:
        raise AssertionError("no board is posted here")

    async def tell(self, post: Post, channel: str, words: str) -> None:
        raise AssertionError("no admin is told anything here")


def world(clock: ManualClock, policy: Policy = POLICY) -> World:
    return World(policy, clock, Random(0), ToldGuess())


def reminders(store: Store, clock: ManualClock, *heralds: FakeMessenger) -> Reminders:
    """A loop of one process."""
    found = Reminders(store, world(clock))
    for herald in heralds:
        found.announce(herald)
    return found


def wishing(
    unit: UnitOfWork,
    name: str,
    at: datetime,
    *,
    platform: str = "telegram",
    hour: int | None = None,
    yesterday: date | None = date(2026, 1, 4),
    **changes: object,
) -> Person:
    """Somebody who wishes reminders and has a streak of five days, up to yesterday."""
    who = Who(platform, name, name)
    arrival = unit.arrive(who, None, at)
    person = replace(
        arrival.person,
        languages=("en",),
        consent_version=1,
        consented_at=at,
        streak=Streak(days=5, last_day=yesterday, frozen_week="2026-W02", best=5),
    )
    visit = Visit(
        unit=unit,
        world=world(ManualClock(at)),
        now=at,
        who=who,
        person=replace(person, **changes),  # type: ignore[arg-type]
        account=arrival.account,
        session=arrival.session,
        community=None,
    )
    reminding.wish(visit, hour)
    return visit.person


async def ticked(loop: Reminders) -> None:
    """One tick, which may end in the middle."""
    try:
        await loop.tick()
    except Killed:
        return
