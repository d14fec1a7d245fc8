"""People who wish it are reminded, once a day at most, and never again once they refuse."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from fakes.planting import plant
from fakes.reminded import EVENING, FakeMessenger, reminders, ticked, wishing

from core.model import TreeState
from core.people import Who
from core.ports import Store, UnitOfWork
from core.testing import ManualClock, MemoryStore

MORNING = EVENING - timedelta(hours=9)


async def test_a_streak_that_ends_tonight_is_told_once_by_two_loops(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(partial(wishing, name="ada", at=MORNING))
    first, second = reminders(store, clock, herald), reminders(store, clock, herald)

    await asyncio.gather(first.tick(), second.tick())
    await asyncio.gather(first.tick(), second.tick())

    assert herald.arrived == {"ada": 1}
    (screen,) = herald.screens
    assert str(screen.title) == "Your streak ends tonight"
    assert str(screen.body[0]) == "You have helped 5 days in a row. One task today keeps it up."
    assert [button.id for button in screen.buttons] == ["work", "remind::off"]


async def test_nobody_is_reminded_who_did_not_wish_it(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()

    def work(unit: UnitOfWork) -> None:
        person = wishing(unit, "ada", MORNING)
        unit.silence(person.id, "silenced")

    await store.transact(work)
    await reminders(store, clock, herald).tick()

    assert herald.arrived == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"yesterday": EVENING.date()},  # helped today already
        {"yesterday": None},
        {"yesterday": (EVENING - timedelta(days=5)).date()},  # the streak is over
        {"blocked": True},
        {"consent_version": None},
        {"timezone": "Asia/Tokyo"},  # three in the morning
        {"hour": 19},
    ],
)
async def test_some_evenings_there_is_nothing_to_say(store: Store, changes) -> None:  # type: ignore[no-untyped-def]
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(partial(wishing, name="ada", at=MORNING, **changes))

    await reminders(store, clock, herald).tick()

    assert herald.arrived == {}


async def test_a_streak_that_a_freeze_would_save_is_not_about_to_end(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()

    def work(unit: UnitOfWork) -> None:
        person = wishing(unit, "ada", MORNING)
        unit.save_person(replace(person, streak=replace(person.streak, frozen_week=None)))

    await store.transact(work)
    await reminders(store, clock, herald).tick()

    assert herald.arrived == {}


async def test_who_lets_nobody_write_is_silent_for_ever_and_told_once(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    herald.closed.add("ada")
    person = await store.transact(partial(wishing, name="ada", at=MORNING))
    loop = reminders(store, clock, herald)
    await loop.tick()
    herald.closed.clear()

    for _ in range(5):
        clock.advance(days=1)
        await loop.tick()

    kept = await store.read(lambda unit: unit.person(person.id))
    assert herald.arrived == {}
    assert kept is not None
    assert (kept.reminders, kept.notice) == (False, "silenced")


async def test_a_platform_that_wants_to_wait_is_asked_again(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(partial(wishing, name="ada", at=MORNING))
    herald.faults.append("later")
    loop = reminders(store, clock, herald)

    await loop.tick()
    assert herald.arrived == {}
    clock.advance(seconds=31)
    await loop.tick()

    assert herald.arrived == {"ada": 1}


@pytest.mark.parametrize("fault", ["dropped", "lost", "killed before", "killed after"])
async def test_what_is_cut_off_is_never_doubled(store: Store, fault: str) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(partial(wishing, name="ada", at=MORNING))
    herald.faults.append(fault)

    for _ in range(6):
        await ticked(reminders(store, clock, herald))
        clock.advance(minutes=10)

    assert herald.arrived["ada"] == (1 if fault in {"lost", "killed after"} else 0)


async def test_one_who_cannot_be_looked_at_keeps_no_other_waiting(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()

    def work(unit: UnitOfWork) -> None:
        for name in "abcdefgh":
            person = wishing(unit, name, MORNING)
            unit.save_person(replace(person, timezone="Mars/Base" if name < "g" else "UTC"))

    await store.transact(work)
    await reminders(store, clock, herald).tick()
    assert herald.arrived == {"g": 1, "h": 1}

    def mend(unit: UnitOfWork) -> None:
        for name in "abcdefgh":
            person = unit.arrive(Who("telegram", name), None, MORNING).person
            today = replace(person.streak, last_day=EVENING.date(), frozen_week="2026-W02")
            unit.save_person(replace(person, timezone="UTC", streak=today))

    await store.transact(mend)
    clock.advance(days=1)
    await reminders(store, clock, herald).tick()
    assert herald.arrived == dict.fromkeys("abcdef", 1) | {"g": 2, "h": 2}


async def test_a_fate_that_cannot_be_written_down_keeps_no_other_waiting() -> None:
    class Torn(MemoryStore):
        """No word of a refusal gets through."""

        async def transact(self, work):  # type: ignore[no-untyped-def]
            def within(unit: UnitOfWork) -> object:
                def silence(person_id: int, notice: str) -> None:
                    raise ConnectionError

                unit.silence = silence  # type: ignore[method-assign]
                return work(unit)

            return await super().transact(within)

    store, clock, herald = Torn(policy()), ManualClock(EVENING), FakeMessenger()
    herald.closed.add("ada")
    for name in ("ada", "bob"):
        await store.transact(partial(wishing, name=name, at=MORNING))

    await reminders(store, clock, herald).tick()

    assert herald.arrived == {"bob": 1}


async def test_a_hundred_faults_remind_nobody_twice_a_day(store: Store) -> None:
    clock, herald, rng = ManualClock(MORNING), FakeMessenger(), Random(3)
    names = [f"p{number}" for number in range(8)]

    def work(unit: UnitOfWork) -> None:
        for name in names:
            wishing(unit, name, MORNING, hour=rng.randrange(24))

    await store.transact(work)
    kinds = ["", "later", "dropped", "lost", "killed before", "killed after"]
    days: set[str] = set()
    for _ in range(100):
        herald.faults = [rng.choice(kinds) for _ in range(4)]
        loops = [reminders(store, clock, herald) for _ in range(2)]
        await asyncio.gather(*map(ticked, loops))
        days.add(clock().date().isoformat())
        clock.advance(minutes=rng.choice([5, 20, 60, -30]))

    assert max(herald.arrived.values(), default=0) <= len(days)


async def test_a_week_offline_is_no_reason_for_seven(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()

    def work(unit: UnitOfWork) -> None:
        wishing(unit, "ada", MORNING, yesterday=(EVENING + timedelta(days=6)).date())

    await store.transact(work)
    clock.advance(days=7)
    await reminders(store, clock, herald).tick()
    await reminders(store, clock, herald).tick()

    assert sum(herald.arrived.values()) <= 1


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_a_clock_that_ran_ahead_and_was_put_right_silences_nobody(
    store: Store, platform: str
) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger(platform)
    await store.transact(partial(wishing, name="ada", at=MORNING, platform=platform))
    loop = reminders(store, clock, herald)
    clock.advance(days=365)
    await loop.tick()
    clock.advance(days=-365)

    await loop.tick()
    await loop.tick()

    assert herald.arrived == {"ada": 1}


async def test_a_late_evening_is_left_alone(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(partial(wishing, name="ada", at=MORNING))
    clock.advance(hours=3)

    await reminders(store, clock, herald).tick()

    assert herald.arrived == {}


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Madrid", "2026-03-29"), ("America/New_York", "2026-11-01")]
)
async def test_the_hour_is_the_person_s_own_when_their_clocks_change(zone: str, day: str) -> None:
    store, herald = MemoryStore(policy()), FakeMessenger()
    start = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(days=1)
    clock, loop_hours = ManualClock(start), []
    await store.transact(
        partial(wishing, name="ada", at=start, timezone=zone, yesterday=None, hour=2)
    )
    loop = reminders(store, clock, herald)
    for _ in range(4 * 96):  # every quarter of an hour for four days
        row = next(iter(store.tables.reminders.values()))
        await loop.tick()
        after = next(iter(store.tables.reminders.values()))
        if after.next_run != row.next_run:
            loop_hours.append(clock())
        clock.advance(minutes=15)

    assert len(loop_hours) == 4
    from zoneinfo import ZoneInfo

    local = [at.astimezone(ZoneInfo(zone)) for at in loop_hours]
    assert len({at.date() for at in local}) == 4
    assert all(at.hour in {2, 3} for at in local)


# ---------------------------------------------------------------- calls


def policy():  # type: ignore[no-untyped-def]
    from core.policy import Policy

    return Policy()


def much_to_review(unit: UnitOfWork) -> None:
    for _ in range(7):  # three reviews each
        plant(unit, state=TreeState.INITIAL_PROMPT_REVIEW)


async def test_who_has_no_streak_is_called_once_a_week_when_their_language_needs_it(
    store: Store,
) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(much_to_review)
    await store.transact(partial(wishing, name="ada", at=MORNING, yesterday=None))
    await store.transact(
        partial(wishing, name="bob", at=MORNING, yesterday=None, languages=("de",))
    )

    for _ in range(7):  # from Monday to Sunday
        await reminders(store, clock, herald).tick()
        clock.advance(days=1)

    assert herald.arrived == {"ada": 1}
    assert str(herald.screens[0].body[0]) == "English needs 21 reviews."
    await reminders(store, clock, herald).tick()
    assert herald.arrived == {"ada": 2}


async def test_a_little_work_is_no_reason_to_call(store: Store) -> None:
    clock, herald = ManualClock(EVENING), FakeMessenger()
    await store.transact(lambda unit: plant(unit, state=TreeState.INITIAL_PROMPT_REVIEW))
    await store.transact(partial(wishing, name="ada", at=MORNING, yesterday=None))

    await reminders(store, clock, herald).tick()

    assert herald.arrived == {}


@pytest.mark.soak
async def test_ten_thousand_in_one_minute_are_each_reminded_once() -> None:
    store, clock, herald = MemoryStore(policy()), ManualClock(EVENING), FakeMessenger()

    def work(unit: UnitOfWork) -> None:
        for number in range(10_000):
            wishing(unit, f"p{number}", MORNING)

    await store.transact(work)
    for _ in range(20):
        await reminders(store, clock, herald).tick()

    assert len(herald.arrived) == 10_000
    assert set(herald.arrived.values()) == {1}
