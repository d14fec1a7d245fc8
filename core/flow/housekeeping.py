"""What has to happen although nobody pressed anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.flow.growth import draw_lottery, settle
from core.flow.handing import expire_leases
from core.flow.searching import sweep_on
from core.flow.turn import Turn
from core.model import TreeState
from core.tree import ballots_wanted, with_closed_votes

_AT_ONCE = 50
"""Rows of each kind in one transaction, so that nobody waits long for its end."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What one round of housekeeping did."""

    expired: int = 0
    closed: int = 0
    grown: int = 0
    forgotten: int = 0
    swept: bool = False

    @property
    def any(self) -> bool:
        return bool(self.expired or self.closed or self.grown or self.forgotten or self.swept)


def tend(turn: Turn) -> Tended:
    """Free lapsed leases, close votes that nobody adds to, fill places to grow, forget keys."""
    since = turn.now - timedelta(hours=turn.policy.ranking_patience_hours)
    seen = turn.now - timedelta(hours=turn.policy.seen_hours)
    boards = turn.now - timedelta(days=turn.policy.board_days)
    return Tended(
        expired=expire_leases(turn, _AT_ONCE),
        closed=sum(
            close_votes(turn, tree_id)
            for tree_id in turn.unit.idle_trees(TreeState.RANKING, since, _AT_ONCE)
        ),
        grown=sum(draw_lottery(turn, lang) for lang in turn.unit.languages_waiting()),
        forgotten=turn.unit.forget_events(seen, 60 * turn.now.hour + turn.now.minute)
        + (turn.unit.forget_boards(boards, 10 * _AT_ONCE) if turn.now.minute == 0 else 0),
        swept=sweep_on(turn),
    )


def close_votes(turn: Turn, tree_id: int) -> bool:
    """A tree whose voters have gone is ranked by the ballots there are, if those are enough."""
    tree = turn.unit.free_tree(tree_id)
    if tree is None or tree.state is not TreeState.RANKING:
        return False
    ballots = {
        message_id: turn.unit.ballots(message_id)
        for message_id in ballots_wanted(tree, turn.policy)
    }
    after = settle(
        turn, tree, with_closed_votes(tree, ballots, turn.policy), reason="no more votes"
    )
    return after.state is not tree.state
