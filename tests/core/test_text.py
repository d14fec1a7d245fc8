"""Sentences carry their values; the English wording is readable without any catalogue."""

from datetime import date

import pytest

from core.text import N_, P_, Nn_, Text, filled, isolated, placeholders


def test_a_sentence_reads_as_english_with_its_values_in_place():
    assert str(N_("Hello {name}, you have {points} points.", name="Ada", points=3)) == (
        "Hello Ada, you have 3 points."
    )


@pytest.mark.parametrize(("count", "said"), [(0, "0 replies"), (1, "1 reply"), (2, "2 replies")])
def test_a_sentence_that_counts_chooses_its_english_form(count, said):
    assert str(Nn_("{count} reply", "{count} replies", count)) == said


def test_the_count_may_be_shown_differently_from_what_it_is():
    assert str(Nn_("{count} reply", "{count} replies", 1200, count="1.2 thousand")) == (
        "1.2 thousand replies"
    )


def test_values_may_be_sentences_dates_and_lists():
    kinds = (N_("prompt"), "reply")

    text = N_("{what} until {day}: {kinds}", what=N_("Open"), day=date(2026, 1, 2), kinds=kinds)

    assert str(text) == "Open until 2026-01-02: prompt, reply"


def test_a_placeholder_without_a_value_stays_visible():
    assert str(N_("Hello {name}")) == "Hello {name}"


def test_values_are_never_read_as_patterns():
    assert str(N_("{a} and {b}", a="{b}", b="{a.__class__}")) == "{b} and {a.__class__}"


def test_braces_that_hold_no_name_are_plain_signs():
    assert filled('{} {0} {A} {"json": 1} {ok}', {"ok": "yes"}) == '{} {0} {A} {"json": 1} yes'


def test_placeholders_are_the_names_in_braces():
    assert placeholders("{a} {b_2} {a} {} { c }") == {"a", "b_2"}


def test_the_context_tells_equal_sentences_apart():
    verb, noun = P_("verb", "Rank"), P_("noun", "Rank")

    assert verb != noun
    assert str(verb) == str(noun) == "Rank"
    assert verb.context == "verb"


def test_equal_sentences_are_equal_and_share_a_hash():
    one, other = N_("Hello {name}", name="Ada"), N_("Hello {name}", name="Ada")

    assert one == other
    assert len({one, other, N_("Hello {name}", name="Bob"), N_("Bye")}) == 3


def test_a_sentence_whose_values_hold_a_list_can_still_be_hashed():
    assert hash(N_("{all}", all=["a", "b"])) == hash(N_("{all}", all=["a", "b"]))


def test_a_sentence_cannot_be_changed():
    with pytest.raises(AttributeError):
        N_("Hello").key = "Bye"  # type: ignore[misc]


def test_values_may_bear_any_name():
    assert str(N_("{sentence} {values}", sentence="a", values="b")) == "a b"
    assert Text("x").values == {}


def test_isolated_words_stand_between_isolate_signs():
    assert isolated("Ada") == "\u2068Ada\u2069"


def test_isolated_words_cannot_end_their_isolation_early():
    assert isolated("a\u2069b") == "\u2068ab\u2069"


def test_isolated_words_cannot_leave_an_isolation_open():
    assert isolated("a\u2067b") == "\u2068a\u2067b\u2069\u2069"
    assert isolated("a\u2067b\u2069c") == "\u2068a\u2067b\u2069c\u2069"


def test_every_line_is_isolated_since_isolation_ends_with_the_line():
    assert isolated("a\nb") == "\u2068a\u2069\n\u2068b\u2069"
