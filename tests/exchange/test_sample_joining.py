"""Replies of a model join the trees: once, blind, as they were written, and are ranked there."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from fakes.exchange import filled, vote
from fakes.planting import AT, grow, moved, plant, ranked, someone
from fakes.synced import contents, ranked_tree, rows, synced

from bot.config import Settings
from bot.exchange.errors import FileError
from bot.exchange.sample.command import Order, Sampling, choose_prompts
from bot.exchange.sample.prompts import asked_from, write_prompts
from bot.exchange.sample.replies import PutUp, put_up
from core.archive import Wanted
from core.export import Pseudonyms
from core.flow.joining import Joined, Prompt, begin_tree, join_replies
from core.flow.turn import Turn
from core.imported import AT_REST
from core.model import Ballot, Fate, TreeState
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, ToldGuess
from storage.archive import records_of, tree_records

NAMES = Pseudonyms("a seed")
WORLD = World(Policy(), ManualClock(AT + timedelta(days=1)), Random(1), ToldGuess())


def turn(unit):
    return Turn(unit, WORLD, WORLD.clock())


def join(unit, parent_id, *texts, model="tiny-1"):
    settings = '{"temperature":1.0}'
    return join_replies(turn(unit), parent_id, texts, model_name=model, sampling=settings)


async def test_a_finished_tree_goes_back_to_ranking_with_the_new_replies(store):
    def finished(unit):
        tree = ranked(unit, None, None)
        return moved(unit, tree.id, TreeState.READY_FOR_EXPORT)

    tree = await store.transact(finished)

    came = await store.transact(lambda unit: join(unit, tree.id, " as it\twas  ", "second"))

    assert came == Joined(stored=2)
    after = await store.read(lambda unit: unit.tree(tree.id))
    assert after.state is TreeState.RANKING
    first, second = [m for m in after.messages.values() if m.synthetic]
    assert first.text == " as it\twas  "
    assert (first.depth, first.parent_id, first.accepted) == (1, tree.id, True)
    assert first.model_name == second.model_name == "tiny-1"
    assert json.loads(first.sampling) == {"temperature": 1.0}
    assert first.author_id is None
    assert first.platform == after.root.platform


async def test_whoever_ranked_before_may_rank_the_larger_set(store):
    def ranked_once(unit):
        tree = ranked(unit, None, None)
        ids = tuple(i for i in tree.messages if i != tree.id)
        unit.add_ballot(tree.id, Ballot(((ids[0],), (ids[1],)), ids))
        return moved(unit, tree.id, TreeState.READY_FOR_EXPORT)

    tree = await store.transact(ranked_once)

    await store.transact(lambda unit: join(unit, tree.id, "new"))

    after = await store.read(lambda unit: unit.tree(tree.id))
    assert after.root.ballot_round == tree.root.ballot_round + 1
    assert after.root.ballots == 0
    assert all(m.rank is None for m in after.messages.values())


async def test_the_same_text_is_put_up_once(store):
    def finished(unit):
        return moved(unit, ranked(unit, None, None).id, TreeState.READY_FOR_EXPORT)

    tree = await store.transact(finished)
    human = next(m.text for m in tree.messages.values() if not m.is_root)

    came = await store.transact(lambda unit: join(unit, tree.id, "new", "new", human))
    again = await store.transact(lambda unit: join(unit, tree.id, "new", human))

    assert came == Joined(stored=1, known=2)
    assert again == Joined(known=2)


async def test_a_removed_reply_does_not_come_back(store):
    def removed(unit):
        tree = moved(unit, ranked(unit, None, None).id, TreeState.READY_FOR_EXPORT)
        join(unit, tree.id, "bad")
        tree = unit.tree(tree.id)
        bad = next(m for m in tree.messages.values() if m.synthetic)
        unit.save_tree(tree.with_message(replace(bad, fate=Fate.DELETED)))
        return tree.id

    tree_id = await store.transact(removed)

    assert await store.transact(lambda unit: join(unit, tree_id, "bad")) == Joined(known=1)


async def test_what_cannot_be_stored_or_read_is_left_out(store):
    def finished(unit):
        return moved(unit, ranked(unit, None, None).id, TreeState.READY_FOR_EXPORT)

    tree = await store.transact(finished)

    texts = ("", " \u200b ", "nul\x00", "half \ud83d", "good")
    came = await store.transact(lambda unit: join(unit, tree.id, *texts))

    assert came == Joined(stored=1, unfit=4)


@pytest.mark.parametrize("state", [TreeState.GROWING, TreeState.HALTED_BY_MODERATOR])
async def test_models_take_no_places_of_people_and_no_halted_trees(store, state):
    def planted(unit):
        tree = plant(unit, state=state)
        grow(unit, tree)
        return tree.id

    tree_id = await store.transact(planted)

    assert await store.transact(lambda unit: join(unit, tree_id, "x")) == Joined(refused=1)


async def test_models_do_not_answer_assistants_or_what_was_taken_back(store):
    def planted(unit):
        tree = moved(unit, ranked(unit, None, None).id, TreeState.READY_FOR_EXPORT)
        reply = next(i for i in tree.messages if i != tree.id)
        below = join(unit, reply, "x")
        root = replace(tree.root, fate=Fate.WITHDRAWN)
        unit.save_tree(tree.with_message(root))
        return below, join(unit, tree.id, "x")

    assert await store.transact(planted) == (Joined(refused=1), Joined(refused=1))


async def test_an_imported_tree_at_rest_is_ranked_by_the_rules_of_the_day(store):
    def at_rest(unit):
        tree = plant(unit, state=TreeState.READY_FOR_EXPORT, limits=AT_REST, origin="a.jsonl")
        grow(unit, tree)
        return tree.id

    tree_id = await store.transact(at_rest)

    await store.transact(lambda unit: join(unit, tree_id, "new"))

    after = await store.read(lambda unit: unit.tree(tree_id))
    assert after.limits == Policy().limits()
    assert after.state is TreeState.RANKING


async def test_a_new_prompt_waits_in_the_backlog_with_its_replies(store):
    prompt = Prompt("00000000-0000-4000-8000-00000000000a", "A question?", "de", "prompts.txt")

    def begun(unit):
        first, again = begin_tree(turn(unit), prompt), begin_tree(turn(unit), prompt)
        return first, again, join(unit, first, "one", "two")

    first, again, came = await store.transact(begun)

    tree = await store.read(lambda unit: unit.tree(first))
    assert first == again
    assert came == Joined(stored=2)
    assert (tree.state, tree.lang, tree.origin) == (
        TreeState.BACKLOG_RANKING,
        "de",
        "prompts.txt",
    )


# ---------------------------------------------------------------- files


def completions(path, asked, *texts):
    rows = [
        {
            "tree_id": one.tree_id,
            "prompt": [{"role": "user", "content": one.text}],
            "lang": one.lang,
            "model_name": "tiny-1",
            "sampling": {"temperature": 1.0, "seed": 3},
            "completions": [{"text": text, "ended": True, "tokens": 3} for text in texts],
        }
        for one in asked
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


async def test_completions_find_their_trees_and_are_stored_once(new_store, tmp_path):
    store = await filled(await new_store(), ranked_tree(1), ranked_tree(2))
    asked = await asked_from("ready:5", store, NAMES)
    file = completions(tmp_path / "c.jsonl", asked, "a reply", "another")

    came = await put_up(store, WORLD, file, NAMES, PutUp("x"))
    again = await put_up(store, WORLD, file, NAMES, PutUp("x"))

    assert came == Joined(stored=4)
    assert again == Joined(known=4)
    records = await store.read(lambda unit: tree_records(unit, Wanted(states=None), 0, 10))
    assert len(records) == 2
    assert {record.tree.state for record in records} == {TreeState.RANKING}


async def test_prompts_of_a_synced_store_lead_back_to_their_trees(new_store, tmp_path):
    store = await filled(await new_store(), *(ranked_tree(n) for n in range(1, 30)))
    await synced(store, tmp_path / "data", names=NAMES)

    held_out = await asked_from(f"{tmp_path / 'data'}#validation", store, NAMES)
    both = await asked_from(str(tmp_path / "data"), store, NAMES)
    file = completions(tmp_path / "c.jsonl", held_out, "a reply")

    assert 0 < len(held_out) < len(both) == 29
    came = await put_up(store, WORLD, file, NAMES, PutUp("x"))
    assert came == Joined(stored=len(held_out))


async def test_a_licence_in_which_is_nothing_to_read_publishes_nothing(store):
    def begun(unit):
        return unit.tree(begin_tree(turn(unit), Prompt("a", "Why?", "en", "p.txt", licence=" ")))

    assert (await store.transact(begun)).licence is None


async def test_prompts_of_a_file_become_trees_that_are_published_under_a_licence(
    new_store, tmp_path
):
    store = await new_store()
    (tmp_path / "p.jsonl").write_text('{"prompt": "Wie geht das?", "lang": "de"}\n')
    (tmp_path / "p.txt").write_text("How does it work?\n\nWhy?\n")
    asked = [
        *await asked_from(str(tmp_path / "p.jsonl"), store, NAMES),
        *await asked_from(str(tmp_path / "p.txt"), store, NAMES),
    ]
    file = completions(tmp_path / "c.jsonl", asked, "one", "two")

    how = PutUp("p.txt", licence="CC0-1.0", at_once=True)
    came = await put_up(store, WORLD, file, NAMES, how)
    again = await put_up(store, WORLD, file, NAMES, how)

    assert (came, again) == (Joined(stored=6), Joined(known=6))
    records = await store.read(lambda unit: tree_records(unit, Wanted(states=None), 0, 10))
    assert [record.tree.state for record in records] == [TreeState.RANKING] * 3
    await synced(store, tmp_path / "data", names=NAMES)
    assert {t["prompt"]["text"] for t in rows(tmp_path / "data", "trees")} == {
        "Wie geht das?",
        "How does it work?",
        "Why?",
    }


async def test_a_broken_file_of_completions_leaves_nothing(new_store, tmp_path):
    store = await filled(await new_store(), ranked_tree(1))
    asked = await asked_from("ready:1", store, NAMES)
    file = completions(tmp_path / "c.jsonl", asked, "a reply")
    file.write_text(file.read_text() + '{"tree_id": 3}\n')

    with pytest.raises(FileError, match="line 2"):
        await put_up(store, WORLD, file, NAMES, PutUp("x"))

    (record,) = await store.read(lambda unit: records_of(unit, [1]))
    assert not any(m.synthetic for m in record.tree.messages.values())


@pytest.mark.parametrize("words", ["ready:none", "ready:1", "nowhere", "nowhere#test"])
async def test_prompts_that_are_not_there_are_refused(new_store, tmp_path, words):
    store = await new_store()

    with pytest.raises(FileError):
        await asked_from(words if ":" in words else str(tmp_path / words), store, NAMES)

    assert not list(tmp_path.glob("nowhere*"))


async def test_a_folder_of_replies_is_gone_on_with_only_as_it_was_begun(tmp_path):
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("Why is the sky blue?\n")
    settings = Settings(data_dir=tmp_path)
    order = Order("model", "name", str(prompts), tmp_path / "samples")
    await choose_prompts(settings, order)

    await choose_prompts(settings, replace(order, limit=5))  # goes on

    for other in (replace(order, prompts="ready:5"), replace(order, sampling=Sampling(n=7))):
        with pytest.raises(FileError, match="choose another --out"):
            await choose_prompts(settings, other)


async def test_training_reads_the_prompts_that_were_chosen(new_store, tmp_path):
    from training.config import load_settings
    from training.data import open_source, rows_of

    store = await filled(await new_store(), *(ranked_tree(n) for n in range(1, 6)))
    asked = await asked_from("ready:3", store, NAMES)

    write_prompts(tmp_path / "prompts.jsonl", asked)

    source, every = open_source(str(tmp_path / "prompts.jsonl")), load_settings("tiny").data
    found = [
        row for split in ("train", "validation") for row in rows_of(source, "prompts", every, split)
    ]
    assert {row.source["tree_id"] for row in found} == {one.tree_id for one in asked}
    assert len(found) == 3


async def test_ranked_replies_of_a_model_reach_the_training_store_under_its_name(
    new_store, tmp_path
):
    store = await filled(await new_store(), ranked_tree(1))
    asked = await asked_from("ready:1", store, NAMES)
    file = completions(tmp_path / "c.jsonl", asked, "a reply")
    await put_up(store, WORLD, file, NAMES, PutUp("x"))

    def finish(unit):
        tree = unit.tree(1)
        ids = [m.id for m in tree.children(1) if m.is_accepted]
        people = [replace(someone(unit, name), consent_version=1) for name in ("ada", "bob")]
        for person in people:
            unit.save_person(person)
            vote(unit, person, tree, tuple((i,) for i in ids))
        ranks = {i: replace(tree.messages[i], rank=n) for n, i in enumerate(ids)}
        messages = {**tree.messages, **ranks}
        ready = replace(tree, messages=messages, state=TreeState.READY_FOR_EXPORT)
        unit.save_tree(replace(ready, touched_at=AT))

    await store.transact(finish)
    await synced(store, tmp_path / "data", names=NAMES)

    (told,) = rows(tmp_path / "data", "lists")
    assert [reply["model_name"] for group in told["groups"] for reply in group] == [
        None,
        None,
        None,
        "tiny-1",
    ]
    assert told["ballots"] == 2
    assert b"a reply" in b"".join(contents(tmp_path / "data").values())
