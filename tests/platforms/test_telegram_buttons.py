"""Buttons hold the whole state of an order or a form, in 64 bytes, and nothing else is believed."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms import telegram_labels as labels
from bot.platforms import telegram_ranking as ranking
from bot.platforms.telegram_data import (
    OldButton,
    Pick,
    Pressed,
    Take,
    Tick,
    data_from_tap,
    tap_from_data,
)
from bot.platforms.telegram_labels import Form
from bot.platforms.telegram_parse import Group
from bot.platforms.telegram_ranking import Picks
from core.dialogue import PRESS_BYTES, LabelQuestion
from core.labels import LABELS, label_set
from core.languages import LANGUAGES
from core.model import TaskKind

LARGEST_ID = 2**63 - 1
LONGEST_LANGUAGE = max(LANGUAGES, key=len)


def full_form(kind: TaskKind = TaskKind.LABEL_ASSISTANT_REPLY, *, full: bool = True) -> Form:
    return Form.of(
        LabelQuestion(label.name, label.widget, label.question, label.ends)
        for label in label_set(kind, full)
    )


def acts(rows: list) -> dict[str, str]:  # type: ignore[type-arg]
    return {words: act for row in rows for words, _, act in row}


# ---------------------------------------------------------------- orders


def ordered_groups(count: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    """Any order of so many replies, ties included."""

    def grouped(drawn: tuple[list[int], list[bool]]) -> tuple[tuple[int, ...], ...]:
        order, tied = drawn
        groups: list[list[int]] = []
        for n, with_last in zip(order, tied, strict=True):
            if with_last and groups:
                groups[-1].append(n)
            else:
                groups.append([n])
        return tuple(tuple(sorted(group)) for group in groups)

    flags = st.lists(st.booleans(), min_size=count, max_size=count)
    return st.tuples(st.permutations(range(count)), flags).map(grouped)


@given(st.integers(2, 12).flatmap(ordered_groups))
def test_any_order_takes_at_most_a_tap_for_each_reply_and_one_to_submit(
    wanted: tuple[tuple[int, ...], ...],
) -> None:
    count = sum(map(len, wanted))
    picks, taps = Picks(count), 0
    if count > 2:
        for group in wanted:
            for place, n in enumerate(group):
                if len(picks.left) == 1 and place == 0:
                    break  # what is left is the last
                letter = chr(ord("a") + n)
                act = letter if place == 0 else letter.upper()
                assert act in acts(ranking.rows(picks, "en")).values()
                picks, taps = picks.after(act), taps + 1
    else:
        found = [p for row in ranking.rows(picks, "en") for _, p, _ in row if not p.all_bad]
        picks = next(p for p in found if p.groups == wanted)

    assert picks.finished is not None
    assert tuple(tuple(sorted(group)) for group in picks.finished) == wanted
    assert taps + 1 <= count + 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_replies_take_two_taps_and_one_to_submit(order: tuple[int, ...]) -> None:
    picks = Picks(3)
    for n in order[:2]:
        picks = picks.after("abc"[n])

    assert picks.finished == tuple((n,) for n in order)


def test_undo_takes_back_one_tap_after_the_other() -> None:
    picks = Picks(4).after("c").after("A").after(ranking.BAD)

    assert picks.all_bad
    assert picks.after(ranking.UNDO).groups == ((2, 0),)
    assert picks.after(ranking.UNDO).after(ranking.UNDO).groups == ((2,),)


def test_rest_can_be_called_equal() -> None:
    picks = Picks(5).after("d").after(ranking.REST)

    assert picks.finished == ((3,), (0, 1, 2, 4))


def test_all_bad_needs_no_order_and_keeps_one() -> None:
    assert Picks(3).after(ranking.BAD).finished == ((0, 1, 2),)
    assert Picks(3).after("b").after(ranking.BAD).finished == ((1,), (0, 2))


def test_a_reply_is_picked_once() -> None:
    picks = Picks(3).after("a")

    assert picks.after("a") == picks.after("A") == picks.after("z") == picks


# ---------------------------------------------------------------- forms


def test_every_label_of_the_published_data_has_a_letter_of_its_own() -> None:
    letters = labels._LETTERS

    assert letters.keys() == LABELS.keys()
    assert len(set(letters.values())) == len(letters)


def test_full_form_takes_at_most_eleven_taps() -> None:
    form, taps = full_form(TaskKind.LABEL_PROMPTER_REPLY), 0
    for page in range(len(form.pages)):
        for words, act in acts(labels.rows(form, "en")).items():
            if words.startswith("○ 3") or words == "○ No":
                taps += 1
            if act == f">{page + 1}":
                taps += 1
        for name in form.pages[form.page]:
            if labels._widget(name) is not labels.Widget.FLAG:
                form = form.after(f"{labels._LETTERS[name]}{0 if name == 'spam' else 2}")
        form = form.after(f">{page + 1}")

    assert taps + 1 <= 11
    assert len(form.values) == 6


def test_an_answer_can_be_changed_and_taken_back() -> None:
    form = full_form().after("q4").after("q1")
    assert form.values == {"quality": 0.25}

    assert form.after("q-").values == {}
    assert acts(labels.rows(form, "en"))["● 2"] == "q-"


def test_short_form_fits_one_page() -> None:
    form = full_form(TaskKind.LABEL_ASSISTANT_REPLY, full=False)

    assert len(form.pages) == 1
    assert len(full_form().pages) == 3


def test_a_question_explains_its_steps() -> None:
    asked = labels.explanation("?q")

    assert asked is not None
    assert str(asked) == "How good is it, all in all? 1: Very poor. 5: Very good."


# ---------------------------------------------------------------- data


def test_the_largest_order_and_form_fit() -> None:
    picks = Picks(26, "aBCDEFGHIJKLMNOPQRSTUVWXYZ", all_bad=True)
    form = full_form()
    for name, letter in labels._LETTERS.items():
        form = form.after(f"{letter}{1 if name in dict(form.answers) else '-'}")

    for tap in (
        Pick(LARGEST_ID, LONGEST_LANGUAGE, picks, "3"),
        Tick(LARGEST_ID, LONGEST_LANGUAGE, form.after(">2"), "q-"),
        Pressed("x" * PRESS_BYTES, 2**52),
        Pressed("setup::board.week", Group(-5)),
        Pressed("a:1:" + "x" * (PRESS_BYTES - 4), Group(-1_009_999_999_999, 2**31)),
        Take(),
    ):
        data = data_from_tap(tap)
        assert len(data.encode()) <= 64
        assert data[0] == "1"
        assert tap_from_data(data) == tap


@given(st.text(max_size=64) | st.from_regex(r"1[gporl][a-z0-9.!-]{0,40}", fullmatch=True))
def test_other_data_are_refused_or_mean_what_they_say(data: str) -> None:
    try:
        tap = tap_from_data(data)
    except OldButton:
        return
    assert tap_from_data(data_from_tap(tap)) == tap


@pytest.mark.parametrize("data", ["", "0pwork", "2g", "1x", "1g.", "1r1.en.caa.1", "1l1.en.0s9.!s"])
def test_buttons_of_other_versions_are_told_apart(data: str) -> None:
    with pytest.raises(OldButton):
        tap_from_data(data)
