"""The house is kept although nobody asks: what lapsed is free again after the next tick."""

import asyncio
import time
from datetime import timedelta
from random import Random

import pytest
from fakes.planting import plant

from bot.schedule import keep_house, ticking
from core.desk import Desk
from core.dialogue import Command, Press
from core.model import TreeState
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess
from core.values import replace

POLICY = Policy()
ANA, BEN = Who("terminal", "ana"), Who("terminal", "ben")


async def test_leases_that_ran_out_are_free_after_a_tick() -> None:
    clock = ManualClock()
    store = MemoryStore(POLICY)
    world = World(POLICY, clock, Random(1), ToldGuess())
    desk = Desk(store, world)
    for event in (Command("consent"), Press("agree"), Command("prompt")):
        await desk.handle(ANA, event)
    assert await store.read(lambda unit: unit.open_prompt_tasks("en")) == 1

    clock.now += timedelta(minutes=POLICY.lease_minutes_writing + 1)
    await keep_house(store, world)

    assert await store.read(lambda unit: unit.open_prompt_tasks("en")) == 0


async def test_what_fails_is_told_and_keeps_nothing_else_from_being_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = ManualClock()
    store = MemoryStore(POLICY)
    world = World(POLICY, clock, Random(1), ToldGuess())
    desk = Desk(store, world)
    tree = await store.transact(lambda unit: plant(unit, state=TreeState.GROWING))
    for person, task in ((ANA, "assistant_reply"), (BEN, "initial_prompt")):
        for event in (Command("consent"), Press("agree"), Command("work", {"kind": task})):
            await desk.handle(person, event)
    (broken, _) = store.tables.tasks
    store.tables.trees[tree.id] = replace(tree, messages={})

    clock.now += timedelta(minutes=POLICY.lease_minutes_writing + 1)
    await keep_house(store, world)

    assert await store.read(lambda unit: unit.open_prompt_tasks("en")) == 0
    assert store.tables.tasks[broken].is_open
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"Housekeeping failed at freeing the place of task {broken}: KeyError")


class Counted:
    """A loop that counts how often it looked."""

    def __init__(self) -> None:
        self.ticks = 0
        self.ticked = asyncio.Event()

    async def tick(self) -> None:
        self.ticks += 1
        self.ticked.set()


async def test_ticks_end_with_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.schedule.FIRST_LOOK", timedelta(seconds=0))
    monkeypatch.setattr("bot.schedule.SECONDS_BETWEEN_LOOKS", 0.05)
    monkeypatch.setattr("bot.schedule.JITTER", 0)
    world, loop = World(POLICY, ManualClock(), Random(1), ToldGuess()), Counted()

    with ticking(MemoryStore(POLICY), world, loop):
        while loop.ticks < 2:
            await asyncio.wait_for(loop.ticked.wait(), 5)
            loop.ticked.clear()
    so_far = loop.ticks
    await asyncio.sleep(0.3)

    assert loop.ticks == so_far


async def test_a_tick_that_a_busy_machine_begins_late_is_made_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.schedule.FIRST_LOOK", timedelta(seconds=0.1))
    world, loop = World(POLICY, ManualClock(), Random(1), ToldGuess()), Counted()

    with ticking(MemoryStore(POLICY), world, loop):
        asyncio.get_running_loop().call_soon(time.sleep, 1.5)  # nothing else runs meanwhile
        await asyncio.sleep(2.5)

    assert loop.ticks == 1
