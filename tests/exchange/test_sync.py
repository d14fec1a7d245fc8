"""The training store follows the tree store: what leaves, what changes, what is left alone."""

import json
import random
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from fakes.archive import ALL, BEGUN, NAMES
from fakes.exchange import NOW, filled, tree_number, vote
from fakes.planting import someone
from fakes.synced import (
    contents,
    generation_if_whole,
    moved_on,
    ranked_tree,
    rows,
    stamps,
    synced,
    with_trees,
)

from bot.exchange.errors import FileError
from bot.exchange.intake import Intake, import_file
from bot.exchange.sync.bucket import bucket_of
from bot.exchange.sync.choice import Bound, Selection
from bot.exchange.sync.target import Target
from core.export import json_line, tree_line
from core.flow.reporting import react
from core.flow.turn import Turn
from core.model import LabelSum, TreeState
from core.policy import Policy
from core.ports import World
from storage.publication import kept_seed
from training.config import load_settings
from training.data import open_source, rows_of


async def test_training_reads_every_view_of_a_synced_store(new_store, tmp_path):
    store = await with_trees(await new_store(), 40)

    await synced(store, tmp_path / "data")

    source, filters = open_source(str(tmp_path / "data")), load_settings("tiny").data
    lists = rows_of(source, "lists", filters, "train")
    held_out = rows_of(source, "lists", filters, "validation")
    assert len(lists) + len(held_out) == 40
    assert held_out
    first = lists[0]
    assert [len(group) for group in first.groups] == [1, 2]
    assert first.ballots == 2
    assert first.agreement == pytest.approx(13 / 14, abs=1e-6)  # by hand: S 6.5 of 7
    pairs = rows_of(source, "pairs", filters, "train")
    assert len(pairs) == 2 * len(lists)
    assert pairs[0].margin == 1.0
    (path,) = [r.messages for r in rows_of(source, "sft", filters, "train")][:1]
    assert [turn["role"] for turn in path] == ["user", "assistant"]
    assert len(rows_of(source, "prompts", filters, "train")) == len(lists)


async def test_the_manifest_tells_by_which_rule_trees_are_held_out(new_store, tmp_path):
    store = await with_trees(await new_store(), 40)

    await synced(store, tmp_path / "data")

    current = json.loads((tmp_path / "data/current.json").read_text())
    rule = current["manifest"]["split"]
    share = int(re.fullmatch(r"validation when int\(.*, 16\) % (\d+) == 0, else train", rule)[1])
    for file in current["files"]:
        if file["view"] == "trees":
            for line in (tmp_path / "data" / file["path"]).read_text().splitlines():
                name = json.loads(line)["message_tree_id"].encode()
                is_held_out = int(sha256(name).hexdigest()[:8], 16) % share == 0
                assert is_held_out == (file["split"] == "validation")


async def test_a_second_sync_with_nothing_new_writes_nothing(new_store, tmp_path):
    store, place = await with_trees(await new_store(), 6), tmp_path / "data"
    first = await synced(store, place)
    before = stamps(place)

    again = await synced(store, place)

    assert stamps(place) == before
    assert first.is_changed
    assert not again.is_changed
    assert again.generation == first.generation


async def test_only_the_bucket_of_a_changed_tree_is_written_again(new_store, tmp_path):
    store, place = await with_trees(await new_store(), 20), tmp_path / "data"
    await synced(store, place)
    before = contents(place)

    await moved_on(store, 6)
    done = await synced(store, place)

    tree = ranked_tree(2).tree  # the second tree has ids from 6 on
    bucket = f"-{bucket_of(NAMES.of_message(tree.root), 4):03}-"
    changed = {p for p in before.keys() ^ contents(place).keys() if p.startswith("data/")}
    assert changed
    assert all(bucket in path for path in changed)
    assert done.written == 1
    assert b'of tree 2"' not in b"".join(contents(place).values())


async def test_a_mended_file_that_is_imported_after_a_restore_is_published(new_store, tmp_path):
    line = json_line(tree_line(tree_number(1), ALL, NAMES))
    (tmp_path / "a.jsonl").write_text(line)
    (tmp_path / "mended.jsonl").write_text(line.replace("text 12", "mended 12"))
    for name, hours in (("a.jsonl", 0), ("mended.jsonl", 1)):
        store, now = await new_store(), NOW + timedelta(hours=hours)  # as it was before the import
        await import_file(store, tmp_path / name, Intake(licence="CC0"), policy=Policy(), now=now)
        await synced(store, tmp_path / "data")

    texts = b"".join(contents(tmp_path / "data").values())
    assert b"mended 12" in texts
    assert b"text 12" not in texts


async def test_the_store_made_step_by_step_is_the_one_made_in_one_go(new_store, tmp_path):
    store = await with_trees(await new_store(), 10)
    await synced(store, tmp_path / "steps")
    await filled(store, *(ranked_tree(n) for n in range(11, 15)))
    await synced(store, tmp_path / "steps")
    await moved_on(store, 1)

    await synced(store, tmp_path / "steps")
    await synced(store, tmp_path / "once")

    assert contents(tmp_path / "steps") == contents(tmp_path / "once")


async def test_a_sync_that_failed_leaves_the_old_state_and_goes_on_where_it_was(
    new_store, tmp_path
):
    store, place = await with_trees(await new_store(), 20), tmp_path / "data"
    old = await synced(store, place)
    await filled(store, *(ranked_tree(n) for n in range(21, 41)))
    seen = []

    def fail_late(done, _):
        seen.append(dict(stamps(place)))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await synced(store, place, progress=fail_late)
    assert generation_if_whole(place) == old.generation
    made = {path: stamp for path, stamp in stamps(place).items() if path.suffix == ".jsonl"}

    done = await synced(store, place)

    kept = {path: stamp for path, stamp in stamps(place).items() if path in made}
    assert all(made[path] == stamp for path, stamp in kept.items())
    assert done.written == 4
    assert not list(place.glob("unfinished/*"))
    await synced(store, tmp_path / "once")
    assert contents(place) == contents(tmp_path / "once")


@pytest.mark.parametrize(
    "gone", ["data/lists/train-*", "figures/labels-*", "README.md", "data/messages/README.md"]
)
async def test_a_file_that_went_missing_is_made_again(new_store, tmp_path, gone):
    store, place = await with_trees(await new_store(), 6), tmp_path / "data"
    await synced(store, place)
    before = contents(place)
    next(place.glob(gone)).unlink()

    await synced(store, place)

    assert contents(place) == before


async def test_a_store_behind_a_url_is_the_same_as_a_folder(new_store, tmp_path):
    store = await with_trees(await new_store(), 10)
    url = f"memory://sync-{random.random()}"
    await synced(store, url)
    await moved_on(store, 1)
    await synced(store, url)
    again = await synced(store, url)

    await synced(store, tmp_path / "folder")

    there, here = Target(url), contents(tmp_path / "folder")
    assert set(there.sizes("")) == set(here)
    assert all(there.read(path) == content for path, content in here.items())
    assert not again.is_changed


async def test_two_syncs_do_not_write_at_once(new_store, tmp_path):
    store, place = await with_trees(await new_store(), 1), tmp_path / "data"

    with Target(str(place)).session(), pytest.raises(FileError, match="Another sync"):
        await synced(store, place)


@pytest.mark.parametrize("content", ["no json", '{"format": 1}', '{"format": 2}', "[]"])
async def test_a_foreign_current_json_is_refused(new_store, tmp_path, content):
    store = await with_trees(await new_store(), 1)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/current.json").write_text(content)

    with pytest.raises(FileError):
        await synced(store, tmp_path / "data")

    assert (tmp_path / "data/current.json").read_text() == content


async def test_a_folder_of_something_else_is_left_alone(new_store, tmp_path):
    place = tmp_path / "project"
    place.mkdir()
    (place / "README.md").write_text("mine")

    with pytest.raises(FileError, match="holds files of something else"):
        await synced(await new_store(), place)

    assert [path.name for path in place.iterdir()] == ["README.md"]


async def test_hidden_files_such_as_a_repositorys_are_in_nobodys_way(new_store, tmp_path):
    place = tmp_path / "project"
    (place / ".git").mkdir(parents=True)

    await synced(await new_store(), place)

    assert {".git", "current.json"} <= {path.name for path in place.iterdir()}


def test_a_place_without_a_name_is_refused():
    with pytest.raises(FileError, match="needs a place"):
        Target(" ")


def test_an_unknown_kind_of_place_is_refused():
    with pytest.raises(FileError, match="no place"):
        Target("nowhere://x")


# ---------------------------------------------------------------- what leaves


async def test_texts_of_somebody_without_consent_go_at_the_next_sync(new_store, tmp_path):
    store = await new_store()

    def fill(unit):
        ada = replace(someone(unit, "ada"), consent_version=1, consented_at=BEGUN)
        unit.save_person(ada)
        return ada

    ada = await store.transact(fill)
    await filled(store, ranked_tree(1), ranked_tree(2, replies={"author_id": ada.id}))
    await synced(store, tmp_path / "data")
    assert len(rows(tmp_path / "data", "lists")) == 2

    await store.transact(lambda unit: unit.save_person(replace(ada, consent_version=None)))
    await synced(store, tmp_path / "data")

    everything = b"".join(contents(tmp_path / "data").values())
    assert b"text 22 of tree 2" not in everything
    assert b"text 23 of tree 2" in everything
    manifest = json.loads((tmp_path / "data/current.json").read_text())["manifest"]
    reply = ranked_tree(2).tree.messages[2]
    assert manifest["withdrawn"] == [NAMES.of_text(reply.public_id)]


async def test_a_person_who_leaves_with_their_texts_leaves_the_training_store(new_store, tmp_path):
    from core.flow.people import leave
    from core.flow.turn import Visit
    from core.people import Who

    store = await new_store()

    def fill(unit):
        person = replace(someone(unit, "ada"), consent_version=1, consented_at=BEGUN)
        unit.save_person(person)
        return person

    ada = await store.transact(fill)
    await filled(store, ranked_tree(1, author_id=ada.id), ranked_tree(2))
    await synced(store, tmp_path / "data")
    assert b"text 11" in b"".join(contents(tmp_path / "data").values())

    def go(unit):
        who = Who("terminal", "ada", name="Ada")
        there = unit.arrive(who, None, BEGUN)
        world = World(Policy(), lambda: BEGUN, random.Random(1), lambda text, lang: None)
        visit = Visit(
            unit=unit,
            world=world,
            now=BEGUN,
            who=who,
            person=there.person,
            account=there.account,
            session=there.session,
            community=None,
        )
        return leave(visit, with_texts=True)

    assert await store.transact(go) == 1
    await synced(store, tmp_path / "data")

    everything = b"".join(contents(tmp_path / "data").values())
    assert b"of tree 1" not in everything  # nothing stands below a withdrawn prompt
    assert b"text 21 of tree 2" in everything


async def test_whoever_leaves_without_their_texts_loses_the_name_on_them(new_store, tmp_path):
    store = await new_store()

    def fill(unit):
        person = replace(someone(unit, "ada"), consent_version=1, consented_at=BEGUN)
        unit.save_person(person)
        return person

    ada = await store.transact(fill)
    await filled(store, ranked_tree(1, author_id=ada.id))
    await synced(store, tmp_path / "data")
    name = NAMES.of_person(ada.id).encode()
    assert name in b"".join(contents(tmp_path / "data").values())

    await store.transact(lambda unit: unit.forget_person(ada.id))
    await synced(store, tmp_path / "data")

    everything = b"".join(contents(tmp_path / "data").values())
    assert name not in everything
    assert b"text 11" in everything


async def test_a_thumb_given_later_reaches_the_training_store(new_store, tmp_path):
    store = await with_trees(await new_store(), 1)
    await synced(store, tmp_path / "data")

    def thumb(unit):
        world = World(Policy(), lambda: BEGUN, random.Random(1), lambda text, lang: None)
        bob = someone(unit, "bob")
        react(Turn(unit, world, BEGUN), bob.id, 1, "+1")

    await store.transact(thumb)
    await synced(store, tmp_path / "data")

    (tree,) = rows(tmp_path / "data", "trees")
    assert tree["prompt"]["emojis"] == {"+1": 1}


async def test_imported_text_leaves_only_under_a_licence(new_store, tmp_path):
    free = ranked_tree(1, origin="a.jsonl", licence="CC0-1.0")
    store = await filled(await new_store(), free, ranked_tree(2, origin="b.jsonl"))

    await synced(store, tmp_path / "data")

    (tree,) = rows(tmp_path / "data", "trees")
    assert tree["licence"] == "CC0-1.0"
    assert tree["message_tree_id"] == free.tree.root.public_id  # as it was called there


@pytest.mark.parametrize("lang", [r"$\foo$", "$", r"\$a$b$"])
async def test_a_language_that_looks_like_a_formula_is_drawn_as_it_stands(
    new_store, tmp_path, lang
):
    tree = ranked_tree(1, lang=lang)
    tree = replace(tree, tree=tree.tree.with_message(replace(tree.tree.root, lang=lang)))
    store = await filled(await new_store(), tree)

    await synced(store, tmp_path / "data")

    assert len(list((tmp_path / "data" / "figures").iterdir())) == 4


async def test_trees_that_are_halted_or_under_review_stay_and_growing_ones_give_prompts(
    new_store, tmp_path
):
    states = (TreeState.HALTED_BY_MODERATOR, TreeState.INITIAL_PROMPT_REVIEW, TreeState.GROWING)
    trees = [ranked_tree(n, state=state) for n, state in enumerate(states, start=1)]
    store = await filled(await new_store(), *trees)

    await synced(store, tmp_path / "data")

    (tree,) = rows(tmp_path / "data", "trees")
    assert tree["tree_state"] == "growing"
    (prompt,) = rows(tmp_path / "data", "prompts")
    assert prompt["tree_id"] == tree["message_tree_id"]
    assert rows(tmp_path / "data", "lists") == rows(tmp_path / "data", "sft") == []


async def test_models_are_named_in_lists_and_nobody_learns_to_write_from_them(new_store, tmp_path):
    made = {"synthetic": True, "model_name": "tiny", "sampling": '{"seed":1}'}
    store = await filled(await new_store(), ranked_tree(1, replies=made))

    await synced(store, tmp_path / "data")

    (told,) = rows(tmp_path / "data", "lists")
    assert told["groups"][0][0]["model_name"] == "tiny"
    (conversation,) = rows(tmp_path / "data", "sft")
    assert conversation["messages"][1]["content"] == "text 13 of tree 1"


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (Selection(languages=frozenset({"de"})), {2}),
        (Selection(platforms=frozenset({"telegram"})), {3}),
        (Selection(since=BEGUN.replace(year=2027)), {4}),
        (Selection(until=BEGUN.replace(year=2027)), {1, 2, 3}),
        (Selection(bounds=(Bound.from_words("quality>=0.5"),)), {1, 2, 3}),
    ],
)
async def test_filters_choose_trees(new_store, tmp_path, selection, kept):
    poor = ranked_tree(4, created_at=BEGUN.replace(year=2028))
    low = replace(poor.tree.root, labels={"quality": LabelSum(0.5, 2)})
    trees = [
        ranked_tree(1),
        ranked_tree(2, lang="de"),
        ranked_tree(3, platform="telegram"),
        replace(poor, tree=poor.tree.with_message(low)),
    ]
    store = await filled(await new_store(), *trees)

    await synced(store, tmp_path / "data", selection)

    told = {int(tree["prompt"]["text"].split()[-1]) for tree in rows(tmp_path / "data", "trees")}
    assert told == kept


async def test_lists_that_volunteers_disagree_on_can_be_left_out(new_store, tmp_path):
    store = await with_trees(await new_store(), 1)

    def quarrel(unit):
        tree = unit.tree(1)
        for name in ("ada", "bob", "cyd"):
            person = replace(someone(unit, name), consent_version=1, consented_at=BEGUN)
            unit.save_person(person)
            vote(unit, person, tree, ((3,), (4,), (2,)))

    await store.transact(quarrel)

    await synced(store, tmp_path / "strict", Selection(minimum_agreement=0.9))
    await synced(store, tmp_path / "all")

    assert rows(tmp_path / "strict", "lists") == rows(tmp_path / "strict", "pairs") == []
    assert len(rows(tmp_path / "all", "lists")) == 1
    assert len(rows(tmp_path / "strict", "sft")) == 1


async def test_other_filters_publish_every_bucket_anew(new_store, tmp_path):
    store = await with_trees(await new_store(), 4)
    await synced(store, tmp_path / "data")

    await synced(store, tmp_path / "data", Selection(languages=frozenset({"fr"})))

    assert rows(tmp_path / "data", "trees") == []
    assert not list(tmp_path.glob("data/data/*/*.jsonl"))


async def test_a_label_bound_that_cannot_be_is_refused():
    with pytest.raises(FileError, match="write it like"):
        Bound.from_words("beauty>=0.5")


async def test_trees_are_named_alike_when_the_secret_changes(new_store):
    store = await new_store()

    first = await store.transact(lambda unit: kept_seed(unit, "one"))
    second = await store.transact(lambda unit: kept_seed(unit, "two"))

    assert first == second == "one"


async def test_lines_have_the_published_fields(new_store, tmp_path):
    store = await with_trees(await new_store(), 1)

    await synced(store, tmp_path / "data")

    (tree,) = rows(tmp_path / "data", "trees")
    assert {"message_tree_id", "tree_state", "prompt"} <= tree.keys()
    required = {"message_id", "text", "role", "lang", "review_count", "synthetic", "replies"}
    waiting = [tree["prompt"]]
    while waiting:
        node = waiting.pop()
        assert required <= node.keys()
        assert all(reply["parent_id"] == node["message_id"] for reply in node["replies"])
        waiting += node["replies"]


async def test_every_sql_store_gives_the_same_training_store(sql_store, tmp_path):
    await with_trees(sql_store, 5)

    done = await synced(sql_store, tmp_path / "data")

    assert (done.trees, done.messages) == (5, 25)
    assert generation_if_whole(tmp_path / "data") == done.generation
