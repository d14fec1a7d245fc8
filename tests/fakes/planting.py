"""People and trees put straight into a unit of work, for statements about stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from core.model import Lease, Limits, Message, Role, Task, TaskKind, TaskState, Tree, TreeState
from core.people import Person, Who
from core.ports import UnitOfWork

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = Limits(
    goal_size=6,
    max_depth=3,
    max_children=3,
    prompter_replies=1,
    prompt_reviews=3,
    reply_reviews=3,
    min_rankings=2,
    max_rankings=4,
)
_numbers = count(1)


def someone(unit: UnitOfWork, name: str = "ada", platform: str = "terminal") -> Person:
    """A person who came once."""
    return unit.arrive(Who(platform, name, name=name.title()), None, AT).person


def message(parent: Message | None = None, **changes: Any) -> Message:
    """A message that was not stored yet; a reply when it has a parent."""
    number = next(_numbers)
    base = Message(
        id=0,
        public_id=f"00000000-0000-4000-8000-{number:012}",
        tree_id=0 if parent is None else parent.tree_id,
        parent_id=None if parent is None else parent.id,
        role=Role.PROMPTER if parent is None else parent.role.other,
        depth=0 if parent is None else parent.depth + 1,
        text=f"text {number}",
        lang="en",
        created_at=AT,
        platform="terminal",
    )
    return replace(base, **changes)


def plant(
    unit: UnitOfWork,
    author_id: int | None = None,
    *,
    state: TreeState = TreeState.INITIAL_PROMPT_REVIEW,
    lang: str = "en",
    **changes: Any,
) -> Tree:
    """A tree of one prompt, in whatever state."""
    accepted = None if state is TreeState.INITIAL_PROMPT_REVIEW else True
    root = message(author_id=author_id, lang=lang, accepted=accepted)
    return unit.add_tree(
        Tree(
            id=0,
            lang=lang,
            state=state,
            limits=changes.pop("limits", LIMITS),
            created_at=changes.pop("created_at", AT),
            messages={0: replace(root, **changes.pop("root", {}))},
            touched_at=changes.pop("touched_at", AT),
            **changes,
        )
    )


def grow(unit: UnitOfWork, tree: Tree, parent_id: int | None = None, **changes: Any) -> Message:
    """One more reply in a tree, accepted unless it is said otherwise; saved."""
    changes.setdefault("accepted", True)
    parent = tree.messages[tree.id if parent_id is None else parent_id]
    reply = unit.add_message(message(parent, lang=tree.lang, **changes))
    now = unit.tree(tree.id)
    assert now is not None
    unit.save_tree(now.with_message(reply))
    return reply


def ranked(unit: UnitOfWork, *author_ids: int | None, lang: str = "en") -> Tree:
    """A tree in ranking: a prompt of nobody's and a reply of each author."""
    tree = plant(unit, state=TreeState.GROWING, lang=lang)
    for author_id in author_ids:
        grow(unit, tree, author_id=author_id)
    return moved(unit, tree.id, TreeState.RANKING)


def moved(unit: UnitOfWork, tree_id: int, state: TreeState) -> Tree:
    """The tree in another state, saved."""
    tree = unit.tree(tree_id)
    assert tree is not None
    tree = replace(tree, state=state)
    unit.save_tree(tree)
    return tree


def task(person_id: int, tree: Tree, kind: TaskKind, target_id: int | None = None) -> Task:
    """A task that was not stored yet."""
    return Task(
        id=0,
        kind=kind,
        person_id=person_id,
        lang=tree.lang,
        leased_at=AT,
        expires_at=AT + timedelta(hours=1),
        tree_id=tree.id,
        target_id=tree.id if target_id is None else target_id,
    )


def leased(
    unit: UnitOfWork,
    person_id: int,
    tree_id: int,
    kind: TaskKind,
    target_id: int | None = None,
    **changes: Any,
) -> Task:
    """A place in a tree, held by a person."""
    tree = unit.tree(tree_id)
    assert tree is not None
    held = unit.add_task(replace(task(person_id, tree, kind, target_id), **changes))
    assert held.target_id is not None
    unit.save_tree(tree.with_lease(Lease(held.id, kind, held.target_id, person_id)))
    return held


def ended(unit: UnitOfWork, held: Task, state: TaskState, **answer: Any) -> Task:
    """A task that is no longer open, and its place free."""
    done = replace(held, state=state, **answer)
    unit.save_task(done)
    tree = unit.tree(held.tree_id or 0)
    assert tree is not None
    unit.save_tree(tree)
    return done


def answered(
    unit: UnitOfWork,
    person_id: int,
    tree_id: int,
    kind: TaskKind,
    target_id: int | None = None,
    **answer: Any,
) -> Task:
    """A task taken and answered."""
    answer.setdefault("answered_at", AT)
    held = leased(unit, person_id, tree_id, kind, target_id)
    return ended(unit, held, TaskState.ANSWERED, **answer)
