"""The training store and plain trees are read as published, and bad data is refused by name."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training import toy
from training.config import DataSettings, load_settings
from training.data import open_source, rows_of, rows_to_learn_from
from training.errors import BadData, Refusal
from training.main import read_grades
from training.oasst import split_of

ALL = load_settings("tiny").data
USER = {"role": "user", "content": "What is a tree?"}
BASE = {"tree_id": "t1", "lang": "en", "platform": "discord"}
SFT = BASE | {"template": None, "messages": [USER, {"role": "assistant", "content": "A plant."}]}
PAIR = BASE | {
    "prompt": [USER],
    "chosen": [{"role": "assistant", "content": "A plant."}],
    "rejected": [{"role": "assistant", "content": "No."}],
    "margin": 0.5,
}
PROMPT = BASE | {"prompt": [USER]}


def reply(name: str, model: str | None = None) -> dict[str, Any]:
    return {"message_id": name, "content": f"Words of {name}.", "model_name": model}


LIST = BASE | {
    "parent_id": "t1",
    "prompt": [USER],
    "groups": [[reply("a")], [reply("b"), reply("c", "round1-rl")]],
    "agreement": 0.7,
    "ballots": 3,
}


def filtered(**changes: Any) -> DataSettings:
    return DataSettings(**{**ALL.__dict__, **changes})


def test_a_store_gives_every_view_of_each_split(write_store: Callable[..., Path]) -> None:
    store = write_store(
        {
            ("sft", "train"): [SFT],
            ("pairs", "train"): [PAIR],
            ("lists", "train"): [LIST],
            ("prompts", "validation"): [PROMPT | {"tree_id": "t2"}],
        }
    )

    source = open_source(str(store))

    assert rows_of(source, "sft", ALL, "train")[0].messages[-1]["content"] == "A plant."
    assert rows_of(source, "pairs", ALL, "train")[0].rejected["content"] == "No."
    assert rows_of(source, "lists", ALL, "train")[0].ranks == [0, 1, 1]
    assert rows_of(source, "prompts", ALL, "train") == []
    assert rows_of(source, "prompts", ALL, "validation")[0].tree_id == "t2"
    assert source.generation == "abc"


def test_the_tag_of_simulated_text_is_taken_from_the_tree(
    write_store: Callable[..., Path],
) -> None:
    tagged = SFT | {"template": "bread"}
    other = LIST | {"tree_id": "t2"}
    store = write_store({("sft", "train"): [tagged], ("lists", "train"): [LIST, other]})

    rows = rows_of(open_source(str(store)), "lists", filtered(templates=["bread"]), "train")

    assert [row.tree_id for row in rows] == ["t1"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"languages": ["en"]}, 1),
        ({"languages": ["de"]}, 0),
        ({"platforms": ["telegram"]}, 0),
        ({"minimum_agreement": 0.6}, 1),
        ({"minimum_agreement": 0.8}, 0),
        ({"minimum_ballots": 4}, 0),
    ],
)
def test_rows_are_filtered(
    write_store: Callable[..., Path], changes: dict[str, Any], kept: int
) -> None:
    source = open_source(str(write_store({("lists", "train"): [LIST]})))

    assert len(rows_of(source, "lists", filtered(**changes), "train")) == kept


BROKEN = [
    ("sft", SFT | {"messages": []}, "messages must be a list"),
    ("sft", SFT | {"messages": [USER]}, "must end with a message of the assistant"),
    ("sft", SFT | {"messages": [{"role": "boss", "content": "x"}]}, "role must be one of"),
    ("sft", SFT | {"lang": ""}, "lang must be text"),
    ("sft", SFT | {"template": 3}, "template must be a tag or null"),
    ("pairs", PAIR | {"margin": "much"}, "margin must be a number"),
    ("pairs", PAIR | {"margin": float("nan")}, "margin must be a number"),
    ("pairs", {k: v for k, v in PAIR.items() if k != "chosen"}, "'chosen' is missing"),
    ("pairs", PAIR | {"chosen": PAIR["chosen"] * 2}, "one message each"),
    ("lists", LIST | {"groups": [[reply("a")]]}, "at least two replies"),
    ("lists", LIST | {"groups": [[reply("a")], []]}, "none of them empty"),
    ("lists", LIST | {"groups": [[reply("a")], [reply("a")]]}, "same message_id twice"),
    ("lists", LIST | {"agreement": 1.5}, "between 0 and 1"),
    ("lists", LIST | {"ballots": float("inf")}, "ballots must be a number"),
    ("lists", LIST | {"ballots": 10**400}, "ballots must be a number"),
    ("lists", LIST | {"groups": [[reply("a")], [reply("\ud800")]]}, "message_id must be text"),
    ("sft", SFT | {"messages": [USER, USER | {"content": "\ud83d"}]}, "half of a character"),
    ("prompts", PROMPT | {"prompt": SFT["messages"]}, "must end with a message of the user"),
    ("prompts", PROMPT | {"prompt": [USER | {"content": " "}]}, "a message without text"),
]


@pytest.mark.parametrize(("view", "row", "reason"), BROKEN)
def test_a_bad_row_is_refused_with_file_line_and_reason(
    write_store: Callable[..., Path], view: str, row: dict[str, Any], reason: str
) -> None:
    good = {"sft": SFT, "pairs": PAIR, "lists": LIST, "prompts": PROMPT}[view]
    store = write_store({(view, "train"): [good, row]})

    with pytest.raises(BadData, match=reason) as caught:
        open_source(str(store)).read(view)  # type: ignore[arg-type]

    assert f"data/{view}/train-000-" in str(caught.value)
    assert ":2: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_tree_on_both_sides_is_refused(write_store: Callable[..., Path]) -> None:
    store = write_store({("sft", "train"): [SFT], ("sft", "validation"): [SFT]})

    with pytest.raises(BadData, match="t1 is in train and in validation"):
        open_source(str(store)).read("sft")


def only_file(store: Path) -> Path:
    return next((store / "data").rglob("*.jsonl"))


def test_a_changed_file_is_refused(write_store: Callable[..., Path]) -> None:
    store = write_store({("sft", "train"): [SFT]})
    only_file(store).write_text(json.dumps(SFT | {"lang": "de"}) + "\n")

    with pytest.raises(BadData, match="differs from its checksum"):
        open_source(str(store)).read("sft")


def test_a_missing_file_is_refused(write_store: Callable[..., Path]) -> None:
    store = write_store({("sft", "train"): [SFT]})
    only_file(store).unlink()

    with pytest.raises(BadData, match="is missing: replaced by a sync"):
        open_source(str(store)).read("sft")


def test_a_line_that_is_not_json_is_refused(write_store: Callable[..., Path]) -> None:
    store = write_store({("sft", "train"): [SFT]})
    only_file(store).write_text('{"tree_id": \n')

    with pytest.raises(BadData, match=r":1: not JSON"):
        open_source(str(store)).read("sft")


@pytest.mark.parametrize(
    ("current", "reason"),
    [
        ({"format": 2}, "format 2 is not known"),
        ({"files": [{"path": "x"}]}, "'view' is missing"),
        ({"files": [{"view": "sft", "split": "train", "path": "../x.jsonl"}]}, "inside its own"),
        ({"files": [{"view": "sft", "split": "test", "path": "x.jsonl"}]}, "train or validation"),
    ],
)
def test_a_bad_current_file_is_refused(
    write_store: Callable[..., Path], current: dict[str, Any], reason: str
) -> None:
    store = write_store({}, **current)

    with pytest.raises(BadData, match=reason):
        open_source(str(store)).read("sft")


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "trees.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(tree(assistant("a"))).encode())[:-12])

    with pytest.raises(BadData, match=r"trees.jsonl.gz: cannot be read"):
        open_source(str(packed))


@pytest.mark.parametrize("place", ["nowhere://bucket/data", "s3://bucket/data"])
def test_a_place_that_cannot_be_opened_is_refused(place: str) -> None:
    with pytest.raises(Refusal, match="cannot be opened"):
        open_source(place)


def test_filters_that_leave_nothing_are_named(write_store: Callable[..., Path]) -> None:
    source = open_source(str(write_store({("sft", "train"): [SFT]})))

    with pytest.raises(Refusal, match=r"of 1 rows none passes .* languages=\['xx'\]"):
        rows_to_learn_from(source, "sft", filtered(languages=["xx"]))


def test_nothing_there_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="grove sync"):
        open_source(str(tmp_path / "nowhere"))


# --- plain trees in the published form --------------------------------------------------------


def node(name: str, role: str, parent: str | None, *replies: Any, **more: Any) -> dict[str, Any]:
    return {
        "message_id": name,
        "parent_id": parent,
        "text": f"text of {name}",
        "role": role,
        "lang": "en",
        "review_result": True,
        "deleted": False,
        "replies": list(replies),
        **more,
    }


def assistant(name: str, *replies: Any, **more: Any) -> dict[str, Any]:
    return node(name, "assistant", "p", *replies, **more)


def tree(*replies: Any, state: str = "ready_for_export", **more: Any) -> dict[str, Any]:
    prompt = node("p", "prompter", None, *replies, **more)
    return {"message_tree_id": "p", "tree_state": state, "prompt": prompt}


def read_tree(tmp_path: Path, *trees: dict[str, Any]) -> Any:
    path = tmp_path / "trees.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in trees))
    return open_source(str(path))


def test_a_tree_gives_its_ranked_replies_with_ties(tmp_path: Path) -> None:
    source = read_tree(
        tmp_path, tree(assistant("c", rank=1), assistant("a", rank=0), assistant("b", rank=1))
    )

    (ranked,) = source.read("lists")

    assert [[reply.message_id for reply in group] for group in ranked.groups] == [["a"], ["c", "b"]]
    assert ranked.agreement is None
    assert len(source.read("pairs")) == 2


def test_unranked_unaccepted_and_deleted_replies_are_left_out(tmp_path: Path) -> None:
    source = read_tree(
        tmp_path,
        tree(
            assistant("a", rank=0),
            assistant("b", rank=1),
            assistant("c"),
            assistant("d", rank=2, review_result=False),
            assistant("e", rank=3, review_result=None),
            assistant("f", rank=4, deleted=True),
        ),
    )

    (ranked,) = source.read("lists")

    assert [reply.message_id for reply in ranked.replies] == ["a", "b"]


def test_an_undecided_review_is_not_an_acceptance(tmp_path: Path) -> None:
    undecided = assistant("a", review_count=1)
    del undecided["review_result"]
    unreviewed = assistant("b")
    del unreviewed["review_result"]

    source = read_tree(tmp_path, tree(undecided, unreviewed))

    (only,) = source.read("sft")
    assert only.messages[-1]["content"] == "text of b"


def test_demonstrations_follow_the_best_reply_at_every_turn(tmp_path: Path) -> None:
    question = node("q", "prompter", "a", node("x", "assistant", "q"))
    other = node("r", "prompter", "b", node("y", "assistant", "r"))
    source = read_tree(
        tmp_path, tree(assistant("b", other, rank=1), assistant("a", question, rank=0))
    )

    (path,) = source.read("sft")

    assert [turn["content"] for turn in path.messages] == [
        f"text of {name}" for name in ("p", "a", "q", "x")
    ]


def test_a_thread_that_ends_with_a_question_is_cut_before_it(tmp_path: Path) -> None:
    source = read_tree(tmp_path, tree(assistant("a", node("q", "prompter", "a"))))

    (path,) = source.read("sft")

    assert [turn["role"] for turn in path.messages] == ["user", "assistant"]


def test_trees_that_are_not_ready_give_prompts_at_most(tmp_path: Path) -> None:
    waiting = tree(state="prompt_lottery_waiting")
    aborted = tree(state="aborted_low_grade")
    aborted["message_tree_id"] = "q"

    source = read_tree(tmp_path, waiting, aborted)

    assert [row.tree_id for row in source.read("prompts")] == ["p"]
    assert source.read("sft") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"message_tree_id": "m", "text": "flat"}, "it has no prompt"),
        (tree(node("a", "prompter", "p")), "role must be assistant"),
        (tree(assistant("a", rank="first")), "rank must be a whole number"),
        (tree(assistant("a", parent_id="z")), "names another message"),
        (tree(assistant("a", text="")), "message a: no text"),
        (tree("a"), "a message must be an object"),
        ({"message_tree_id": "m", "prompt": "hello"}, "a message must be an object"),
        (tree(assistant("a", model_name=5)), "model_name must be text"),
        (tree() | {"message_tree_id": None}, "message_tree_id must be text"),
        (tree() | {"template": ["bread"]}, "template must be text"),
        (tree(), "a second time"),
    ],
)
def test_a_bad_tree_is_refused_with_file_line_and_reason(
    tmp_path: Path, line: dict[str, Any], reason: str
) -> None:
    first = tree(assistant("a"), state="growing") | {"message_tree_id": "before"}
    second = first if reason == "a second time" else line

    with pytest.raises(BadData, match=reason) as caught:
        read_tree(tmp_path, first, second)

    assert "trees.jsonl:2: " in str(caught.value)


def test_a_folder_of_packed_files_is_read_whole(tmp_path: Path) -> None:
    for number in (1, 2):
        toy.write_trees(tmp_path / f"{number}.jsonl", toy.trees(5, seed=number))
    packed = tmp_path / "2.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "2.jsonl").read_bytes()))
    (tmp_path / "2.jsonl").unlink()

    assert len(open_source(str(tmp_path)).read("lists")) == 10


def test_a_tree_stays_on_its_side_for_ever() -> None:
    sides = [split_of(f"tree-{n}") for n in range(2000)]
    assert 150 < sides.count("validation") < 250
    assert split_of("toy-0-27") == "validation"  # written down once: it may never change
    assert split_of("toy-0-1") == "train"


def test_a_tree_held_out_in_one_view_alone_is_refused(write_store: Callable[..., Path]) -> None:
    source = open_source(
        str(write_store({("sft", "train"): [SFT], ("lists", "validation"): [LIST]}))
    )
    source.read("sft")

    with pytest.raises(BadData, match="tree t1 is in train and in validation"):
        source.read("lists")


def test_a_line_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trees.jsonl").write_text("[" * 100_000 + "\n")

    with pytest.raises(BadData, match=r"trees.jsonl:1: nested too deeply"):
        open_source(str(tmp_path / "trees.jsonl"))


def test_a_language_that_is_not_told_is_undetermined(tmp_path: Path) -> None:
    untold = tree(assistant("a"))
    untold["prompt"]["lang"] = None

    (row,) = read_tree(tmp_path, untold).read("sft")

    assert row.lang == "und"


def test_a_current_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "current.json").mkdir()

    with pytest.raises(BadData, match="cannot be read"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("grade", ["NaN", "1" + "0" * 400, '"good"', "true", "null"])
def test_a_grade_that_is_no_number_is_refused(tmp_path: Path, grade: str) -> None:
    path = tmp_path / "grades.jsonl"
    path.write_text(f'{{"message_id": "a", "grade": {grade}}}\n')

    with pytest.raises(BadData, match=r"grades.jsonl:1: wants message_id and grade"):
        read_grades(path)
