"""Small trees to make statements about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.model import Ballot, Limits, Message, Role, Tree, TreeState
from core.policy import Policy
from core.values import replace

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
POLICY = Policy()
LIMITS = Limits(
    goal_size=4,
    max_depth=3,
    max_children=2,
    prompter_replies=1,
    prompt_reviews=3,
    reply_reviews=3,
    min_rankings=2,
    max_rankings=4,
)


def message(id: int, parent: int | None = None, **changes: Any) -> Message:
    depth = 0 if parent is None else changes.pop("depth", 1)
    role = Role.PROMPTER if parent is None else changes.pop("role", Role.ASSISTANT)
    base = Message(
        id=id,
        public_id=f"m{id}",
        tree_id=1,
        parent_id=parent,
        role=role,
        depth=depth,
        text=f"text {id}",
        lang="en",
        created_at=NOW,
        author_id=id * 10,
        accepted=True,
    )
    return replace(base, **changes)


def tree(*messages: Message, state: TreeState = TreeState.GROWING, **changes: Any) -> Tree:
    changes.setdefault("grows_since", NOW)
    return Tree(
        id=1,
        lang="en",
        state=state,
        limits=LIMITS,
        created_at=NOW,
        messages={m.id: m for m in messages},
        **changes,
    )


def ballot(*groups: tuple[int, ...]) -> Ballot:
    return Ballot(groups=groups, shown=tuple(i for g in groups for i in g), person_id=99)


ROOT = message(1)
FULL = (ROOT, message(2, 1), message(3, 1), message(4, 2, role=Role.PROMPTER, depth=2))
