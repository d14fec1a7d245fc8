"""What a typed line means on the screen in front: an event for the desk, or a local step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.platforms.terminal import form, order
from bot.platforms.terminal.keys import pressed
from core.command_line import command_typed
from core.dialogue import (
    AskLabels,
    AskOrder,
    Event,
    Labelled,
    LabelQuestion,
    Ordered,
    Press,
    Screen,
    Typed,
)
from core.screening import without_unkept_signs
from core.text import N_, Text

OWN_COMMANDS = N_(
    "In the terminal: /as ANNA makes you another volunteer, /show shows the whole screen again, "
    "/quit leaves."
)


@dataclass(frozen=True, slots=True)
class View:
    """The screen in front and the few picks that are not finished yet."""

    screen: Screen
    groups: order.Groups = ()  # of an order that is being typed
    passed: frozenset[str] = frozenset()  # questions left open
    revealed: bool = False  # sensitive passages are shown

    @property
    def question(self) -> LabelQuestion | None:
        """The label that is asked for now."""
        if isinstance(self.screen, AskLabels):
            return form.next_question(self.screen, self.passed)
        return None


@dataclass(frozen=True, slots=True)
class Send:
    """The line is an event for the desk."""

    event: Event


@dataclass(frozen=True, slots=True)
class Step:
    """The line is a pick on the way to an answer."""

    view: View


@dataclass(frozen=True, slots=True)
class Show:
    """The line asks to see the whole screen again."""

    view: View


@dataclass(frozen=True, slots=True)
class Hint:
    """The line means nothing here; this says what would."""

    text: Text


@dataclass(frozen=True, slots=True)
class Become:
    """The line turns this terminal into another volunteer's."""

    name: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The line ends the terminal."""


Meaning = Send | Step | Show | Hint | Become | Leave


def meaning(line: str, view: View) -> Meaning:
    """What one line means."""
    if line.startswith("/") and not line.startswith("//"):
        return _slash(line, view)
    if button := pressed(line, view.screen):
        return Send(Press(button.id))
    try:
        if isinstance(view.screen, AskOrder):
            return _order(line, view, view.screen)
        if isinstance(view.screen, AskLabels):
            return _labels(line, view, view.screen)
    except (order.NotAnOrder, form.NotALabel) as fault:
        return Hint(fault.text)
    if not line.strip():
        return Step(view)
    return text_meaning(line[1:] if line.startswith("//") else line, view)


def text_meaning(text: str, view: View) -> Meaning:
    """What a text means that can be nothing but a text, a block of several lines for one."""
    return Send(Typed(text, view.screen.task_id))


def _slash(line: str, view: View) -> Meaning:
    name, _, rest = line[1:].strip().partition(" ")
    match name.lower():
        case "quit" | "exit":
            return Leave()
        case "as":
            return _become(rest)
        case "press":
            return Send(Press(rest.strip()))
        case "help" if _is_own(rest):
            return Hint(OWN_COMMANDS)
        case "show":
            return Show(replace(view, revealed=True))
    return Send(command_typed(name, rest))


def _is_own(command: str) -> bool:
    return command.strip().removeprefix("/").lower() in {"as", "show", "quit", "exit"}


def _become(words: str) -> Meaning:
    name = name_in(words)
    if not name:
        return Hint(N_("Type the name of the volunteer you want to be: /as ANNA"))
    return Become(name)


def name_in(words: str) -> str:
    """The name that somebody gives themselves, without signs that no store keeps."""
    return without_unkept_signs(words).strip()


def _order(line: str, view: View, screen: AskOrder) -> Meaning:
    if screen.task_id is None:
        return text_meaning(line, view)
    count = len(screen.candidates)
    typed, all_bad = order.without_bad(line)
    if all_bad and not typed:
        return Send(Ordered(screen.task_id, (), all_bad=True))
    if typed == order.START_OVER:
        return Step(replace(view, groups=()))
    groups = order.extended(view.groups, typed, count)
    if all_bad or order.is_complete(groups, count):
        return Send(Ordered(screen.task_id, groups, all_bad))
    return Step(replace(view, groups=groups))


def _labels(line: str, view: View, screen: AskLabels) -> Meaning:
    if screen.task_id is None:
        return text_meaning(line, view)
    typed = line.strip()
    if typed == "<":
        return _back(view, screen, screen.task_id)
    if typed.lower() == "done":
        return _finished(screen, screen.task_id, {})
    if form.is_one_line(screen, typed):
        return _finished(screen, screen.task_id, form.values_in(screen, typed))
    return _answered(typed, view, screen, screen.task_id)


def _answered(typed: str, view: View, screen: AskLabels, task_id: int) -> Meaning:
    """A line for the question in front: its value, or nothing to leave it open."""
    question = view.question
    if question is None:
        return _finished(screen, task_id, {})
    if not typed:
        if question.mandatory:
            return Hint(N_("This question needs an answer."))
        ahead = replace(view, passed=view.passed | {question.name})
        return Step(ahead) if ahead.question else _finished(screen, task_id, {})
    values = {question.name: form.value_of(question, typed)}
    is_spam = values == {"spam": 1.0}  # a verdict that needs no other labels
    is_last = form.next_question(screen, view.passed | {question.name}) is None
    return Send(Labelled(task_id, values, done=is_spam or is_last))


def _finished(screen: AskLabels, task_id: int, values: Mapping[str, float | None]) -> Meaning:
    """The form as a whole, or in part while something that must be answered is not."""
    missing = form.unanswered(screen, values)
    if missing is not None and not values:
        return Hint(N_("Please answer this one too: {question}", question=missing.question))
    return Send(Labelled(task_id, values, done=missing is None))


def _back(view: View, screen: AskLabels, task_id: int) -> Meaning:
    before = form.previous_question(screen, view.question)
    if before is None:
        return Hint(N_("This is the first question."))
    if before.value is None:
        return Step(replace(view, passed=view.passed - {before.name}))
    return Send(Labelled(task_id, {before.name: None}, done=False))


def seen(before: View | None, screen: Screen) -> View:
    """The view of a new screen; picks stay while the same form goes on."""
    goes_on = (
        before is not None
        and isinstance(screen, AskLabels)
        and isinstance(before.screen, AskLabels)
        and before.screen.task_id == screen.task_id
    )
    if before is not None and goes_on:
        return replace(before, screen=screen)
    return View(screen)
