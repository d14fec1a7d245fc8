"""Answers: each is checked against its task and stored, with all that follows, in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core import labels, points, ranking, screening
from core.errors import BadText, TooLate, Unknown, handing_back
from core.flow.growth import settle
from core.flow.handing import own_open_task
from core.flow.rewards import earn, earn_for_places, keep_streak
from core.flow.turn import Visit
from core.model import (
    LABELLING,
    RANKING,
    Ballot,
    Limits,
    Message,
    Role,
    Task,
    TaskKind,
    TaskState,
    Tree,
    TreeState,
)
from core.text import N_, Text
from core.tree import takes_reply, with_ballots, with_review
from core.values import replace


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer."""

    task: Task
    tree: Tree
    message: Message | None  # the text written, or the message judged
    contribution: str  # its name in the points table


# ---------------------------------------------------------------- texts


def keep_draft(visit: Visit, task_id: int, text: str) -> Task:
    """Store a text before anything is asked about it, so that it cannot be lost."""
    with handing_back(text):
        task = own_open_task(visit, task_id)
        if not task.kind.writes:
            raise Unknown(N_("This task needs no text. Please use its buttons."))
        checked = screening.checked_text(text, visit.policy)
    kept = replace(task, draft=checked, version=task.version + 1)
    visit.unit.save_task(kept)
    return kept


def submit_text(visit: Visit, task: Task) -> Answered:
    """Put the draft of an open writing task into its tree."""
    if task.draft is None:
        raise BadText(N_("There is no text yet. Write it first, then submit."))
    _refuse_duplicate(visit, task.draft)
    if task.kind is TaskKind.INITIAL_PROMPT:
        before, message = _planted(visit, task, task.draft)
    else:
        before, message = _replied(visit, task, task.draft)
    tree = settle(visit, before, before.without_lease(task.id).with_message(message))
    done = replace(
        task,
        state=TaskState.ANSWERED,
        answered_at=visit.now,
        draft=None,
        message_id=message.id,
        tree_id=tree.id,
    )
    visit.unit.save_task(done)
    keep_streak(visit)
    return Answered(done, tree, message, points.contribution(task.kind, full=True))


def _refuse_duplicate(visit: Visit, text: str) -> None:
    since = visit.now - timedelta(minutes=visit.policy.duplicate_minutes)
    if visit.unit.wrote_recently(visit.person.id, text, since):
        raise BadText(N_("You sent the same text a short while ago. Please write something new."))


def _new_message(visit: Visit, task: Task, text: str) -> Message:
    role = Role.ASSISTANT if task.kind is TaskKind.ASSISTANT_REPLY else Role.PROMPTER
    return Message(
        id=0,
        public_id=str(UUID(int=visit.world.rng.getrandbits(128), version=4)),
        tree_id=task.tree_id or 0,
        parent_id=task.target_id,
        role=role,
        depth=0,
        text=text,
        lang=task.lang,
        created_at=visit.now,
        author_id=visit.person.id,
        community_id=task.community_id,
        platform=task.platform,
    )


def _planted(visit: Visit, task: Task, text: str) -> tuple[Tree, Message]:
    message = _new_message(visit, task, text)
    limits: Limits = visit.policy.limits()
    tree = visit.unit.add_tree(
        Tree(
            id=0,
            lang=task.lang,
            state=TreeState.INITIAL_PROMPT_REVIEW,
            limits=limits,
            created_at=visit.now,
            messages={0: message},
            touched_at=visit.now,
        )
    )
    return replace(tree, messages={}), tree.root


def _replied(visit: Visit, task: Task, text: str) -> tuple[Tree, Message]:
    tree, target_id = _place(visit, task)
    if not takes_reply(tree, target_id, leased=True):  # something was restored meanwhile
        raise TooLate(
            N_("This conversation no longer takes replies. Get another task with /work."),
            handed_back=text,
        )
    parent = tree.messages[target_id]
    message = visit.unit.add_message(
        replace(_new_message(visit, task, text), depth=parent.depth + 1)
    )
    return tree, message


def _place(visit: Visit, task: Task) -> tuple[Tree, int]:
    """The tree in which an open task holds a place, and the message that it is about.

    Where others have removed, decided or halted that message, the task is no longer open.
    """
    assert task.tree_id is not None
    assert task.target_id is not None
    tree = visit.unit.tree(task.tree_id)
    assert tree is not None
    return tree, task.target_id


# ---------------------------------------------------------------- labels


def _task_asking(visit: Visit, task_id: int, kinds: Collection[TaskKind]) -> Task:
    """A task of this person that asks for such an answer."""
    task = own_open_task(visit, task_id)
    if task.kind not in kinds:
        raise Unknown(N_("This task asks for something else. Please use its buttons."))
    return task


def keep_labels(visit: Visit, task_id: int, values: Mapping[str, float | None]) -> Task:
    """Store some labels of a form that is not finished yet; None takes a value back."""
    task = _task_asking(visit, task_id, LABELLING)
    known = labels.known_labels(task.kind, task.full, _merged(task, values))
    kept = replace(task, draft_labels=known)
    visit.unit.save_task(kept)
    return kept


def _merged(task: Task, values: Mapping[str, float | None]) -> Mapping[str, float]:
    merged = {**task.draft_labels, **values}
    return {name: value for name, value in merged.items() if value is not None}


def submit_labels(visit: Visit, task_id: int, values: Mapping[str, float | None]) -> Answered:
    """Count a finished review; the last one needed decides about the message."""
    task = _task_asking(visit, task_id, LABELLING)
    checked = labels.checked_labels(task.kind, task.full, _merged(task, values))
    tree, target_id = _place(visit, task)
    after = with_review(tree.without_lease(task.id), target_id, checked, visit.policy, visit.now)
    message = after.messages[target_id]
    done = replace(
        task,
        state=TaskState.ANSWERED,
        answered_at=visit.now,
        labels=checked,
        draft_labels={},
        settled=message.accepted is not None or message.held,
    )
    visit.unit.save_task(done)
    settled = settle(visit, tree, after)
    return _judged(visit, done, settled, message)


# ---------------------------------------------------------------- orders


def submit_order(
    visit: Visit,
    task_id: int,
    groups: tuple[tuple[int, ...], ...],
    *,
    all_bad: bool = False,
    method: str = "order",
) -> Answered:
    """Count a ballot; the last one needed ranks the replies."""
    task = _task_asking(visit, task_id, RANKING)
    order = ranking.checked_order(groups, task.shown, all_bad)
    tree, parent_id = _place(visit, task)
    ballot = Ballot(
        groups=order,
        shown=task.shown,
        all_bad=all_bad,
        method=method,
        person_id=visit.person.id,
        at=visit.now,
    )
    done = replace(task, state=TaskState.ANSWERED, answered_at=visit.now, ballot=ballot)
    visit.unit.save_task(done)
    earn_for_places(visit, tree, ballot)
    ballots = visit.unit.ballots(parent_id)
    after = with_ballots(tree.without_lease(task.id), parent_id, ballots, visit.policy)
    tree = settle(visit, tree, after)
    if tree.state is not TreeState.RANKING:
        done = replace(done, settled=True)
        visit.unit.save_task(done)
    return _judged(visit, done, tree, tree.messages[parent_id])


def _judged(visit: Visit, task: Task, tree: Tree, message: Message) -> Answered:
    name = points.contribution(task.kind, full=task.full)
    earn(
        visit,
        visit.person.id,
        {name: 1},
        community_id=task.community_id,
        lang=task.lang,
        at=visit.now,
    )
    keep_streak(visit)
    return Answered(task, tree, message, name)


# ---------------------------------------------------------------- hints


def wrong_language(visit: Visit, task: Task) -> str | None:
    """The language the draft seems to be in, when that is clearly not the task's."""
    return visit.world.guess(task.draft or "", task.lang)


def warnings(task: Task) -> tuple[Text, ...]:
    """What the writer may want to look at before sending; never a gate."""
    return screening.hints(task.draft or "")
