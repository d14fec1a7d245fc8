"""Screens of tasks: the same task looks the same on first sight, on resume and after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from core import labels
from core.desk.words import KIND_GOALS, KIND_NAMES, ROLE_NAMES, choose_kind, next_task, take_task
from core.dialogue import (
    AskChoice,
    AskLabels,
    AskOrder,
    AskText,
    Button,
    Emphasis,
    LabelQuestion,
    Passage,
    Say,
    Screen,
    press,
)
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.model import Message, Task, TaskKind, Tree
from core.text import N_, Text
from core.values import replace


def task_screen(visit: Visit, task: Task, notes: Sequence[Text] = ()) -> Screen:
    """The question that a task asks; with a draft, the preview of it."""
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    if task.kind.writes:
        if task.draft is not None:
            return preview(visit, task, tree, notes=notes)
        return ask_text(visit, task, tree, notes=notes)
    assert tree is not None
    if task.kind.labels:
        return _ask_labels(task, tree, tuple(notes))
    return _ask_order(task, tree, tuple(notes))


def goal(task: Task) -> tuple[Text, Text]:
    """What is asked for, and in which language, named in its own words."""
    return (
        KIND_GOALS[task.kind],
        N_("Language: {language}", language=LANGUAGES[task.lang].own_name),
    )


def thread(task: Task, tree: Tree | None) -> tuple[Passage, ...]:
    """The conversation that a task is about, root first; its last message is in focus."""
    if tree is None or task.target_id is None:
        return ()
    messages = tree.thread(task.target_id)
    return tuple(passage(message, in_focus=message is messages[-1]) for message in messages)


def passage(message: Message, *, in_focus: bool = False, heading: Text | None = None) -> Passage:
    """A message as it is shown to volunteers; who wrote it, or whether a model did, is not."""
    return Passage(
        text=message.text,
        heading=heading or ROLE_NAMES[message.role],
        role=message.role,
        lang=message.lang,
        in_focus=in_focus,
        sensitive=_is_sensitive(message),
    )


def _is_sensitive(message: Message) -> bool:
    harms = ("sexual_content", "hate_speech", "violence")
    return any(message.labels[name].total > 0 for name in harms if name in message.labels)


def ask_text(visit: Visit, task: Task, tree: Tree | None, notes: Sequence[Text] = ()) -> AskText:
    """Asks for the text of a writing task, beginning with what was written so far."""
    return AskText(
        title=KIND_NAMES[task.kind],
        body=goal(task),
        notes=tuple(notes),
        passages=thread(task, tree),
        buttons=_ways_out(task),
        task_id=task.id,
        kind=task.kind,
        field_label=_FIELD_LABELS[task.kind],
        draft=task.draft or "",
        again=press("edit", task.id),
        min_length=visit.policy.min_text_length,
        max_length=visit.policy.max_text_length,
    )


# limit:45 name of a field
_FIELD_LABELS = {
    TaskKind.INITIAL_PROMPT: N_("Your message"),
    TaskKind.PROMPTER_REPLY: N_("Your reply"),
    TaskKind.ASSISTANT_REPLY: N_("Your reply"),
}


def preview(visit: Visit, task: Task, tree: Tree | None, notes: Sequence[Text] = ()) -> AskChoice:
    """Shows a draft and asks whether to send it."""
    draft = Passage(text=task.draft or "", heading=N_("Your draft"), lang=task.lang, in_focus=True)
    return AskChoice(
        title=KIND_NAMES[task.kind],
        body=(N_("Send it like this? Your draft is kept until you decide."),),
        notes=tuple(notes),
        passages=(*thread(task, tree)[-1:], draft),
        buttons=(
            Button(press("submit", task.id, task.version), N_("Submit"), Emphasis.PRIMARY),
            Button(press("edit", task.id), N_("Edit")),
            Button(press("skip", task.id), N_("Skip")),
        ),
        task_id=task.id,
        kind=task.kind,
    )


def send_anyway(task: Task, found: str) -> AskChoice:
    """Asks back when a draft does not look like the task's language."""
    return AskChoice(
        title=KIND_NAMES[task.kind],
        body=(
            N_(
                "This looks like {found}, but the task is in {expected}. Send it anyway?",
                found=LANGUAGES[found].own_name,
                expected=LANGUAGES[task.lang].own_name,
            ),
        ),
        passages=(Passage(text=task.draft or "", heading=N_("Your draft"), in_focus=True),),
        buttons=(
            Button(press("edit", task.id), N_("Edit"), Emphasis.PRIMARY),
            Button(press("anyway", task.id, task.version), N_("Send anyway")),
            Button(press("skip", task.id), N_("Skip")),
        ),
        task_id=task.id,
        kind=task.kind,
    )


def _ask_labels(task: Task, tree: Tree, notes: tuple[Text, ...]) -> AskLabels:
    return AskLabels(
        title=KIND_NAMES[task.kind],
        body=goal(task),
        notes=notes,
        passages=thread(task, tree),
        buttons=(*_ways_out(task), *_thumbs(task)),
        task_id=task.id,
        kind=task.kind,
        questions=_questions(task),
    )


def _questions(task: Task) -> tuple[LabelQuestion, ...]:
    """The form, with what was answered so far."""
    blank, given = _blank_form(task.kind, task.full), task.draft_labels
    if not given:
        return blank
    return tuple(replace(question, value=given.get(question.name)) for question in blank)


@cache
def _blank_form(kind: TaskKind, full: bool) -> tuple[LabelQuestion, ...]:
    return tuple(
        LabelQuestion(
            name=label.name,
            widget=label.widget,
            question=label.question,
            ends=label.ends,
            mandatory=label.name in labels.MANDATORY,
        )
        for label in labels.label_set(kind, full)
    )


def _ask_order(task: Task, tree: Tree, notes: tuple[Text, ...]) -> AskOrder:
    return AskOrder(
        title=KIND_NAMES[task.kind],
        body=goal(task),
        notes=notes,
        passages=thread(task, tree),
        buttons=_ways_out(task),
        task_id=task.id,
        kind=task.kind,
        candidates=tuple(
            passage(tree.messages[i], heading=N_("Reply {number}", number=place))
            for place, i in enumerate(task.shown, start=1)
        ),
    )


def _ways_out(task: Task) -> tuple[Button, ...]:
    skip = Button(press("skip", task.id), N_("Skip"))
    if task.target_id is None:
        return (skip,)
    return (skip, Button(press("report", task.id), N_("Report")))


def _thumbs(task: Task) -> tuple[Button, ...]:
    return (
        Button(press("thumb", task.id, "up"), N_("Thumbs up")),
        Button(press("thumb", task.id, "down"), N_("Thumbs down")),
    )


def nothing_open(notes: Sequence[Text] = ()) -> Say:
    """Said when no task is in front of the person."""
    return Say(
        body=(N_("You have no open task."),) if not notes else (),
        notes=tuple(notes),
        buttons=(take_task(), choose_kind()),
    )


def done(notes: Sequence[Text], undoable: Task | None = None) -> Say:
    """Said when a task is out of the way; its answer may perhaps be taken back."""
    undo = () if undoable is None else (Button(press("undo", undoable.id), N_("Undo")),)
    return Say(notes=tuple(notes), buttons=(next_task(), *undo))
