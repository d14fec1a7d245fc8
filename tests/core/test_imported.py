"""Published trees are read whole, or refused with the field and the reason."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.archive import ALL, NAMES, records
from hypothesis import HealthCheck, given, settings

from core.export import Pseudonyms, json_line, message_lines, tree_line
from core.fields import BadField
from core.imported import (
    AT_REST,
    DEEPEST,
    Missing,
    living_on,
    put_up_for_ranking,
    tree_from_export,
    tree_line_from_messages,
)
from core.model import Ballot, Fate, LabelSum, Role, TreeState
from core.policy import Policy

NOW = datetime(2030, 1, 1, tzinfo=UTC)
MISSING = Missing(created_at=NOW)

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# ---------------------------------------------------------------- there and back


@FEW
@given(records())
def test_a_tree_line_comes_back_byte_for_byte(record):
    first = json_line(tree_line(record, ALL, NAMES))

    read = tree_from_export(json.loads(first), MISSING)

    assert json_line(tree_line(read, ALL, Pseudonyms("another seed"))) == first


@FEW
@given(records())
def test_platforms_come_back_with_the_provenance(record):
    wanted = replace(ALL, provenance=True)
    line = tree_line(record, wanted, NAMES)

    read = tree_from_export(json.loads(json_line(line)), replace(MISSING, origin="b"))

    assert tree_line(read, wanted, NAMES) == {**line, "origin": "b"}


@FEW
@given(records())
def test_message_lines_come_back_in_any_order(record):
    lines = message_lines(record, ALL, NAMES)
    turned = json.loads(json.dumps(lines[::-1]))

    read = tree_from_export(tree_line_from_messages(turned), MISSING)

    again = message_lines(read, ALL, NAMES)
    assert sorted(map(json_line, again)) == sorted(map(json_line, lines))


# ---------------------------------------------------------------- what is read


def line(**changes):
    """A tree of a prompt and two ranked replies, as somebody else may have published it."""
    replies = [
        {"message_id": "b", "parent_id": "a", "text": "Hi", "role": "assistant", "rank": 0},
        {"message_id": "c", "text": "Ho", "role": "assistant", "rank": 1},
    ]
    prompt = {
        "message_id": "a",
        "text": "Hello",
        "role": "prompter",
        "lang": "en",
        "review_count": 3,
        "review_result": True,
        "replies": replies,
    }
    whole = {"message_tree_id": "a", "tree_state": "ready_for_export", "prompt": prompt}
    return copy.deepcopy({**whole, **changes})


def with_field(path, value):
    """The line with one field changed; a path is names and places."""
    whole = line()
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return whole


def read(value, missing=MISSING):
    return tree_from_export(value, missing)


def prompt_with(**changes):
    whole = line()
    whole["prompt"].update(changes)
    return read(whole).tree.root


def test_the_tree_is_at_rest_and_counts_its_messages_from_one():
    tree = read(line()).tree

    assert tree.limits == AT_REST
    assert tree.state is TreeState.READY_FOR_EXPORT
    assert [(m.id, m.public_id, m.parent_id, m.depth) for m in tree.messages.values()] == [
        (1, "a", None, 0),
        (2, "b", 1, 1),
        (3, "c", 1, 1),
    ]
    assert [m.role for m in tree.messages.values()] == [Role.PROMPTER, *[Role.ASSISTANT] * 2]
    assert [m.rank for m in tree.messages.values()] == [None, 0, 1]
    assert tree.grows_since == tree.created_at


def test_what_a_file_does_not_say_is_filled_in():
    missing = Missing(NOW, lang="de", model_name="m", origin="o.jsonl", licence="CC0-1.0")
    whole = line()
    del whole["prompt"]["lang"]
    del whole["tree_state"]
    whole["prompt"]["replies"][0]["synthetic"] = True

    tree = read(whole, missing).tree

    assert (tree.lang, tree.origin, tree.licence) == ("de", "o.jsonl", "CC0-1.0")
    assert tree.state is TreeState.READY_FOR_EXPORT
    assert {m.created_at for m in tree.messages.values()} == {NOW}
    assert {m.lang for m in tree.messages.values()} == {"de"}
    assert [m.model_name for m in tree.messages.values()] == [None, "m", None]
    assert {m.platform for m in tree.messages.values()} == {"import"}


def test_what_a_file_says_is_kept():
    whole = line(origin="first.jsonl", licence="CC-BY-4.0", platform="discord")
    whole["prompt"]["platform"] = "telegram"

    tree = read(whole, replace(MISSING, origin="second.jsonl", licence="CC0-1.0")).tree

    assert (tree.origin, tree.licence) == ("first.jsonl", "CC-BY-4.0")
    assert [m.platform for m in tree.messages.values()] == ["telegram", "discord", "discord"]


@pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
def test_a_licence_in_which_is_nothing_to_read_is_none(blank):
    assert read(line(licence=blank), replace(MISSING, licence=blank)).tree.licence is None
    assert read(line(licence=blank), replace(MISSING, licence="CC0-1.0")).tree.licence == "CC0-1.0"


def test_a_prompt_that_waits_has_not_grown():
    assert read(line(tree_state="prompt_lottery_waiting")).tree.grows_since is None


def test_states_between_ranking_and_the_end_are_ranking():
    assert read(line(tree_state="scoring_failed")).tree.state is TreeState.RANKING


@pytest.mark.parametrize(
    ("fields", "accepted"),
    [
        ({"review_result": False}, False),
        ({"review_result": None}, None),
        ({"review_count": 1}, None),
        ({}, True),
    ],
)
def test_only_a_file_without_reviews_is_believed(fields, accepted):
    whole = line()
    del whole["prompt"]["review_count"], whole["prompt"]["review_result"]
    whole["prompt"].update(fields)

    assert read(whole).tree.root.accepted is accepted


def test_dates_may_be_written_in_several_ways():
    assert prompt_with(created_date="2023-02-05T14:23:50Z").created_at == datetime(
        2023, 2, 5, 14, 23, 50, tzinfo=UTC
    )
    assert prompt_with(created_date="2023-02-05T14:00:00+02:00").created_at.hour == 12
    assert prompt_with(created_date="2023-02-05 14:00:00").created_at.tzinfo is UTC


def test_labels_emojis_and_fate_are_read():
    root = prompt_with(
        labels={"quality": {"value": 0.5, "count": 3}, "spam": {"value": None, "count": 0}},
        emojis={"+1": 4},
        deleted=True,
    )

    assert root.labels == {"quality": LabelSum(1.5, 3)}
    assert root.emojis == {"+1": 4}
    assert root.fate is Fate.DELETED


def test_a_named_model_wrote_its_message():
    assert prompt_with(model_name="m").synthetic
    assert not prompt_with(model_name="m", synthetic=False).synthetic


def ranking(**changes):
    event = {
        "type": "ranking",
        "user_id": "v",
        "ranking": [1, 0],
        "ranked_message_ids": ["c", "b"],
        "not_rankable": False,
    }
    return {**event, **changes}


def ballots_with(**changes):
    whole = line()
    whole["prompt"]["events"] = {"ranking": [ranking(**changes)], "emoji": [{"type": "emoji"}]}
    return read(whole).ballots


def test_published_rankings_become_ballots():
    assert ballots_with() == {1: (Ballot(((3,), (2,)), (2, 3), pseudonym="v"),)}


def test_groups_tell_ties_where_a_file_has_them():
    (ballot,) = ballots_with(groups=[["c", "b"]], method="pairs", not_rankable=True)[1]

    assert ballot == Ballot(((3, 2),), (2, 3), all_bad=True, method="pairs", pseudonym="v")


def test_replies_that_are_not_in_the_file_are_forgotten():
    assert ballots_with(ranking=[2, 0, 1], ranked_message_ids=["x", "b", "c"]) == {
        1: (Ballot(((2,), (3,)), (2, 3), pseudonym="v"),)
    }
    assert ballots_with(ranking=[0], ranked_message_ids=["x"]) == {}


def test_a_ranking_without_positions_was_shown_as_it_was_ranked():
    (ballot,) = ballots_with(ranking=None)[1]

    assert ballot.shown == (3, 2)


# ---------------------------------------------------------------- living on


@pytest.mark.parametrize("state", TreeState)
def test_a_tree_that_was_still_growing_goes_on_here(state):
    whole = line(tree_state=str(state))
    if state is TreeState.INITIAL_PROMPT_REVIEW:
        whole["prompt"] |= {"review_count": 1, "review_result": None}
    record = read(whole)

    tree = living_on(record, Policy()).tree

    goes_on = state in {
        TreeState.INITIAL_PROMPT_REVIEW,
        TreeState.PROMPT_LOTTERY_WAITING,
        TreeState.GROWING,
    }
    assert tree.limits == (Policy().limits() if goes_on else AT_REST)
    assert tree.state is state


@pytest.mark.parametrize(
    ("state", "changes", "implied"),
    [
        ("initial_prompt_review", {}, TreeState.PROMPT_LOTTERY_WAITING),
        ("prompt_lottery_waiting", {"review_result": False}, TreeState.ABORTED_LOW_GRADE),
        ("prompt_lottery_waiting", {"deleted": True}, TreeState.HALTED_BY_MODERATOR),
        ("growing", {"review_result": None, "review_count": 1}, TreeState.INITIAL_PROMPT_REVIEW),
    ],
)
def test_a_tree_whose_file_contradicts_itself_goes_on_where_its_contents_belong(
    state, changes, implied
):
    whole = line(tree_state=state)
    whole["prompt"] |= changes

    assert living_on(read(whole), Policy()).tree.state is implied


def test_a_tree_that_is_grown_up_by_the_policy_here_is_ranked_with_the_ballots_that_came():
    whole = line(tree_state="growing")
    whole["prompt"]["events"] = {"ranking": [ranking()]}

    tree = living_on(read(whole), Policy(goal_tree_size=3)).tree

    assert tree.state is TreeState.RANKING
    assert tree.root.ballots == 1


def test_a_text_with_all_its_reviews_and_no_verdict_waits_for_a_moderator():
    whole = line(tree_state="growing")
    whole["prompt"]["replies"][0] |= {"review_count": 3, "review_result": None}
    whole["prompt"]["replies"][1] |= {"review_count": 2, "review_result": None}

    tree = living_on(read(whole), Policy()).tree

    assert [m.held for m in tree.messages.values()] == [False, True, False]


def test_a_finished_tree_can_be_put_up_for_ranking():
    record = read(line())

    waiting = put_up_for_ranking(record, Policy(), TreeState.BACKLOG_RANKING).tree

    assert waiting.state is TreeState.BACKLOG_RANKING
    assert waiting.limits == Policy().limits()
    assert [m.rank for m in waiting.messages.values()] == [None, 0, 1]
    assert put_up_for_ranking(record, Policy(), TreeState.RANKING).tree.state is TreeState.RANKING


def test_ballots_that_came_with_a_tree_count():
    whole = line()
    whole["prompt"]["events"] = {"ranking": [ranking(), ranking(user_id="w"), ranking_of_one()]}

    tree = put_up_for_ranking(read(whole), Policy(), TreeState.RANKING).tree

    assert tree.root.ballots == 2


def ranking_of_one():
    return ranking(ranking=[0], ranked_message_ids=["b"])


@pytest.mark.parametrize(
    "whole",
    [
        line(tree_state="aborted_low_grade"),
        line(tree_state="growing"),
        with_field(["prompt", "replies", 1, "deleted"], True),
        with_field(["prompt", "deleted"], True),
        with_field(["prompt", "events"], {"ranking": [ranking(), ranking(), ranking()]}),
    ],
)
def test_a_tree_with_nothing_to_rank_stays_as_it_is(whole):
    record = read(whole)

    assert put_up_for_ranking(record, Policy(), TreeState.RANKING) is record


# ---------------------------------------------------------------- faults


def deep_line():
    whole = line()
    node = whole["prompt"]
    for number in range(DEEPEST + 1):
        role = "prompter" if node["role"] == "assistant" else "assistant"
        node["replies"] = [{"message_id": f"m{number}", "text": "x", "role": role}]
        node = node["replies"][0]
    return whole


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        ([], "line", "object"),
        ({}, "prompt", "missing"),
        (line(prompt="x"), "prompt", "object"),
        (line(tree_state="grown"), "tree_state", "grown is no state"),
        (line(tree_state=3), "tree_state", "text"),
        (line(licence="\0"), "licence", "U+0000"),
        (with_field(["prompt", "message_id"], None), "prompt.message_id", "missing"),
        (with_field(["prompt", "message_id"], " "), "prompt.message_id", "empty"),
        (with_field(["prompt", "text"], None), "prompt.text", "is missing"),
        (with_field(["prompt", "text"], 7), "prompt.text", "must be a text"),
        (with_field(["prompt", "text"], "a\x00"), "prompt.text", "U+0000 at position 2"),
        (with_field(["prompt", "text"], "\ud800"), "prompt.text", "U+D800"),
        (with_field(["prompt", "text"], "\n"), "prompt.text", "empty"),
        (with_field(["prompt", "text"], "\r\n\x85"), "prompt.text", "empty"),
        (with_field(["prompt", "text"], "a\x1b[2J"), "prompt.text", "U+001B at position 2"),
        (with_field(["prompt", "text"], "a\x0b"), "prompt.text", "U+000B"),
        (with_field(["prompt", "text"], "a\x7f"), "prompt.text", "U+007F"),
        (with_field(["prompt", "message_id"], "a\r\n"), "prompt.message_id", "U+000D"),
        (with_field(["prompt", "user_id"], "a\x9b"), "prompt.user_id", "U+009B"),
        (with_field(["prompt", "lang"], None), "prompt.lang", "missing"),
        (with_field(["prompt", "role"], "assistant"), "prompt.role", "must be prompter"),
        (with_field(["prompt", "parent_id"], "z"), "prompt.parent_id", "is a prompt, but names z"),
        (with_field(["prompt", "review_count"], -1), "prompt.review_count", "from 0 to"),
        (with_field(["prompt", "review_count"], True), "prompt.review_count", "whole number"),
        (with_field(["prompt", "review_count"], 1.5), "prompt.review_count", "whole number"),
        (with_field(["prompt", "rank"], 2**15), "prompt.rank", "to 32767"),
        (with_field(["prompt", "review_result"], 1), "prompt.review_result", "true or false"),
        (with_field(["prompt", "deleted"], "no"), "prompt.deleted", "true or false"),
        (with_field(["prompt", "created_date"], "today"), "prompt.created_date", "ISO 8601"),
        (
            with_field(["prompt", "created_date"], "0001-01-01T00:00:00+10:00"),
            "prompt.created_date",
            "ISO 8601",
        ),
        (with_field(["prompt", "emojis"], []), "prompt.emojis", "object"),
        (with_field(["prompt", "emojis"], {"+1": "2"}), "prompt.emojis.+1", "whole number"),
        (with_field(["prompt", "emojis"], {"\ud800": 2}), r"prompt.emojis.\ud800", "U+D800"),
        (with_field(["prompt", "emojis"], {"\x1b[2J": 2}), r"prompt.emojis.\x1b[2J", "U+001B"),
        (with_field(["prompt", "message_id"], "x" * 201), "prompt.message_id", "longer than 200"),
        (with_field(["prompt", "lang"], "x" * 201), "prompt.lang", "longer than 200"),
        (with_field(["prompt", "user_id"], "x" * 1025), "prompt.user_id", "longer than 1024"),
        (
            with_field(["prompt", "labels"], {"spam": {"value": 2, "count": 1}}),
            "prompt.labels.spam.value",
            "from 0 to 1",
        ),
        (
            with_field(["prompt", "labels"], {"spam": {"value": True, "count": 1}}),
            "prompt.labels.spam.value",
            "from 0 to 1",
        ),
        (with_field(["prompt", "sampling"], {"a": float("nan")}), "prompt.sampling", "JSON"),
        (with_field(["prompt", "sampling"], {"a": "\ud800"}), "prompt.sampling", "JSON"),
        (with_field(["prompt", "replies"], {}), "prompt.replies", "list"),
        (with_field(["prompt", "replies"], ["x"]), "prompt.replies[0]", "object"),
        (
            with_field(["prompt", "replies", 1, "message_id"], "b"),
            "prompt.replies[1].message_id",
            "b stands here a second time",
        ),
        (
            with_field(["prompt", "replies", 1, "parent_id"], "b"),
            "prompt.replies[1].parent_id",
            "stands below a, but names b",
        ),
        (
            with_field(["prompt", "replies", 1, "role"], "prompter"),
            "prompt.replies[1].role",
            "must be assistant",
        ),
    ],
)
def test_a_fault_is_named_by_its_place_and_reason(value, field, reason):
    with pytest.raises(BadField) as fault:
        read(value)

    assert fault.value.field == field
    assert reason in fault.value.reason
    assert str(fault.value) == f"{field}: {fault.value.reason}"


def test_what_is_nested_too_deep_is_refused():
    with pytest.raises(BadField, match="more than 100 replies") as fault:
        read(deep_line())

    assert len(str(fault.value)) < 200


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"ranking": [0, 0]}, "ranking", "each position"),
        ({"ranking": [0]}, "ranking", "each position"),
        ({"ranking": ["a"]}, "ranking", "whole number"),
        ({"ranked_message_ids": ["b", "b"]}, "groups", "once"),
        ({"ranked_message_ids": [1, 2]}, "ranked_message_ids", "text"),
        ({"groups": [["b"]]}, "groups", "once"),
        ({"groups": ["b", "c"]}, "groups", "list"),
        ({"not_rankable": 0}, "not_rankable", "true or false"),
    ],
)
def test_a_fault_in_a_ranking_is_named_too(changes, field, reason):
    with pytest.raises(BadField, match=reason) as fault:
        ballots_with(**changes)

    assert fault.value.field == f"prompt.events.ranking[0].{field}"


def flat(*changes):
    lines = [
        {"message_id": "a", "text": "Hello", "role": "prompter", "lang": "en"},
        {"message_id": "b", "parent_id": "a", "text": "Hi", "role": "assistant"},
    ]
    return [{**each, **change} for each, change in zip(lines, changes, strict=True)]


@pytest.mark.parametrize(
    ("lines", "field", "reason"),
    [
        (flat({}, {"message_id": "a"}), "messages[1].message_id", "a second time"),
        (flat({}, {"parent_id": "x"}), "messages[1].parent_id", "no message x"),
        (flat({}, {"parent_id": None}), "parent_id", "here 2 have none"),
        (flat({"parent_id": "b"}, {}), "parent_id", "here 0 have none"),
        ([3], "messages[0]", "object"),
        (
            [
                *flat({}, {}),
                {"message_id": "c", "parent_id": "d", "text": "x", "role": "prompter"},
                {"message_id": "d", "parent_id": "c", "text": "x", "role": "assistant"},
            ],
            "messages[2].parent_id",
            "leads back",
        ),
    ],
)
def test_message_lines_must_make_one_tree(lines, field, reason):
    with pytest.raises(BadField) as fault:
        tree_line_from_messages(lines)

    assert fault.value.field == field
    assert reason in fault.value.reason
