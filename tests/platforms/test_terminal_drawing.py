"""Every kind of screen, drawn as plain lines and painted; foreign text steers no terminal."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.platforms.terminal.escape import harmless, one_line
from bot.platforms.terminal.meaning import View
from bot.platforms.terminal.painted import PaintedPage
from bot.platforms.terminal.plain import PlainPage
from core.dialogue import (
    AskLabels,
    AskOrder,
    AskText,
    Attachment,
    Button,
    Emphasis,
    LabelQuestion,
    Passage,
    Say,
    Screen,
    Table,
    Widget,
)
from core.model import Role
from core.text import N_

SUBMIT = Button("submit:4f:2", N_("Submit"), Emphasis.PRIMARY)
QUESTION = Passage("Why?\nTell me.", N_("Prompter"), Role.PROMPTER, "en")
REPLY = Passage("Because.", N_("Assistant"), Role.ASSISTANT, "en", in_focus=True)
BOARD = Table((N_("Name"), N_("Points")), (("Ana", "12"), ("Bo", "3")), own_row=1)
SCREENS: tuple[Screen, ...] = (
    Say(title=N_("Welcome"), body=(N_("One."), N_("Two.")), notes=(N_("Done."),)),
    Say(passages=(QUESTION, REPLY), buttons=(SUBMIT,)),
    Say(table=BOARD),
    Say(notes=(N_("Not now."),), refused=True),
    Say(attachment=Attachment("data.json", b"{}", N_("Your data"))),
    AskText(field_label=N_("Your reply"), placeholder=N_("Be kind"), draft="So far", task_id=1),
    AskOrder(candidates=(QUESTION, REPLY), task_id=1),
    AskLabels(
        questions=(
            LabelQuestion("spam", Widget.YES_NO, N_("Spam?"), mandatory=True),
            LabelQuestion("quality", Widget.SCALE, N_("Good?"), (N_("Bad"), N_("Fine"))),
        ),
        passages=(REPLY,),
        task_id=1,
    ),
)


def plain(view: View, capsys: pytest.CaptureFixture[str]) -> str:
    PlainPage().screen(view, Path("files/data.json"))
    return capsys.readouterr().out


def painted(view: View, width: int = 80) -> str:
    out = io.StringIO()
    page = PaintedPage(Console(file=out, width=width, force_terminal=True, highlight=False))
    page.screen(view, Path("files/data.json"))
    return out.getvalue()


def bare(drawn: str) -> str:
    """Without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn)


def test_plain_lines_are_stable_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Say(
        title=N_("Your draft"),
        body=(N_("Send it?"),),
        notes=(N_("Kept."),),
        passages=(QUESTION, REPLY),
        buttons=(SUBMIT, Button("skip:4f", N_("Skip"))),
        table=BOARD,
    )

    assert plain(View(screen), capsys).splitlines() == [
        "* Kept.",
        "# Your draft",
        "Send it?",
        "Prompter (en)",
        "| Why?",
        "| Tell me.",
        "Assistant (en) <",
        "| Because.",
        "  Name | Points",
        "  Ana | 12",
        "> Bo | 3",
        "[1 s] Submit (submit:4f:2)",
        "[2 k] Skip (skip:4f)",
        "",
    ]


def test_plain_orders_and_labels_say_what_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    order, labels = (plain(View(screen), capsys).splitlines() for screen in SCREENS[-2:])

    assert "(1) Prompter (en)" in order
    assert "(2) Assistant (en) <" in order
    assert "? spam: Spam? (y or n)" in labels


def test_a_refusal_is_marked_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert plain(View(SCREENS[3]), capsys).splitlines() == ["! Not now.", ""]


def test_only_an_empty_line_ends_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for screen in (*SCREENS, Say(passages=(Passage("a\n\nb"),))):
        lines = plain(View(screen), capsys).split("\n")
        assert [line for line in lines if line == ""] == ["", ""], lines  # its end, and the last


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("width", [20, 80, 200])
def test_painted_screens_hold_all_words_at_any_width(screen: Screen, width: int) -> None:
    drawn = bare(painted(View(screen), width))

    for passage in (*screen.passages, *getattr(screen, "candidates", ())):
        for word in passage.text.split():
            assert word in drawn
    for button in screen.buttons:
        assert str(button.label) in drawn
    assert max(map(len, drawn.splitlines())) <= max(width, 20)


def test_colour_is_never_the_only_sign() -> None:
    drawn = bare(painted(View(Say(passages=(QUESTION, REPLY)))))

    assert "▶ Assistant" in drawn
    assert "Prompter" in drawn


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m \r gone \x00\u202etxt\u2028 [bold]x[/bold] [red]"


@pytest.mark.parametrize("place", ["passage", "name in a sentence", "table cell", "draft"])
def test_foreign_text_steers_no_terminal(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    screen: Screen = {
        "passage": Say(passages=(Passage(HOSTILE, N_("By {name}", name=HOSTILE)),)),
        "name in a sentence": Say(
            title=N_("Hello {name}", name=HOSTILE), body=(N_("Hello {name}", name=HOSTILE),)
        ),
        "table cell": Say(table=Table((N_("Name"),), ((HOSTILE,),))),
        "draft": AskText(draft=HOSTILE),
    }[place]

    for drawn in (plain(View(screen), capsys), bare(painted(View(screen), 200))):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", drawn), drawn
        assert r"\x1b[2J" in drawn
        assert "[bold]x[/bold] [red]" in drawn


def test_what_is_harmless_stays_as_it_is() -> None:
    words = "Grüße, שלום\u200f 🌱\tok\nزنبق"

    assert harmless(words) == words
    assert harmless("one\r\ntwo\rthree\x9b") == "one\ntwo\\rthree\\x9b"
    assert one_line("a\n b\tc") == "a b c"


def test_sensitive_text_is_hidden_until_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = View(Say(passages=(Passage("gory", sensitive=True),)))

    assert "gory" not in plain(view, capsys) + painted(view)
    assert "gory" in plain(replace(view, revealed=True), capsys)
    assert "gory" in painted(replace(view, revealed=True))


def test_how_to_write_is_said_once_on_a_terminal() -> None:
    out = io.StringIO()
    page = PaintedPage(Console(file=out, width=200))

    page.screen(View(AskText(task_id=1)), None)
    page.screen(View(AskText(task_id=2)), None)

    assert out.getvalue().count("backslash") == 1


def test_right_to_left_names_keep_their_place_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = plain(View(Say(title=N_("Hello {name}!", name="שרה"))), capsys)

    assert said.splitlines()[0] == "# Hello \u2068שרה\u2069!"
