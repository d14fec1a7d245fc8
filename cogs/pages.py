"""What a screen says, as blocks of Discord text, packed into pages that each fit one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cogs.foreign import clipped, drawn, inert, pieces, size
from core.dialogue import Passage, Screen, Table
from core.text import N_, Text, isolated
from locales import say, say_all

PAGE_ROOM = 3_900
"""Units of text on a page; a message shows 4000."""
PAGE_BLOCKS = 8
"""Blocks on a page; a message has 40 components, buttons and rows among them."""
_LEAST = 600
"""So much of a text must fit below another one for it to begin there rather than on a new page."""
_QUOTE = ">>> "
_HEADING = 100


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something to be said, of any length."""

    words: str
    above: str = ""  # ready to be shown
    foreign: bool = False
    hidden: bool = False  # until tapped

    def block(self, words: str) -> Block:
        shown = _QUOTE + drawn(words) if self.foreign else inert(words)
        return Block(self.above + shown, self.hidden)

    def parted(self, room: int) -> tuple[Block, Stretch | None]:
        """What fits the room, and the rest."""
        room -= size(self.above) + len(_QUOTE)
        first = next(pieces(self.words, room), "")
        rest = self.words[len(first) :]
        return self.block(first), replace(self, words=rest, above="") if rest else None


@dataclass(frozen=True, slots=True)
class Block:
    """A part of one message, ready to be shown."""

    markdown: str
    hidden: bool = False


Page = tuple[Block, ...]


def said(text: Text, language: str) -> str:
    """A sentence of ours; words of others in it are made inert along with it."""
    return inert(say(text, language))


def heading(text: Text, language: str) -> str:
    """A sentence of ours on one line."""
    return inert(clipped(" ".join(say(text, language).split()), _HEADING))


def opening(screen: Screen) -> Iterator[Stretch]:
    """What has just happened, what this is, and what to do."""
    if screen.notes:
        mark = "⚠️ " if screen.refused else ""
        yield Stretch(say_all(screen.notes, screen.language), mark)
    if screen.title is not None:
        yield Stretch("", f"### {heading(screen.title, screen.language)}")
    if screen.body:
        yield Stretch(say_all(screen.body, screen.language))
    if screen.error_id is not None:
        yield Stretch("", f"-# {said(N_('Error {id}', id=screen.error_id), screen.language)}")


def contents(screen: Screen, further: Iterable[Passage] = ()) -> Iterator[Stretch]:
    """The foreign texts and the table."""
    for passage in (*screen.passages, *further):
        yield quoted(passage, screen.language)
    if screen.table is not None:
        yield from _table(screen.table, screen.language)


def quoted(passage: Passage, language: str) -> Stretch:
    """A foreign text, whole, under its heading."""
    above = ""
    if passage.heading is not None:
        mark = "➤ " if passage.in_focus else ""
        above = f"**{mark}{heading(passage.heading, language)}**\n"
    return Stretch(passage.text, above, foreign=True, hidden=passage.sensitive)


def packed(stretches: Iterable[Stretch]) -> tuple[Page, ...]:
    """All that is said, in reading order, on pages; what fits one page is not torn."""
    pages: list[list[Block]] = [[]]
    room = PAGE_ROOM
    for stretch in stretches:
        rest: Stretch | None = stretch
        while rest is not None:
            block, after = rest.parted(PAGE_ROOM)
            is_torn = after is not None
            if size(block.markdown) > room and is_torn and room >= _LEAST:
                block, after = rest.parted(room)
            if pages[-1] and (size(block.markdown) > room or len(pages[-1]) == PAGE_BLOCKS):
                pages.append([])
                room = PAGE_ROOM
                block, after = rest.parted(room)
            pages[-1].append(block)
            room -= size(block.markdown)
            rest = after
    return tuple(tuple(page) for page in pages if page)


def _table(table: Table, language: str) -> Iterator[Stretch]:
    """A line for each row, as wide tables cannot be read on a phone."""
    lines = [_row(row, language) for row in table.rows]
    if table.own_row is not None:
        lines[table.own_row] = f"➤ {lines[table.own_row]}"
    if table.head:
        yield Stretch(_row(table.head, language))
    if lines:
        yield Stretch("\n".join(lines))


def _row(cells: Sequence[Text | str], language: str) -> str:
    words = (isolated(cell) if isinstance(cell, str) else say(cell, language) for cell in cells)
    return " · ".join(" ".join(word.split("\n")) for word in words)
