"""Boards on schedule for tests: communities that want some, and a platform that can fail."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from bot.herald import PostLater, PostRefused
from bot.posting import Poster
from core.bulletin import Bulletin, Outgoing
from core.community import Rules, with_rules
from core.dialogue import Screen
from core.flow.posting import Post
from core.people import Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.schedule import Schedule, next_run
from core.testing import ManualClock, ToldGuess

POLICY = Policy()


class Killed(BaseException):
    """The process is gone in the middle of what it did."""


class FakeHerald:
    """A platform in memory: what arrived, by community and period; and what befalls the next."""

    def __init__(self, platform: str = "discord", *, knows_nonces: bool = True) -> None:
        self.platform = platform
        self.knows_nonces = knows_nonces
        self.arrived: Counter[str] = Counter()
        self.nonces: set[str] = set()
        self.told: list[tuple[str, str]] = []
        self.captions: list[str] = []
        self.alternatives: list[str] = []
        self.pictures: list[bytes | None] = []
        self.faults: list[str] = []

    async def post(self, post: Post, picture: bytes | None, caption: str, alternative: str) -> str:
        fault = self.faults.pop(0) if self.faults else ""
        await asyncio.sleep(0)
        match fault:
            case "refused":
                raise PostRefused("Missing Permissions")
            case "later":
                raise PostLater(30)
            case "dropped":
                raise ConnectionError
            case "killed before":
                raise Killed
        nonce = post.outgoing.nonce
        if not (self.knows_nonces and nonce in self.nonces):
            self.arrived[nonce] += 1
            self.captions.append(caption)
            self.alternatives.append(alternative)
            self.pictures.append(picture)
        self.nonces.add(nonce)
        if fault == "lost":
            raise ConnectionError
        if fault == "killed after":
            raise Killed
        return f"m{nonce}"

    async def tell(self, post: Post, channel: str, words: str) -> None:
        self.told.append((channel, words))

    async def remind(self, address: str, screen: Screen) -> None:
        raise AssertionError("nobody is reminded here")


async def no_picture(bulletin: Bulletin) -> bytes:
    return b"png"


def poster(store: Store, clock: ManualClock, *heralds: FakeHerald) -> Poster:
    """A loop of one process."""
    found = Poster(store, World(POLICY, clock, Random(0), ToldGuess()), no_picture)
    for herald in heralds:
        found.announce(herald)
    return found


def community(
    unit: UnitOfWork, name: str, platform: str, at: datetime, board: str = "day", **rules: object
) -> int:
    """One that wants a board every day at nine."""
    who = Who(platform, "ada", "Ada", community=name, community_name=name)
    found = unit.arrive(who, None, at).community
    assert found is not None
    unit.save_community(with_rules(found, Rules(**{"board_channel": "77", **rules})))
    schedule = Schedule(found.id, board, hour=9)
    later = next_run(schedule, at - timedelta(days=1))
    unit.save_schedule(Schedule(found.id, board, hour=9, next_run=later))
    return found.id


async def ticked(poster: Poster) -> None:
    """One tick, which may end in the middle."""
    try:
        await poster.tick()
    except* Killed:
        pass


async def posts(store: Store, communities: Iterable[int]) -> list[Outgoing]:
    def work(unit: UnitOfWork) -> list[Outgoing]:
        return [post for number in communities for post in unit.posts_of(number, 1000)]

    return await store.transact(work)
