"""Log channels are told everything, in order, whatever befalls one memo, community or platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from fakes.boards import Killed
from fakes.planting import AT

from bot.herald import PostLater, PostRefused
from bot.memos import Memos
from core.casework import REPORTED, Memo
from core.community import Rules, with_rules
from core.dialogue import Screen
from core.people import AuditEntry, Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.testing import ManualClock, MemoryStore, ToldGuess

POLICY = Policy()
PATIENCE = POLICY.send_patience_seconds


class FakeCrier:
    """A platform in memory: what each community was told; and what befalls the next memos."""

    knows_nonces = False

    def __init__(self, platform: str = "discord", *faults: str) -> None:
        self.platform = platform
        self.told: dict[str, list[str]] = {}
        self.faults = list(faults)
        self.closed: set[str] = set()
        self.deaf: set[str] = set()
        self.answers = asyncio.Event()
        self.answers.set()

    async def show(self, address: str, channel: str, screen: Screen) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        await self.answers.wait()
        if address in self.closed:
            raise PostRefused("Missing Access")
        if address in self.deaf:
            raise ConnectionError
        match fault:
            case "later":
                raise PostLater(5)
            case "dropped":
                raise ConnectionError
            case "killed before":
                raise Killed
        reason = str(screen.body[0]).rpartition("Why: ")[2]  # type: ignore[attr-defined]
        self.told.setdefault(address, []).append(reason)
        match fault:
            case "lost":
                raise ConnectionError
            case "killed after":
                raise Killed

    @property
    def count(self) -> int:
        return sum(map(len, self.told.values()))


def criers(store: Store, clock: ManualClock, *heralds: FakeCrier) -> Memos:
    """A loop of one process."""
    found = Memos(store, World(POLICY, clock, Random(0), ToldGuess()))
    for herald in heralds:
        found.announce(herald)  # type: ignore[arg-type]
    return found


def community(unit: UnitOfWork, name: str, platform: str = "discord") -> int:
    found = unit.arrive(Who(platform, "ada", community=name), None, AT).community
    assert found is not None
    unit.save_community(with_rules(found, Rules(log_channel="99")))
    return found.id


def wait(unit: UnitOfWork, name: str, *reasons: str, platform: str = "discord") -> None:
    """Acts that a community is still to be told."""
    here = community(unit, name, platform)
    for reason in reasons:
        unit.add_memo(Memo(here, AuditEntry(AT, "halt", reason=reason)))


async def until(has_happened: Callable[[], bool]) -> None:
    """Look again and again, but not for ever."""
    for _ in range(2000):
        if has_happened():
            return
        await asyncio.sleep(0.001)


async def ticked(loop: Memos) -> None:
    """One tick, which may end in the middle."""
    try:
        await loop.tick()
    except Killed:
        return


async def test_two_loops_say_everything_once_and_in_order(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeCrier()
    told = {"home": [f"h{n}" for n in range(12)], "away": [f"a{n}" for n in range(7)]}
    for name, reasons in told.items():
        await store.transact(partial(_wait_all, name=name, reasons=reasons))
    first, second = criers(store, clock, herald), criers(store, clock, herald)

    await asyncio.gather(first.tick(), second.tick())
    await first.tick()

    assert {name: sorted(said) for name, said in herald.told.items()} == {
        name: sorted(reasons) for name, reasons in told.items()
    }
    alone = FakeCrier()
    await store.transact(partial(_wait_all, name="home", reasons=told["home"]))
    await criers(store, clock, alone).tick()
    assert alone.told["home"] == told["home"]


def _wait_all(unit: UnitOfWork, name: str, reasons: list[str], platform: str = "discord") -> None:
    wait(unit, name, *reasons, platform=platform)


async def test_a_channel_that_refuses_is_not_asked_again_and_keeps_no_other_waiting(
    store: Store,
) -> None:
    clock, herald = ManualClock(AT), FakeCrier()
    herald.closed.add("home")
    await store.transact(lambda unit: wait(unit, "home", "one", "two"))
    await store.transact(lambda unit: wait(unit, "away", "three"))

    await criers(store, clock, herald).tick()
    herald.closed.clear()
    clock.advance(seconds=2 * PATIENCE)
    await criers(store, clock, herald).tick()

    assert herald.told == {"away": ["three"]}


@pytest.mark.parametrize(
    ("fault", "times"),
    [("dropped", 1), ("later", 1), ("killed before", 1), ("lost", 2), ("killed after", 2)],
)
async def test_what_may_be_lost_is_said_again(store: Store, fault: str, times: int) -> None:
    clock, herald = ManualClock(AT), FakeCrier("discord", fault)
    await store.transact(lambda unit: wait(unit, "home", "one", "two"))
    await ticked(criers(store, clock, herald))
    after = criers(store, clock, herald)
    await after.tick()
    assert "two" not in herald.told.get("home", []), "what comes after a lost one waits as well"

    clock.advance(seconds=PATIENCE + 1)
    await after.tick()
    clock.advance(seconds=PATIENCE + 1)
    await after.tick()

    assert sorted(herald.told["home"]) == ["one"] * times + ["two"]


async def test_what_one_community_cannot_be_told_keeps_no_other_waiting(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeCrier()
    herald.deaf.add("home")
    await store.transact(partial(_wait_all, name="home", reasons=[str(n) for n in range(9)]))
    await store.transact(lambda unit: wait(unit, "away", "news"))

    await criers(store, clock, herald).tick()

    assert herald.told == {"away": ["news"]}


async def test_a_platform_that_does_not_answer_keeps_no_other_waiting(store: Store) -> None:
    clock = ManualClock(AT)
    mute, herald = FakeCrier("telegram"), FakeCrier("discord")
    mute.answers.clear()
    loop = criers(store, clock, mute, herald)
    await store.transact(lambda unit: wait(unit, "group", "one", platform="telegram"))
    await store.transact(lambda unit: wait(unit, "home", "two"))

    first = asyncio.create_task(loop.tick())
    await until(lambda: herald.count > 0)
    await store.transact(lambda unit: wait(unit, "home", "three"))
    for _ in range(100):  # the first round at home may just be ending
        await loop.tick()
        await asyncio.sleep(0.001)

    assert (mute.told, herald.told) == ({}, {"home": ["two", "three"]})
    assert not first.done()
    mute.answers.set()
    await first
    assert mute.told == {"group": ["one"]}


async def test_a_platform_whose_rows_cannot_be_read_keeps_no_other_waiting() -> None:
    class Torn(MemoryStore):
        """The rows of one platform are unreadable."""

        async def transact(self, work):  # type: ignore[no-untyped-def]
            def within(unit: UnitOfWork) -> object:
                taken = unit.due_memos

                def due(platform: str, *rest: object) -> object:
                    if platform == "telegram":
                        raise ConnectionError("no such row")
                    return taken(platform, *rest)  # type: ignore[arg-type]

                unit.due_memos = due  # type: ignore[method-assign, assignment]
                return work(unit)

            return await super().transact(within)

    store, herald = Torn(POLICY), FakeCrier("discord")
    await store.transact(lambda unit: wait(unit, "home", "one"))

    await criers(store, ManualClock(AT), FakeCrier("telegram"), herald).tick()

    assert herald.told == {"home": ["one"]}


async def test_a_memo_that_cannot_be_put_together_keeps_no_other_waiting_and_is_given_up(
    store: Store,
) -> None:
    clock, herald = ManualClock(AT), FakeCrier()

    def spoil(unit: UnitOfWork, settings: dict[str, str]) -> None:
        here = unit.community(number)
        assert here is not None
        unit.save_community(replace(here, settings=settings))

    number = await store.transact(lambda unit: community(unit, "spoilt"))
    await store.transact(lambda unit: wait(unit, "spoilt", *"abcdefg"))
    await store.transact(lambda unit: spoil(unit, {"quiet": "never"}))
    await store.transact(lambda unit: wait(unit, "home", "one"))
    loop = criers(store, clock, herald)

    await loop.tick()
    await loop.tick()
    assert herald.told == {"home": ["one"]}
    clock.advance(seconds=PATIENCE)
    await store.transact(lambda unit: wait(unit, "home", "two"))
    await loop.tick()
    assert herald.told == {"home": ["one", "two"]}

    clock.advance(hours=25)
    await loop.tick()
    await store.transact(lambda unit: spoil(unit, {"log_channel": "99"}))
    clock.advance(seconds=PATIENCE)
    await loop.tick()
    assert "spoilt" not in herald.told


async def test_a_storm_of_faults_loses_nothing(store: Store) -> None:
    clock, rng = ManualClock(AT), Random(4)
    heralds = [FakeCrier("discord"), FakeCrier("telegram")]
    for herald in heralds:
        for name in "abc":
            reasons = [f"{name}{n}" for n in range(5)]
            await store.transact(
                partial(_wait_all, name=name, reasons=reasons, platform=herald.platform)
            )
    kinds = ["", "", "later", "dropped", "lost", "killed before", "killed after"]

    for _ in range(40):
        for herald in heralds:
            herald.faults = [rng.choice(kinds) for _ in range(3)]
        loops = [criers(store, clock, *heralds) for _ in range(2)]
        running = [asyncio.create_task(ticked(loop)) for loop in loops]
        if rng.random() < 0.3:
            for _ in range(rng.randrange(20)):
                await asyncio.sleep(0)
            running[0].cancel()
        await asyncio.gather(*running, return_exceptions=True)
        clock.advance(seconds=rng.choice([2, 20, PATIENCE + 1]))
    for herald in heralds:
        herald.faults.clear()
    clock.advance(seconds=PATIENCE + 1)
    await criers(store, clock, *heralds).tick()

    for herald in heralds:
        assert {name: sorted(set(said)) for name, said in herald.told.items()} == {
            name: [f"{name}{n}" for n in range(5)] for name in "abc"
        }
    assert await store.transact(_left) == 0


def _left(unit: UnitOfWork) -> int:
    late = AT + timedelta(days=2)
    return sum(len(unit.due_memos(p, late, late, 99)) for p in ("discord", "telegram"))


async def test_a_report_whose_text_is_gone_is_no_fault(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeCrier()

    def work(unit: UnitOfWork) -> None:
        unit.add_memo(Memo(community(unit, "home"), AuditEntry(AT, REPORTED, message_id=99)))

    await store.transact(work)

    await criers(store, clock, herald).tick()

    assert herald.told == {}
    assert await store.transact(_left) == 0
