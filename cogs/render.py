"""Draws a screen: which messages it becomes, and which form."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.buttons import Button, button, label_buttons, own_rows, text_buttons
from cogs.card import Item, Message, rows
from cogs.ids import custom_id
from cogs.ordering import order_controls, order_room
from cogs.pages import Block, Page, contents, heading, opening, packed, said
from core.dialogue import AskLabels, AskOrder, AskText, Passage, Screen
from core.text import N_
from locales import say

MOST_MESSAGES = 5
"""More messages than this at once are a flood; what is longer is read page by page."""


def messages(screen: Screen) -> tuple[Message, ...]:
    """A screen as messages in reading order; the last one holds what can be pressed."""
    head, body = list(opening(screen)), list(contents(screen, _candidates(screen)))
    pages = packed([*head, *body])
    if len(pages) > MOST_MESSAGES and screen.task_id is not None:
        reading = button(
            custom_id("r", screen.task_id, 0, "n"),
            say(N_("Read it, page by page"), screen.language),
        )
        return _with_controls(packed(head), screen, _controls(screen, [reading]))
    return _with_controls(pages, screen, _controls(screen))


def reader_page(screen: Screen, number: int) -> Message:
    """One page of what is too long to be sent at once, with the way to its neighbours."""
    pages = packed(contents(screen, _candidates(screen)))
    number = min(number, len(pages) - 1)
    place = N_("Page {number} of {pages}", number=number + 1, pages=len(pages))
    foot = Block(f"-# {said(place, screen.language)}")
    return Message((*pages[number], foot), tuple(rows(_turning(screen, number, len(pages)))))


def _candidates(screen: Screen) -> tuple[Passage, ...]:
    return screen.candidates if isinstance(screen, AskOrder) else ()


def _controls(screen: Screen, more: Sequence[Button] = ()) -> list[Item]:
    match screen:
        case AskOrder():
            return [*order_controls(screen), *own_rows(screen, more)]
        case AskText():
            return own_rows(screen, [*text_buttons(screen), *more])
        case AskLabels():
            return own_rows(screen, [*label_buttons(screen), *more])
        case _:
            return own_rows(screen, more)


def _with_controls(
    pages: tuple[Page, ...], screen: Screen, controls: Sequence[Item]
) -> tuple[Message, ...]:
    """The controls below the last page, or below a page of their own where they do not fit."""
    *before, last = pages or (_silence(screen, controls),)
    if before:
        last = (*last, *_reminder(screen))
    message = Message(last, tuple(controls), screen.attachment)
    if message.fits(order_room(screen) if isinstance(screen, AskOrder) else 0):
        return (*map(Message, before), message)
    alone = Message(_reminder(screen), tuple(controls), screen.attachment)
    return (*map(Message, pages), alone)


def _silence(screen: Screen, controls: Sequence[Item]) -> Page:
    """Discord takes no empty message."""
    return () if controls or screen.attachment else (Block("…"),)


def _reminder(screen: Screen) -> Page:
    """What this is, said again below a long text."""
    if screen.title is None:
        return ()
    return (Block(f"### {heading(screen.title, screen.language)}"),)


def _turning(screen: Screen, number: int, total: int) -> list[Button]:
    """The ways to the page before and the page after."""
    back, on = N_("Page before"), N_("Next page")
    turns = [(number - 1, back), (number + 1, on)]
    return [
        button(
            custom_id("r", screen.task_id, to, "t") if 0 <= to < total else custom_id("x", name),
            say(words, screen.language),
            disabled=not 0 <= to < total,
        )
        for (to, words), name in zip(turns, ("back", "on"), strict=True)
    ]
