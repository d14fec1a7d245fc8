"""Files of trees go into a store as they are, once, or not at all."""

import json
from dataclasses import replace

import pytest
from fakes.archive import ALL, NAMES
from fakes.exchange import NOW, exported, filled, imported, tree_number

from bot.exchange.errors import BrokenFile
from bot.exchange.export import Exported
from bot.exchange.intake import Imported, Intake, import_file
from core.archive import Wanted
from core.export import Pseudonyms, json_line, message_lines, tree_line
from core.imported import AT_REST
from core.model import TreeState
from core.policy import Policy
from storage.invariants import broken_invariants

OTHERS = Pseudonyms("another seed")


def file_of(tmp_path, *records, broken=()):
    path = tmp_path / "trees.jsonl"
    lines = [json_line(tree_line(record, ALL, NAMES)) for record in records]
    path.write_text("".join(f"{line}\n" for line in [*lines, *broken]), "utf-8")
    return path


async def trees_in(store):
    def load(unit):
        rows = unit.db.rows("SELECT id FROM tree ORDER BY id")
        return [unit.tree(row[0]) for row in rows]

    return await store.transact(load)


# ---------------------------------------------------------------- as they are


@pytest.mark.parametrize(
    ("name", "flat", "events"),
    [
        ("a.jsonl", False, True),
        ("a.jsonl", True, True),
        ("a.jsonl.gz", False, False),
        ("a.parquet", True, False),
    ],
)
async def test_export_import_export_gives_the_same_file(tmp_path, new_store, name, flat, events):
    wanted = replace(ALL, flat=flat, events=events)
    states = (TreeState.READY_FOR_EXPORT, TreeState.GROWING, TreeState.ABORTED_LOW_GRADE)
    old = await filled(
        await new_store(), *(tree_number(i, state=state) for i, state in enumerate(states, 1))
    )
    new = await new_store()
    counts, first = await exported(old, tmp_path / name, wanted)

    result = await imported(new, tmp_path / name)

    again, second = await exported(new, tmp_path / f"again-{name}", wanted, OTHERS)
    assert first == second
    assert counts == again == Exported(trees=3, messages=15)
    assert result == Imported(trees=3, messages=15)


OLD_SIGNS = "one\r\ntwo\rthree\x85four\x9b31m \u2028 \u202e"


async def test_line_ends_and_signs_of_other_programs_come_back_byte_for_byte(
    tmp_path, sql_store, new_store
):
    tree = tree_number(1)
    texts = {i: replace(m, text=OLD_SIGNS + m.text) for i, m in tree.tree.messages.items()}
    path = file_of(tmp_path, replace(tree, tree=replace(tree.tree, messages=texts)))

    await imported(sql_store, path)
    _, first = await exported(sql_store, tmp_path / "first.jsonl")
    last = await new_store()
    await imported(last, tmp_path / "first.jsonl")
    _, second = await exported(last, tmp_path / "second.jsonl", names=OTHERS)

    kept = [m.text for m in (await trees_in(sql_store))[0].messages.values()]
    assert all(text.startswith(OLD_SIGNS) for text in kept)
    assert path.read_bytes() == first == second


async def test_a_store_with_trees_that_rest_as_they_were_fits_together(tmp_path, new_store):
    states = ("ranking", "ready_for_export", "aborted_low_grade", "halted_by_moderator")
    records = [tree_number(i, state=TreeState(name)) for i, name in enumerate(states, 1)]
    store = await new_store()

    await imported(store, file_of(tmp_path, *records))

    assert await broken_invariants(store, Policy(), lambda looked_at: None) == []


async def test_an_imported_tree_rests_under_the_name_of_its_file(tmp_path, new_store):
    store = await new_store()
    await imported(store, file_of(tmp_path, tree_number(1)))

    (tree,) = await trees_in(store)

    assert tree.limits == AT_REST
    assert tree.origin == "trees.jsonl"
    assert tree.licence is None
    ballots, slots = await store.transact(
        lambda unit: (unit.ballots(tree.id), unit.db.rows("SELECT * FROM slot"))
    )
    assert len(ballots) == 1
    assert not slots


async def test_origin_and_licence_can_be_told(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1))
    await imported(store, path, origin="a friend", licence="CC-BY-4.0")

    (tree,) = await trees_in(store)

    assert (tree.origin, tree.licence) == ("a friend", "CC-BY-4.0")
    counts, _ = await exported(store, tmp_path / "out.jsonl", Wanted(unlicensed=False))
    assert counts.trees == 1


async def test_what_is_not_marked_as_publishable_can_be_left_out(tmp_path, new_store):
    store = await new_store()
    await imported(store, file_of(tmp_path, tree_number(1)))

    counts, _ = await exported(store, tmp_path / "out.jsonl", Wanted(unlicensed=False))

    assert counts.trees == 0


async def test_languages_models_and_dates_are_filled_in(tmp_path, new_store):
    store = await new_store()
    path = tmp_path / "sampled.jsonl"
    reply = {"message_id": "b", "text": "Hi", "role": "assistant", "synthetic": True}
    prompt = {"message_id": "a", "text": "Hello", "role": "prompter", "replies": [reply]}
    path.write_text(json.dumps({"message_tree_id": "a", "prompt": prompt}))

    await imported(store, path, lang="eo", model_name="toy")

    (tree,) = await trees_in(store)
    assert [m.lang for m in tree.messages.values()] == ["eo", "eo"]
    assert [m.model_name for m in tree.messages.values()] == [None, "toy"]
    assert tree.created_at == NOW


async def test_a_tree_that_was_still_growing_goes_on_here(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1, state=TreeState.GROWING))

    await imported(store, path, rank=True)

    (tree,) = await trees_in(store)
    assert tree.state is TreeState.GROWING
    assert tree.limits == Policy().limits()
    assert tree.touched_at == NOW


async def test_states_can_be_chosen(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1, state=TreeState.GROWING), tree_number(2))

    result = await imported(store, path, states=frozenset({TreeState.READY_FOR_EXPORT}))

    assert result == Imported(trees=1, messages=5, left_out=1)
    assert [tree.root.text for tree in await trees_in(store)] == ["text 21"]


# ---------------------------------------------------------------- once


async def test_a_tree_that_is_there_already_stays_as_it_is(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1))
    await imported(store, path)

    result = await imported(store, file_of(tmp_path, tree_number(1), tree_number(2)))

    assert result == Imported(trees=1, messages=5, known=1)
    assert len(await trees_in(store)) == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
async def test_trees_that_come_back_to_the_store_they_left_are_there_already(
    tmp_path, sql_store, new_store, monkeypatch, name
):
    monkeypatch.setattr("bot.exchange.marks._AT_ONCE", 2)
    await filled(sql_store, *map(tree_number, range(1, 6)), tree_number(6, origin="x"))
    await exported(sql_store, tmp_path / name)

    result = await imported(sql_store, tmp_path / name, names=NAMES)
    elsewhere = await imported(await new_store(), tmp_path / name, names=NAMES)

    assert result == Imported(known=6)
    assert elsewhere == Imported(trees=6, messages=30)


async def test_an_interrupted_import_is_ended_by_running_it_again(tmp_path, new_store, monkeypatch):
    monkeypatch.setattr("bot.exchange.intake.TREES_AT_ONCE", 2)
    store = await new_store()
    path = file_of(tmp_path, *map(tree_number, range(1, 6)))

    def interrupted(trees):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_file(store, path, Intake(), policy=Policy(), now=NOW, progress=interrupted)
    assert len(await trees_in(store)) == 2
    told = []
    result = await import_file(
        store, path, Intake(), policy=Policy(), now=NOW, progress=told.append
    )

    assert (result.trees, result.known) == (3, 2)
    assert told == [2, 4, 5]
    assert len(await trees_in(store)) == 5


# ---------------------------------------------------------------- or not at all


BROKEN = ("{", '{"message_tree_id":"x","prompt":{"message_id":"x"}}')


async def test_a_broken_line_leaves_nothing(tmp_path, new_store):
    store = await new_store()

    with pytest.raises(BrokenFile) as broken:
        await imported(store, file_of(tmp_path, tree_number(1), broken=BROKEN))

    assert (broken.value.first.line, broken.value.faults) == (2, 2)
    assert await trees_in(store) == []


async def test_broken_lines_can_be_left_out(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1), broken=BROKEN)

    told = []

    result = await import_file(
        store, path, Intake(keep_good=True), policy=Policy(), now=NOW, tell=told.append
    )

    assert (result.trees, result.faults) == (1, 2)
    assert [fault.line for fault in told] == [2, 3]
    assert "prompt.role: is missing" in str(told[1])
    assert len(await trees_in(store)) == 1


async def test_a_tree_of_which_a_line_is_broken_comes_whole_with_the_mended_file(
    tmp_path, new_store
):
    store, path = await new_store(), tmp_path / "trees.jsonl"
    lines = [json_line(line) for line in message_lines(tree_number(1), ALL, NAMES)]
    path.write_text("\n".join([*lines[:2], lines[2][:-9], *lines[3:]]))

    broken = await imported(store, path, keep_good=True)
    path.write_text("\n".join(lines))
    mended = await imported(store, path)

    assert (broken.trees, broken.faults) == (0, 2)
    assert mended == Imported(trees=1, messages=5)


async def test_a_dry_run_tells_what_would_be_and_stores_nothing(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, tree_number(1), broken=BROKEN)

    result = await imported(store, path, keep_good=True, dry_run=True, rank=True)

    assert (result.trees, result.messages, result.to_rank, result.faults) == (1, 5, 1, 2)
    assert await trees_in(store) == []


async def test_a_message_of_another_tree_is_a_fault(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1))
    other = tree_number(2, origin="x")
    stolen = replace(other.tree.messages[2], public_id=tree_number(1).tree.messages[2].public_id)
    other = replace(other, tree=other.tree.with_message(stolen), ballots={})
    path = tmp_path / "trees.jsonl"
    path.write_text(json_line(tree_line(other, ALL, NAMES)))

    with pytest.raises(BrokenFile, match=r"line 1: message .* is stored in another tree"):
        await imported(store, path)


# ---------------------------------------------------------------- ranking anew


async def test_trees_are_put_up_for_ranking_when_asked(tmp_path, new_store):
    store = await new_store()
    path = file_of(tmp_path, *map(tree_number, range(1, 4)))

    result = await imported(store, path, rank=True, rank_at_once=1)

    first, *others = await trees_in(store)
    assert result.to_rank == 3
    assert first.state is TreeState.RANKING
    assert {tree.state for tree in others} == {TreeState.BACKLOG_RANKING}
    assert first.limits == Policy().limits()
    slots = await store.transact(lambda unit: unit.db.rows("SELECT tree_id FROM slot"))
    assert {row[0] for row in slots} == {first.id}
