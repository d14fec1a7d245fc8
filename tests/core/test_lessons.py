"""The tutorial teaches each kind of work in three steps and has a word for each choice."""

import pytest

from core.desk.lessons import LESSONS, Step
from core.model import TaskKind
from core.text import Text, placeholders

STEPS = [
    pytest.param(step, id=f"{kind}-{number}")
    for kind, steps in LESSONS.items()
    for number, step in enumerate(steps, start=1)
]

LONGEST_CHOICE = 60
LONGEST_QUESTION = 120
LONGEST_FEEDBACK = 120
LONGEST_LESSON = 300
LONGEST_EXAMPLE = 100


def sentences(step: Step) -> list[Text]:
    said = [text for _, text in step.example]
    chosen = [text for choice in step.choices for text in (choice.label, choice.feedback)]
    return [step.lesson, step.question, *said, *chosen]


def test_every_kind_of_work_that_is_offered_by_default_has_three_steps():
    taught = {kind: len(steps) for kind, steps in LESSONS.items()}

    assert taught == {kind: 3 for kind in TaskKind if kind is not TaskKind.RANK_PROMPTER_REPLIES}


@pytest.mark.parametrize("step", STEPS)
def test_every_question_has_exactly_one_right_answer_among_several(step):
    assert 2 <= len(step.choices) <= 4
    assert sum(choice.right for choice in step.choices) == 1


@pytest.mark.parametrize("step", STEPS)
def test_every_choice_is_told_apart_and_gets_feedback_of_its_own(step):
    labels = {str(choice.label) for choice in step.choices}
    feedback = {str(choice.feedback) for choice in step.choices}

    assert len(labels) == len(feedback) == len(step.choices)
    assert all(feedback)


@pytest.mark.parametrize("step", STEPS)
def test_no_sentence_is_longer_than_a_phone_shows_at_ease(step):
    assert len(str(step.lesson)) <= LONGEST_LESSON
    assert len(str(step.question)) <= LONGEST_QUESTION
    assert all(len(str(text)) <= LONGEST_EXAMPLE for _, text in step.example)
    assert all(len(str(choice.label)) <= LONGEST_CHOICE for choice in step.choices)
    assert all(len(str(choice.feedback)) <= LONGEST_FEEDBACK for choice in step.choices)


@pytest.mark.parametrize("step", STEPS)
def test_lessons_are_plain_sentences_with_nothing_to_fill_in(step):
    for text in sentences(step):
        assert text.values == {}
        assert text.plural is None
        assert placeholders(text.key) == frozenset()
        assert text.key == text.key.strip()


def test_the_right_answer_does_not_always_stand_in_the_same_place():
    for kind, steps in LESSONS.items():
        places = {[choice.right for choice in step.choices].index(True) for step in steps}

        assert len(places) > 1, kind
