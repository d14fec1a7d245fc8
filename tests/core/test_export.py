"""What leaves is the published form, holds what was wanted, and names nobody."""

from dataclasses import replace
from datetime import timedelta

import jsonschema
import pytest
from fakes.archive import ALL, BEGUN, NAMES, message, record_of
from hypothesis import given
from hypothesis import strategies as st

from core.archive import Choice, Wanted
from core.export import (
    PARQUET_COLUMNS,
    Pseudonyms,
    json_line,
    label_mean,
    label_sum,
    message_lines,
    parquet_row,
    tree_line,
)
from core.model import Ballot, Fate, LabelSum, TreeState

# ---------------------------------------------------------------- the published schema

LABELS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"value": {"type": "number"}, "count": {"type": "integer"}},
        "required": ["value", "count"],
        "additionalProperties": False,
    },
}
RANKING = {
    "type": "object",
    "properties": {
        "type": {"const": "ranking"},
        "user_id": {"type": "string"},
        "ranking": {"type": "array", "items": {"type": "integer"}},
        "ranked_message_ids": {"type": "array", "items": {"type": "string"}},
        "ranking_parent_id": {"type": "string"},
        "message_tree_id": {"type": "string"},
        "not_rankable": {"type": "boolean"},
        # ours: ties and how they came to be
        "groups": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        "method": {"type": "string"},
        "created_date": {"type": "string"},
    },
    "required": [
        "type",
        "ranking",
        "ranked_message_ids",
        "ranking_parent_id",
        "message_tree_id",
        "not_rankable",
        "groups",
    ],
    "additionalProperties": False,
}
DATE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$"
MESSAGE = {
    "message_id": {"type": "string"},
    "parent_id": {"type": "string"},
    "user_id": {"type": "string"},
    "created_date": {"type": "string", "pattern": DATE},
    "text": {"type": "string"},
    "role": {"enum": ["prompter", "assistant"]},
    "lang": {"type": "string"},
    "review_count": {"type": "integer"},
    "review_result": {"type": "boolean"},
    "deleted": {"type": "boolean"},
    "rank": {"type": "integer"},
    "synthetic": {"type": "boolean"},
    "model_name": {"type": "string"},
    "sampling": {"type": "object"},  # ours: with what a model's reply was sampled
    "emojis": {"type": "object", "additionalProperties": {"type": "integer"}},
    "replies": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    "labels": LABELS,
    "events": {
        "type": "object",
        "properties": {"ranking": {"type": "array", "items": RANKING}},
        "additionalProperties": False,
    },
}
ALWAYS = [
    "message_id",
    "created_date",
    "text",
    "role",
    "lang",
    "review_count",
    "deleted",
    "synthetic",
    "emojis",
]
NODE = {
    "type": "object",
    "properties": MESSAGE,
    "required": [*ALWAYS, "replies"],
    "additionalProperties": False,
}
TREE_SCHEMA = {
    "$defs": {"node": NODE},
    "type": "object",
    "properties": {
        "message_tree_id": {"type": "string"},
        "tree_state": {"enum": [str(state) for state in TreeState]},
        "prompt": {"$ref": "#/$defs/node"},
    },
    "required": ["message_tree_id", "tree_state", "prompt"],
    "additionalProperties": False,
}
FLAT = {
    **{name: kind for name, kind in MESSAGE.items() if name != "replies"},
    "message_tree_id": {"type": "string"},
    "tree_state": {"enum": [str(state) for state in TreeState]},
}
FLAT_SCHEMA = {
    "type": "object",
    "properties": FLAT,
    "required": [*ALWAYS, "message_tree_id", "tree_state"],
    "additionalProperties": False,
}

ROOT = message(1)
BEST = message(4, ROOT, rank=0)
SECOND = message(2, ROOT, rank=1)
UNRANKED = message(3, ROOT)
BELOW = message(5, BEST)


def texts(record, wanted=ALL):
    line = tree_line(record, wanted, NAMES)
    return [] if line is None else [node["text"] for node in nodes_of(line["prompt"])]


def flat_texts(record, wanted=ALL):
    return [line["text"] for line in message_lines(record, wanted, NAMES)]


def nodes_of(node):
    yield node
    for reply in node["replies"]:
        yield from nodes_of(reply)


# ---------------------------------------------------------------- the form


def test_a_tree_line_holds_the_published_fields_and_no_nulls():
    root = message(
        1,
        labels={"quality": LabelSum(2.0, 3), "spam": LabelSum(0.0, 3)},
        emojis={"red_flag": 1, "+1": 2},
    )

    line = tree_line(record_of(root), ALL, NAMES)

    jsonschema.validate(line, TREE_SCHEMA)
    prompt = line["prompt"]
    assert prompt["labels"] == {
        "spam": {"value": 0.0, "count": 3},
        "quality": {"value": 2 / 3, "count": 3},
    }
    assert list(prompt["labels"]) == ["spam", "quality"]
    assert list(prompt["emojis"].items()) == [("+1", 2), ("red_flag", 1)]
    assert prompt["created_date"] == "2026-11-22T10:01:00+00:00"
    assert prompt["user_id"] == NAMES.of_person(101)
    assert line["message_tree_id"] == prompt["message_id"]
    assert "parent_id" not in prompt
    assert "rank" not in prompt


def test_replies_stand_by_rank_then_the_unranked_by_date():
    line = tree_line(record_of(ROOT, SECOND, UNRANKED, BEST, BELOW), ALL, NAMES)

    assert [reply["text"] for reply in line["prompt"]["replies"]] == ["text 4", "text 2", "text 3"]
    assert line["prompt"]["replies"][0]["parent_id"] == line["prompt"]["message_id"]
    assert line["prompt"]["replies"][0]["replies"][0]["text"] == "text 5"


def test_message_lines_come_depth_first_and_name_their_tree():
    lines = message_lines(record_of(ROOT, SECOND, UNRANKED, BEST, BELOW), ALL, NAMES)

    assert [line["text"] for line in lines] == ["text 1", "text 4", "text 5", "text 2", "text 3"]
    assert {line["message_tree_id"] for line in lines} == {lines[0]["message_id"]}
    for line in lines:
        jsonschema.validate(line, FLAT_SCHEMA)


def test_an_undecided_message_has_no_verdict():
    line = tree_line(record_of(replace(ROOT, accepted=None)), ALL, NAMES)

    assert "review_result" not in line["prompt"]


def test_a_models_reply_names_the_model_and_how_it_was_sampled():
    reply = message(
        2, ROOT, author_id=None, synthetic=True, model_name="toy", sampling='{"top_p":0.9}'
    )

    node = tree_line(record_of(ROOT, reply), ALL, NAMES)["prompt"]["replies"][0]

    assert node["synthetic"] is True
    assert node["model_name"] == "toy"
    assert node["sampling"] == {"top_p": 0.9}
    assert "user_id" not in node


def test_labels_and_events_are_there_when_asked_for():
    ballots = {1: [Ballot(((4,), (2,)), (2, 4))]}
    record = record_of(ROOT, SECOND, BEST, ballots=ballots)

    bare = tree_line(record, replace(ALL, labels=False, events=False), NAMES)["prompt"]

    assert "labels" not in bare
    assert "events" not in bare
    assert "events" in tree_line(record, ALL, NAMES)["prompt"]


def test_a_ballot_tells_its_ties_and_the_shown_order():
    ballot = Ballot(
        groups=((4,), (3, 2)), shown=(2, 3, 4), all_bad=True, method="pairs", person_id=7, at=BEGUN
    )
    record = record_of(ROOT, SECOND, UNRANKED, BEST, ballots={1: [ballot]})

    line = tree_line(record, ALL, NAMES)

    jsonschema.validate(line, TREE_SCHEMA)
    ids = {node["text"][-1]: node["message_id"] for node in nodes_of(line["prompt"])}
    assert line["prompt"]["events"]["ranking"] == [
        {
            "type": "ranking",
            "user_id": NAMES.of_person(7),
            "created_date": "2026-11-22T10:00:00+00:00",
            "ranking": [2, 0, 1],
            "ranked_message_ids": [ids["4"], ids["2"], ids["3"]],
            "ranking_parent_id": ids["1"],
            "message_tree_id": ids["1"],
            "not_rankable": True,
            "groups": [[ids["4"]], [ids["2"], ids["3"]]],
            "method": "pairs",
        }
    ]


def test_ballots_speak_only_of_replies_in_the_file():
    gone = replace(SECOND, fate=Fate.WITHDRAWN)
    ballots = {1: [Ballot(((2,), (4,), (3,)), (4, 2, 3)), Ballot(((2,),), (2,))]}

    prompt = tree_line(record_of(ROOT, gone, UNRANKED, BEST, ballots=ballots), ALL, NAMES)["prompt"]

    (event,) = prompt["events"]["ranking"]
    assert event["ranking"] == [0, 1]
    assert len(event["ranked_message_ids"]) == 2


def test_a_reply_that_was_not_shown_still_has_its_place():
    record = record_of(ROOT, SECOND, BEST, ballots={1: [Ballot(((4,), (2,)), ())]})

    assert tree_line(record, ALL, NAMES)["prompt"]["events"]["ranking"][0]["ranking"] == [0, 1]


def test_the_order_of_ballots_is_that_of_their_dates():
    early = Ballot(((2,), (4,)), (2, 4), person_id=1, at=BEGUN)
    late = replace(early, person_id=2, at=BEGUN + timedelta(seconds=1))

    one = tree_line(record_of(ROOT, SECOND, BEST, ballots={1: [late, early]}), ALL, NAMES)
    other = tree_line(record_of(ROOT, SECOND, BEST, ballots={1: [early, late]}), ALL, NAMES)

    assert json_line(one) == json_line(other)


def test_provenance_goes_beyond_the_published_fields_when_asked_for():
    reply = replace(BEST, platform="telegram")
    record = record_of(ROOT, reply, origin="a.jsonl", licence="CC-BY-4.0")
    wanted = replace(ALL, provenance=True)

    line = tree_line(record, wanted, NAMES)

    assert line["origin"] == "a.jsonl"
    assert line["licence"] == "CC-BY-4.0"
    assert line["platform"] == "discord"
    assert "platform" not in line["prompt"]
    assert line["prompt"]["replies"][0]["platform"] == "telegram"
    assert [x["platform"] for x in message_lines(record, wanted, NAMES)] == ["discord", "telegram"]


def test_lines_are_compact_and_keep_every_script():
    assert json_line({"a": [1, 0.1], "b": "שלום\u2028"}) == '{"a":[1,0.1],"b":"שלום\u2028"}'
    with pytest.raises(ValueError, match="JSON compliant"):
        json_line({"a": float("nan")})


# ---------------------------------------------------------------- Parquet


def test_a_parquet_row_has_the_published_columns():
    root = message(1, labels={"spam": LabelSum(1.0, 3)}, emojis={"+1": 2})
    (line,) = message_lines(record_of(root), ALL, NAMES)

    row = parquet_row(line)

    assert tuple(row) == PARQUET_COLUMNS
    assert row["labels"] == {"name": ["spam"], "value": [1 / 3], "count": [3]}
    assert row["emojis"] == {"name": ["+1"], "count": [2]}
    assert row["detoxify"] is None
    assert row["parent_id"] is None


def test_nothing_said_is_null_in_parquet():
    (line,) = message_lines(record_of(ROOT), ALL, NAMES)

    assert parquet_row(line)["labels"] is None
    assert parquet_row(line)["emojis"] is None


# ---------------------------------------------------------------- pseudonyms


def test_no_id_of_the_store_is_in_the_file_and_references_meet():
    ballots = {1: [Ballot(((4,), (2,)), (2, 4), person_id=104)]}
    line = tree_line(record_of(ROOT, SECOND, BEST, ballots=ballots), ALL, NAMES)

    written = json_line(line)
    (event,) = line["prompt"]["events"]["ranking"]

    assert not any(m.public_id in written for m in (ROOT, SECOND, BEST))
    assert event["user_id"] == line["prompt"]["replies"][0]["user_id"]
    assert event["message_tree_id"] == line["message_tree_id"]
    assert set(event["ranked_message_ids"]) == {
        reply["message_id"] for reply in line["prompt"]["replies"]
    }


def test_the_same_seed_gives_the_same_names_and_another_one_others():
    assert Pseudonyms("a seed").of_person(1) == NAMES.of_person(1)
    assert Pseudonyms("other").of_person(1) != NAMES.of_person(1)
    assert NAMES.of_person(1) != NAMES.of_person(2)


def test_names_out_of_a_file_are_kept():
    mine = message(2, ROOT, author_id=9)
    root = message(1, author_id=None, pseudonym="voice 1", public_id="tree-1", from_file=True)
    record = record_of(root, replace(mine, parent_id=1), origin="a.jsonl")

    prompt = tree_line(record, ALL, NAMES)["prompt"]

    assert (prompt["message_id"], prompt["user_id"]) == ("tree-1", "voice 1")
    assert prompt["replies"][0]["message_id"] == NAMES.of_message(mine)
    assert prompt["replies"][0]["message_id"] != mine.public_id


# ---------------------------------------------------------------- what is wanted


@pytest.mark.parametrize(
    ("wanted", "leaves"),
    [
        (Wanted(), True),
        (Wanted(states=frozenset({TreeState.GROWING})), False),
        (Wanted(languages=frozenset({"en", "de"})), True),
        (Wanted(languages=frozenset({"de"})), False),
        (Wanted(since=BEGUN, until=BEGUN + timedelta(seconds=1)), True),
        (Wanted(since=BEGUN + timedelta(seconds=1)), False),
        (Wanted(until=BEGUN), False),
        (Wanted(licences=frozenset({"CC0-1.0"})), True),
    ],
)
def test_trees_are_chosen_by_state_language_and_date(wanted, leaves):
    assert (tree_line(record_of(ROOT), wanted, NAMES) is not None) is leaves
    assert bool(message_lines(record_of(ROOT), wanted, NAMES)) is leaves


@pytest.mark.parametrize(
    ("licence", "wanted", "leaves"),
    [
        (None, Wanted(), True),
        (None, Wanted(unlicensed=False), False),
        (None, Wanted(licences=frozenset({"CC0-1.0"})), False),
        ("CC0-1.0", Wanted(unlicensed=False), True),
        ("CC0-1.0", Wanted(licences=frozenset({"CC0-1.0"})), True),
        ("CC-BY-4.0", Wanted(licences=frozenset({"CC0-1.0"})), False),
    ],
)
def test_imported_trees_are_chosen_by_licence(licence, wanted, leaves):
    record = record_of(ROOT, origin="a.jsonl", licence=licence)

    assert (tree_line(record, wanted, NAMES) is not None) is leaves


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("deleted", {"fate": Fate.DELETED}),
        ("spam", {"accepted": False}),
        ("spam", {"accepted": None}),
        ("spam", {"held": True}),
        ("synthetic", {"synthetic": True}),
    ],
)
def test_kinds_of_messages_are_left_out_taken_along_or_alone_taken(name, change):
    record = record_of(ROOT, replace(BEST, **change), BELOW, SECOND)

    without, with_, only = (Wanted(**{name: choice}) for choice in Choice)

    assert texts(record, without) == ["text 1", "text 2"]
    assert texts(record, with_) == ["text 1", "text 4", "text 5", "text 2"]
    assert only.is_flat
    assert flat_texts(record, only) == ["text 4"]


def test_no_tree_leaves_without_its_prompt():
    assert texts(record_of(replace(ROOT, accepted=False), BEST), Wanted()) == []
    assert flat_texts(record_of(replace(ROOT, accepted=False), BEST), Wanted(flat=True)) == [
        "text 4"
    ]


def test_one_persons_messages_leave_flat():
    wanted = Wanted(person_id=104)

    assert wanted.is_flat
    assert flat_texts(record_of(ROOT, BEST, BELOW), wanted) == ["text 4"]


def test_messages_are_chosen_by_platform():
    record = record_of(ROOT, replace(BEST, platform="telegram"), SECOND)

    assert texts(record, Wanted(platforms=frozenset({"discord"}))) == ["text 1", "text 2"]


def test_prompts_can_leave_alone():
    assert texts(record_of(ROOT, BEST), Wanted(prompts_only=True)) == ["text 1"]


@pytest.mark.parametrize("flat", [False, True])
def test_withdrawn_texts_and_what_stands_below_never_leave(flat):
    wanted = replace(ALL, flat=flat)
    record = record_of(ROOT, replace(BEST, fate=Fate.WITHDRAWN), BELOW, SECOND)

    assert texts(record, wanted) == flat_texts(record, wanted) == ["text 1", "text 2"]


def test_nothing_of_people_without_consent_leaves():
    ballots = {1: [Ballot(((2,),), (2,), person_id=104), Ballot(((2,),), (2,), person_id=5)]}
    record = record_of(ROOT, BEST, SECOND, ballots=ballots, without_consent={104})

    prompt = tree_line(record, ALL, NAMES)["prompt"]

    assert [node["text"] for node in nodes_of(prompt)] == ["text 1", "text 2"]
    assert len(prompt["events"]["ranking"]) == 1


# ---------------------------------------------------------------- means


@pytest.mark.parametrize("count", range(1, 40))
def test_means_of_answers_come_back_as_exact_sums(count):
    for quarters in range(4 * count + 1):
        label = LabelSum(quarters / 4, count)

        assert label_mean(label) == pytest.approx(label.mean, rel=1e-15)
        assert label_sum(label_mean(label), count) == label


@given(st.decimals(0, 1, places=6), st.integers(1, 30))
def test_short_decimals_come_back(mean, count):
    assert label_mean(label_sum(float(mean), count)) == float(mean)


@given(st.floats(0, 1), st.integers(1, 30))
def test_other_means_come_back_but_for_their_last_bit(mean, count):
    assert label_mean(label_sum(mean, count)) == pytest.approx(mean, rel=1e-15)


def test_the_schema_here_would_notice_a_foreign_field():
    line = tree_line(record_of(ROOT), ALL, NAMES)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**line, "platform": "discord"}, TREE_SCHEMA)
