"""Draws a screen of the dialogue as Telegram messages: HTML, a keyboard, perhaps a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from bot.platforms.telegram_data import Owner
from bot.platforms.telegram_html import Block, inert, inert_name, pages, size
from bot.platforms.telegram_keyboards import screen_keyboard
from bot.platforms.telegram_ranking import HOW, HOW_TWO
from core.commands import COMMANDS
from core.dialogue import AskOrder, AskText, Attachment, Passage, Screen, Table
from core.text import N_, Text, isolated
from locales import say

_DASHED = re.compile("|".join(f"/{spec.name}" for spec in COMMANDS if "-" in spec.name) or "(?!)")
_FOLDED_FROM = 500  # a text of more letters is folded up
_WRITE = N_("Send your text here as a message. You can see it once more before it counts.")
_DRAFT = N_("Your text so far (tap to copy)")
_ON = N_("Your turn:")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Messages in their order; the keyboard belongs below the last one."""

    messages: tuple[str, ...]
    keyboard: InlineKeyboardMarkup | None = None
    attachment: Attachment | None = None
    language: str = "en"

    @property
    def is_small(self) -> bool:
        """It can take the place of another message."""
        return len(self.messages) == 1 and self.attachment is None


def drawn(screen: Screen, owner: Owner = None) -> Drawing:
    """Everything that a screen says and asks; nothing is ever cut."""
    messages = pages([*_notes(screen), *_content(screen)])
    if len(messages) != 1:
        messages += pages(list(_last_words(screen)))
    return Drawing(
        tuple(messages), screen_keyboard(screen, owner), screen.attachment, screen.language
    )


def toast(screen: Screen) -> str:
    """What has just happened, in plain words; empty when nothing has."""
    return "\n".join(words(note, screen.language) for note in screen.notes)


def words(text: Text, language: str) -> str:
    """A sentence of ours; the commands it names are those of Telegram, which knows no dashes."""
    return _DASHED.sub(lambda found: found[0].replace("-", "_"), say(text, language))


def _notes(screen: Screen) -> Iterator[Block]:
    sign = "⚠️ " if screen.refused else ""
    for note in screen.notes:
        yield Block(sign + words(note, screen.language))


def _content(screen: Screen) -> Iterator[Block]:
    language = screen.language
    if screen.title is not None:
        yield Block(words(screen.title, language), ("b",))
    for sentence in screen.body:
        yield Block(words(sentence, language))
    for passage in screen.passages:
        yield _passage(passage, language, folded=not passage.in_focus)
    if screen.table is not None:
        yield from _table(screen.table, language)
    if isinstance(screen, AskText):
        yield from _text_question(screen)
    if isinstance(screen, AskOrder):
        yield from _order_question(screen)
    if screen.error_id is not None:
        yield Block(words(N_("Error id: {error_id}", error_id=screen.error_id), language), ("i",))


def _last_words(screen: Screen) -> Iterator[Block]:
    """Beside the keyboard below several messages, what all of it was about."""
    yield Block(words(screen.title or _ON, screen.language), ("b",))
    if isinstance(screen, AskOrder):
        yield Block(words(_how(screen), screen.language))
    if isinstance(screen, AskText):
        yield Block(words(_WRITE, screen.language))


def _how(screen: AskOrder) -> Text:
    return HOW_TWO if len(screen.candidates) == 2 else HOW


def _passage(passage: Passage, language: str, *, folded: bool) -> Block:
    heading = words(passage.heading, language) if passage.heading is not None else ""
    quote = "blockquote expandable" if folded else "blockquote"
    tags = (quote, "tg-spoiler") if passage.sensitive else (quote,)
    return Block(inert(passage.text), tags, heading)


def _order_question(screen: AskOrder) -> Iterator[Block]:
    for candidate in screen.candidates:
        yield _passage(candidate, screen.language, folded=size(candidate.text) > _FOLDED_FROM)
    yield Block(words(_how(screen), screen.language))


def _text_question(screen: AskText) -> Iterator[Block]:
    if screen.draft and all(passage.text != screen.draft for passage in screen.passages):
        yield Block(screen.draft, ("pre",), words(_DRAFT, screen.language))
    yield Block(words(_WRITE, screen.language), ("i",))


def _table(table: Table, language: str) -> Iterator[Block]:
    """Telegram has no tables: a row is a line."""
    if table.head:
        yield Block(_row(table.head, language), ("i",))
    for number, row in enumerate(table.rows):
        yield Block(_row(row, language), ("b",) if number == table.own_row else (), apart=False)


def _row(cells: Sequence[Text | str], language: str) -> str:
    shown = (
        words(cell, language) if isinstance(cell, Text) else isolated(inert_name(cell))
        for cell in cells
        if cell
    )
    return " · ".join(filter(None, shown))
