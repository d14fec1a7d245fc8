"""Reports: every one is kept with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from core.desk.tasks import done, passage
from core.desk.words import REPORT_REASONS
from core.dialogue import AskChoice, AskText, Button, Screen, Typed, press
from core.errors import Unknown
from core.flow import handing
from core.flow import reporting as flow
from core.flow.turn import Visit
from core.model import Message, Task, Tree
from core.text import N_, Text
from core.values import replace

_MAX_REASON = 500


def report(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/report: the text in front of the person."""
    task_id = visit.session.task_id
    if task_id is None:
        raise Unknown(N_("There is no text in front of you to report. Take a task first."))
    task, tree = _found(visit, task_id)
    reason = args.get("reason", "").strip()
    messages = _reportable(task, tree)
    if reason and len(messages) == 1:
        return _reported(visit, task, messages[0], reason[:_MAX_REASON])
    return press_report(visit, task_id, None)


def press_report(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Asks which text is meant, where there are several, and what is wrong with it."""
    task, tree = _found(visit, task_id)
    messages = _reportable(task, tree)
    if len(messages) == 1:
        return _ask_reason(task, 0, messages[0])
    return AskChoice(
        title=N_("Report"),
        body=(N_("Which text do you want to report?"),),
        passages=tuple(
            passage(m, heading=_name(task, m, place)) for place, m in enumerate(messages)
        ),
        buttons=(
            *(
                Button(press("reported", task.id, place), _name(task, m, place))
                for place, m in enumerate(messages)
            ),
            _back(task),
        ),
        task_id=task.id,
    )


def _back(task: Task) -> Button:
    return Button(press("back", task.id) if task.is_open else press("home"), N_("Back"))


def _name(task: Task, message: Message, place: int) -> Text:
    if message.id == task.target_id:
        return N_("The last message")
    return N_("Reply {number}", number=place)


def press_reported(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task, tree = _found(visit, task_id)
    place = _place(argument, _reportable(task, tree))
    return _ask_reason(task, place, _reportable(task, tree)[place])


def _ask_reason(task: Task, place: int, message: Message) -> AskChoice:
    return AskChoice(
        title=N_("Report"),
        body=(N_("What is wrong with this text?"),),
        passages=(passage(message, in_focus=True),),
        buttons=(
            *(
                Button(press("flag", task.id, f"{place}.{reason.name}"), reason.label)
                for reason in REPORT_REASONS
            ),
            Button(press("ownwords", task.id, place), N_("In my own words")),
            _back(task),
        ),
        task_id=task.id,
    )


def press_flag(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task, tree = _found(visit, task_id)
    place, _, reason = (argument or "").partition(".")
    if reason not in {known.name for known in REPORT_REASONS}:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    messages = _reportable(task, tree)
    return _reported(visit, task, messages[_place(place, messages)], reason)


def press_ownwords(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task, tree = _found(visit, task_id)
    place = _place(argument, _reportable(task, tree))
    visit.session = replace(visit.session, step=f"report:{place}", task_id=task.id)
    return AskText(
        title=N_("Report"),
        body=(N_("Say in your own words what is wrong with it."),),
        buttons=(_back(task),),
        field_label=N_("What is wrong"),
        max_length=_MAX_REASON,
        again=press("ownwords", task.id, place),
    )


def typed_reason(visit: Visit, event: Typed, place: str) -> Screen:
    task, tree = _found(visit, visit.session.task_id)
    messages = _reportable(task, tree)
    reason = event.text.strip()[:_MAX_REASON]
    if not reason:
        raise Unknown(N_("Say in a few words what is wrong with it."))
    return _reported(visit, task, messages[_place(place, messages)], reason)


def _found(visit: Visit, task_id: int | None) -> tuple[Task, Tree]:
    task = handing.own_task(visit, task_id or 0)
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    if tree is None or task.target_id is None:
        raise Unknown(N_("There is no text in front of you to report. Take a task first."))
    return task, tree


def _reportable(task: Task, tree: Tree) -> tuple[Message, ...]:
    assert task.target_id is not None
    return tuple(tree.messages[i] for i in (task.target_id, *task.shown))


def _place(argument: str | None, messages: tuple[Message, ...]) -> int:
    if not (argument or "").isdecimal() or int(argument or "") >= len(messages):
        raise Unknown(N_("This button is out of date. Go on with /work."))
    return int(argument or "")


def _reported(visit: Visit, task: Task, message: Message, reason: str) -> Screen:
    """The report is kept, and the task skipped: nobody has to go on with what they reported."""
    flow.report_message(visit, visit.person.id, message.id, reason, visit.community_id)
    current = visit.unit.task(task.id)
    if current is not None and current.is_open:
        handing.skip_task(visit, task.id, "reported")
    if visit.session.task_id == task.id:
        visit.session = replace(visit.session, task_id=None)
    visit.session = replace(visit.session, step="idle")
    return done([N_("Thank you. Moderators will look at it.")])
