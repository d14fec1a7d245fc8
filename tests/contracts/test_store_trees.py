"""What every store promises about trees, their messages and counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.planting import AT, grow, message, moved, plant, someone

from core.model import Fate, LabelSum, Tree, TreeState
from core.people import Who
from core.ports import Store, UnitOfWork, WaitingAuthor

IN_REVIEW = TreeState.INITIAL_PROMPT_REVIEW
WAITING = TreeState.PROMPT_LOTTERY_WAITING
GROWING = TreeState.GROWING


async def loaded(store: Store, tree_id: int) -> Tree:
    tree = await store.transact(lambda unit: unit.tree(tree_id))
    assert tree is not None
    return tree


async def test_a_new_tree_bears_the_number_of_its_root(store: Store) -> None:
    tree = await store.transact(plant)

    assert list(tree.messages) == [tree.id]
    assert tree.root.tree_id == tree.id
    assert await loaded(store, tree.id) == tree


async def test_everything_about_a_tree_is_kept(store: Store) -> None:
    def work(unit: UnitOfWork) -> Tree:
        tree = plant(unit, state=GROWING, origin="old.jsonl", licence="CC0")
        tree = replace(
            tree, grows_since=AT, touched_at=AT + timedelta(microseconds=1), licence="CC-BY"
        )
        unit.save_tree(tree)
        return tree

    saved = await store.transact(work)

    assert await loaded(store, saved.id) == saved


async def test_everything_about_a_message_is_kept(store: Store) -> None:
    def work(unit: UnitOfWork) -> Tree:
        author = someone(unit)
        community = unit.arrive(Who("terminal", "ada", community="here"), None, AT).community
        assert community is not None
        tree = plant(
            unit,
            author.id,
            root={
                "pseudonym": "p",
                "community_id": community.id,
                "platform": "discord",
                "synthetic": True,
                "model_name": "small",
                "sampling": '{"t": 1}',
            },
        )
        root = replace(
            tree.root,
            text="a ‮ ü 𝄞\n\t'; DROP TABLE message; --",
            review_count=3,
            labels={"spam": LabelSum(1.0, 3), "quality": LabelSum(2.25, 3), "new": LabelSum(0, 1)},
            accepted=False,
            decided_at=AT,
            held=True,
            fate=Fate.DELETED,
            edited=True,
            emojis={"+1": 2},
            rank=1,
            ballots=2,
            ballots_needed=3,
            ballot_round=1,
        )
        tree = tree.with_message(root)
        unit.save_tree(tree)
        return tree

    saved = await store.transact(work)

    assert (await loaded(store, saved.id)).root == saved.root
    found = await store.read(lambda unit: unit.message_with(saved.root.public_id))
    assert found == saved.root


async def test_a_long_text_is_kept_to_the_letter(store: Store) -> None:
    text = "ж" * 100_000

    tree = await store.transact(lambda unit: plant(unit, root={"text": text}))

    assert (await loaded(store, tree.id)).root.text == text


async def test_messages_come_in_order_of_creation(store: Store) -> None:
    def work(unit: UnitOfWork) -> Tree:
        tree = plant(unit, state=GROWING)
        first = grow(unit, tree)
        grow(unit, tree)
        now = unit.tree(tree.id)
        assert now is not None
        grow(unit, now, first.id)
        now = unit.tree(tree.id)
        assert now is not None
        return now

    saved = await store.transact(work)

    tree = await loaded(store, saved.id)
    assert tree == saved
    assert list(tree.messages) == sorted(tree.messages)
    assert [m.depth for m in tree.messages.values()] == [0, 1, 1, 2]


async def test_a_tree_saved_by_somebody_who_did_not_load_it_is_saved(store: Store) -> None:
    tree = await store.transact(lambda unit: plant(unit, state=GROWING))
    changed = tree.with_message(replace(tree.root, review_count=2))

    await store.transact(lambda unit: unit.save_tree(changed))

    assert (await loaded(store, tree.id)).root.review_count == 2


async def test_within_a_transaction_a_tree_is_seen_as_it_was_written(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Tree, Tree | None, Tree | None]:
        tree = plant(unit)
        saved = moved(unit, tree.id, WAITING)
        return saved, unit.tree(tree.id), unit.free_tree(tree.id)

    saved, loaded_again, free = await store.transact(work)

    assert loaded_again == saved
    assert free == saved


async def test_a_failed_change_of_a_tree_is_undone(store: Store) -> None:
    tree = await store.transact(plant)

    def fail(unit: UnitOfWork) -> None:
        moved(unit, tree.id, WAITING)
        grow(unit, tree)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(fail)

    assert await loaded(store, tree.id) == tree
    assert await store.read(lambda unit: unit.state_count("en", IN_REVIEW)) == 1


async def test_no_tree_is_no_tree(store: Store) -> None:
    assert await store.transact(lambda unit: unit.tree(99)) is None
    assert await store.transact(lambda unit: unit.free_tree(99)) is None
    assert await store.read(lambda unit: unit.tree_id_of(99)) is None
    assert await store.read(lambda unit: unit.message_with("nobody")) is None


async def test_a_message_knows_its_tree(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int]:
        tree = plant(unit, state=GROWING)
        return tree.id, grow(unit, tree).id

    tree_id, reply_id = await store.transact(work)

    assert await store.read(lambda unit: unit.tree_id_of(reply_id)) == tree_id
    assert await store.read(lambda unit: unit.tree_id_of(tree_id)) == tree_id


async def test_a_tree_that_was_read_stays_as_it_was(store: Store) -> None:
    tree = await store.transact(plant)

    def work(unit: UnitOfWork) -> tuple[Tree, Tree]:
        before = unit.tree(tree.id)
        assert before is not None
        reply = unit.add_message(message(before.root))
        unit.save_tree(before.with_message(reply))
        unit.save_tree(before.with_message(replace(reply, accepted=True)))
        after = unit.tree(tree.id)
        assert after is not None
        return before, after

    before, after = await store.transact(work)

    assert len(before.messages) == 1
    assert [m.accepted for m in after.messages.values()] == [None, True]


async def test_a_message_not_yet_saved_with_its_tree_has_its_number(store: Store) -> None:
    def work(unit: UnitOfWork) -> bool:
        tree = plant(unit, state=GROWING)
        reply = unit.add_message(message(tree.root))
        unit.save_tree(tree.with_message(replace(reply, review_count=1)))
        now = unit.tree(tree.id)
        return now is not None and now.messages[reply.id].review_count == 1

    assert await store.transact(work)


# ---------------------------------------------------------------- counts


async def test_trees_are_counted_by_language_and_state(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        plant(unit)
        tree = plant(unit)
        plant(unit, lang="de")
        moved(unit, tree.id, WAITING)
        return [
            unit.state_count("en", IN_REVIEW),
            unit.state_count("en", WAITING),
            unit.state_count("de", IN_REVIEW),
            unit.state_count("de", WAITING),
        ]

    assert await store.transact(work) == [1, 1, 1, 0]
    assert await store.read(lambda unit: unit.state_count("en", WAITING)) == 1
    assert await store.read(lambda unit: unit.state_count("fr", WAITING)) == 0


async def test_languages_with_prompts_in_the_lottery_are_known(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[str]:
        for lang in ("en", "de", "de"):
            plant(unit, state=WAITING, lang=lang)
        tree = plant(unit, state=WAITING, lang="fr")
        plant(unit, lang="es")
        moved(unit, tree.id, GROWING)
        return list(unit.languages_waiting())

    assert await store.transact(work) == ["de", "en"]
    assert list(await store.read(lambda unit: unit.languages_waiting())) == ["de", "en"]


# ---------------------------------------------------------------- waiting trees


async def test_authors_wait_with_their_prompts_and_first_places(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[WaitingAuthor], list[WaitingAuthor]]:
        unit.hold_lottery("en")
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        blocked = someone(unit, "eve")
        unit.save_person(replace(blocked, blocked=True))
        one, two = (plant(unit, ada, state=WAITING).id for _ in range(2))
        three = plant(unit, bob, state=WAITING).id
        orphan = plant(unit, state=WAITING).id
        plant(unit, blocked.id, state=WAITING)
        plant(unit, bob, state=WAITING, lang="de")
        plant(unit, bob)
        unit.tally(bob, ["*"], ["m:2026-01"], {"ranked_1": 4})
        wanted = [
            WaitingAuthor(None, (orphan,), 0),
            WaitingAuthor(ada, (one, two), 0),
            WaitingAuthor(bob, (three,), 4),
        ]
        return wanted, list(unit.waiting_authors("en", "m:2026-01"))

    wanted, found = await store.transact(work)

    assert sorted(found, key=lambda a: a.author_id or 0) == wanted


async def test_points_of_another_month_do_not_help_in_the_lottery(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[WaitingAuthor]:
        ada = someone(unit).id
        plant(unit, ada, state=WAITING)
        unit.tally(ada, ["*"], ["m:2025-12"], {"ranked_1": 4})
        return list(unit.waiting_authors("en", "m:2026-01"))

    assert [author.ranked_first for author in await store.transact(work)] == [0]


async def test_the_oldest_imported_trees_wake_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int]]:
        backlog = TreeState.BACKLOG_RANKING
        late = plant(unit, state=backlog, created_at=AT + timedelta(days=1)).id
        early = plant(unit, state=backlog).id
        plant(unit, state=backlog, lang="de")
        plant(unit, state=GROWING)
        return [early, late], list(unit.backlog_tree_ids("en", 5))

    wanted, found = await store.transact(work)

    assert found == wanted
    assert list(await store.read(lambda unit: unit.backlog_tree_ids("en", 1))) == wanted[:1]


async def test_trees_that_nobody_touches_are_found_the_quietest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int]]:
        ranking = TreeState.RANKING
        quiet = plant(unit, state=ranking, touched_at=AT + timedelta(hours=1)).id
        quieter = plant(unit, state=ranking, touched_at=AT).id
        plant(unit, state=ranking, touched_at=AT + timedelta(hours=2))
        plant(unit, state=GROWING, touched_at=AT)
        since = AT + timedelta(hours=2)
        return [quieter, quiet], list(unit.idle_trees(ranking, since, 5))

    wanted, found = await store.transact(work)

    assert found == wanted
    since = AT + timedelta(hours=2)
    read = await store.read(lambda unit: unit.idle_trees(TreeState.RANKING, since, 1))
    assert list(read) == wanted[:1]
