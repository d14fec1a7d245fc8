"""Whatever people write, in whatever language: messages stay whole, valid and within limits."""

import re
from dataclasses import replace

import pytest
from fakes.telegram_markup import MOST_ENTITIES, parsed, utf16
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.telegram_draw import Drawing, drawn, toast
from bot.platforms.telegram_html import Block, clean, escaped, pages, size, split_place
from core.dialogue import (
    AskChoice,
    AskLabels,
    AskOrder,
    AskText,
    Button,
    Emphasis,
    LabelQuestion,
    Passage,
    Say,
    Screen,
    Table,
    press,
)
from core.labels import label_set
from core.languages import LANGUAGES
from core.model import TaskKind
from core.text import N_
from locales import PSEUDO, PSEUDO_RTL

LANGUAGE = st.sampled_from([*LANGUAGES, PSEUDO, PSEUDO_RTL])
NASTY = st.sampled_from(
    [
        "<b>",
        "</blockquote>",
        "&lt;",
        "&",
        "]]>",
        "@everyone",
        "\u202e",
        "\u2067",
        "\ufdfd",
        "👨\u200d👩\u200d👧\u200d👦",
        "🇪🇸",
        "👍🏿",
        "e\u0301\u0323\u0323",
        "\n\n",
        "\t",
        "ก็็็็",
        "<tg-spoiler>",
        "a" * 700,
        "字" * 900,
        "😀" * 1500,
        "word " * 300,
        "مرحبا بالعالم. " * 90,
        "\x00",
        "\x1b[31m",
        "\ud800",
        "\u2028",
        "\r\n",
        " ",
        "\u200b",
    ]
)
TEXT = st.lists(NASTY | st.text(max_size=60), max_size=12).map("".join)
PASSAGE = st.builds(
    Passage,
    text=TEXT,
    heading=st.none() | st.just(N_("Reply {number}", number=3)),
    in_focus=st.booleans(),
    sensitive=st.booleans(),
)
BUTTONS = (Button("skip:zz", N_("Skip")), Button("report:zz", N_("Report"), Emphasis.DANGER))


def screens() -> st.SearchStrategy[Screen]:
    """Screens of every kind around foreign texts."""
    common = {
        "title": st.none() | st.just(N_("Answer as the assistant")),
        "notes": st.lists(TEXT.map(lambda t: N_("You wrote {text}", text=t)), max_size=2).map(
            tuple
        ),
        "body": st.just((N_("Language: {language}", language="العربية"),)),
        "passages": st.lists(PASSAGE, max_size=6).map(tuple),
        "buttons": st.just(BUTTONS),
        "task_id": st.integers(1, 2**62),
        "language": LANGUAGE,
        "refused": st.booleans(),
    }
    cell = st.lists(TEXT, min_size=3, max_size=3).map(tuple)
    table = st.builds(
        Table, head=st.just(("#", "", "")), rows=st.lists(cell, max_size=20).map(tuple)
    )
    return st.one_of(
        st.builds(Say, **common, table=st.none() | table),
        st.builds(AskChoice, **common),
        st.builds(AskText, **common, draft=TEXT),
        st.builds(
            AskOrder, **common, candidates=st.lists(PASSAGE, min_size=2, max_size=9).map(tuple)
        ),
        st.builds(AskLabels, **common, questions=st.just(QUESTIONS)),
    )


QUESTIONS = tuple(
    LabelQuestion(label.name, label.widget, label.question, label.ends)
    for label in label_set(TaskKind.LABEL_ASSISTANT_REPLY, full=True)
)


def check(drawing: Drawing) -> None:
    """No message, button or entity is over a limit, and all markup is valid."""
    assert drawing.messages
    for html in drawing.messages:
        message = parsed(html)
        assert 1 <= utf16(message.text) <= 4096
        assert message.text.strip()
        assert len(message.entities) <= MOST_ENTITIES
        html.encode()  # no lone surrogates
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", html)
    rows = drawing.keyboard.inline_keyboard if drawing.keyboard else ()
    assert sum(len(row) for row in rows) <= 100
    for row in rows:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.text.strip()
            assert 1 <= len(str(button.callback_data).encode()) <= 64


@settings(max_examples=150, deadline=None)
@given(screens(), st.none() | st.integers(1, 2**52))
def test_no_text_in_any_language_makes_a_message_exceed_a_limit(
    screen: Screen, owner: int | None
) -> None:
    check(drawn(screen, owner))


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_nothing_of_a_text_is_lost_however_it_is_split(texts: list[str]) -> None:
    blocks = [Block(text, ("blockquote expandable",), f"⟦{n}⟧") for n, text in enumerate(texts)]

    lines = "\n".join(parsed(html).text for html in pages(blocks)).split("\n")

    shown = "".join(line for line in lines if not line.startswith("⟦"))
    assert "".join(shown.split()) == "".join("".join(clean(text).split()) for text in texts)


@settings(max_examples=100, deadline=None)
@given(TEXT.filter(lambda text: text.strip()), st.integers(80, 400))
def test_pieces_of_a_text_put_together_are_the_text(text: str, room: int) -> None:
    rest, pieces = clean(text), []
    while rest:
        cut = split_place(rest, room)
        assert cut >= 1
        pieces.append(rest[:cut])
        assert size(pieces[-1]) <= room
        rest = rest[cut:]

    assert "".join(pieces) == clean(text)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("First paragraph here.\n\nSecond one goes on and on.", "First paragraph here.\n\n"),
        ("one line of words\nanother line of words here", "one line of words\n"),
        ("A sentence ends here. Another one is begun now", "A sentence ends here. "),
        (
            "这里有一句话很长很长很长。然后又有一句话也很长很长很长很长很长很长。",
            "这里有一句话很长很长很长。",
        ),
    ],
)
def test_a_text_is_split_where_a_reader_would_pause(text: str, head: str) -> None:
    assert text[: split_place(text, len(head) + 6)] == head


@pytest.mark.parametrize("joined", ["👨\u200d👩\u200d👧\u200d👦", "e\u0301\u0323", "👍🏿", "🇪🇸"])
def test_no_split_parts_what_is_one_sign_to_the_reader(joined: str) -> None:
    text = joined * 40

    for room in range(60, 80):
        cut = split_place(text, room)
        assert cut % len(joined) == 0, (joined, room)


def test_context_is_folded_and_what_is_asked_about_is_not() -> None:
    screen = AskText(
        title=N_("Answer"),
        passages=(Passage("old <talk>", N_("User")), Passage("new", N_("User"), in_focus=True)),
    )

    (html,) = drawn(screen).messages

    assert "<b>User</b>\n<blockquote expandable>old &lt;talk&gt;</blockquote>" in html
    assert "<b>User</b>\n<blockquote>new</blockquote>" in html


def test_sensitive_text_is_hidden_until_tapped() -> None:
    (html,) = drawn(Say(passages=(Passage("gore", sensitive=True),))).messages

    assert "<tg-spoiler>gore</tg-spoiler>" in html


def test_keyboard_of_a_long_screen_stands_below_words_of_its_own() -> None:
    thread = tuple(Passage("word " * 500, N_("User")) for _ in range(4))
    screen = AskOrder(title=N_("Rank the answers"), candidates=thread, task_id=5)

    drawing = drawn(screen)

    assert len(drawing.messages) > 1
    assert "Rank the answers" in parsed(drawing.messages[-1]).text
    assert utf16(parsed(drawing.messages[-1]).text) < 300


def test_commands_are_named_as_telegram_knows_them() -> None:
    screen = Say(
        body=(N_("Use /export-my-data or /delete-my-data."),),
        passages=(Passage("/export-my-data"),),
    )

    (html,) = drawn(screen).messages

    assert "Use /export_my_data or /delete_my_data." in html
    assert "<blockquote expandable>/\u2060export-my-data</blockquote>" in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tap /undo or (/skip)!", "Tap /\u2060undo or (/\u2060skip)!"),
        ("/work@AnyBot now", "/\u2060work@AnyBot now"),
        ("#!/usr/bin/env, and/or 1/2 </b>", "#!/usr/bin/env, and/or 1/2 &lt;/b&gt;"),
        ("see https://example.org/x", "see https://example.org/x"),
    ],
)
def test_nobody_sends_a_command_by_tapping_on_somebody_elses_text(text: str, shown: str) -> None:
    (html,) = drawn(Say(passages=(Passage(text, in_focus=True),))).messages

    assert html == f"<blockquote>{shown}</blockquote>"


def test_names_on_a_board_call_nobody_and_lead_nowhere() -> None:
    names = ("@victim t.me/spam", "https://spam.example /undo", "Dr. Ana 3.5")
    table = Table(head=(), rows=tuple((name, "7") for name in names))

    (html,) = drawn(Say(table=table)).messages

    assert "@\u2060victim t.\u2060me/spam" in html
    assert "https:\u2060//spam.\u2060example /\u2060undo" in html
    assert "Dr. Ana 3.5" in html


def test_own_row_of_a_board_is_bold_and_names_cannot_turn_it_around() -> None:
    table = Table((N_("Place"), "", ""), (("1", "\u202eevil", "9"), ("2", "<i>me", "3")), own_row=1)

    (html,) = drawn(Say(table=table)).messages

    assert "<b>" in html.splitlines()[-1]
    assert escaped("<i>me") in html
    assert html.count("\u2068") == html.count("\u2069") == 6


def test_a_toast_says_what_has_happened() -> None:
    screen = Say(notes=(N_("Use /export-my-data."), N_("Done.")))

    assert toast(screen) == "Use /export_my_data.\nDone."


def test_a_screen_without_words_still_has_something_to_hang_its_buttons_on() -> None:
    drawing = drawn(replace(Say(), buttons=(Button(press("work"), N_("Work")),)))

    check(drawing)
    assert drawing.keyboard is not None
