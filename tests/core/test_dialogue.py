"""The id of a button says in few letters what is pressed, and is read back as it was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dialogue import PRESS_BYTES, base36, number_from_base36, press, press_parts

NUMBERS = st.integers(0, 2**63 - 1)


def refuses(reader: Callable[[str], object], words: str) -> bool:
    try:
        reader(words)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("work", None, None), "work"),
        (("work", None, "label"), "work::label"),
        (("submit", 36, 0), "submit:10:0"),
        (("skip", 0, None), "skip:0"),
    ],
)
def test_a_press_is_its_verb_its_task_and_what_about_it(
    parts: tuple[str, int | None, str | int | None], written: str
) -> None:
    assert press(*parts) == written


@given(st.none() | NUMBERS, st.none() | st.text("abc._!*-1", min_size=1, max_size=10))
def test_what_is_pressed_is_what_was_written(task_id: int | None, argument: str | None) -> None:
    assert press_parts(press("verb", task_id, argument)) == ("verb", task_id, argument)


def test_an_argument_may_hold_a_colon() -> None:
    assert press_parts("board::week.l:de") == ("board", None, "week.l:de")


@given(NUMBERS)
def test_numbers_come_back_from_few_letters(number: int) -> None:
    assert number_from_base36(base36(number)) == number
    assert len(base36(number)) <= 13


@pytest.mark.parametrize(
    "digits", ["", "-1", "+1", " 1", "1_0", "A", "1.0", "é", "٣", "0.1", "z" * 13, "1" * 400]
)
def test_what_is_no_number_is_refused(digits: str) -> None:
    assert refuses(number_from_base36, digits)


@pytest.mark.parametrize("press_id", ["", ":1", "two words", "1st", "a:-1", "a" * 41, "é" * 21])
def test_what_nobody_wrote_is_refused(press_id: str) -> None:
    assert refuses(press_parts, press_id)


def test_the_longest_ids_fit() -> None:
    most = 2**63 - 1
    longest = [
        press("work", None, "rank_assistant_replies.pt-BR"),
        press("flag", most, "2.not_appropriate"),
        press("why", most, "upsetting"),
        press("submit", most, 10**9),
        press("takeback", None, most),
        press("board", None, f"total.c:{most}"),
        press("lang", None, "pt-BR.99"),
    ]

    assert max(len(press_id.encode()) for press_id in longest) <= PRESS_BYTES


@given(st.text())
def test_anything_is_either_read_or_refused(press_id: str) -> None:
    try:
        verb, task_id, _ = press_parts(press_id)
    except ValueError:
        return
    assert verb.isidentifier()
    assert task_id is None or 0 <= task_id < 2**63
