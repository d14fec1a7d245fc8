"""Label forms: the questions of a review packed into as few forms as hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from cogs.card import OPTION, Form
from cogs.foreign import clipped
from cogs.ids import custom_id
from core.dialogue import AskLabels, LabelQuestion, Widget
from core.text import N_, Text
from locales import say

FORM_CONTROLS = 5
FORM_TITLE = 45
CONTROL_LABEL = 45
CONTROL_DESCRIPTION = 100
_CHECKS = 10
_ID_ROOM = 98
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)

# limit:45 title of a group of boxes
FLAGS = N_("What is wrong with it?")
YES, NO = N_("Yes"), N_("No")

Control = tuple[LabelQuestion, ...]
"""One question, or the flags that share a group of boxes."""


def form_count(screen: AskLabels) -> int:
    """How many forms the questions take beyond the verdict of spam."""
    return -(-len(_controls(screen)) // FORM_CONTROLS)


def label_form(screen: AskLabels, number: int) -> Form:
    """One of the forms, filled with what was answered so far."""
    language = screen.language
    title = say(screen.title or FLAGS, language)
    total = form_count(screen)
    form = Form(
        title=clipped(title, FORM_TITLE), custom_id=custom_id("l", screen.task_id, number, total)
    )
    start = number * FORM_CONTROLS
    for control in _controls(screen)[start : start + FORM_CONTROLS]:
        form.add_item(_drawn(control, language))
    return form


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What came back with a label form: opened behind *Not spam*, so that is said as well."""

    values: Mapping[str, float | None]
    is_last: bool


def form_answer(number: int, total: int, controls: Iterable[Mapping[str, Any]]) -> FormAnswer:
    """Read a label form; what was left empty is not answered, or is taken back."""
    values: dict[str, float | None] = {"spam": 0.0}
    for control in controls:
        values.update(_answered(control))
    return FormAnswer(values, number + 1 >= total)


def _controls(screen: AskLabels) -> list[Control]:
    asked = [question for question in screen.questions if question.name != "spam"]
    alone = [(question,) for question in asked if question.widget is not Widget.FLAG]
    flags = [question for question in asked if question.widget is Widget.FLAG]
    return [*_first_needed(alone), *_boxes(flags)]


def _first_needed(alone: Sequence[Control]) -> list[Control]:
    return sorted(alone, key=lambda control: not control[0].mandatory)


def _boxes(flags: Sequence[LabelQuestion]) -> Iterator[Control]:
    """Flags in groups whose names fit the id of the group, so that an empty box speaks too."""
    group: list[LabelQuestion] = []
    for flag in flags:
        names = ",".join(question.name for question in [*group, flag])
        if group and (len(group) == _CHECKS or len(names) > _ID_ROOM):
            yield tuple(group)
            group = []
        group.append(flag)
    if group:
        yield tuple(group)


def _drawn(control: Control, language: str) -> ui.Label[Any]:
    first = control[0]
    if first.widget is Widget.FLAG:
        return _labelled(FLAGS, _box_group(control, language), language)
    options = _scale(first, language) if first.widget is Widget.SCALE else _yes_no(first, language)
    group = ui.RadioGroup[Any](
        custom_id=f"v:{first.name}", options=options, required=first.mandatory
    )
    return _labelled(first.question, group, language)


def _labelled(question: Text, control: ui.Item[Any], language: str) -> ui.Label[Any]:
    words = say(question, language)
    short = clipped(words, CONTROL_LABEL)
    rest = None if short == words else clipped(words, CONTROL_DESCRIPTION)
    return ui.Label(text=short, description=rest, component=control)


def _box_group(flags: Control, language: str) -> ui.CheckboxGroup[Any]:
    return ui.CheckboxGroup(
        custom_id="f:" + ",".join(flag.name for flag in flags),
        required=False,
        min_values=0,
        max_values=len(flags),
        options=[
            discord.CheckboxGroupOption(
                label=clipped(say(flag.question, language), OPTION),
                value=flag.name,
                default=bool(flag.value),
            )
            for flag in flags
        ],
    )


def _scale(question: LabelQuestion, language: str) -> list[discord.RadioGroupOption]:
    low, high = question.ends or (None, None)
    ends = {0: low, len(_STEPS) - 1: high}
    return [
        _option(question, step, _step_words(number, ends.get(number), language))
        for number, step in enumerate(_STEPS)
    ]


def _step_words(number: int, end: Text | None, language: str) -> str:
    return f"{number + 1}" if end is None else f"{number + 1} · {say(end, language)}"


def _yes_no(question: LabelQuestion, language: str) -> list[discord.RadioGroupOption]:
    return [_option(question, 0.0, say(NO, language)), _option(question, 1.0, say(YES, language))]


def _option(question: LabelQuestion, step: float, words: str) -> discord.RadioGroupOption:
    return discord.RadioGroupOption(
        label=clipped(words, OPTION), value=f"{step:g}", default=question.value == step
    )


def _answered(control: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    kind, _, names = str(control.get("custom_id", "")).partition(":")
    if kind == "v":
        value = control.get("value")
        yield names, float(value) if value else None
    elif kind == "f":
        ticked = control.get("values") or ()
        for name in names.split(","):
            yield name, 1.0 if name in ticked else None
