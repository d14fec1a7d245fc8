"""What every store promises about open work: what a person is offered, and what never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes.planting import (
    AT,
    LIMITS,
    answered,
    ended,
    grow,
    leased,
    message,
    moved,
    plant,
    ranked,
    someone,
)

from core.model import Slot, TaskKind, TaskState, Tree, TreeState
from core.people import Who
from core.policy import Policy
from core.ports import Store, UnitOfWork
from core.selection import open_work

PROMPT_REVIEW = TaskKind.LABEL_INITIAL_PROMPT
REPLY_REVIEW = TaskKind.LABEL_ASSISTANT_REPLY
REPLY = TaskKind.ASSISTANT_REPLY
RANKING = TaskKind.RANK_ASSISTANT_REPLIES
GROWING = TreeState.GROWING


@pytest.fixture
def policy() -> Policy:
    """Nothing is left to chance here."""
    return Policy(shuffle_seconds=0)


def offer(
    unit: UnitOfWork, person_id: int, *kinds: TaskKind, lang: str = "en", skip: Sequence[int] = ()
) -> Slot | None:
    return unit.find_slot(person_id, [(kind, lang) for kind in kinds], skip)


async def test_an_empty_store_has_nothing_to_do(store: Store) -> None:
    def work(unit: UnitOfWork) -> bool:
        ada = someone(unit).id
        return offer(unit, ada, *TaskKind) is None and unit.open_work(ada, ["en"], 9) == {}

    assert await store.transact(work)


async def test_a_slot_is_the_one_the_core_wants(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Tree, Slot | None]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        return plant(unit, ada), offer(unit, bob, PROMPT_REVIEW)

    tree, slot = await store.transact(work)

    assert slot == Slot(
        tree.id,
        tree.id,
        PROMPT_REVIEW,
        "en",
        3,
        slot.urgency if slot else 0,
        0,
        tree.root.author_id,
    )


async def test_nobody_is_offered_their_own_text(store: Store) -> None:
    def work(unit: UnitOfWork) -> Slot | None:
        ada = someone(unit).id
        plant(unit, ada)
        return offer(unit, ada, PROMPT_REVIEW)

    assert await store.transact(work) is None


async def test_a_text_without_an_author_is_offered_to_anybody(store: Store) -> None:
    def work(unit: UnitOfWork) -> Slot | None:
        plant(unit)
        return offer(unit, someone(unit).id, PROMPT_REVIEW)

    assert await store.transact(work) is not None


async def test_the_first_wish_with_work_is_met(store: Store) -> None:
    def work(unit: UnitOfWork) -> Sequence[tuple[TaskKind, str]]:
        ada = someone(unit).id
        plant(unit, lang="de")
        plant(unit, state=GROWING, lang="fr")
        wishes = [(RANKING, "de"), (PROMPT_REVIEW, "en"), (REPLY, "fr"), (PROMPT_REVIEW, "de")]
        found = unit.find_slot(ada, wishes), unit.find_slot(ada, wishes[::-1])
        return [(slot.kind, slot.lang) for slot in found if slot]

    assert await store.transact(work) == [(REPLY, "fr"), (PROMPT_REVIEW, "de")]


async def test_the_most_urgent_work_of_a_kind_comes_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int]:
        ada = someone(unit).id
        plant(unit, state=GROWING)
        nearly = plant(unit, state=GROWING, limits=replace(LIMITS, goal_size=2))
        slot = offer(unit, ada, REPLY)
        assert slot is not None
        return nearly.id, slot.tree_id

    nearly, offered = await store.transact(work)
    assert offered == nearly


async def test_among_equals_the_oldest_comes_first_and_what_was_just_leased_last(
    store: Store,
) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int]]:
        def later(name: str, minutes: int) -> tuple[int, datetime]:
            at = AT + timedelta(minutes=minutes)
            return unit.arrive(Who("terminal", name), None, at).person.id, at

        _, at = later("ada", 1)
        older = plant(unit, touched_at=at).id
        _, at = later("ada", 2)
        newer = plant(unit, touched_at=at).id
        offered = []
        for name, minutes in (("bob", 3), ("cyd", 4)):
            person_id, at = later(name, minutes)
            slot = offer(unit, person_id, PROMPT_REVIEW)
            assert slot is not None
            leased(unit, person_id, slot.tree_id, PROMPT_REVIEW, leased_at=at)
            offered.append(slot.tree_id)
        return [older, newer], offered

    wanted, offered = await store.transact(work)
    assert offered == wanted


async def test_trees_to_be_skipped_are_skipped(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int | None, Slot | None]:
        ada = someone(unit).id
        one, two = plant(unit).id, plant(unit).id
        left = offer(unit, ada, PROMPT_REVIEW, skip=[one])
        return two, left.tree_id if left else None, offer(unit, ada, PROMPT_REVIEW, skip=[one, two])

    other, left, none = await store.transact(work)

    assert left == other
    assert none is None


async def test_leases_use_up_the_places_of_a_slot(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        tree = plant(unit)
        free = []
        for name in ("ada", "bob", "cyd", "dan"):
            person_id = someone(unit, name).id
            slot = offer(unit, person_id, PROMPT_REVIEW)
            free.append(slot.free if slot else 0)
            if slot:
                leased(unit, person_id, tree.id, PROMPT_REVIEW)
        return free

    assert await store.transact(work) == [3, 2, 1, 0]


async def test_open_leases_are_part_of_the_tree(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int]:
        tree = plant(unit)
        task = leased(unit, someone(unit).id, tree.id, PROMPT_REVIEW)
        leased(unit, someone(unit, "bob").id, tree.id, PROMPT_REVIEW)
        return tree.id, task.id

    tree_id, task_id = await store.transact(work)

    tree = await store.transact(lambda unit: unit.tree(tree_id))
    assert tree is not None
    assert len(tree.leases) == 2
    assert (tree.leases[0].task_id, tree.leases[0].kind) == (task_id, PROMPT_REVIEW)


@pytest.mark.parametrize(
    ("state", "offered_again"),
    [
        (TaskState.OPEN, False),
        (TaskState.ANSWERED, False),
        (TaskState.SKIPPED, False),
        (TaskState.WITHDRAWN, False),
        (TaskState.EXPIRED, True),
    ],
)
async def test_only_what_expired_is_offered_again(
    store: Store, state: TaskState, offered_again: bool
) -> None:
    def work(unit: UnitOfWork) -> Slot | None:
        ada = someone(unit).id
        tree = plant(unit)
        task = leased(unit, ada, tree.id, PROMPT_REVIEW)
        ended(unit, task, state)
        return offer(unit, ada, PROMPT_REVIEW)

    assert (await store.transact(work) is not None) == offered_again


async def test_a_task_done_by_one_is_open_to_others(store: Store) -> None:
    def work(unit: UnitOfWork) -> Slot | None:
        tree = plant(unit)
        answered(unit, someone(unit, "ada").id, tree.id, PROMPT_REVIEW, labels={"spam": 0})
        return offer(unit, someone(unit, "bob").id, PROMPT_REVIEW)

    assert await store.transact(work) is not None


async def test_who_replied_ranks_no_reply_to_the_same_message(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        ada, bob, cyd = (someone(unit, name).id for name in ("ada", "bob", "cyd"))
        tree = plant(unit, state=GROWING)
        answered(unit, ada, tree.id, REPLY)
        ended(unit, leased(unit, bob, tree.id, REPLY), TaskState.SKIPPED)
        grow(unit, tree, author_id=ada)
        now = unit.tree(tree.id)
        assert now is not None
        grow(unit, now)
        moved(unit, tree.id, TreeState.RANKING)
        return [offer(unit, person_id, RANKING) is not None for person_id in (ada, bob, cyd)]

    assert await store.transact(work) == [False, True, True]


async def test_a_ranked_set_that_grew_may_be_ranked_again(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int | None]:
        ada = someone(unit).id
        tree = ranked(unit, None, None)
        answered(unit, ada, tree.id, RANKING)
        first = offer(unit, ada, RANKING)
        now = unit.tree(tree.id)
        assert now is not None
        unit.save_tree(now.with_message(replace(now.root, ballot_round=1)))
        second = offer(unit, ada, RANKING)
        return [first and first.round, second and second.round]

    assert await store.transact(work) == [None, 1]


async def test_work_of_trees_that_moved_on_is_gone(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        ada = someone(unit).id
        tree = plant(unit)
        before = offer(unit, ada, PROMPT_REVIEW)
        moved(unit, tree.id, TreeState.HALTED_BY_MODERATOR)
        return [before is not None, offer(unit, ada, PROMPT_REVIEW) is not None]

    assert await store.transact(work) == [True, False]


async def test_open_work_is_what_the_core_says_it_is(store: Store, policy: Policy) -> None:
    def work(unit: UnitOfWork) -> tuple[set[Slot], set[Slot | None]]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit, state=GROWING)
        grow(unit, tree, accepted=None, author_id=ada)
        leased(unit, ada, tree.id, REPLY)
        now = unit.tree(tree.id)
        assert now is not None
        wanted = set(open_work(now, policy).values())
        return wanted, {offer(unit, bob, slot.kind) for slot in wanted}

    wanted, found = await store.transact(work)

    assert len(wanted) == 2
    assert found == wanted


# ---------------------------------------------------------------- how much there is


async def test_open_work_counts_what_this_person_may_take(store: Store) -> None:
    def work(unit: UnitOfWork) -> dict[str, object]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        for _ in range(3):
            plant(unit, ada)
        plant(unit, lang="de")
        growing = plant(unit, state=GROWING)
        answered(unit, bob, growing.id, REPLY)
        ranked(unit, None, None)
        return {
            "ada": unit.open_work(ada, ["en", "de"], 10),
            "bob": unit.open_work(bob, ["en"], 10),
            "capped": unit.open_work(bob, ["en"], 2),
            "none": unit.open_work(bob, [], 2),
        }

    assert await store.transact(work) == {
        "ada": {PROMPT_REVIEW: 1, REPLY: 1, RANKING: 1},
        "bob": {PROMPT_REVIEW: 3, RANKING: 1},
        "capped": {PROMPT_REVIEW: 2, RANKING: 1},
        "none": {},
    }


async def test_counting_open_work_changes_nothing(store: Store) -> None:
    def work(unit: UnitOfWork) -> int:
        plant(unit)
        return someone(unit).id

    ada = await store.transact(work)

    first = await store.read(lambda unit: unit.open_work(ada, ["en"], 5))
    assert first == await store.read(lambda unit: unit.open_work(ada, ["en"], 5))
    assert await store.transact(lambda unit: offer(unit, ada, PROMPT_REVIEW)) is not None


async def test_a_message_under_review_is_work_as_soon_as_it_is_saved(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        bob = someone(unit, "bob").id
        tree = plant(unit, state=GROWING)
        reply = unit.add_message(message(tree.root))
        before = offer(unit, bob, REPLY_REVIEW)
        unit.save_tree(tree.with_message(reply))
        return [before is not None, offer(unit, bob, REPLY_REVIEW) is not None]

    assert await store.transact(work) == [False, True]
