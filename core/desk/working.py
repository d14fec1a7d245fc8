"""Taking tasks and answering them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import floor

from core.desk.tasks import ask_text, done, nothing_open, preview, send_anyway, task_screen
from core.desk.words import KIND_NAMES, SKIP_REASONS, next_task, take_task
from core.dialogue import Button, Labelled, Ordered, Say, Screen, Typed, press
from core.errors import Unknown
from core.flow import answering, handing, moderation, own
from core.flow.answering import Answered
from core.flow.handing import Wish, own_open_task, own_task, request_task
from core.flow.turn import Visit
from core.languages import LANGUAGES, language_named
from core.model import RANKING, Task, TaskKind
from core.text import N_, Nn_, Text

_OPEN_WORK_CAP = 100
"""Counts of open work are shown up to this; beyond it is simply much."""


# ---------------------------------------------------------------- taking


def work(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/work: the task that is open, or a new one of the kind and language wished for."""
    wish = Wish(kinds=_kinds(args.get("kind", "")), languages=_languages(args.get("language", "")))
    if not wish.kinds and not wish.languages:
        wish = Wish(kinds=visit.person.kinds)
        for task in visit.unit.open_tasks(visit.person.id):
            if task.expires_at > visit.now:
                return show_task(visit, task, [N_("You still have this task open.")])
    return take(visit, wish)


def prompt(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/prompt: write the first message of a conversation."""
    languages = _languages(args.get("language", "")) or visit.person.languages[:1]
    return take(visit, Wish(kinds=(TaskKind.INITIAL_PROMPT,), languages=languages))


def press_work(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return work(visit, {"kind": argument} if argument else {})


def press_next(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The next task of the same wish as the last one."""
    data = visit.session.data
    wish = {name: data[name] for name in ("kind", "language") if data.get(name)}
    return work(visit, wish)


def take(visit: Visit, wish: Wish) -> Screen:
    """Lease a task and show it, or say what there is instead."""
    task = request_task(visit, wish)
    if task is None:
        return _no_task(visit, wish)
    remembered = {
        "kind": wish.kinds[0] if len(wish.kinds) == 1 else "",
        "language": wish.languages[0] if len(wish.languages) == 1 else "",
    }
    kept = {k: v for k, v in visit.session.data.items() if k not in remembered}
    data = kept | {name: value for name, value in remembered.items() if value}
    visit.session = replace(visit.session, data=data)
    return show_task(visit, task)


def show_task(visit: Visit, task: Task, notes: Sequence[Text] = ()) -> Screen:
    """Put a task in front of the person: from now on, typed text is meant for it."""
    visit.session = replace(visit.session, step="task", task_id=task.id)
    return task_screen(visit, task, notes)


def _no_task(visit: Visit, wish: Wish) -> Screen:
    languages = wish.languages or visit.person.languages
    counts = visit.unit.open_work(visit.person.id, languages, _OPEN_WORK_CAP)
    names = tuple(LANGUAGES[code].own_name for code in languages)
    if not counts:
        return Say(
            notes=(N_("There is nothing to do in {languages} right now.", languages=names),),
            body=(N_("You can write a first message, choose more languages, or come back later."),),
            buttons=(
                Button(press("work", None, "initial_prompt"), N_("Write a first message")),
                Button(press("languages"), N_("Languages")),
            ),
        )
    return Say(
        notes=(
            N_("There is no task of this kind for you in {languages} right now.", languages=names),
        ),
        body=(N_("There is other work, though:"),),
        buttons=(*(Button(press("work", None, kind), KIND_NAMES[kind]) for kind in counts),),
    )


def _kinds(name: str) -> tuple[TaskKind, ...]:
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in {"", "random"}:
        return ()
    if wanted in {"rank", "label", "reply"}:
        return tuple(kind for kind in TaskKind if wanted in kind.value.split("_"))
    if wanted == "prompt":
        return (TaskKind.INITIAL_PROMPT,)
    try:
        return (TaskKind(wanted),)
    except ValueError:
        kinds = tuple(kind.value for kind in TaskKind if kind not in RANKING)
        raise Unknown(
            N_(
                "There is no task called “{name}”. Choose one of these: {kinds}.",
                name=name[:60],
                kinds=("random", *kinds, "rank_assistant_replies"),
            )
        ) from None


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
    task_id = event.task_id if event.task_id is not None else visit.session.task_id
    if task_id is None:
        return nothing_open([N_("I wasn't expecting a text. Take a task first.")])
    task = own_open_task(visit, task_id)
    if not task.kind.writes:
        return show_task(visit, task, [N_("This task needs no text. Please use its buttons.")])
    task = answering.keep_draft(visit, task_id, event.text)
    visit.session = replace(visit.session, step="task", task_id=task.id)
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    return preview(visit, task, tree, notes=answering.warnings(task))


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
    return _thanks(visit, answering.submit_text(visit, task.id))


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


def press_spam(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """A verdict of spam in one tap."""
    return labelled(visit, Labelled(_required(task_id), {"spam": 1.0}, done=True))


def press_thumb(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """A thumb for the message that a task is about."""
    task = own_task(visit, _required(task_id))
    emoji = {"up": "+1", "down": "-1"}.get(argument or "")
    if task.target_id is None or emoji is None:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    on = moderation.react(visit, visit.person.id, task.target_id, emoji)
    note = N_("Your thumb is noted.") if on else N_("Your thumb is taken back.")
    return show_task(visit, task, [note]) if task.is_open else done([note], undoable=False)


def _thanks(visit: Visit, answered: Answered) -> Screen:
    visit.session = replace(visit.session, step="idle", task_id=None)
    points = floor(visit.policy.points[answered.contribution])
    note = (
        Nn_("Thank you! {count} point.", "Thank you! {count} points.", points)
        if points
        else N_("Thank you!")
    )
    return done([note], undoable=not answered.task.settled)


# ---------------------------------------------------------------- giving back


def skip(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/skip: the task in view."""
    if visit.session.task_id is None:
        return nothing_open([N_("There is no task to skip.")])
    return press_skip(visit, visit.session.task_id, None)


def press_skip(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Skips at once; a reason may be added, or not."""
    task = handing.skip_task(visit, _required(task_id))
    if visit.session.task_id == task.id:
        visit.session = replace(visit.session, step="idle", task_id=None)
    reasons = tuple(
        Button(press("why", task.id, reason.name), reason.label) for reason in SKIP_REASONS
    )
    return Say(
        notes=(N_("Skipped. You won't see it again."),),
        body=(N_("If you like, say why:"),),
        buttons=(next_task(), *reasons),
    )


def press_why(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    task = own_task(visit, _required(task_id))
    known = {reason.name for reason in SKIP_REASONS}
    if argument not in known:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    if task.skip_reason is None:
        visit.unit.save_task(replace(task, skip_reason=argument))
    return done([N_("Noted, thank you.")], undoable=False)


def undo(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/undo: the last answer is taken back and its task is open again."""
    task = own.undo_last(visit)
    return show_task(visit, task, [N_("Taken back. You can answer again.")])


def press_undo(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return undo(visit, {})


def press_back(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Back to a task from something about it."""
    return show_task(visit, own_open_task(visit, _required(task_id)))


def press_show(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The task as it is now, or where the person stands; changes nothing."""
    if task_id is None:
        return present(visit)
    return task_screen(visit, own_open_task(visit, task_id))


def press_stop(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Enough for now: the lease ends without a skip."""
    for task in visit.unit.open_tasks(visit.person.id):
        if task.draft is None:
            handing.let_go(visit, task)
    visit.session = replace(visit.session, step="idle", task_id=None)
    return Say(notes=(N_("See you soon!"),), buttons=(take_task(),))


def _required(task_id: int | None) -> int:
    if task_id is None:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    return task_id


def present(visit: Visit, notes: Sequence[Text] = ()) -> Screen:
    """Where the conversation stands: the task in view, or that there is none."""
    task_id = visit.session.task_id
    task = None if task_id is None else visit.unit.task(task_id)
    if task is None or not task.is_open or task.person_id != visit.person.id:
        return nothing_open(notes)
    return task_screen(visit, task, notes)
