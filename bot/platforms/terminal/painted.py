"""Screens painted for people: panels, colours, tables; colour only ever repeats what words say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.table import Table as RichTable
from rich.text import Text as Words

from bot.platforms.terminal.escape import harmless, one_line
from bot.platforms.terminal.hints import (
    greeting,
    has_begun,
    how_to,
    question_said,
    reveal_hint,
    steps_said,
)
from bot.platforms.terminal.keys import Key, keys_of
from bot.platforms.terminal.meaning import View
from core.dialogue import AskLabels, AskOrder, AskText, Emphasis, Passage, Screen, Table
from core.model import Role
from core.text import Text
from locales import say

_WIDEST = 96
_ROLE_COLOURS = {Role.PROMPTER: "cyan", Role.ASSISTANT: "green", None: "white"}
_BUTTON_STYLES = {
    Emphasis.NORMAL: Style(),
    Emphasis.PRIMARY: Style(color="green", bold=True),
    Emphasis.DANGER: Style(color="red"),
}
_FEW_BUTTONS = 6


class PaintedPage:
    """Draws with rich on a terminal."""

    prompt = ">>> "

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._writing_explained = False

    def screen(self, view: View, saved: Path | None) -> None:
        self._print(Group(*_whole(view, saved), *_question(view), *_buttons(view.screen)))
        self._explain(view)

    def question(self, view: View) -> None:
        buttons = () if has_begun(view) else _buttons(view.screen)
        self._print(Group(*_question(view), *buttons))
        self._explain(view)

    def _explain(self, view: View) -> None:
        hint = how_to(view)
        if isinstance(view.screen, AskText):
            hint = None if self._writing_explained else hint
            self._writing_explained = True
        if hint is not None:
            self._print(Words(_said(hint, view.screen.language), style="dim"))

    def tell(self, text: Text, language: str) -> None:
        self._print(_refusal(_said(text, language)))

    def greet(self, name: str, language: str) -> None:
        self._print(Rule(Words("Grove", style="bold green"), style="green"))
        self._print(Words(_said(greeting(name), language), style="dim"))

    def _print(self, what: RenderableType) -> None:
        self.console.print(what, width=min(self.console.width, _WIDEST))


def _said(text: Text, language: str) -> str:
    return one_line(say(text, language))


def _whole(view: View, saved: Path | None) -> Iterator[RenderableType]:
    screen, language = view.screen, view.screen.language
    yield Words("")
    if not screen.refused:
        yield from (Words(f"• {_said(note, language)}", style="green") for note in screen.notes)
    if screen.title is not None:
        yield Rule(Words(_said(screen.title, language), style="bold"), align="left", style="dim")
    for sentence in screen.body:
        yield Words(harmless(say(sentence, language)))
    for passage in screen.passages:
        yield _passage(passage, view)
    if isinstance(screen, AskOrder):
        for number, candidate in enumerate(screen.candidates, 1):
            yield _passage(candidate, view, number)
    if screen.table is not None:
        yield _table(screen.table, language)
    if screen.attachment is not None and saved is not None:
        yield Words(f"⇩ {saved}: {_said(screen.attachment.description, language)}", style="bold")
    yield from _field(screen)
    if screen.refused:  # last, where the eye is
        yield from (_refusal(_said(note, language)) for note in screen.notes)


def _refusal(sentence: str) -> Words:
    return Words(f"✗ {sentence}", style="yellow")


def _passage(passage: Passage, view: View, number: int | None = None) -> RenderableType:
    """A foreign text in a frame; prompter to the left, assistant to the right of it."""
    language = view.screen.language
    colour = _ROLE_COLOURS[passage.role]
    heading = "" if passage.heading is None else _said(passage.heading, language)
    title = " ".join(filter(None, (
        f"[{number}]" if number else "",
        "▶" if passage.in_focus else "",
        heading,
        f"· {passage.lang}" if passage.lang else "",
    )))  # fmt: skip
    hidden = passage.sensitive and not view.revealed
    text = (
        Words(_said(reveal_hint(), language), style="italic dim")
        if hidden
        else Words(harmless(passage.text))
    )
    panel = Panel(
        text,
        title=Words(title, style=f"bold {colour}") if title else None,
        title_align="left",
        border_style=f"bold {colour}" if passage.in_focus else f"dim {colour}",
        padding=(0, 1),
    )
    return Padding(panel, (0, 0, 0, 4 if passage.role is Role.ASSISTANT else 0))


def _table(table: Table, language: str) -> RenderableType:
    drawn = RichTable(border_style="dim", header_style="bold")
    for cell in table.head:
        drawn.add_column(Words(_said(cell, language)))
    for number, row in enumerate(table.rows):
        cells = [cell if isinstance(cell, str) else say(cell, language) for cell in row]
        own = number == table.own_row
        drawn.add_row(*(Words(one_line(x)) for x in cells), style="bold green" if own else None)
    return drawn


def _field(screen: Screen) -> Iterator[RenderableType]:
    if not isinstance(screen, AskText):
        return
    yield Words(_said(screen.field_label, screen.language), style="bold")
    if screen.placeholder is not None:
        yield Words(_said(screen.placeholder, screen.language), style="dim")
    if screen.draft:
        yield Panel(Words(harmless(screen.draft)), border_style="yellow", padding=(0, 1))


def _question(view: View) -> Iterator[RenderableType]:
    """What is asked at this moment."""
    language = view.screen.language
    question = view.question
    if question is not None and isinstance(view.screen, AskLabels):
        place = view.screen.questions.index(question) + 1
        count = f"{place}/{len(view.screen.questions)} "
        yield Words.assemble(
            (count, "dim"),
            (_said(question_said(question), language), "bold"),
            (f"  {question.name}", "dim"),
        )
    if view.groups:
        yield Words(_said(steps_said(view.groups), language), style="bold")


def _buttons(screen: Screen) -> Iterator[RenderableType]:
    keys = keys_of(screen)
    if keys:
        buttons = [_button(key) for key in keys]
        if len(keys) > _FEW_BUTTONS:
            yield Columns(buttons, padding=(0, 3))
        else:
            yield Words("   ").join(buttons)


def _button(key: Key) -> Words:
    return Words.assemble(
        (f"[{key.shown}] ", "dim"), (one_line(key.label), _BUTTON_STYLES[key.button.emphasis])
    )
