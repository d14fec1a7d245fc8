"""Ranking with buttons: two replies in one press, more of them best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from cogs.buttons import Button, button
from cogs.card import LABEL, Card, Item, rows
from cogs.foreign import clipped, inert
from cogs.ids import Pressed, custom_id, pressed
from cogs.picks import JOIN, REST, Picks, digit
from core.dialogue import AskOrder, Emphasis, Ordered, number_from_base36
from core.text import N_, Text
from locales import say

PAIR, BEST_FIRST = "pair", "best_first"
_NAME = 40  # so much of a reply's name is told in the order so far
_STATUS = 900  # the component that tells the order so far
_KINDS = frozenset("oOBx")  # pick, submit, all bad, already picked


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order in the making, as the buttons carry it."""

    task_id: int
    picks: Picks
    language: str

    def button_id(self, kind: str, picks: Picks) -> str:
        return custom_id(kind, self.language, self.task_id, picks.count, picks.moves)

    def answer(self, *, all_bad: bool) -> Ordered:
        method = PAIR if self.picks.count == 2 else BEST_FIRST
        return Ordered(self.task_id, self.picks.groups, all_bad, method)


def ranking_of(press: Pressed) -> Ranking:
    """What a press of an order button carries; ValueError when it is impossible."""
    language, task, count, moves = press.parts
    picks = Picks(number_from_base36(count), moves)
    if not 2 <= picks.count <= 36 or picks.groups is None:
        raise ValueError(press.whole)
    return Ranking(number_from_base36(task), picks, language)


def order_controls(screen: AskOrder) -> list[Item]:
    """What an order is made with, before the first press."""
    language, task_id = screen.language, screen.task_id
    assert task_id is not None
    ranking = Ranking(task_id, Picks(len(screen.candidates)), language)
    names = [
        say(candidate.heading or N_("Reply {number}", number=number), language)
        for number, candidate in enumerate(screen.candidates, start=1)
    ]
    return _controls(ranking, names)


def order_room(screen: AskOrder) -> int:
    """The text that presses may add to the card: the order so far and a button or two."""
    return 300 + len(screen.candidates) * 2 * (_NAME + 3)


def redrawn(message: discord.Message, ranking: Ranking) -> Card:
    """The card after a press: the texts as they were, the order as it is now."""
    items = list(ui.LayoutView.from_message(message).children)
    texts = [item for item in items if not isinstance(item, ui.ActionRow) and item.id != _STATUS]
    buttons = list(_buttons(items))
    names = _names(buttons, ranking.picks.count)
    others = [shown for shown in buttons if not _is_ours(shown)]
    return Card([*map(_unnumbered, texts), *_controls(ranking, names), *rows(others)])


def _controls(ranking: Ranking, names: Sequence[str]) -> list[Item]:
    if ranking.picks.count == 2:
        return [*rows(list(_pair(ranking, names)))]
    status: ui.TextDisplay[Any] = ui.TextDisplay(_status(ranking, names), id=_STATUS)
    return [status, *rows(list(_numbers(ranking, names))), *rows(list(_moves(ranking)))]


def _pair(ranking: Ranking, names: Sequence[str]) -> Iterator[Button]:
    """Four answers, each of which says all."""
    for index, name in enumerate(names):
        better = ranking.picks.after(digit(index))
        words = _words(N_("{reply} is better", reply=name), ranking)
        yield button(ranking.button_id("O", better), words, Emphasis.PRIMARY)
    equal = ranking.picks.after(REST)
    yield button(ranking.button_id("O", equal), _words(N_("Equally good"), ranking))
    yield button(ranking.button_id("B", equal), _words(N_("Both bad"), ranking))


def _numbers(ranking: Ranking, names: Sequence[str]) -> Iterator[Button]:
    """One button for each reply, always in its place; those already placed rest."""
    picks = ranking.picks
    free = () if picks.is_complete else picks.remaining
    for index, name in enumerate(names):
        if index in free:
            picked = ranking.button_id("o", picks.after(digit(index)))
            yield button(picked, name, Emphasis.PRIMARY)
        else:
            yield button(custom_id("x", index), name, disabled=True)


def _moves(ranking: Ranking) -> Iterator[Button]:
    picks = ranking.picks
    if picks.is_complete:
        submit = _words(N_("Submit"), ranking)
        yield button(ranking.button_id("O", picks), submit, Emphasis.PRIMARY)
    else:
        if picks.moves and not picks.is_joining:
            same = _words(N_("The next is equal to it"), ranking)
            yield button(ranking.button_id("o", picks.after(JOIN)), same)
        rest = N_("The rest are equal") if picks.moves else N_("All are equal")
        yield button(ranking.button_id("o", picks.after(REST)), _words(rest, ranking))
    if picks.moves:
        yield button(ranking.button_id("o", picks.undone()), _words(N_("Undo"), ranking))
    yield button(ranking.button_id("B", picks), _words(N_("All bad"), ranking), Emphasis.DANGER)


def _words(text: Text, ranking: Ranking) -> str:
    return say(text, ranking.language)


def _status(ranking: Ranking, names: Sequence[str]) -> str:
    picks = ranking.picks
    shown = picks.groups if picks.is_complete else picks.placed
    short = [clipped(name, _NAME) for name in names]
    order = " > ".join(" = ".join(short[index] for index in group) for group in shown)
    if picks.is_complete:
        text = N_("Your order: {order}. Press Submit to send it.", order=order)
    elif picks.is_joining:
        text = N_("Your order so far: {order}. Which is equally good?", order=order)
    elif picks.moves:
        text = N_("Your order so far: {order}. Which is the next best?", order=order)
    else:
        text = N_("Which is the best?")
    return inert(_words(text, ranking))


def _buttons(items: Iterable[Item]) -> Iterator[Button]:
    for item in items:
        if isinstance(item, ui.ActionRow):
            for child in item.children:
                if isinstance(child, ui.Button):
                    child.id = None
                    yield child


def _names(buttons: Sequence[Button], count: int) -> list[str]:
    """The replies' names, which stand on the first buttons."""
    names = [clipped(shown.label or "", LABEL) for shown in buttons[:count]]
    return names + [str(number + 1) for number in range(len(names), count)]


def _is_ours(shown: Button) -> bool:
    press = pressed(shown.custom_id or "")
    return press is not None and press.kind in _KINDS


def _unnumbered(item: Item) -> Item:
    """The same component without the number that Discord gave it, as new ones join it."""
    item.id = None
    for child in getattr(item, "children", ()):
        _unnumbered(child)
    return item
