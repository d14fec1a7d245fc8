"""What work there is, how soon it is wanted, and which kind a volunteer gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log
from operator import itemgetter
from random import Random

from core.model import (
    LABELLING,
    REPLYING,
    Message,
    Role,
    Slot,
    TaskKind,
    Tree,
    TreeState,
    rank_kind,
    reply_kind,
)
from core.policy import Policy
from core.ports import WaitingAuthor
from core.tree import Room, ballots_wanted, reviews_needed, room, takes_reply, takes_reviews

LAST_URGENCY = 60
"""Urgency of the least urgent work; a prompt under review stands in the middle."""


def open_work(tree: Tree, policy: Policy) -> Mapping[tuple[int, TaskKind], Slot]:
    """Every place in this tree that may still be leased, by (message, kind).

    Pure: the store keeps exactly these rows, so its table follows open work and not history.
    """
    leased: dict[tuple[int, TaskKind], int] = {}
    for lease in tree.leases:
        place = (lease.target_id, lease.kind)
        leased[place] = leased.get(place, 0) + 1
    if tree.state is TreeState.INITIAL_PROMPT_REVIEW:
        found = _reviews(tree, leased, urgency=LAST_URGENCY // 2)
    elif tree.state is TreeState.GROWING:
        missing = tree.limits.goal_size - sum(m.is_accepted for m in tree.messages.values())
        urgency = min(LAST_URGENCY, 2 * max(0, missing))
        found = _reviews(tree, leased, urgency) + _replies(tree, leased, urgency, policy)
    elif tree.state is TreeState.RANKING:
        found = _rankings(tree, leased, policy)
    else:
        found = []
    return {(slot.target_id, slot.kind): slot for slot in found if slot.free > 0}


def is_open(tree: Tree, target_id: int, kind: TaskKind, round: int, policy: Policy) -> bool:
    """Whether one place is among its open work, asked for it alone."""
    target = tree.messages.get(target_id)
    if target is None:
        return False
    leased = sum(x.target_id == target_id and x.kind is kind for x in tree.leases)
    if kind in LABELLING:
        missing = reviews_needed(tree, target) - target.review_count
        return target.label_kind is kind and takes_reviews(tree, target) and missing > leased
    if kind in REPLYING:
        return reply_kind(target.role.other) is kind and takes_reply(tree, target_id)
    if rank_kind(target.role.other) is not kind or tree.state is not TreeState.RANKING:
        return False
    missing = ballots_wanted(tree, policy).get(target_id, 0)
    return round == target.ballot_round and missing > leased


def _reviews(tree: Tree, leased: Mapping[tuple[int, TaskKind], int], urgency: int) -> list[Slot]:
    return [
        Slot(
            tree_id=tree.id,
            target_id=message.id,
            kind=message.label_kind,
            lang=tree.lang,
            free=reviews_needed(tree, message)
            - message.review_count
            - leased.get((message.id, message.label_kind), 0),
            urgency=urgency,
            author_id=message.author_id,
        )
        for message in tree.messages.values()
        if message.accepted is None and takes_reviews(tree, message)  # most are decided
    ]


def _replies(
    tree: Tree, leased: Mapping[tuple[int, TaskKind], int], urgency: int, policy: Policy
) -> list[Slot]:
    held = sum(n for (_, kind), n in leased.items() if kind in REPLYING)
    space = room(tree)
    budget = space.total - held
    if budget <= 0:
        return []
    slots = []
    for parent_id, free in space.below.items():
        parent = tree.messages[parent_id]
        kind = reply_kind(parent.role.other)
        slots.append(
            Slot(
                tree_id=tree.id,
                target_id=parent_id,
                kind=kind,
                lang=tree.lang,
                free=min(free - leased.get((parent_id, kind), 0), budget),
                urgency=urgency if _is_lonely(parent, space, policy) else urgency + 1,
                author_id=parent.author_id,
            )
        )
    return slots


def _is_lonely(parent: Message, space: Room, policy: Policy) -> bool:
    """A prompter message with too few replies to rank is served before its cousins.

    The chance is drawn from the message's own number: no die is rolled in a pure function, and
    over many messages the share is the policy's.
    """
    if parent.role is not Role.PROMPTER:
        return False
    if not 0 < space.kept.get(parent.id, 0) < policy.lonely_children_count:
        return False
    return _share(parent.id) < policy.p_lonely_child_extension


def _share(number: int) -> float:
    """A number in [0, 1) that looks random but follows from the id (Knuth's multiplication)."""
    return (number * 2654435761 % 2**32) / 2**32


def _rankings(tree: Tree, leased: Mapping[tuple[int, TaskKind], int], policy: Policy) -> list[Slot]:
    wanted = ballots_wanted(tree, policy)
    urgency = min(LAST_URGENCY, sum(wanted.values()))
    slots = []
    for parent_id, missing in wanted.items():
        parent = tree.messages[parent_id]
        kind = rank_kind(parent.role.other)
        slots.append(
            Slot(
                tree_id=tree.id,
                target_id=parent_id,
                kind=kind,
                lang=tree.lang,
                free=missing - leased.get((parent_id, kind), 0),
                urgency=urgency,
                round=parent.ballot_round,
            )
        )
    return slots


# ---------------------------------------------------------------- which kind


def kinds_in_order(policy: Policy, rng: Random) -> tuple[TaskKind, ...]:
    """All kinds, drawn by weight without replacement; the first with work is the one to give.

    So the shares among the kinds that have work are those of the weights, with no counts needed.
    Each waits for a time drawn with its weight as rate, and the shortest comes first (Efraimidis
    and Spirakis, "Weighted random sampling with a reservoir", 2006); the two kinds of one weight
    are in either order.
    """
    draw = rng.random
    waits = [
        (-log(1 - draw()) / weight if weight else inf, kinds)
        for weight, kinds in (
            (policy.weight_prompt, (TaskKind.INITIAL_PROMPT,)),
            (policy.weight_reply, _REPLIES),
            (policy.weight_label_prompt, (TaskKind.LABEL_INITIAL_PROMPT,)),
            (policy.weight_label_reply, _REPLY_REVIEWS),
            (policy.weight_ranking, _RANKINGS),
        )
    ]
    waits.sort(key=itemgetter(0))
    order: list[TaskKind] = []
    for _, kinds in waits:
        order.extend(kinds if draw() < 0.5 else reversed(kinds))
    return tuple(order)


_RANKINGS = (TaskKind.RANK_ASSISTANT_REPLIES, TaskKind.RANK_PROMPTER_REPLIES)
_REPLY_REVIEWS = (TaskKind.LABEL_ASSISTANT_REPLY, TaskKind.LABEL_PROMPTER_REPLY)
_REPLIES = (TaskKind.ASSISTANT_REPLY, TaskKind.PROMPTER_REPLY)


def asks_for_full_form(kind: TaskKind, *, chosen: bool, policy: Policy, rng: Random) -> bool:
    """Whether a label task shows the whole form; always when the volunteer chose the kind."""
    if kind not in LABELLING or chosen:
        return True
    share = {
        TaskKind.LABEL_INITIAL_PROMPT: policy.p_full_labels_prompt,
        TaskKind.LABEL_ASSISTANT_REPLY: policy.p_full_labels_assistant,
        TaskKind.LABEL_PROMPTER_REPLY: policy.p_full_labels_prompter,
    }[kind]
    return rng.random() < share


# ---------------------------------------------------------------- supply of prompts


def prompt_places(*, growing: int, in_review: int, waiting: int, policy: Policy) -> int:
    """How many more initial prompts a language can take."""
    missing = max(0, policy.max_active_trees - growing)
    to_review = max(0, policy.max_initial_prompt_review - in_review)
    to_wait = max(0, policy.max_prompt_lottery_waiting - waiting)
    return min(missing + to_review, to_wait)


def prompts_are_missing(*, growing: int, on_the_way: int, policy: Policy) -> bool:
    """Whether volunteers who take what is needed should be asked for prompts.

    Supply follows demand: prompts written, under review or waiting count against the places
    where trees could grow.
    """
    return growing + on_the_way < policy.max_active_trees


def lottery_winner(authors: Sequence[WaitingAuthor], rng: Random) -> int | None:
    """The tree that may grow next: an author drawn by good work, then any of their prompts.

    The weight is the number of first places that the author's replies got this month, plus one,
    whatever the number of waiting prompts.
    """
    if not authors:
        return None
    (author,) = rng.choices(authors, [1 + max(0, a.ranked_first) for a in authors])
    return rng.choice(author.tree_ids)
