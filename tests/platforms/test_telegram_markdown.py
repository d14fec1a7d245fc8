"""What apps take out of a text and tell beside it stands in the text again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Chat, Message, MessageEntity

from bot.platforms.telegram_markdown import joined, written


def message(text: str, *spans: tuple[str, int, int], **more: str) -> Message:
    entities = [MessageEntity(kind, start, length, **more) for kind, start, length in spans]  # type: ignore[arg-type]
    return Message(1, datetime.now(UTC), Chat(1, "private"), text=text, entities=entities)


def units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def marked(text: str, kind: str, words: str, **more: str) -> str:
    """What was written when these words of it have a format."""
    start = units(text[: text.index(words)])
    return written(message(text, (kind, start, units(words)), **more))


@pytest.mark.parametrize(
    ("text", "kind", "words", "meant"),
    [
        ("😀 see x.py", "code", "x.py", "😀 see `x.py`"),
        ("use ``` here", "code", "```", "use ```` ``` ```` here"),
        ("so very good", "bold", "very ", "so **very** good"),
        ("so very good", "italic", " very", "so *very* good"),
        ("so very good", "strikethrough", "very", "so ~~very~~ good"),
        ("one\n\ntwo", "bold", "one\n\ntwo", "one\n\ntwo"),
        ("a   b", "bold", "   ", "a   b"),
        ("see @ana", "mention", "@ana", "see @ana"),
        ("secret", "spoiler", "secret", "secret"),
        ("Look:\nx = 1\ny", "pre", "x = 1", "Look:\n```\nx = 1\n```\ny"),
        ("Look: x = 1, y", "pre", "x = 1", "Look: \n```\nx = 1\n```\n, y"),
        ("x = 1\n", "pre", "x = 1\n", "```\nx = 1\n```"),
        ("a ``` b", "pre", "a ``` b", "````\na ``` b\n````"),
    ],
)  # fmt: skip
def test_formats_are_the_markdown_that_was_meant(
    text: str, kind: str, words: str, meant: str
) -> None:
    assert marked(text, kind, words) == meant


def test_code_keeps_its_language_and_a_link_its_address() -> None:
    assert marked("1 + 1", "pre", "1 + 1", language="python") == "```python\n1 + 1\n```"
    linked = marked("see here", "text_link", "here", url="https://example.org/a")
    assert linked == "see [here](https://example.org/a)"


def test_formats_within_formats_close_in_the_right_order() -> None:
    both = message("all of it", ("italic", 0, 3), ("bold", 0, 9), ("code", 7, 2))

    assert written(both) == "***all* of `it`**"


def test_code_that_an_app_has_cut_is_one_block_again() -> None:
    parts = [marked("How?\na = 1", "pre", "a = 1"), marked("b = 2", "pre", "b = 2")]

    assert joined(parts) == "How?\n```\na = 1b = 2\n```"
    assert joined(["as ", "it is"]) == "as it is"


KINDS = ("bold", "italic", "strikethrough", "code", "pre", "text_link", "mention", "url")


@settings(max_examples=300)
@given(
    st.text("ab \n`*😀é", max_size=30),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 40)), max_size=4),
)
def test_signs_are_added_and_none_is_lost(text: str, spans: list[tuple[str, int, int]]) -> None:
    signs = iter(written(message(text, *spans, url="u", language="l")))

    assert all(sign in signs for sign in text)
