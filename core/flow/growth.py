"""After every change of a tree: its new state, the record of it, and what follows for others."""

from __future__ import annotations

from core import points, selection
from core.flow.rewards import compare_votes, earn_for_changes
from core.flow.turn import Turn
from core.model import TaskState, Tree, TreeState
from core.people import AuditEntry
from core.tree import STAYS, advanced, ballots_wanted, lost_leases
from core.values import replace

_ENDED = STAYS | {TreeState.READY_FOR_EXPORT}


def settle(turn: Turn, before: Tree, after: Tree, *, reason: str | None = None) -> Tree:
    """Bring a changed tree into its state, let go of pointless leases, write it, tell the rest.

    Runs in the transaction of the change, so that nothing ever waits for a restart.
    """
    tree = advanced(after, turn.policy, turn.now)
    freed = _without_lost_leases(turn, tree)
    if freed is not tree:
        tree = advanced(freed, turn.policy, turn.now)
    turn.unit.save_tree(tree)
    earn_for_changes(turn, before, tree)
    if tree.state is not before.state:
        turn.unit.record(
            AuditEntry(
                at=turn.now,
                act="state",
                tree_id=tree.id,
                actor_id=turn.actor_id,
                before=before.state,
                after=tree.state,
                reason=reason,
                community_id=tree.root.community_id,
            )
        )
        _follow(turn, before.state, tree)
    return tree


def _without_lost_leases(turn: Turn, tree: Tree) -> Tree:
    for task_id in lost_leases(tree, turn.policy):
        task = turn.unit.task(task_id)
        assert task is not None
        turn.unit.save_task(replace(task, state=TaskState.EXPIRED))
        tree = tree.without_lease(task_id)
    return tree


def _follow(turn: Turn, before: TreeState, tree: Tree) -> None:
    if tree.state is TreeState.PROMPT_LOTTERY_WAITING or before is TreeState.GROWING:
        draw_lottery(turn, tree.lang)
    if tree.state is TreeState.READY_FOR_EXPORT:
        compare_votes(turn, tree)
    if tree.state in _ENDED and before not in _ENDED:
        wake_backlog(turn, tree.lang)


def draw_lottery(turn: Turn, lang: str) -> int:
    """Let waiting prompts grow while there are free places; returns how many won."""
    unit, policy = turn.unit, turn.policy
    if unit.state_count(lang, TreeState.PROMPT_LOTTERY_WAITING) == 0:
        return 0
    unit.hold_lottery(lang)
    won = 0
    passed: set[int] = set()
    while unit.state_count(lang, TreeState.GROWING) < policy.max_active_trees:
        month = points.period_named("month", turn.now)
        authors = [
            replace(author, tree_ids=left)
            for author in unit.waiting_authors(lang, month)
            if (left := tuple(i for i in author.tree_ids if i not in passed))
        ]
        winner = selection.lottery_winner(authors, turn.world.rng)
        if winner is None:
            break
        passed.add(winner)
        tree = unit.free_tree(winner)
        if tree is not None and tree.state is TreeState.PROMPT_LOTTERY_WAITING:
            settle(turn, tree, replace(tree, grows_since=turn.now), reason="lottery")
            won += 1
    return won


def wake_backlog(turn: Turn, lang: str) -> None:
    """Now and then, or when little is being ranked, an imported tree comes up for ranking."""
    unit, policy = turn.unit, turn.policy
    few = unit.state_count(lang, TreeState.RANKING) < policy.min_active_rankings
    if few or turn.world.rng.random() < policy.p_activate_backlog_tree:
        for tree_id in unit.backlog_tree_ids(lang, limit=1):
            wake_tree(turn, tree_id)


def wake_tree(turn: Turn, tree_id: int) -> bool:
    """Put a waiting imported tree up for ranking; one with nothing to rank is finished at once."""
    tree = turn.unit.free_tree(tree_id)
    if tree is None or tree.state is not TreeState.BACKLOG_RANKING:
        return False
    state = TreeState.RANKING if ballots_wanted(tree, turn.policy) else TreeState.READY_FOR_EXPORT
    settle(turn, tree, replace(tree, state=state), reason="backlog")
    return True
