"""The life of a tree: the table of moves, one pure function that decides them, and the changes.

A change takes a tree and returns another one; nothing here reads a clock, a store or a die. The
chart in docs/tree-states.md is checked against `TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import labels as label_sets
from core import ranking
from core.model import (
    LABELLING,
    REPLYING,
    Ballot,
    Fate,
    LabelSum,
    Lease,
    Message,
    Review,
    Role,
    Tree,
    TreeState,
)
from core.policy import Policy
from core.values import replace

_S = TreeState

TRANSITIONS: Mapping[TreeState, frozenset[TreeState]] = {
    _S.INITIAL_PROMPT_REVIEW: frozenset(
        {_S.PROMPT_LOTTERY_WAITING, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}
    ),
    _S.PROMPT_LOTTERY_WAITING: frozenset(
        {_S.GROWING, _S.READY_FOR_EXPORT, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}
    ),
    _S.GROWING: frozenset(
        {_S.RANKING, _S.READY_FOR_EXPORT, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}
    ),
    _S.RANKING: frozenset({_S.READY_FOR_EXPORT, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}),
    _S.READY_FOR_EXPORT: frozenset({_S.RANKING, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}),
    _S.BACKLOG_RANKING: frozenset(
        {_S.RANKING, _S.READY_FOR_EXPORT, _S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR}
    ),
    _S.HALTED_BY_MODERATOR: frozenset(set(_S) - {_S.HALTED_BY_MODERATOR}),
    _S.ABORTED_LOW_GRADE: frozenset(),  # terminal: left by RESTORES alone
}
"""Every move a tree can make."""

RESTORES: frozenset[TreeState] = frozenset(set(_S) - {_S.ABORTED_LOW_GRADE, _S.BACKLOG_RANKING})
"""Where a moderator's audited restore can lead an aborted tree."""

STAYS = frozenset({_S.ABORTED_LOW_GRADE, _S.HALTED_BY_MODERATOR, _S.BACKLOG_RANKING})
"""States that only somebody's act ends."""

RANKED = frozenset({_S.RANKING, _S.READY_FOR_EXPORT})
"""States in which ballots count."""


# ---------------------------------------------------------------- questions


def next_state(tree: Tree, policy: Policy) -> TreeState:
    """The state that a tree with these contents belongs into."""
    if tree.state in STAYS:
        return tree.state
    if tree.state in RANKED:
        if not tree.root.is_present:
            return _S.HALTED_BY_MODERATOR
        return _S.RANKING if ballots_wanted(tree, policy) else _S.READY_FOR_EXPORT
    return implied_state(tree, policy)


def implied_state(tree: Tree, policy: Policy) -> TreeState:
    """The state that the contents alone imply, whatever the tree's state is now."""
    root = tree.root
    if not root.is_present:
        return _S.HALTED_BY_MODERATOR
    if root.accepted is False:
        return _S.ABORTED_LOW_GRADE
    if not root.is_accepted:
        return _S.INITIAL_PROMPT_REVIEW
    if tree.grows_since is None:
        return _S.PROMPT_LOTTERY_WAITING
    if not growth_is_complete(tree):
        return _S.GROWING
    return _S.RANKING if ballots_wanted(tree, policy) else _S.READY_FOR_EXPORT


def growth_is_complete(tree: Tree) -> bool:
    """Nothing waits for a verdict, and the goal is reached or no message can take a reply."""
    if any(lease.kind in REPLYING for lease in tree.leases):
        return False
    if any(m.is_undecided for m in standing(tree).values()):
        return False
    space = room(tree)
    return space.total <= 0 or not space.below


def standing(tree: Tree) -> Mapping[int, Message]:
    """The messages that are not gone, and below none that is.

    When an author leaves with a text, the replies of others below it stay theirs, but nothing of
    them can be published any more: no work goes into them, and they take nobody's place.
    """
    found: dict[int, Message] = {}
    for message in tree.messages.values():  # parents before children
        if message.is_present and (message.parent_id is None or message.parent_id in found):
            found[message.id] = message
    return found


def stands(tree: Tree, message: Message) -> bool:
    """Whether one message is among them, asked for it alone."""
    above: Message | None = message
    for _ in tree.messages:  # no thread is longer
        if above is None or not above.is_present:
            return False
        if above.parent_id is None:
            return True
        above = tree.messages.get(above.parent_id)
    return False


@dataclass(frozen=True, slots=True)
class Room:
    """Places for replies, leases left aside."""

    total: int  # to the goal of the tree; below zero where messages came back, or in a file
    below: Mapping[int, int]  # by the message replied to, without those that can take none
    kept: Mapping[int, int]  # the places taken below each message that has any


def room(tree: Tree) -> Room:
    """Where replies may go: a place is kept by what is accepted, under review or held."""
    limits, stand = tree.limits, standing(tree)
    size, kept = 0, dict[int, int]()
    for message in stand.values():
        if message.keeps_place:
            size += 1
            if message.parent_id is not None:
                kept[message.parent_id] = kept.get(message.parent_id, 0) + 1
    below: dict[int, int] = {}
    for parent in stand.values():
        if parent.depth < limits.max_depth and parent.is_accepted:
            asks = parent.role is Role.PROMPTER
            most = limits.max_children if asks else limits.prompter_replies
            free = most - kept.get(parent.id, 0)
            if free > 0:
                below[parent.id] = free
    return Room(limits.goal_size - size, below, kept)


def replies_to_rank(tree: Tree, parent_id: int, policy: Policy) -> tuple[Message, ...]:
    """The accepted replies below a message when there is something to rank, else nothing."""
    replies = tuple(m for m in tree.children(parent_id) if m.is_accepted)
    return replies if _can_be_ranked(replies, policy) else ()


def _can_be_ranked(replies: Sequence[Message], policy: Policy) -> bool:
    if len(replies) < 2:
        return False
    return replies[0].role is Role.ASSISTANT or policy.rank_prompter_replies


def ballots_wanted(tree: Tree, policy: Policy) -> Mapping[int, int]:
    """Ballots still missing, by the message whose replies they order; without those with all."""
    replies: dict[int | None, list[Message]] = {}
    for message in tree.messages.values():
        if message.is_accepted:
            replies.setdefault(message.parent_id, []).append(message)
    found: dict[int, int] = {}
    for parent in standing(tree).values():
        missing = max(tree.limits.min_rankings, parent.ballots_needed) - parent.ballots
        if missing > 0 and _can_be_ranked(replies.get(parent.id, ()), policy):
            found[parent.id] = missing
    return found


def reviews_needed(tree: Tree, message: Message) -> int:
    """Reviews that decide this message."""
    return tree.limits.prompt_reviews if message.is_root else tree.limits.reply_reviews


def takes_reviews(tree: Tree, message: Message) -> bool:
    """Whether a review of this message counts now."""
    wanted = _S.INITIAL_PROMPT_REVIEW if message.is_root else _S.GROWING
    return tree.state is wanted and message.is_undecided and stands(tree, message)


def takes_reply(tree: Tree, parent_id: int, *, leased: bool = False) -> bool:
    """Whether a reply can be stored below this message, with its place held or without."""
    parent = tree.messages.get(parent_id)
    if tree.state is not _S.GROWING or parent is None:
        return False
    own = 1 if leased else 0
    held_here = sum(x.kind in REPLYING and x.target_id == parent_id for x in tree.leases) - own
    held = sum(x.kind in REPLYING for x in tree.leases) - own
    space = room(tree)
    return space.below.get(parent_id, 0) > held_here and space.total > held


# ---------------------------------------------------------------- changes


def advanced(tree: Tree, policy: Policy, at: datetime) -> Tree:
    """The tree in the state that its contents ask for."""
    return replace(tree, state=next_state(tree, policy), touched_at=at)


def with_review(
    tree: Tree, message_id: int, values: Mapping[str, float], policy: Policy, at: datetime
) -> Tree:
    """One more review counted; the last one needed brings the verdict, or holds the message."""
    message = tree.messages[message_id]
    message = replace(
        message,
        review_count=message.review_count + 1,
        labels=label_sets.sums(message.labels, values),
    )
    return tree.with_message(_decided(tree, message, policy, at))


def without_review(tree: Tree, message_id: int, values: Mapping[str, float]) -> Tree:
    """A review taken back, before the verdict."""
    message = tree.messages[message_id]
    return tree.with_message(
        replace(
            message,
            review_count=message.review_count - 1,
            labels=label_sets.sums(message.labels, values, sign=-1),
        )
    )


def with_reviews(
    tree: Tree, message_id: int, reviews: Sequence[Review], policy: Policy, at: datetime
) -> Tree:
    """Counted anew from the reviews that stand; the verdict too, while nothing rests on it.

    Counts that came in a file stay, since the reviews behind them did not come along.
    """
    message = tree.messages[message_id]
    came_in_a_file = tree.origin is not None and message.author_id is None
    if message.synthetic or came_in_a_file or len(reviews) == message.review_count:
        return tree
    sums: Mapping[str, LabelSum] = {}
    for review in reviews:
        sums = label_sets.sums(sums, review.labels)
    message = replace(message, review_count=len(reviews), labels=sums)
    if _is_open(tree, message):
        message = _decided(tree, replace(message, accepted=None), policy, at)
    return tree.with_message(message)


def _is_open(tree: Tree, message: Message) -> bool:
    """Whether a verdict may still change: nothing was built on it, nobody took a lost place."""
    wanted = _S.INITIAL_PROMPT_REVIEW if message.is_root else _S.GROWING
    if tree.state is not wanted or message.held or tree.children(message.id):
        return False
    return message.accepted is not False or takes_reply(tree, message.parent_id or 0)


def _decided(tree: Tree, message: Message, policy: Policy, at: datetime) -> Message:
    if message.accepted is not None or message.held:
        return message
    needed = reviews_needed(tree, message)
    verdict = label_sets.verdict(
        message.labels, message.review_count, needed, policy.acceptance_threshold
    )
    if verdict is None:
        return message
    if verdict and label_sets.needs_moderator(message.labels, message.review_count, policy):
        return replace(message, held=True)
    return replace(message, accepted=verdict, decided_at=at)


def judged(tree: Tree, message_id: int, accepted: bool, at: datetime) -> Tree:
    """A moderator's verdict on a message, held or not."""
    message = tree.messages[message_id]
    return tree.with_message(replace(message, held=False, accepted=accepted, decided_at=at))


def with_hold(tree: Tree, message_id: int) -> Tree:
    """A message waits for a moderator."""
    return tree.with_message(replace(tree.messages[message_id], held=True))


def with_fate(tree: Tree, message_ids: Iterable[int], fate: Fate) -> Tree:
    """Messages removed, withdrawn, or present again."""
    changed = {i: replace(tree.messages[i], fate=fate, rank=None) for i in message_ids}
    return replace(tree, messages={**tree.messages, **changed})


def with_ballots(tree: Tree, parent_id: int, ballots: Sequence[Ballot], policy: Policy) -> Tree:
    """Counts, ballots still wanted, and ranks below one message, from all its ballots."""
    parent = tree.messages[parent_id]
    replies = replies_to_rank(tree, parent_id, policy)
    ids = frozenset(m.id for m in replies)
    full = [ballot for ballot in ballots if ids <= ballot.ids]
    limits = tree.limits
    needed = limits.min_rankings
    if len(full) >= needed and ids:
        settled = ranking.is_settled(full, ids, policy) or len(full) >= limits.max_rankings
        needed = len(full) if settled else len(full) + 1
    places = _ranks(ballots, ids) if ids and len(full) >= needed else {}
    messages = dict(tree.messages)
    for child in tree.children(parent_id):
        if child.rank != places.get(child.id):
            messages[child.id] = replace(child, rank=places.get(child.id))
    messages[parent_id] = replace(parent, ballots=len(full), ballots_needed=needed if ids else 0)
    return replace(tree, messages=messages)


def with_closed_votes(tree: Tree, ballots: Mapping[int, Sequence[Ballot]], policy: Policy) -> Tree:
    """No more ballots are waited for where the least number is reached; ties stay ties."""
    for parent_id in ballots.keys() & ballots_wanted(tree, policy):
        parent, given = tree.messages[parent_id], ballots[parent_id]
        if parent.ballots >= tree.limits.min_rankings:
            ids = frozenset(m.id for m in replies_to_rank(tree, parent_id, policy))
            tree = tree.with_message(replace(parent, ballots_needed=parent.ballots))
            for message_id, rank in _ranks(given, ids).items():
                tree = tree.with_message(replace(tree.messages[message_id], rank=rank))
    return tree


def _ranks(ballots: Sequence[Ballot], ids: Collection[int]) -> Mapping[int, int]:
    return ranking.ranks(ranking.consensus(ballots, ids))


def with_larger_set(tree: Tree, parent_id: int) -> Tree:
    """A reply joined a set that may have been ranked: everybody may rank the new set."""
    parent = tree.messages[parent_id]
    return tree.with_message(replace(parent, ballot_round=parent.ballot_round + 1))


def lost_leases(tree: Tree, policy: Policy) -> tuple[int, ...]:
    """Tasks whose work has lost its point: removed, decided or full in the meantime."""
    return tuple(
        lease.task_id for lease in tree.leases if not _is_still_wanted(tree, lease, policy)
    )


def _is_still_wanted(tree: Tree, lease: Lease, policy: Policy) -> bool:
    target = tree.messages[lease.target_id]
    if lease.kind in LABELLING:
        return takes_reviews(tree, target)
    if lease.kind in REPLYING:
        return tree.state is _S.GROWING and target.is_accepted and stands(tree, target)
    return (
        tree.state is _S.RANKING
        and bool(replies_to_rank(tree, target.id, policy))
        and stands(tree, target)
    )
