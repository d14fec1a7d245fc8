"""Many people at once on one tree, in one process and in several: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from fakes.crowd import POLICY, Crowd
from fakes.planting import AT, plant, someone, task

from core.model import REPLYING, Lease, TaskKind, Tree, TreeState
from core.people import Who
from core.policy import Policy
from core.ports import Store, UnitOfWork
from core.testing import ManualClock
from core.tree import next_state
from storage.open import SqlStore

PEOPLE = 40
SECRET = "a secret for tests"


@pytest.fixture
def policy() -> Policy:
    return POLICY


async def only_tree(store: Store) -> Tree:
    def work(unit: UnitOfWork) -> Tree:
        found = [tree for i in range(1, 2000) if (tree := unit.tree(i)) is not None]
        assert len(found) == 1
        return found[0]

    return await store.transact(work)


async def test_forty_people_at_once_bring_one_tree_to_its_end(sql_store: SqlStore) -> None:
    crowd = Crowd(sql_store, Random(4))
    await crowd.gather_people(PEOPLE)
    await crowd.plant()

    await asyncio.gather(*(crowd.work_until_done(i, seed=i) for i in range(PEOPLE)))

    tree = await only_tree(sql_store)
    limits = tree.limits
    assert tree.state is TreeState.READY_FOR_EXPORT
    assert next_state(tree, POLICY) is tree.state
    assert len(tree.messages) == limits.goal_size
    assert all(m.review_count == 3 for m in tree.messages.values())
    assert all(len(tree.children(m.id)) <= limits.max_children for m in tree.messages.values())
    assert sum(crowd.answers.values()) == await crowd.answers_stored()
    for message in tree.messages.values():
        ballots = await sql_store.read(lambda unit, i=message.id: unit.ballots(i))
        assert len(ballots) == message.ballots <= limits.max_rankings
        assert len({ballot.person_id for ballot in ballots}) == len(ballots)
        reviews = await sql_store.read(lambda unit, i=message.id: unit.reviews(i))
        assert len({review.person_id for review in reviews}) == 3
        assert message.author_id not in {review.person_id for review in reviews}


async def test_twenty_requests_for_three_places_get_exactly_three(sql_store: SqlStore) -> None:
    tree = await sql_store.transact(plant)
    people = [
        await sql_store.transact(lambda unit, i=i: someone(unit, f"p{i}").id) for i in range(20)
    ]

    def take(unit: UnitOfWork, person_id: int) -> bool:
        slot = unit.find_slot(person_id, [(TaskKind.LABEL_INITIAL_PROMPT, "en")])
        if slot is None:
            return False
        found = unit.tree(slot.tree_id)
        assert found is not None
        held = unit.add_task(task(person_id, found, slot.kind))
        unit.save_tree(found.with_lease(Lease(held.id, slot.kind, slot.target_id, person_id)))
        return True

    got = await asyncio.gather(
        *(sql_store.transact(lambda unit, p=p: take(unit, p)) for p in people)
    )

    assert sum(got) == 3
    found = await sql_store.transact(lambda unit: unit.tree(tree.id))
    assert found is not None
    assert len(found.leases) == 3


async def test_no_change_of_a_tree_is_lost(sql_store: SqlStore) -> None:
    tree = await sql_store.transact(plant)

    def count_one_more(unit: UnitOfWork) -> None:
        found = unit.tree(tree.id)
        assert found is not None
        root = replace(found.root, review_count=found.root.review_count + 1)
        unit.save_tree(found.with_message(root))

    await asyncio.gather(*(sql_store.transact(count_one_more) for _ in range(PEOPLE)))

    found = await sql_store.transact(lambda unit: unit.tree(tree.id))
    assert found is not None
    assert found.root.review_count == PEOPLE


async def test_no_change_of_a_person_is_lost(sql_store: SqlStore) -> None:
    person_id = (await sql_store.transact(someone)).id

    def learn(unit: UnitOfWork, lesson: str) -> None:
        person = unit.person_to_change(person_id)
        assert person is not None
        unit.save_person(replace(person, tutorials=(*person.tutorials, lesson)))

    lessons = {f"lesson {number}" for number in range(PEOPLE)}
    await asyncio.gather(
        *(sql_store.transact(lambda unit, x=lesson: learn(unit, x)) for lesson in lessons)
    )

    person = await sql_store.transact(lambda unit: unit.person(person_id))
    assert person is not None
    assert set(person.tutorials) == lessons


async def test_one_person_arriving_in_many_places_at_once_is_one_person(
    sql_store: SqlStore,
) -> None:
    who = Who("discord", "ada", name="Ada", community="guild")

    arrivals = await asyncio.gather(
        *(sql_store.transact(lambda unit: unit.arrive(who, None, AT)) for _ in range(8))
    )

    assert len({arrival.person.id for arrival in arrivals}) == 1
    assert len({arrival.community.id for arrival in arrivals if arrival.community}) == 1
    assert [arrival.is_new for arrival in arrivals].count(True) == 1


async def test_an_event_delivered_many_times_at_once_is_new_once(sql_store: SqlStore) -> None:
    who = Who("discord", "ada")
    await sql_store.transact(lambda unit: unit.arrive(who, None, AT))

    arrivals = await asyncio.gather(
        *(sql_store.transact(lambda unit: unit.arrive(who, "e1", AT)) for _ in range(8))
    )

    assert [arrival.is_repeat for arrival in arrivals].count(False) == 1


async def test_points_given_at_once_crosswise_all_count(sql_store: SqlStore) -> None:
    people = [
        await sql_store.transact(lambda unit, i=i: someone(unit, f"p{i}").id) for i in range(4)
    ]

    def give(unit: UnitOfWork, order: list[int]) -> None:
        for person_id in order:
            unit.tally(person_id, ["*", "l:en"], ["total", "d:1"], {"rankings": 1})

    await asyncio.gather(
        *(
            sql_store.transact(lambda unit, k=k: give(unit, people[k % 4 :] + people[: k % 4]))
            for k in range(24)
        )
    )

    board = await sql_store.read(lambda unit: unit.board("*", "total", 9))
    assert [standing.points for standing in board] == [24] * 4


async def test_several_processes_share_one_store(
    sql_store: SqlStore, sql_database: str, tmp_path: Path
) -> None:
    crowd = Crowd(sql_store, Random(4))
    await crowd.gather_people(8)
    await crowd.plant()

    runs = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fakes.crowd",
            sql_database,
            str(tmp_path),
            SECRET,
            str(first),
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
        )
        for first in (0, 4)
    ]
    told = [await run.communicate() for run in runs]

    tree = await only_tree(sql_store)
    given = sum(int(out) for out, _ in told)
    assert [run.returncode for run in runs] == [0, 0]
    assert tree.state is TreeState.READY_FOR_EXPORT
    assert len(tree.messages) == tree.limits.goal_size
    assert all(m.review_count == 3 for m in tree.messages.values())
    assert given + 1 == await crowd.answers_stored()


def test_a_crowd_answers_every_kind_of_task() -> None:
    """What the tests above rest on."""
    from core.testing import MemoryStore

    async def live() -> Counter[TaskKind]:
        crowd = Crowd(MemoryStore(POLICY, Random(1)), Random(4), ManualClock())
        await crowd.gather_people(9)
        await crowd.plant()
        await asyncio.gather(*(crowd.work_until_done(i, seed=i) for i in range(9)))
        return crowd.answers

    answers = asyncio.run(live())
    assert answers[TaskKind.LABEL_ASSISTANT_REPLY] > 0
    assert answers[TaskKind.RANK_ASSISTANT_REPLIES] > 0
    assert sum(answers[kind] for kind in REPLYING) == POLICY.goal_tree_size - 1
