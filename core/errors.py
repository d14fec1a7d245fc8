"""Refusals: what a person asked for cannot be done, and here is what to do instead.

Refusal               one sentence for the person; nothing was changed
├── BadText           empty, too long, characters that no store keeps, said before
├── BadLabels         a label or value that this task does not ask for
├── BadOrder          not an order of the shown replies
├── Unknown           no such command, button, text, language
├── NotYours          another person's task or text
├── NotAllowed        blocked, or without the right or the consent that it takes
├── TooLate           the place was given away, or the tree has moved on
├── TooMuch           a limit of this person; says when they may go on
└── NothingToUndo     nothing recent, or others have built on it
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.text import Text


class Refusal(Exception):
    """Raised by use cases before anything is written; `text` is said to the person."""

    def __init__(self, text: Text, *, handed_back: str | None = None) -> None:
        super().__init__(text.key)
        self.text = text
        self.handed_back = handed_back  # the person's own text, so that it is not lost


class BadText(Refusal):
    pass


class BadLabels(Refusal):
    pass


class BadOrder(Refusal):
    pass


class Unknown(Refusal):
    pass


class NotYours(Refusal):
    pass


class NotAllowed(Refusal):
    pass


class TooLate(Refusal):
    pass


class TooMuch(Refusal):
    pass


class NothingToUndo(Refusal):
    pass


@contextmanager
def handing_back(text: str) -> Iterator[None]:
    """Whatever is refused in here, the person gets this text of theirs back."""
    try:
        yield
    except Refusal as refusal:
        refusal.handed_back = text
        raise
