"""What every store promises about allowances: one count for all processes, nothing forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from fakes.planting import AT, someone

from core.pace import Allowance, Holder, Limit
from core.ports import Store, UnitOfWork

TEN = Allowance(at_once=10, refill=timedelta(seconds=100))
ADA, GUILD = Holder(Limit.PERSON_TASKS, 7), Holder(Limit.COMMUNITY_TASKS, 7)


async def test_an_allowance_nobody_used_is_full(store: Store) -> None:
    assert await store.read(lambda unit: unit.full_at([ADA, GUILD])) == {}


async def test_what_is_used_takes_its_time_to_come_back(store: Store) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.use({ADA: TEN, GUILD: TEN}, AT)
        unit.use({ADA: TEN}, AT + timedelta(seconds=1))

    await store.transact(work)

    assert await store.read(lambda unit: unit.full_at([ADA, GUILD])) == {
        ADA: AT + timedelta(seconds=20),
        GUILD: AT + timedelta(seconds=10),
    }


async def test_what_came_back_meanwhile_is_not_counted_twice(store: Store) -> None:
    await store.transact(lambda unit: unit.use({ADA: TEN}, AT))
    later = AT + timedelta(hours=1)
    await store.transact(lambda unit: unit.use({ADA: TEN}, later))

    found = await store.read(lambda unit: unit.full_at([ADA]))

    assert found == {ADA: later + timedelta(seconds=10)}


async def test_what_a_wrong_clock_kept_is_forgotten(store: Store) -> None:
    await store.transact(lambda unit: unit.use({ADA: TEN}, AT + timedelta(days=1)))
    await store.transact(lambda unit: unit.use({ADA: TEN}, AT))

    found = await store.read(lambda unit: unit.full_at([ADA]))

    assert found == {ADA: AT + timedelta(seconds=10)}


async def test_all_who_use_one_at_the_same_moment_are_counted(store: Store) -> None:
    await asyncio.gather(
        *(store.transact(lambda unit: unit.use({GUILD: TEN}, AT)) for _ in range(8))
    )

    found = await store.read(lambda unit: unit.full_at([GUILD]))

    assert found == {GUILD: AT + timedelta(seconds=80)}


async def test_allowances_follow_a_person_and_end_with_them(store: Store) -> None:
    def holders(kept: int, gone: int) -> list[Holder]:
        return [
            Holder(limit, number)
            for limit in (Limit.PERSON_TASKS, Limit.LINK_TRIES)
            for number in (kept, gone)
        ]

    def link(unit: UnitOfWork) -> tuple[int, int]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        unit.use({Holder(Limit.PERSON_TASKS, kept): TEN}, AT)
        unit.use({Holder(Limit.PERSON_TASKS, gone): TEN}, AT + timedelta(seconds=5))
        unit.use({Holder(Limit.LINK_TRIES, gone): TEN}, AT)
        unit.merge_people(kept, gone)
        return kept, gone

    kept, gone = await store.transact(link)
    found = await store.transact(lambda unit: unit.full_at(holders(kept, gone)))
    assert found == {
        Holder(Limit.PERSON_TASKS, kept): AT + timedelta(seconds=15),
        Holder(Limit.LINK_TRIES, kept): AT + timedelta(seconds=10),
    }

    await store.transact(lambda unit: unit.forget_person(kept))
    assert await store.read(lambda unit: unit.full_at(holders(kept, gone))) == {}
