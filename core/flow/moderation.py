"""What moderators may do to texts, trees and people; every act leaves an audit row."""

from __future__ import annotations

from core.errors import Unknown
from core.flow.growth import settle
from core.flow.handing import let_go
from core.flow.joining import joined
from core.flow.record import noted
from core.flow.turn import Turn
from core.model import Fate, Message, Tree, TreeState
from core.people import AuditEntry, Person
from core.text import N_
from core.tree import (
    implied_state,
    judged,
    with_ballots,
    with_fate,
    with_hold,
)
from core.values import replace

BY_MANY = "reported by many"
"""Why the policy itself takes a text away."""
_ACTIVE = frozenset(
    {
        TreeState.INITIAL_PROMPT_REVIEW,
        TreeState.PROMPT_LOTTERY_WAITING,
        TreeState.GROWING,
        TreeState.RANKING,
        TreeState.READY_FOR_EXPORT,
    }
)


def found(turn: Turn, message_id: int) -> tuple[Tree, Message]:
    """A text with its tree."""
    tree_id = turn.unit.tree_id_of(message_id)
    tree = None if tree_id is None else turn.unit.tree(tree_id)
    if tree is None:
        raise Unknown(N_("There is no such text."))
    return tree, tree.messages[message_id]


def _standing(turn: Turn, message_id: int) -> tuple[Tree, Message]:
    """A message that keeps its place; one that was rejected or removed has lost it to others."""
    tree, message = found(turn, message_id)
    if not message.keeps_place:
        raise Unknown(N_("That text was rejected or removed already."))
    return tree, message


def _noted(
    turn: Turn,
    act: str,
    message: Message,
    reason: str | None,
    before: str | None = None,
    after: str | None = None,
) -> None:
    noted(
        turn,
        AuditEntry(
            at=turn.now,
            act=act,
            tree_id=message.tree_id,
            message_id=message.id,
            subject_id=message.author_id,
            actor_id=turn.actor_id,
            before=before or lot(message),
            after=after,
            reason=reason,
            community_id=turn.here_id,
        ),
        concerns=message.community_id,
    )


def lot(message: Message) -> str:
    """What has become of a text, in a word for the record."""
    if message.fate is not Fate.PRESENT:
        return message.fate.value
    return "held" if message.held else _VERDICTS[message.accepted]


_VERDICTS = {None: "under review", True: "accepted", False: "rejected"}


# ---------------------------------------------------------------- moderators


def hold(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A message waits for a moderator; holding a prompt that has grown halts its tree."""
    tree, message = _standing(turn, message_id)
    if message.is_root and tree.state is not TreeState.INITIAL_PROMPT_REVIEW:
        return halt(turn, tree.id, reason)
    _noted(turn, "hold", message, reason, after="held")
    return settle(turn, tree, _reranked(turn, with_hold(tree, message_id), message))


def release(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A moderator accepts a message, held or under review."""
    tree, message = _standing(turn, message_id)
    _noted(turn, "release", message, reason, after="accepted")
    after = judged(tree, message_id, True, turn.now)
    return settle(turn, tree, _joined(turn, after, message))


def reject(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A moderator rejects a message that nobody has built on."""
    tree, message = _standing(turn, message_id)
    if tree.children(message_id) or (
        message.is_root and tree.state is not TreeState.INITIAL_PROMPT_REVIEW
    ):
        raise Unknown(N_("Others have built on that text. Remove it instead."))
    _noted(turn, "reject", message, reason, after="rejected")
    after = judged(tree, message_id, False, turn.now)
    return settle(turn, tree, _reranked(turn, after, message))


def remove(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A message goes with everything below it, and reports on it are dealt with."""
    tree = take_away(turn, message_id, reason)
    turn.unit.resolve_reports(message_id)
    return tree


def take_away(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A message goes with everything below it; removing the prompt halts the tree."""
    tree, message = found(turn, message_id)
    gone = [m.id for m in (message, *tree.descendants(message_id)) if m.is_present]
    if not gone:
        raise Unknown(N_("That text has been removed already."))
    _noted(turn, "remove", message, reason, after=f"{len(gone)} removed")
    after = with_fate(tree, gone, Fate.DELETED)
    if message.is_root and tree.state in _ACTIVE:
        after = replace(after, state=TreeState.HALTED_BY_MODERATOR)
    return settle(turn, tree, _reranked(turn, after, message), reason=reason)


def can_be_restored(tree: Tree, message: Message) -> bool:
    """Whether it was removed by a moderator, or its tree given up."""
    return message.fate is Fate.DELETED or tree.state is TreeState.ABORTED_LOW_GRADE


def restore(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """Everything that was removed with this message is back, and the tree where it belongs."""
    tree, message = found(turn, message_id)
    family = (message, *tree.descendants(message_id))
    back = [m.id for m in family if m.fate is Fate.DELETED]
    if not can_be_restored(tree, message):
        raise Unknown(N_("That text was not removed by a moderator."))
    _noted(turn, "restore", message, reason, after=f"{len(back)} restored")
    after = with_fate(tree, back, Fate.PRESENT)
    if message.is_root and tree.state is TreeState.ABORTED_LOW_GRADE:
        after = judged(after, message_id, True, turn.now)
    if message.is_root and tree.state is not TreeState.BACKLOG_RANKING:
        after = replace(after, state=implied_state(after, turn.policy))
    for parent_id in {m.parent_id for m in family if m.id in back and m.parent_id}:
        after = _joined(turn, after, after.messages[parent_id], parent=True)
    return settle(turn, tree, after, reason=reason or "restored")


def halt(turn: Turn, tree_id: int, reason: str | None = None) -> Tree:
    """No more work on a tree until somebody resumes it."""
    tree = _tree(turn, tree_id)
    if tree.state not in _ACTIVE and tree.state is not TreeState.BACKLOG_RANKING:
        raise Unknown(N_("This tree is not active."))
    _noted(turn, "halt", tree.root, reason, tree.state, TreeState.HALTED_BY_MODERATOR)
    after = replace(tree, state=TreeState.HALTED_BY_MODERATOR)
    return settle(turn, tree, after, reason=reason)


def resume(turn: Turn, tree_id: int, reason: str | None = None) -> Tree:
    """A halted tree goes on where its contents put it."""
    tree = _tree(turn, tree_id)
    if tree.state is not TreeState.HALTED_BY_MODERATOR:
        raise Unknown(N_("This tree is not halted."))
    implied = implied_state(tree, turn.policy)
    _noted(turn, "resume", tree.root, reason, tree.state, implied)
    return settle(turn, tree, replace(tree, state=implied), reason=reason)


def _tree(turn: Turn, tree_id: int) -> Tree:
    tree = turn.unit.tree(tree_id)
    if tree is None:
        raise Unknown(N_("There is no such tree."))
    return tree


def block(turn: Turn, person_id: int, reason: str, *, community_id: int | None = None) -> None:
    """A person may no longer contribute, everywhere or in one community; their places are free."""
    _set_blocked(turn, person_id, reason, community_id, blocked=True)
    for task in turn.unit.open_tasks(person_id):
        if community_id in {None, task.community_id}:
            let_go(turn, task)


def unblock(turn: Turn, person_id: int, reason: str, *, community_id: int | None = None) -> None:
    """A person may contribute again."""
    _set_blocked(turn, person_id, reason, community_id, blocked=False)


def _set_blocked(
    turn: Turn, person_id: int, reason: str, community_id: int | None, *, blocked: bool
) -> None:
    person = turn.unit.person_to_change(person_id)
    if person is None:
        raise Unknown(N_("There is no such person."))
    if community_id is None:
        turn.unit.save_person(
            replace(person, blocked=blocked, block_reason=reason if blocked else None)
        )
    else:
        turn.unit.set_barred(person_id, community_id, blocked)
    act = "block" if blocked else "unblock"
    where = "everywhere" if community_id is None else f"community {community_id}"
    _noted_of(turn, act, person, reason, where)


def warn(turn: Turn, person_id: int, reason: str) -> None:
    """A person reads this on their screens until they have said that they did."""
    person = turn.unit.person_to_change(person_id)
    if person is None:
        raise Unknown(N_("There is no such person."))
    known = person.warning.split(WARNINGS_APART) if person.warning else []
    told = WARNINGS_APART.join(dict.fromkeys([*known, reason]))[-_MAX_WARNING:]
    turn.unit.save_person(replace(person, warning=told))
    _noted_of(turn, "warn", person, reason)


_MAX_WARNING = 1000
WARNINGS_APART = "; "


def _noted_of(turn: Turn, act: str, person: Person, reason: str, after: str | None = None) -> None:
    noted(
        turn,
        AuditEntry(
            at=turn.now,
            act=act,
            subject_id=person.id,
            actor_id=turn.actor_id,
            after=after,
            reason=reason,
            community_id=turn.here_id,
        ),
        concerns=person.home_id,
    )


# ---------------------------------------------------------------- ranked sets


def _reranked(turn: Turn, tree: Tree, changed: Message) -> Tree:
    """The set that a message left is ranked from the ballots that remain."""
    if changed.parent_id is None:
        return tree
    ballots = turn.unit.ballots(changed.parent_id)
    return with_ballots(tree, changed.parent_id, ballots, turn.policy)


def _joined(turn: Turn, tree: Tree, changed: Message, *, parent: bool = False) -> Tree:
    """The set that a message joined, or the set below it."""
    parent_id = changed.id if parent else changed.parent_id
    return tree if parent_id is None else joined(turn, tree, parent_id)
