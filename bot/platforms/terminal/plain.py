"""Screens as plain, stable lines for scripts and pipes; an empty line ends each screen.

# title   * what happened   ! refusal   | foreign text   ? question   [1 s] Button (press id)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.platforms.terminal.escape import harmless, one_line
from bot.platforms.terminal.hints import how_to, question_said, reveal_hint, steps_said
from bot.platforms.terminal.keys import keys_of
from bot.platforms.terminal.meaning import View
from core.dialogue import AskOrder, AskText, Passage, Screen, Table
from core.text import Text
from locales import say


class PlainPage:
    """Draws by writing lines to standard output."""

    prompt = ""

    def screen(self, view: View, saved: Path | None) -> None:
        _print([*_whole(view, saved), *_question(view), ""])

    def question(self, view: View) -> None:
        _print([*_question(view), ""])

    def tell(self, text: Text, language: str) -> None:
        _print([f"! {one_line(say(text, language))}", ""])

    def greet(self, name: str, language: str) -> None:
        """Nothing: a script knows who it is."""


def _print(lines: Sequence[str]) -> None:
    print("\n".join(lines), flush=True)


def _whole(view: View, saved: Path | None) -> Iterator[str]:
    screen = view.screen
    language = screen.language
    mark = "!" if screen.refused else "*"
    yield from (f"{mark} {_said(note, language)}" for note in screen.notes)
    if screen.title is not None:
        yield f"# {_said(screen.title, language)}"
    yield from (harmless(say(sentence, language)) for sentence in screen.body)
    for passage in screen.passages:
        yield from _passage(passage, "", view)
    if isinstance(screen, AskOrder):
        for number, candidate in enumerate(screen.candidates, 1):
            yield from _passage(candidate, f"({number}) ", view)
    if screen.table is not None:
        yield from _table(screen.table, language)
    if screen.attachment is not None and saved is not None:
        yield f"@ {saved}: {_said(screen.attachment.description, language)}"
    yield from _field(screen)


def _said(text: Text, language: str) -> str:
    return one_line(say(text, language))


def _passage(passage: Passage, number: str, view: View) -> Iterator[str]:
    heading = "" if passage.heading is None else _said(passage.heading, view.screen.language)
    language = f" ({passage.lang})" if passage.lang else ""
    focus = " <" if passage.in_focus else ""
    if number or heading or language:
        yield f"{number}{heading}{language}{focus}".strip()
    if passage.sensitive and not view.revealed:
        yield f"| {_said(reveal_hint(), view.screen.language)}"
        return
    yield from (f"| {line}" for line in harmless(passage.text).split("\n"))


def _table(table: Table, language: str) -> Iterator[str]:
    yield "  " + " | ".join(_said(cell, language) for cell in table.head)
    for number, row in enumerate(table.rows):
        cells = [cell if isinstance(cell, str) else say(cell, language) for cell in row]
        yield ("> " if number == table.own_row else "  ") + " | ".join(map(one_line, cells))


def _field(screen: Screen) -> Iterator[str]:
    if not isinstance(screen, AskText):
        return
    yield f"? {_said(screen.field_label, screen.language)}"
    if screen.placeholder is not None:
        yield f"  {_said(screen.placeholder, screen.language)}"
    if screen.draft:
        yield from (f"| {line}" for line in harmless(screen.draft).split("\n"))


def _question(view: View) -> Iterator[str]:
    """What is asked at this moment, and the buttons."""
    language = view.screen.language
    question = view.question
    if question is not None:
        yield f"? {question.name}: {_said(question_said(question), language)}"
    if view.groups:
        yield f"? {_said(steps_said(view.groups), language)}"
    for key in keys_of(view.screen):
        yield f"[{key.shown}] {one_line(key.label)} ({key.button.id})"
    hint = how_to(view)
    if hint is not None:
        yield f"  {_said(hint, language)}"
