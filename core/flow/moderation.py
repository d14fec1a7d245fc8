"""What volunteers may report and moderators may do; every act leaves an audit row."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import NotAllowed, Unknown
from core.flow.growth import settle
from core.flow.handing import let_go
from core.flow.joining import joined
from core.flow.turn import Turn
from core.model import Fate, Message, Tree, TreeState
from core.people import AuditEntry, Report
from core.text import N_
from core.tree import (
    implied_state,
    judged,
    with_ballots,
    with_fate,
    with_hold,
)

RED_FLAG = "red_flag"
THUMBS = ("+1", "-1")
_ACTIVE = frozenset(
    {
        TreeState.INITIAL_PROMPT_REVIEW,
        TreeState.PROMPT_LOTTERY_WAITING,
        TreeState.GROWING,
        TreeState.RANKING,
        TreeState.READY_FOR_EXPORT,
    }
)


def _found(turn: Turn, message_id: int) -> tuple[Tree, Message]:
    tree_id = turn.unit.tree_id_of(message_id)
    tree = None if tree_id is None else turn.unit.tree(tree_id)
    if tree is None:
        raise Unknown(N_("There is no such text."))
    return tree, tree.messages[message_id]


def _standing(turn: Turn, message_id: int) -> tuple[Tree, Message]:
    """A message that keeps its place; one that was rejected or removed has lost it to others."""
    tree, message = _found(turn, message_id)
    if not message.keeps_place:
        raise Unknown(N_("That text was rejected or removed already."))
    return tree, message


def _noted(
    turn: Turn, act: str, message: Message, reason: str | None, before: str | None = None
) -> None:
    turn.unit.record(
        AuditEntry(
            at=turn.now,
            act=act,
            tree_id=message.tree_id,
            message_id=message.id,
            subject_id=message.author_id,
            actor_id=turn.actor_id,
            before=before,
            reason=reason,
        )
    )


# ---------------------------------------------------------------- volunteers


def react(turn: Turn, person_id: int, message_id: int, emoji: str) -> bool:
    """Toggle a thumb; up and down exclude each other; never on one's own text. True: it is on."""
    tree, message = _found(turn, message_id)
    if message.author_id == person_id:
        raise NotAllowed(N_("You can't rate your own text."))
    on = emoji not in turn.unit.reactions(message_id, person_id)
    emojis = dict(message.emojis)
    for name in THUMBS if emoji in THUMBS else (emoji,):
        if turn.unit.react(message_id, person_id, name, on and name == emoji):
            emojis[name] = emojis.get(name, 0) + (1 if on and name == emoji else -1)
    emojis = {name: count for name, count in emojis.items() if count > 0}
    _save_emojis(turn, tree, replace(message, emojis=emojis))
    return on


def _save_emojis(turn: Turn, tree: Tree, message: Message) -> None:
    turn.unit.save_tree(replace(tree.with_message(message), touched_at=turn.now))


@dataclass(frozen=True, slots=True)
class Reported:
    report: Report
    removed: bool  # enough people reported it, so it was taken away at once


def report_message(
    turn: Turn, person_id: int, message_id: int, reason: str, community_id: int | None
) -> Reported:
    """Keep a complaint with its reason; enough people's remove the text until a moderator looks."""
    _found(turn, message_id)
    complaint = Report(
        id=0,
        message_id=message_id,
        person_id=person_id,
        reason=reason,
        at=turn.now,
        community_id=community_id,
    )
    report = _same_report(turn, complaint) or turn.unit.add_report(complaint)
    if RED_FLAG not in turn.unit.reactions(message_id, person_id):
        turn.unit.react(message_id, person_id, RED_FLAG, True)
        _count_red_flag(turn, message_id)
    tree, message = _found(turn, message_id)
    flags = message.emojis.get(RED_FLAG, 0)
    if flags < turn.policy.auto_mod_red_flags or not message.is_present:
        return Reported(report, removed=False)
    if message.is_root:
        aborted = replace(tree, state=TreeState.ABORTED_LOW_GRADE)
        settle(turn, tree, aborted, reason="reported by many")
    else:
        remove(turn, message_id, reason="reported by many")
    return Reported(report, removed=True)


def _same_report(turn: Turn, complaint: Report) -> Report | None:
    """The one that a second press of the same button would repeat."""
    for known in turn.unit.reports(complaint.message_id):
        if (known.person_id, known.reason) == (complaint.person_id, complaint.reason):
            return known
    return None


def _count_red_flag(turn: Turn, message_id: int) -> None:
    tree, message = _found(turn, message_id)
    emojis = {**message.emojis, RED_FLAG: message.emojis.get(RED_FLAG, 0) + 1}
    _save_emojis(turn, tree, replace(message, emojis=emojis))


# ---------------------------------------------------------------- moderators


def hold(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A message waits for a moderator; holding a prompt that has grown halts its tree."""
    tree, message = _standing(turn, message_id)
    if message.is_root and tree.state is not TreeState.INITIAL_PROMPT_REVIEW:
        return halt(turn, tree.id, reason)
    _noted(turn, "hold", message, reason)
    return settle(turn, tree, _reranked(turn, with_hold(tree, message_id), message))


def release(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A moderator accepts a message, held or under review."""
    tree, message = _standing(turn, message_id)
    _noted(turn, "release", message, reason)
    after = judged(tree, message_id, True, turn.now)
    return settle(turn, tree, _joined(turn, after, message))


def reject(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A moderator rejects a message that nobody has built on."""
    tree, message = _standing(turn, message_id)
    if tree.children(message_id) or (
        message.is_root and tree.state is not TreeState.INITIAL_PROMPT_REVIEW
    ):
        raise Unknown(N_("Others have built on that text. Remove it instead."))
    _noted(turn, "reject", message, reason)
    after = judged(tree, message_id, False, turn.now)
    return settle(turn, tree, _reranked(turn, after, message))


def remove(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """A message goes with everything below it; removing the prompt halts the tree."""
    tree, message = _found(turn, message_id)
    gone = [m.id for m in (message, *tree.descendants(message_id)) if m.is_present]
    if not gone:
        raise Unknown(N_("That text has been removed already."))
    _noted(turn, "remove", message, reason, before=f"{len(gone)} messages")
    turn.unit.resolve_reports(message_id)
    after = with_fate(tree, gone, Fate.DELETED)
    if message.is_root and tree.state in _ACTIVE:
        after = replace(after, state=TreeState.HALTED_BY_MODERATOR)
    return settle(turn, tree, _reranked(turn, after, message), reason=reason)


def restore(turn: Turn, message_id: int, reason: str | None = None) -> Tree:
    """Everything that was removed with this message is back, and the tree where it belongs."""
    tree, message = _found(turn, message_id)
    family = (message, *tree.descendants(message_id))
    back = [m.id for m in family if m.fate is Fate.DELETED]
    if message.fate is not Fate.DELETED and tree.state is not TreeState.ABORTED_LOW_GRADE:
        raise Unknown(N_("That text was not removed by a moderator."))
    _noted(turn, "restore", message, reason, before=f"{len(back)} messages")
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
    _noted(turn, "halt", tree.root, reason, before=tree.state)
    after = replace(tree, state=TreeState.HALTED_BY_MODERATOR)
    return settle(turn, tree, after, reason=reason)


def resume(turn: Turn, tree_id: int, reason: str | None = None) -> Tree:
    """A halted tree goes on where its contents put it."""
    tree = _tree(turn, tree_id)
    if tree.state is not TreeState.HALTED_BY_MODERATOR:
        raise Unknown(N_("This tree is not halted."))
    _noted(turn, "resume", tree.root, reason)
    return settle(turn, tree, replace(tree, state=implied_state(tree, turn.policy)), reason=reason)


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
    person = turn.unit.person(person_id)
    if person is None:
        raise Unknown(N_("There is no such person."))
    if community_id is None:
        turn.unit.save_person(
            replace(person, blocked=blocked, block_reason=reason if blocked else None)
        )
    else:
        turn.unit.set_barred(person_id, community_id, blocked)
    turn.unit.record(
        AuditEntry(
            at=turn.now,
            act="block" if blocked else "unblock",
            subject_id=person_id,
            actor_id=turn.actor_id,
            after="everywhere" if community_id is None else f"community {community_id}",
            reason=reason,
        )
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
