"""Foreign text on Discord is inert, whole, and cannot turn the text around it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.foreign import clipped, drawn, inert, pieces, size

SPECIAL = set("`*_~|<>[]()#@/")
ISOLATES = re.compile("[\u2066-\u2069]")

awkward = st.text(
    st.one_of(
        st.sampled_from(
            "\\`*_~|<>[]()#@/-+.1 \n\r\x85\t:!{}😀e\u0301\u200d\u05d0\u0627\u2067\u2069"
        ),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    max_size=400,
)


def usual(text: str) -> str:
    """The text as it is seen: with our line ends, and doubt for signs of old files."""
    return re.sub("[\x80-\x9f]", "\ufffd", re.sub("\r\n?", "\n", text))


def unescaped(markdown: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", markdown)


@given(awkward)
def test_nothing_special_stands_without_its_backslash(text):
    left = re.sub(r"\\[^0-9A-Za-z\s]", "x", inert(text))

    assert not SPECIAL & set(left)
    assert not re.search(r"^[\s\u2066-\u2069]*(?:[-+]|\d+[.)])", left, re.MULTILINE)


@given(awkward)
def test_what_is_shown_are_the_very_words(text):
    assert unescaped(inert(text)) == usual(text)
    assert ISOLATES.sub("", unescaped(drawn(text))) == ISOLATES.sub("", usual(text))


@given(awkward, st.integers(12, 300))
def test_pieces_fit_their_room_and_together_are_the_text(text, room):
    parts = list(pieces(text, room))

    assert "".join(parts) == text
    assert all(0 < size(drawn(part)) <= room for part in parts)


@given(st.lists(st.sampled_from(["👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "👍🏽"]), min_size=40, max_size=60))
def test_a_break_never_falls_inside_one_sign(signs):
    for part in pieces("".join(signs), 60):
        assert not part.startswith(("\u200d", "\u0301", "\U0001f3fd"))
        assert not part.endswith("\u200d")


def test_a_break_prefers_the_end_of_a_line_and_then_of_a_word():
    assert list(pieces("one two three\nfour five six seven", 20)) == [
        "one two three\n",
        "four five six ",
        "seven",
    ]


@given(awkward, st.integers(1, 100))
def test_clipped_words_fit(text, most):
    assert size(clipped(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("@everyone", r"\@everyone"),
        ("<@123>", r"\<\@123\>"),
        ("https://a.example", r"https:\/\/a.example"),
        ("discord.gg/abc", r"discord.gg\/abc"),
        ("# a", r"\# a"),
        ("  - a\n12. b", "  \\- a\n12\\. b"),
        ("-# a", r"\-\# a"),
        ("3.5 - 1", "3\\.5 - 1"),
    ],
)
def test_mentions_links_and_formats_are_broken(text, written):
    assert inert(text) == written


def test_line_ends_of_other_programs_are_line_ends_and_hide_no_list():
    assert inert("one\r\n- two\r# three\x85\x9b31m") == "one\n\\- two\n\\# three\ufffd\ufffd31m"


@pytest.mark.parametrize("room", range(12, 40))
def test_a_break_never_falls_inside_a_line_end(room):
    parts = list(pieces("one two three four\r\nfive six seven\r\n" * 3, room))

    assert not any(part.startswith("\n") for part in parts)


def test_half_a_sign_is_drawn_as_a_sign_of_doubt():
    assert inert("half \ud83d of a sign 😀") == "half \ufffd of a sign 😀"
