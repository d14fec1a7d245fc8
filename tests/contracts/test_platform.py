"""The same conversation on the terminal, on Discord and on Telegram leaves the same store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fakes.discord_bot import discord
from fakes.speakers import NAMES, OnDiscord, OnTelegram, OnTerminal, Speaker, a_conversation
from fakes.telegram_scene import scene

from core.desk import Desk
from core.model import TreeState
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess

QUICK = Policy(
    goal_tree_size=4,
    max_tree_depth=1,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
)


class Place:
    """A store with a desk before it; nothing in them knows the time or throws other dice."""

    def __init__(self) -> None:
        self.store = MemoryStore(QUICK, Random(5))
        self.desk = Desk(self.store, World(QUICK, ManualClock(), Random(7), ToldGuess()))


Door = Callable[[Place, Path], AbstractAsyncContextManager[Sequence[Speaker]]]


@asynccontextmanager
async def terminals(place: Place, folder: Path) -> AsyncIterator[Sequence[Speaker]]:
    people = [OnTerminal(place.desk, folder, name) for name in NAMES]
    yield people
    for person in people:
        await person.leaves()


@asynccontextmanager
async def members(place: Place, folder: Path) -> AsyncIterator[Sequence[Speaker]]:
    async with discord(place.desk, folder) as server:
        yield [OnDiscord(server, name) for name in NAMES]


@asynccontextmanager
async def chats(place: Place, folder: Path) -> AsyncIterator[Sequence[Speaker]]:
    async with scene(desk=place.desk) as here:
        yield [OnTelegram(here.tg, 1000 + n, name) for n, name in enumerate(NAMES)]


DOORS: dict[str, Door] = {"terminal": terminals, "discord": members, "telegram": chats}


async def told(door: Door, folder: Path) -> MemoryStore:
    """The store after the conversation."""
    place = Place()
    async with door(place, folder) as people:
        await a_conversation(people)
    return place.store


def kept(store: MemoryStore) -> dict[str, Any]:
    """What a store holds, but for the names of the platform, its accounts and its events."""
    tables = dict(vars(store.tables.snapshot()))
    tables["accounts"] = [account.person_id for account in tables["accounts"].values()]
    tables["consents"] = [replace(consent, platform="") for consent in tables["consents"]]
    tables["tasks"] = {n: _anywhere(task) for n, task in tables["tasks"].items()}
    tables["trees"] = {
        n: replace(tree, messages={m: replace(x, platform="") for m, x in tree.messages.items()})
        for n, tree in tables["trees"].items()
    }
    sessions = {n: replace(s, data={}, version=0) for n, s in tables["sessions"].items()}
    return tables | {"seen": None, "sessions": sessions}


def _anywhere(task: Any) -> Any:
    ballot = task.ballot and replace(task.ballot, method="")  # how it was given, not what it says
    return replace(task, platform="", ballot=ballot)


@pytest.fixture
async def typed(tmp_path: Path) -> dict[str, Any]:
    """What the conversation leaves when it is held in the terminal."""
    folder = tmp_path / "typed"
    folder.mkdir()
    return kept(await told(terminals, folder))


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_the_same_conversation_leaves_the_same_store(
    platform: str, tmp_path: Path, typed: dict[str, Any]
) -> None:
    store = await told(DOORS[platform], tmp_path)

    found = kept(store)
    for table, rows in typed.items():
        assert found[table] == rows, table


async def test_the_conversation_goes_all_the_way(tmp_path: Path) -> None:
    store = await told(terminals, tmp_path)

    states = {tree.root.text[:3]: tree.state for tree in store.tables.trees.values()}
    assert states["How"] is TreeState.READY_FOR_EXPORT
    assert states["buy"] is TreeState.ABORTED_LOW_GRADE
    assert [report.reason for report in store.tables.reports.values()] == ["spam"]
    assert "boring" in {task.skip_reason for task in store.tables.tasks.values()}
