"""The buttons of a screen: its own, and those that a text, an order or labels need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import ui

from cogs.card import LABEL, OPTION, OPTIONS, PLACEHOLDER, Item, Row, rows
from cogs.foreign import clipped
from cogs.forms import form_count
from cogs.ids import custom_id
from core import dialogue
from core.dialogue import AskLabels, AskText, Emphasis, Screen
from core.text import N_, P_, Text
from locales import say

Button = ui.Button[Any]

MOST_BUTTONS = 10
"""More choices than this are drawn as menus."""

_STYLES = {
    Emphasis.NORMAL: discord.ButtonStyle.secondary,
    Emphasis.PRIMARY: discord.ButtonStyle.primary,
    Emphasis.DANGER: discord.ButtonStyle.danger,
}

WRITE = N_("Write")
NOT_SPAM = N_("Not spam")
SPAM = N_("Spam")
ANSWER = N_("Answer")
DONE = N_("Done")


def button(
    press_id: str, words: str, emphasis: Emphasis = Emphasis.NORMAL, *, disabled: bool = False
) -> Button:
    """A button whose id says all that pressing it means."""
    label = clipped(words, LABEL)
    return Button(custom_id=press_id, label=label, style=_STYLES[emphasis], disabled=disabled)


def own_rows(screen: Screen, more: Sequence[Button] = ()) -> list[Item]:
    """The screen's own choices behind the given buttons, each once; very many of them as menus."""
    choices = list({choice.id: choice for choice in reversed(screen.buttons)}.values())[::-1]
    if len(choices) > MOST_BUTTONS:
        return [*rows(more), *_menus(choices, screen.language)]
    own = [
        button(custom_id("p", choice.id), say(choice.label, screen.language), choice.emphasis)
        for choice in choices
    ]
    return [*rows([*more, *own])]


def text_buttons(screen: AskText) -> list[Button]:
    """What opens the form again, whenever it was closed."""
    words = say(WRITE, screen.language)
    return [button(custom_id("w", screen.again), words, Emphasis.PRIMARY)]


def label_buttons(screen: AskLabels) -> list[Button]:
    """The verdict in one tap; behind *Not spam* come the forms, until all were seen."""
    return list(_label_buttons(screen))


def _label_buttons(screen: AskLabels) -> Iterator[Button]:
    task_id, forms = screen.task_id, form_count(screen)
    values = {question.name: question.value for question in screen.questions}
    if "spam" in values and values["spam"] is None:
        to_go = custom_id("f", task_id, 0) if forms else custom_id("v", task_id, 0)
        yield button(to_go, say(NOT_SPAM, screen.language), Emphasis.PRIMARY)
        spam = custom_id("v", task_id, 1)
        yield button(spam, say(SPAM, screen.language), Emphasis.DANGER)
        return
    for number in range(forms):
        words = ANSWER if forms == 1 else _form_words(number, forms)
        opens = custom_id("f", task_id, number)
        yield button(opens, say(words, screen.language), Emphasis.PRIMARY)
    if "spam" in values:
        yield button(custom_id("d", task_id), say(DONE, screen.language))


def _form_words(number: int, forms: int) -> Text:
    return N_("Questions {number} of {forms}", number=number + 1, forms=forms)


def _menus(choices: Sequence[dialogue.Button], language: str) -> Iterator[Row]:
    """Choices in menus of 25, in the order of their importance."""
    for start in range(0, len(choices), OPTIONS):
        options = [
            discord.SelectOption(
                label=clipped(say(choice.label, language), OPTION),
                value=custom_id("p", choice.id),
            )
            for choice in choices[start : start + OPTIONS]
        ]
        yield Row(
            ui.Select[Any](
                custom_id=custom_id("q", start),
                options=options,
                placeholder=clipped(_menu_words(options, language), PLACEHOLDER),
            )
        )


def _menu_words(options: Sequence[discord.SelectOption], language: str) -> str:
    first, last = options[0].label, options[-1].label
    return say(P_("a menu", "From {first} to {last}", first=first, last=last), language)
