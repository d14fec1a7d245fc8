"""Messages as Discord draws them: a card of text, then rows of buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Any

import discord
from discord import ui

from cogs.foreign import size
from cogs.pages import Page
from core.dialogue import Attachment

ROW = 5
OPTIONS = 25
LABEL = 80
OPTION = 100
PLACEHOLDER = 150
COMPONENTS = 40
TEXT = 3_999

Row = ui.ActionRow[Any]
Item = ui.Item[Any]


class Card(ui.LayoutView):
    """A message to be sent; nothing of it is remembered, so nothing is lost with this process."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(timeout=None)
        for item in items:
            self.add_item(item)

    def is_finished(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


class Form(ui.Modal):
    """A form to be opened; its answers come back by the ids in it, to whoever runs then."""

    def is_finished(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Message:
    """One message: a page of text, controls below it, and perhaps a file."""

    page: Page
    controls: tuple[Item, ...] = field(default=())
    attachment: Attachment | None = None

    def card(self) -> Card:
        file = ui.File[Any](f"attachment://{self.attachment.name}") if self.attachment else None
        return Card([*_texts(self.page), *([file] if file else []), *self.controls])

    def files(self) -> list[discord.File]:
        """Fresh files, as a file can be sent only once."""
        if self.attachment is None:
            return []
        return [discord.File(BytesIO(self.attachment.content), self.attachment.name)]

    def fits(self, spare: int = 0) -> bool:
        """Whether Discord takes it, even with so many units of text more."""
        parts = list(_walked(self.controls))
        words = [block.markdown for block in self.page]
        words += [part.content for part in parts if isinstance(part, ui.TextDisplay)]
        words += [part.label or "" for part in parts if isinstance(part, ui.Button)]
        frames_and_file = len(_framed(self.page)) + 1
        components = len(parts) + len(self.page) + frames_and_file
        return components <= COMPONENTS and sum(map(size, words)) + spare <= TEXT


def _walked(items: Iterable[Item]) -> Iterator[Item]:
    """These components and those within them."""
    for item in items:
        yield item
        yield from _walked(getattr(item, "children", ()))


def rows(buttons: Sequence[ui.Button[Any]]) -> list[Row]:
    """Buttons in rows, in reading order."""
    return [Row(*buttons[start : start + ROW]) for start in range(0, len(buttons), ROW)]


def _texts(page: Page) -> list[Item]:
    """The text in frames; what may hurt is in a frame that opens when tapped."""
    return [
        ui.Container[Any](*map(ui.TextDisplay[Any], texts), spoiler=hidden)
        for hidden, texts in _framed(page)
    ]


def _framed(page: Page) -> list[tuple[bool, list[str]]]:
    """The frames of a page: whether one is closed, and the texts in it."""
    groups = groupby(page, key=lambda block: block.hidden)
    return [(hidden, [block.markdown for block in blocks]) for hidden, blocks in groups]
