"""What a store holds goes out into files: whole, chosen, without names."""

import gzip
import io
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from fakes.archive import ALL, BEGUN, NAMES, message, record_of
from fakes.exchange import exported, filled, imported, tree_number, vote
from fakes.planting import grow, someone

from bot.exchange.errors import FileError
from bot.exchange.export import Exported, export_store
from bot.exchange.intake import Imported
from core.archive import Choice, Wanted
from core.model import TreeState
from storage.archive import add_record


async def test_packed_and_plain_files_and_streams_hold_the_same(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1), tree_number(2))

    counts, plain = await exported(store, tmp_path / "a.jsonl")
    _, packed = await exported(store, tmp_path / "a.jsonl.gz")
    stream = io.BytesIO()
    await export_store(store, ALL, stream, NAMES)

    assert counts == Exported(trees=2, messages=10)
    assert gzip.decompress(packed) == plain == stream.getvalue()
    assert [len(json.loads(line)["prompt"]["replies"]) for line in plain.splitlines()] == [3, 3]


async def test_a_flat_file_has_a_line_for_each_message(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1))

    counts, written = await exported(store, tmp_path / "a.jsonl", Wanted(deleted=Choice.ONLY))

    assert counts == Exported(1, 1)
    assert json.loads(written)["text"] == "text 15"


async def test_a_table_has_a_row_for_each_message(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1))

    counts, _ = await exported(store, tmp_path / "a.parquet")

    assert counts == Exported(1, 5)
    assert pq.read_table(tmp_path / "a.parquet")["text"].to_pylist()[:3] == [
        "text 11",
        "text 12",
        "text 13",
    ]


async def test_the_ending_of_a_file_may_be_in_capitals(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1))

    await exported(store, tmp_path / "a.PARQUET")
    _, packed = await exported(store, tmp_path / "a.Jsonl.GZ")

    assert pq.read_metadata(tmp_path / "a.PARQUET").num_rows == 5
    assert len(gzip.decompress(packed).splitlines()) == 1
    assert await imported(await new_store(), tmp_path / "a.PARQUET") == Imported(1, 5)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet.gz", "a.json"])
async def test_an_ending_that_nobody_knows_is_refused(tmp_path, new_store, name):
    with pytest.raises(FileError, match=r"known: \.jsonl, \.jsonl\.gz, \.parquet\."):
        await exported(await new_store(), tmp_path / name)

    assert not (tmp_path / name).exists()


async def test_what_was_written_here_has_another_name_in_files_also_when_its_author_is_gone(
    tmp_path, sql_store
):
    given = tree_number(1, origin="a.jsonl", state=TreeState.GROWING)

    def written(unit):
        tree, ada = add_record(unit, given), someone(unit)
        return [
            grow(unit, tree, author_id=ada.id, text="by Ada"),
            grow(unit, tree, synthetic=True, text="by a model"),
        ]

    texts = await sql_store.transact(written)
    await sql_store.transact(lambda unit: unit.forget_person(texts[0].author_id))
    await exported(sql_store, tmp_path / "a.jsonl", replace(ALL, flat=True))

    lines = map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())
    names = {line["text"]: line["message_id"] for line in lines}
    assert names["text 11"] == given.tree.root.public_id
    assert [names[text.text] for text in texts] == [NAMES.of_text(t.public_id) for t in texts]


async def test_trees_come_in_pages_with_word_of_each(tmp_path, new_store, monkeypatch):
    monkeypatch.setattr("bot.exchange.export.TREES_IN_A_PAGE", 2)
    store = await filled(await new_store(), *map(tree_number, range(1, 6)))
    told = []

    await export_store(store, ALL, tmp_path / "a.jsonl", NAMES, told.append)

    assert told == [1, 2, 3, 4, 5]
    texts = [
        json.loads(x)["prompt"]["text"] for x in (tmp_path / "a.jsonl").read_text().splitlines()
    ]
    assert texts == ["text 11", "text 21", "text 31", "text 41", "text 51"]


async def test_only_so_many_trees_leave(tmp_path, new_store):
    store = await filled(await new_store(), tree_number(1), tree_number(2), tree_number(3))

    counts, _ = await exported(store, tmp_path / "a.jsonl", replace(ALL, limit=2))

    assert counts.trees == 2


@pytest.mark.parametrize(
    ("wanted", "trees"),
    [
        (Wanted(), 1),
        (Wanted(states=None), 2),
        (Wanted(states=None, languages=frozenset({"de"})), 1),
        (Wanted(states=frozenset({TreeState.GROWING}), languages=frozenset({"en"})), 0),
    ],
)
async def test_states_and_languages_are_chosen(tmp_path, new_store, wanted, trees):
    growing = tree_number(2, state=TreeState.GROWING, lang="de")
    store = await filled(await new_store(), tree_number(1), growing)

    counts, _ = await exported(store, tmp_path / "a.jsonl", wanted)

    assert counts.trees == trees


async def test_an_empty_store_makes_an_empty_file(tmp_path, new_store):
    assert await exported(await new_store(), tmp_path / "a.jsonl") == (Exported(0, 0), b"")


async def test_a_file_that_cannot_be_written_is_named(tmp_path, new_store):
    with pytest.raises(FileError, match="nowhere"):
        await exported(await new_store(), tmp_path / "nowhere" / "a.jsonl")


async def test_texts_and_votes_leave_with_pseudonyms_and_only_with_consent(tmp_path, new_store):
    store = await new_store()

    def fill(unit):
        ada, bob, eve = (someone(unit, name) for name in ("ada", "bob", "eve"))
        for person in (ada, bob):
            unit.save_person(replace(person, consent_version=1, consented_at=BEGUN))
        root = message(1, author_id=ada.id)
        replies = (message(i, root, author_id=p.id) for i, p in ((2, ada), (3, bob), (4, eve)))
        tree = add_record(unit, record_of(root, *replies))
        best, second, silent = (i for i in tree.messages if i != tree.id)
        vote(unit, bob, tree, ((silent,), (second, best)))
        vote(unit, eve, tree, ((silent,), (second,), (best,)))
        return ada.id, bob.id, tree

    ada_id, bob_id, tree = await store.transact(fill)

    _, written = await exported(store, tmp_path / "a.jsonl")

    prompt = json.loads(written)["prompt"]
    assert prompt["user_id"] == NAMES.of_person(ada_id)
    assert [reply["text"] for reply in prompt["replies"]] == ["text 2", "text 3"]
    (event,) = prompt["events"]["ranking"]
    assert event["user_id"] == NAMES.of_person(bob_id)
    assert [len(group) for group in event["groups"]] == [2]
    assert not any(m.public_id in written.decode() for m in tree.messages.values())
