"""Where the conversation stands: the question asked last, the task in view, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from core.desk import mine, reporting, sent, settings, working
from core.desk.cases import reason_words
from core.desk.tasks import done, nothing_open, task_screen
from core.dialogue import (
    Button,
    Event,
    Labelled,
    Ordered,
    Press,
    Say,
    Screen,
    Typed,
    press,
    press_parts,
)
from core.errors import Refusal
from core.flow import moderation, people
from core.flow.handing import own_open_task
from core.flow.turn import Visit
from core.model import Task, TaskState
from core.text import N_, Text
from core.values import replace

QUESTIONS = frozenset({"edit", "report", "timezone"})
"""Steps in which typed text answers a question and is not meant for the task in view."""


def question_dropped(visit: Visit) -> None:
    """Whoever asks for something else has left a question unanswered."""
    if visit.session.step.partition(":")[0] in QUESTIONS:
        visit.session = replace(visit.session, step="idle")


def typed(visit: Visit, event: Typed) -> Screen:
    """Text for the task that it names, else for whatever was asked last."""
    step, _, argument = visit.session.step.partition(":")
    if event.task_id is None:
        match step:
            case "edit":
                return mine.typed_edit(visit, event, argument)
            case "report":
                return reporting.typed_reason(visit, event, argument)
            case "timezone":
                return settings.typed_timezone(visit, event)
    return working.typed(visit, event)


def text_refused(visit: Visit, event: Typed) -> None:
    """It may be mended where it stands, and what goes on it belongs to it."""
    if visit.session.step == "task" and visit.session.task_id is not None:
        task_id = visit.session.task_id
        visit.session = sent.noted(visit.session, event.origin, task_id, sent.Fate.REFUSED)


def repeated(visit: Visit, event: Event) -> Screen:
    """For what was dealt with before: its answer may not have arrived, so it is thanked for again.

    Otherwise, or when they have gone on to something else, what is in front of the person.
    """
    task_id = _answered_by(event)
    task = None if task_id is None else visit.unit.task(task_id)
    has_gone_on = visit.session.task_id is not None or visit.person.blocked
    if task is None or has_gone_on or not _answered(visit, task):
        return present(visit)
    return done([N_("Thank you! Your answer is kept.")], None if task.settled else task)


def _answered(visit: Visit, task: Task) -> bool:
    return task.person_id == visit.person.id and task.state is TaskState.ANSWERED


def _answered_by(event: Event) -> int | None:
    """The task that an event was the last word on."""
    if isinstance(event, Ordered | Labelled):
        return event.task_id
    try:
        verb, task_id, _ = press_parts(event.id if isinstance(event, Press) else "")
    except ValueError:
        return None
    return task_id if verb in {"submit", "anyway"} else None


def present(visit: Visit, notes: Sequence[Text] = ()) -> Screen:
    """The screen in front of the person, as it is now."""
    if visit.person.blocked:
        privacy = Button(press("privacy"), N_("Privacy"))
        return Say(notes=tuple(notes) or (people.BLOCKED,), buttons=(privacy,))
    question = _question(visit)
    if question is not None:
        return replace(question, notes=(*notes, *question.notes))
    task_id = visit.session.task_id
    task = None if task_id is None else visit.unit.task(task_id)
    if task is None or not task.is_open or task.person_id != visit.person.id:
        return nothing_open(notes)
    return task_screen(visit, task, notes)


def _question(visit: Visit) -> Screen | None:
    step, _, argument = visit.session.step.partition(":")
    try:
        match step:
            case "edit":
                return mine.press_editown(visit, None, argument)
            case "report":
                return reporting.press_ownwords(visit, visit.session.task_id, argument)
            case "timezone":
                return settings.timezone(visit, {})
    except Refusal:  # what the question was about is gone
        question_dropped(visit)
    return None


def with_warning(visit: Visit, screen: Screen) -> Screen:
    """What moderators warned the person of stands on every screen until they say they read it."""
    warning = visit.person.warning
    if warning is None:
        return screen
    words = tuple(reason_words(part) for part in warning.split(moderation.WARNINGS_APART))
    note = N_(
        "Moderators warn you: {reasons}. Please mind it, or you may be blocked.", reasons=words
    )
    heard = Button(press("heard"), N_("I understand"))
    return replace(screen, notes=(note, *screen.notes), buttons=(*screen.buttons, heard))


def press_heard(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The warning was read; the person goes on where they were."""
    visit.save_person(replace(visit.person, warning=None))
    return present(visit)


def press_show(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The task as it is now, or where the person stands; changes nothing."""
    if task_id is None:
        return present(visit)
    return task_screen(visit, own_open_task(visit, task_id))
