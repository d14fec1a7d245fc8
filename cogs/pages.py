"""What a screen says, as blocks of Discord text, packed into pages that each fit one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cogs.foreign import clipped, drawn, inert, pieces, size
from core.dialogue import Passage, Screen, Table
from core.text import N_, Text, isolated
from locales import say, say_all

PAGE_ROOM = 3_200
"""Units of text on a page; a message shows 4000, and the buttons' words count too."""
PAGE_BLOCKS = 8
"""Blocks on a page; a message has 40 components, buttons and rows among them."""
_QUOTE = ">>> "
_HEADING = 100


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one message, ready to be shown."""

    markdown: str
    hidden: bool = False  # until tapped


Page = tuple[Block, ...]


def said(text: Text, language: str) -> str:
    """A sentence of ours; words of others in it are made inert along with it."""
    return inert(say(text, language))


def heading(text: Text, language: str) -> str:
    """A sentence of ours on one line."""
    return inert(clipped(" ".join(say(text, language).split()), _HEADING))


def opening(screen: Screen) -> Iterator[Block]:
    """What has just happened, what this is, and what to do."""
    if screen.notes:
        mark = "⚠️ " if screen.refused else ""
        yield from _paragraph(mark + say_all(screen.notes, screen.language))
    if screen.title is not None:
        yield Block(f"### {heading(screen.title, screen.language)}")
    if screen.body:
        yield from _paragraph(say_all(screen.body, screen.language))
    if screen.error_id is not None:
        yield Block(f"-# {said(N_('Error {id}', id=screen.error_id), screen.language)}")


def contents(screen: Screen, further: Iterable[Passage] = ()) -> Iterator[Block]:
    """The foreign texts and the table."""
    for passage in (*screen.passages, *further):
        yield from passage_blocks(passage, screen.language)
    if screen.table is not None:
        yield from _table_blocks(screen.table, screen.language)


def passage_blocks(passage: Passage, language: str) -> Iterator[Block]:
    """A foreign text, whole, under its heading."""
    above = ""
    if passage.heading is not None:
        mark = "➤ " if passage.in_focus else ""
        above = f"**{mark}{heading(passage.heading, language)}**\n"
    for piece in pieces(passage.text, PAGE_ROOM - 2 * _HEADING - len(_QUOTE) - 10):
        yield Block(f"{above}{_QUOTE}{drawn(piece)}", passage.sensitive)
        above = ""


def packed(blocks: Iterable[Block]) -> tuple[Page, ...]:
    """The blocks in reading order on as few pages as hold them."""
    full: list[Page] = []
    page: list[Block] = []
    room = PAGE_ROOM
    for block in blocks:
        needed = size(block.markdown)
        if page and (needed > room or len(page) == PAGE_BLOCKS):
            full.append(tuple(page))
            page, room = [], PAGE_ROOM
        page.append(block)
        room -= needed
    return (*full, tuple(page)) if page else tuple(full)


def _paragraph(words: str) -> Iterator[Block]:
    for piece in pieces(words, PAGE_ROOM):
        yield Block(inert(piece))


def _table_blocks(table: Table, language: str) -> Iterator[Block]:
    """A line for each row, as wide tables cannot be read on a phone."""
    lines = [_row(row, language) for row in table.rows]
    if table.own_row is not None:
        lines[table.own_row] = f"➤ {lines[table.own_row]}"
    if table.head:
        yield from _paragraph(_row(table.head, language))
    yield from _paragraph("\n".join(lines))


def _row(cells: Sequence[Text | str], language: str) -> str:
    words = (isolated(cell) if isinstance(cell, str) else say(cell, language) for cell in cells)
    return " · ".join(" ".join(word.split("\n")) for word in words)
