"""What people may do to their own answers: undo, edit, withdraw, look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core import points, screening
from core.errors import NothingToUndo, NotYours, TooLate, Unknown, handing_back
from core.flow.growth import settle
from core.flow.handing import lease_end, own_task
from core.flow.rewards import earn, earn_for_places
from core.flow.turn import Visit
from core.model import LABELLING, Fate, Lease, Message, Task, TaskState, Tree, TreeState
from core.ports import Contribution
from core.text import N_, Nn_, Text
from core.tree import with_ballots, with_fate, without_review
from core.values import replace


def undo_last(visit: Visit) -> Task:
    """Take back the newest answer and open its task again, points included."""
    return _undo(visit, visit.unit.last_answer(visit.person.id, _undoable_since(visit)))


def undo_task(visit: Visit, task_id: int) -> Task:
    """Take back the answer to this task, and open it again where the conversation still goes on."""
    task = own_task(visit, task_id)
    recent = task.answered_at is not None and task.answered_at >= _undoable_since(visit)
    return _undo(visit, task if recent and task.state is TaskState.ANSWERED else None)


def _undoable_since(visit: Visit) -> datetime:
    return visit.now - timedelta(minutes=visit.policy.undo_minutes)


def _undo(visit: Visit, task: Task | None) -> Task:
    if task is None:
        raise NothingToUndo(
            Nn_(
                "There is nothing to take back: you can undo within {count} minute.",
                "There is nothing to take back: you can undo within {count} minutes.",
                visit.policy.undo_minutes,
            )
        )
    if task.settled:
        raise NothingToUndo(_BUILT_ON)
    if task.kind.writes:
        _undo_text(visit, task)
    elif task.kind.labels:
        _undo_labels(visit, task)
    else:
        _undo_ballot(visit, task)
    return visit.unit.task(task.id) or task


_NO_SUCH_TEXT = N_("You have no such text. See /mine.")
_BUILT_ON = N_("This answer has been put to use already, so it can no longer be taken back.")


def _reopened(visit: Visit, task: Task, draft: str | None = None) -> Task:
    return replace(
        task,
        state=TaskState.OPEN,
        expires_at=lease_end(visit, task.kind),
        answered_at=None,
        draft=draft,
        draft_labels=task.labels or {},
        version=task.version + 1,
        labels=None,
        ballot=None,
        message_id=None,
    )


def _tree_of(visit: Visit, task: Task) -> Tree:
    tree = visit.unit.tree(task.tree_id or 0)
    assert tree is not None  # an answered task stands in one
    return tree


def _with_lease_again(tree: Tree, task: Task) -> Tree:
    assert task.target_id is not None
    return tree.with_lease(Lease(task.id, task.kind, task.target_id, task.person_id))


def _undo_text(visit: Visit, task: Task) -> None:
    tree = _tree_of(visit, task)
    message = tree.messages.get(task.message_id or 0)
    if message is None or message.fate is Fate.WITHDRAWN:
        raise NothingToUndo(_NO_SUCH_TEXT)
    if not _is_untouched(tree, message):
        raise NothingToUndo(_BUILT_ON)
    after = with_fate(tree, [message.id], Fate.WITHDRAWN)
    reopened = _reopened(visit, task, draft=message.text)
    if message.is_root:
        reopened = replace(reopened, tree_id=None)
    else:
        after = _with_lease_again(after, task)
    visit.unit.save_task(reopened)
    settle(visit, tree, after, reason="undone by its author")


def _undo_labels(visit: Visit, task: Task) -> None:
    tree = _tree_of(visit, task)
    message = tree.messages[task.target_id or 0]
    if not message.is_undecided:
        raise NothingToUndo(_BUILT_ON)
    after = without_review(tree, message.id, task.labels or {})
    visit.unit.save_task(_reopened(visit, task))
    _take_back_points(visit, task)
    settle(visit, tree, _with_lease_again(after, task))


def _undo_ballot(visit: Visit, task: Task) -> None:
    tree = _tree_of(visit, task)
    assert task.ballot is not None
    assert task.target_id is not None
    if tree.state is TreeState.READY_FOR_EXPORT:
        raise NothingToUndo(_BUILT_ON)
    visit.unit.save_task(_reopened(visit, task))
    _take_back_points(visit, task)
    earn_for_places(visit, tree, task.ballot, by=-1, at=task.answered_at)
    after = with_ballots(tree, task.target_id, visit.unit.ballots(task.target_id), visit.policy)
    settle(visit, tree, _with_lease_again(after, task))


def _take_back_points(visit: Visit, task: Task) -> None:
    earn(
        visit,
        visit.person.id,
        {points.contribution(task.kind, full=task.full): -1},
        community_id=task.community_id,
        lang=task.lang,
        at=task.answered_at or visit.now,
    )


# ---------------------------------------------------------------- texts


def _is_untouched(tree: Tree, message: Message) -> bool:
    """Nobody has reviewed this text or built on it."""
    return message.is_undecided and message.review_count == 0 and not tree.children(message.id)


def own_text(visit: Visit, message_id: int) -> tuple[Tree, Message]:
    """A text of this person with its tree; others' texts are refused."""
    tree_id = visit.unit.tree_id_of(message_id)
    tree = None if tree_id is None else visit.unit.tree(tree_id)
    if tree is None or tree.messages[message_id].fate is Fate.WITHDRAWN:
        raise Unknown(_NO_SUCH_TEXT)
    message = tree.messages[message_id]
    if message.author_id != visit.person.id:
        raise NotYours(N_("That text is not yours. You find yours with /mine."))
    return tree, message


def may_change(tree: Tree, message: Message) -> Text | None:
    """Why a text of one's own can no longer be changed; None when it can."""
    if message.fate is Fate.DELETED:
        return N_("A moderator has removed this text, so it can no longer be changed.")
    if message.held:
        return N_("This text waits for a moderator, so it can't be changed now.")
    if not _is_untouched(tree, message):
        return N_("This text has been reviewed already, so it can no longer be changed.")
    return None


def edit_text(visit: Visit, message_id: int, text: str) -> Message:
    """Replace a text that nobody has reviewed; the store keeps what it was before."""
    with handing_back(text):
        tree, message = own_text(visit, message_id)
        refusal = may_change(tree, message)
        if refusal is not None:
            raise TooLate(refusal)
        if any(x.target_id == message.id and x.kind in LABELLING for x in tree.leases):
            raise TooLate(
                N_("Somebody is reviewing this text right now. Try again a little later.")
            )
        checked = screening.checked_text(text, visit.policy)
    edited = replace(message, text=checked, edited=True)
    settle(visit, tree, tree.with_message(edited))
    return edited


def withdraw_text(visit: Visit, message_id: int) -> Message:
    """Take back a text that nobody has reviewed; its place is free again."""
    tree, message = own_text(visit, message_id)
    refusal = may_change(tree, message)
    if refusal is not None:
        raise TooLate(refusal)
    after = with_fate(tree, [message_id], Fate.WITHDRAWN)
    task = _task_that_wrote(visit, message)
    if task is not None:
        visit.unit.save_task(replace(task, state=TaskState.WITHDRAWN))
    settle(visit, tree, after, reason="withdrawn by its author")
    return after.messages[message_id]


def _task_that_wrote(visit: Visit, message: Message) -> Task | None:
    if message.parent_id is None:
        return None
    task = visit.unit.task_on(visit.person.id, message.parent_id, message.task_kind, 0)
    return task if task is not None and task.message_id == message.id else None


def contributions(visit: Visit, limit: int, offset: int = 0) -> Sequence[Contribution]:
    """The person's own texts, newest first, with what became of them."""
    return visit.unit.contributions(visit.person.id, limit, offset)
