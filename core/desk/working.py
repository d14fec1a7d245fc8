"""Taking tasks and answering them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

from core.commands import KIND_WORDS, kinds_named
from core.desk import sent
from core.desk.tasks import ask_text, done, nothing_open, preview, send_anyway, task_screen
from core.desk.words import KIND_NAMES, SKIP_REASONS, next_task
from core.dialogue import (
    AskChoice,
    Button,
    Emphasis,
    Labelled,
    Ordered,
    Revised,
    Say,
    Screen,
    Typed,
    press,
)
from core.errors import Unknown
from core.flow import answering, handing, own, reporting
from core.flow.answering import Answered
from core.flow.handing import Wish, open_task, own_open_task, own_task, request_task
from core.flow.rules import allowed_wish
from core.flow.turn import Visit
from core.languages import LANGUAGES, language_named
from core.model import Task, TaskKind, TaskState
from core.text import N_, Nn_, Text
from core.values import replace

_OPEN_WORK_CAP = 100
"""Open work is counted up to this; beyond it is simply much."""


# ---------------------------------------------------------------- taking


def work(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/work: the task that is open, or a new one of the kind and language wished for."""
    kinds, languages = _kinds(args.get("kind", "")), _languages(args.get("language", ""))
    return take(visit, Wish(kinds, languages))


def prompt(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/prompt: write the first message of a conversation."""
    languages = _languages(args.get("language", "")) or visit.person.languages[:1]
    return take(visit, Wish(kinds=(TaskKind.INITIAL_PROMPT,), languages=languages))


def press_work(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`kind` or `kind.language`."""
    kind, _, language = (argument or "").partition(".")
    return work(visit, {"kind": kind, "language": language})


def press_next(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The next task of the same wish as the last one."""
    return work(visit, visit.session.data)


def take(visit: Visit, wish: Wish) -> Screen:
    """The task in hand that fits the wish, a new one, or what there is instead."""
    wanted = {"kind": ",".join(wish.kinds), "language": ",".join(wish.languages)}
    data = {name: words for name, words in wanted.items() if words}
    held = visit.unit.open_tasks(visit.person.id)
    task = open_task(visit, wish, held)
    if task is not None:
        visit.session = replace(visit.session, data={**data, **sent.kept(visit.session)})
        return show_task(visit, task, [N_("You still have this task open.")])
    task = request_task(visit, allowed_wish(visit, wish), held)
    if task is None:
        return _no_task(visit, wish)
    visit.session = replace(visit.session, data={**data, **sent.kept(visit.session)})
    return show_task(visit, task)


def show_task(visit: Visit, task: Task, notes: Sequence[Text] = ()) -> Screen:
    """Put a task in front of the person: from now on, typed text is meant for it."""
    visit.session = replace(visit.session, step="task", task_id=task.id)
    return task_screen(visit, task, notes)


def _no_task(visit: Visit, wish: Wish) -> Screen:
    languages = wish.languages or visit.person.languages
    names = tuple(LANGUAGES[code].own_name for code in languages)
    buttons = _work_there_is(visit, languages)
    if not buttons:
        return Say(
            notes=(N_("There is nothing to do in {languages} right now.", languages=names),),
            body=(N_("You can choose more languages, or come back later."),),
            buttons=(Button(press("languages"), N_("Languages")),),
        )
    nothing = N_("There is nothing to do in {languages} right now.", languages=names)
    not_this = N_(
        "There is no task of this kind for you in {languages} right now.", languages=names
    )
    return Say(
        notes=(not_this if wish.kinds else nothing,),
        body=(N_("There is other work, though:"),)
        if wish.kinds
        else (N_("You can write a first message, choose more languages, or come back later."),),
        buttons=(*buttons, Button(press("languages"), N_("Languages"))),
    )


def press_choose(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """What there is to do, by kind; looking changes nothing."""
    buttons = _work_there_is(visit, visit.person.languages)
    if not buttons:
        return _no_task(visit, Wish())
    return AskChoice(
        title=N_("What would you like to do?"),
        buttons=(*buttons, Button(press("work"), N_("Whatever is needed"), Emphasis.PRIMARY)),
    )


def _work_there_is(visit: Visit, languages: Sequence[str]) -> list[Button]:
    """A button for every kind of work there is for this person, with how much there is."""
    counts = dict(visit.unit.open_work(visit.person.id, languages, _OPEN_WORK_CAP))
    prompts = sum(handing.prompts_wanted(visit, lang, chosen=True) for lang in languages)
    if prompts:
        counts = {TaskKind.INITIAL_PROMPT: prompts, **counts}
    where = f".{languages[0]}" if len(languages) == 1 else ""
    return [
        Button(
            press("work", None, f"{kind}{where}"),
            N_("{kind} ({count})", kind=KIND_NAMES[kind], count=_amount(count)),
        )
        for kind, count in counts.items()
    ]


def _amount(count: int) -> str:
    return str(count) if count < _OPEN_WORK_CAP else f"{_OPEN_WORK_CAP - 1}+"


def _kinds(names: str) -> tuple[TaskKind, ...]:
    """Kinds by their names, or a word that several names share; none means whatever is needed."""
    kinds: list[TaskKind] = []
    for name in names.split(","):
        if name.strip().lower() not in {"", "random"}:
            kinds += _some_kinds(name)
    return tuple(dict.fromkeys(kinds))


def _some_kinds(name: str) -> tuple[TaskKind, ...]:
    found = kinds_named(name)
    if not found:
        raise Unknown(
            N_(
                "There is no task called “{name}”. Choose one of these: {kinds}.",
                name=name[:60],
                kinds=KIND_WORDS,
            )
        )
    return found


def _languages(words: str) -> tuple[str, ...]:
    codes = []
    for word in words.split(","):
        if word.strip():
            found = language_named(word)
            if found is None:
                raise Unknown(
                    N_("I don't know the language “{name}”. See /language.", name=word.strip()[:60])
                )
            codes.append(found.code)
    return tuple(dict.fromkeys(codes))


# ---------------------------------------------------------------- writing


def typed(visit: Visit, event: Typed) -> Screen:
    """A text for a task: stored at once, then shown with the question whether to send it."""
    whole = sent.whole(visit, event)
    task_id = whole.task_id if whole.task_id is not None else visit.session.task_id
    if task_id is None:
        return nothing_open([N_("I wasn't expecting a text. Take a task first.")])
    task = answering.keep_draft(visit, task_id, whole.text)
    fate = sent.Fate.DRAFT if whole is event else sent.Fate.PART
    session = replace(visit.session, step="task", task_id=task.id)
    visit.session = sent.noted(session, event.origin, task.id, fate)
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    return preview(visit, task, tree, notes=answering.warnings(task))


def revised(visit: Visit, event: Revised) -> Screen:
    """A message was changed: a new draft of the same task, until it was submitted."""
    task_id = sent.task_of(visit.session, event.origin.message)
    if task_id is None:
        raise Unknown(
            N_("I no longer know what that text was for. Please send it as a new message.")
        )
    if sent.says_the_same(visit, task_id, event.text):
        return Say()
    return typed(visit, Typed(event.text, task_id, event.origin))


def press_edit(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task = own_open_task(visit, _required(task_id))
    visit.session = replace(visit.session, step="task", task_id=task.id)
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    return ask_text(visit, task, tree)


def press_submit(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Send a draft, unless a newer one was written or it seems to be in another language."""
    task = own_open_task(visit, _required(task_id))
    if argument != str(task.version):
        return show_task(visit, task, [N_("You have changed this text since then. Send this one?")])
    found = answering.wrong_language(visit, task)
    return send_anyway(task, found) if found else _submit(visit, task)


def press_anyway(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task = own_open_task(visit, _required(task_id))
    if argument != str(task.version):
        return show_task(visit, task, [N_("You have changed this text since then. Send this one?")])
    return _submit(visit, task)


def _submit(visit: Visit, task: Task) -> Screen:
    return _thanks(visit, answering.submit_text(visit, task))


# ---------------------------------------------------------------- judging


def labelled(visit: Visit, event: Labelled) -> Screen:
    """Labels: parts are kept, a finished form is counted."""
    if not event.done:
        task = answering.keep_labels(visit, event.task_id, event.values)
        return show_task(visit, task, [N_("Noted. Submit when you are done.")])
    return _thanks(visit, answering.submit_labels(visit, event.task_id, event.values))


def ordered(visit: Visit, event: Ordered) -> Screen:
    """An order of replies: a ballot."""
    return _thanks(
        visit,
        answering.submit_order(
            visit, event.task_id, event.groups, all_bad=event.all_bad, method=event.method
        ),
    )


def press_thumb(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """A thumb for the message that a task is about."""
    task = own_task(visit, _required(task_id))
    emoji = {"up": "+1", "down": "-1"}.get(argument or "")
    if task.target_id is None or emoji is None:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    on = reporting.react(visit, visit.person.id, task.target_id, emoji)
    note = N_("Your thumb is noted.") if on else N_("Your thumb is taken back.")
    return show_task(visit, task, [note]) if task.is_open else done([note])


def _thanks(visit: Visit, answered: Answered) -> Screen:
    _out_of_view(visit, answered.task)
    points = floor(visit.policy.points[answered.contribution])
    note = (
        Nn_("Thank you! {count} point.", "Thank you! {count} points.", points)
        if points
        else N_("Thank you!")
    )
    return done([note], undoable=None if answered.task.settled else answered.task)


def _out_of_view(visit: Visit, task: Task) -> None:
    """Another task that is in front of the person stays there."""
    if visit.session.task_id == task.id:
        visit.session = replace(visit.session, step="idle", task_id=None)


# ---------------------------------------------------------------- giving back


def skip(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/skip: the task in view."""
    if visit.session.task_id is None:
        return nothing_open([N_("There is no task to skip.")])
    return press_skip(visit, visit.session.task_id, None)


def press_skip(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Skips at once; a reason may be added, or not."""
    task = handing.skip_task(visit, _required(task_id))
    _out_of_view(visit, task)
    reasons = tuple(
        Button(press("why", task.id, reason.name), reason.label) for reason in SKIP_REASONS
    )
    nothing_shown = task.kind is TaskKind.INITIAL_PROMPT
    return Say(
        notes=(N_("Skipped.") if nothing_shown else N_("Skipped. You won't see it again."),),
        body=(N_("If you like, say why:"),),
        buttons=(next_task(), *reasons),
    )


def press_why(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task = own_task(visit, _required(task_id))
    known = {reason.name for reason in SKIP_REASONS}
    if argument not in known or task.state is not TaskState.SKIPPED:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    if task.skip_reason is None:
        visit.unit.save_task(replace(task, skip_reason=argument))
    return done([N_("Noted, thank you.")])


def undo(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/undo: the last answer is taken back and its task is open again."""
    return _undone(visit, own.undo_last(visit))


def press_undo(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The answer that the button stood below, not a later one."""
    return _undone(visit, own.undo_task(visit, _required(task_id)))


def _undone(visit: Visit, task: Task) -> Screen:
    if not task.is_open:  # the conversation was stopped meanwhile
        return done([N_("Taken back.")])
    return show_task(visit, task, [N_("Taken back. You can answer again.")])


def press_back(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Back to a task from something about it."""
    return show_task(visit, own_open_task(visit, _required(task_id)))


def _required(task_id: int | None) -> int:
    if task_id is None:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    return task_id
