"""What has to happen although nobody pressed anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from core.flow.growth import draw_lottery, settle
from core.flow.handing import expire_lease
from core.flow.searching import sweep_on
from core.flow.turn import Turn
from core.model import TreeState
from core.tree import ballots_wanted, with_closed_votes

_AT_ONCE = 50
"""Rows of each kind in one transaction, so that nobody waits long for its end."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that can be done without the others."""

    name: str  # as a log tells it when it fails
    do: Callable[[Turn], int]  # how much came of it


def due(turn: Turn) -> Iterator[Job]:
    """Free lapsed leases, close votes that nobody adds to, fill places to grow, forget keys."""
    since = turn.now - timedelta(hours=turn.policy.ranking_patience_hours)
    for task in turn.unit.overdue_tasks(turn.now, _AT_ONCE):
        yield Job(f"freeing the place of task {task.id}", partial(expire_lease, task_id=task.id))
    for tree_id in turn.unit.idle_trees(TreeState.RANKING, since, _AT_ONCE):
        yield Job(f"closing the votes of tree {tree_id}", partial(close_votes, tree_id=tree_id))
    for lang in turn.unit.languages_waiting():
        yield Job(f"the lottery of prompts in {lang}", partial(draw_lottery, lang=lang))
    yield Job("forgetting events, old boards and posts", forget)
    yield Job("going on with a moderator's search", sweep_on)


def tend(turn: Turn) -> int:
    """Do all that is due; how much came of it."""
    return sum(job.do(turn) for job in due(turn))


def forget(turn: Turn) -> int:
    """Drop what nobody asks for any more: a part of the events, and once an hour old boards."""
    now, policy = turn.now, turn.policy
    events = now - timedelta(hours=policy.seen_hours)
    gone = turn.unit.forget_events(events, 60 * now.hour + now.minute)
    if now.minute == 0:
        gone += turn.unit.forget_boards(now - timedelta(days=policy.board_days), 10 * _AT_ONCE)
    return gone


def close_votes(turn: Turn, tree_id: int) -> int:
    """A tree whose voters have gone is ranked by the ballots there are, if those are enough."""
    tree = turn.unit.free_tree(tree_id)
    if tree is None or tree.state is not TreeState.RANKING:
        return 0
    ballots = {
        message_id: turn.unit.ballots(message_id)
        for message_id in ballots_wanted(tree, turn.policy)
    }
    after = settle(
        turn, tree, with_closed_votes(tree, ballots, turn.policy), reason="no more votes"
    )
    return int(after.state is not tree.state)
