"""Reviews: what is asked, what may be answered, what the answers decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dialogue import Widget
from core.errors import BadLabels
from core.labels import (
    LABELS,
    MANDATORY,
    STEPS,
    checked_labels,
    label_set,
    needs_moderator,
    sums,
    verdict,
)
from core.model import LABELLING, LabelSum, TaskKind
from core.policy import Policy

PROMPT = TaskKind.LABEL_INITIAL_PROMPT
ASKED = TaskKind.LABEL_PROMPTER_REPLY
ANSWERED = TaskKind.LABEL_ASSISTANT_REPLY

FULL = [
    *("spam", "lang_mismatch", "quality", "creativity", "humor", "toxicity", "violence"),
    *("not_appropriate", "pii", "hate_speech", "sexual_content"),
]


def names(kind, full):
    return [label.name for label in label_set(kind, full)]


def added(*reviews):
    labels = {}
    for review in reviews:
        labels = sums(labels, review)
    return labels


@pytest.mark.parametrize("kind", [PROMPT, ASKED])
def test_the_whole_form_for_what_a_prompter_wrote(kind):
    assert names(kind, True) == FULL


def test_the_whole_form_for_an_assistant_adds_failing_and_helpfulness():
    assert names(ANSWERED, True) == [*FULL[:2], "fails_task", "quality", "helpfulness", *FULL[3:]]


def test_the_short_forms():
    assert names(PROMPT, False) == ["spam", "lang_mismatch"]
    assert names(ASKED, False) == ["spam", "lang_mismatch", "quality"]
    assert names(ANSWERED, False) == ["spam", "lang_mismatch", "quality"]


def test_other_tasks_ask_no_labels():
    assert label_set(TaskKind.INITIAL_PROMPT, True) == ()


def test_labels_for_reports_are_known_but_never_asked():
    asked = {label.name for kind in LABELLING for label in label_set(kind, True)}

    assert set(LABELS) - asked == {"moral_judgement", "political_content"}


def test_a_scale_has_words_at_both_ends_and_nothing_else_has():
    for label in LABELS.values():
        assert (label.ends is not None) == (label.widget is Widget.SCALE)


def test_values_come_back_as_numbers_in_the_order_of_the_form():
    answer = checked_labels(ANSWERED, True, {"quality": 0.75, "spam": 0, "pii": True})

    assert list(answer.items()) == [("spam", 0.0), ("quality", 0.75), ("pii", 1.0)]


def test_a_verdict_of_spam_is_complete():
    assert checked_labels(ANSWERED, True, {"spam": 1}) == {"spam": 1.0}


def test_what_is_mandatory_must_be_answered():
    assert MANDATORY == ("spam",)
    with pytest.raises(BadLabels) as refusal:
        checked_labels(PROMPT, True, {"quality": 1.0})
    assert "Is this spam" in str(refusal.value.text)


@pytest.mark.parametrize(
    ("kind", "full", "name"),
    [(PROMPT, True, "helpfulness"), (PROMPT, False, "quality"), (ASKED, True, "grammar")],
)
def test_a_label_that_is_not_asked_is_refused(kind, full, name):
    with pytest.raises(BadLabels) as refusal:
        checked_labels(kind, full, {"spam": 0.0, name: 1.0})
    assert f"“{name}”" in str(refusal.value.text)


@pytest.mark.parametrize(
    ("name", "value"),
    [("spam", 0.5), ("pii", 0.25), ("quality", 0.3), ("quality", 1.25), ("quality", float("nan"))],
)
def test_values_between_the_steps_are_refused(name, value):
    with pytest.raises(BadLabels) as refusal:
        checked_labels(ASKED, True, {"spam": 0.0, name: value})
    assert "one of these: 0, " in str(refusal.value.text)


def test_sums_keep_count_of_who_answered():
    labels = added({"spam": 0.0, "quality": 1.0}, {"spam": 1.0})

    assert labels == {"spam": LabelSum(1.0, 2), "quality": LabelSum(1.0, 1)}


STEPPED = st.dictionaries(st.sampled_from(FULL), st.sampled_from(STEPS[Widget.SCALE]))


@given(st.lists(STEPPED, max_size=5), STEPPED)
def test_taking_a_review_back_leaves_the_sums_as_they_were(reviews, review):
    before = added(*reviews)

    assert sums(sums(before, review), review, sign=-1) == before


def flagged(*flags):
    return added(*({"spam": float(s), "lang_mismatch": float(lang)} for s, lang in flags))


@pytest.mark.parametrize(
    ("flags", "accepted"),
    [
        ([(0, 0), (0, 0), (0, 0)], True),
        ([(1, 0), (0, 0), (0, 0)], True),
        ([(0, 1), (0, 0), (0, 0)], True),
        ([(1, 1), (0, 0), (0, 0)], False),
        ([(1, 0), (0, 1), (0, 0)], False),
        ([(1, 0), (1, 0), (0, 0)], False),
        ([(0, 0), (0, 0)], None),
        ([(1, 0), (0, 0), (0, 0), (0, 0)], True),
        ([(1, 0), (1, 0), (0, 0), (0, 0), (0, 0)], False),
        ([(1, 0), (0, 1), (0, 0), (0, 0), (0, 0)], False),
        ([(1, 1), (0, 0), (0, 0), (0, 0), (0, 0)], False),
    ],
)
def test_acceptance_follows_the_published_vectors(flags, accepted):
    assert verdict(flagged(*flags), len(flags), 3, 0.6) is accepted


def test_an_unanswered_language_question_counts_as_no_mismatch():
    labels = added({"spam": 0.0, "lang_mismatch": 1.0}, {"spam": 0.0}, {"spam": 0.0})

    assert verdict(labels, 3, 3, 0.6) is True


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_score_equal_to_the_threshold_is_never_accepted(tenths):
    flags = [(i >= tenths, 0) for i in range(10)]

    assert verdict(flagged(*flags), 10, 3, tenths / 10) is False


def test_nothing_is_decided_without_a_review():
    assert verdict({}, 0, 0, 0.6) is None


@pytest.mark.parametrize("name", ["fails_task", "pii", "hate_speech", "sexual_content"])
def test_harm_that_two_of_three_see_is_for_a_moderator(name):
    two = added({name: 1.0}, {name: 1.0}, {name: 0.0})
    one = added({name: 1.0}, {name: 0.0}, {name: 0.0})

    assert needs_moderator(two, 3, Policy()) == name
    assert needs_moderator(one, 3, Policy()) is None


def test_a_very_low_mean_quality_is_for_a_moderator():
    assert needs_moderator(added(*[{"quality": q} for q in (0, 0.25, 0.25)]), 3, Policy()) == (
        "quality"
    )
    assert needs_moderator(added({"quality": 0.0}, {"quality": 0.5}, {}), 3, Policy()) is None


def test_one_reviewer_alone_holds_nothing():
    assert needs_moderator(added({"quality": 0.0}), 3, Policy()) is None
    assert needs_moderator(added({"quality": 0.0}), 1, Policy()) is None
    assert needs_moderator(added({"pii": 1.0}), 1, Policy()) is None


def test_other_flags_hold_nothing():
    labels = added(*[{"not_appropriate": 1.0, "toxicity": 1.0, "quality": 1.0}] * 3)

    assert needs_moderator(labels, 3, Policy()) is None
