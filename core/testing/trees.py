"""Trees and their open work, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core import selection
from core.model import (
    Lease,
    Message,
    Tree,
    TreeState,
)
from core.points import forgotten_periods
from core.ports import WaitingAuthor
from core.testing.tables import Part
from core.values import replace


class Trees(Part):
    """Trees, messages, slots, the lottery."""

    def add_tree(self, tree: Tree) -> Tree:
        (root,) = tree.messages.values()
        tree_id = self._new_id()
        root = replace(root, id=tree_id, tree_id=tree_id)
        tree = replace(tree, id=tree_id, messages={tree_id: root})
        self._t.trees[tree_id] = tree
        self._index(tree)
        return tree

    def tree(self, tree_id: int) -> Tree | None:
        tree = self._t.trees.get(tree_id)
        return None if tree is None else replace(tree, leases=self._leases(tree_id))

    def _leases(self, tree_id: int) -> tuple[Lease, ...]:
        return tuple(
            Lease(task.id, task.kind, task.target_id, task.person_id)
            for task in self._t.tasks.values()
            if task.is_open and task.tree_id == tree_id and task.target_id is not None
        )

    def free_tree(self, tree_id: int) -> Tree | None:
        return self.tree(tree_id)

    def tree_id_of(self, message_id: int) -> int | None:
        return next((i for i, tree in self._t.trees.items() if message_id in tree.messages), None)

    def add_message(self, message: Message) -> Message:
        return replace(message, id=self._new_id())

    def save_tree(self, tree: Tree) -> None:
        self._t.trees[tree.id] = replace(tree, leases=())
        self._index(tree)

    def _index(self, tree: Tree) -> None:
        wanted = selection.open_work(tree, self._policy)
        for key, (_, slot) in list(self._t.slots.items()):
            if slot.tree_id == tree.id and key not in wanted:
                del self._t.slots[key]
        for key, slot in wanted.items():
            old = self._t.slots.get(key)
            at = tree.touched_at or tree.created_at
            self._t.slots[key] = (old[0] if old else self._new_key(at), slot)

    def _new_key(self, at: datetime) -> float:
        return at.timestamp() + self._rng.random() * self._policy.shuffle_seconds

    def message_with(self, public_id: str) -> Message | None:
        return next((m for m in self._messages() if m.public_id == public_id), None)

    def _messages(self) -> list[Message]:
        return [m for tree in self._t.trees.values() for m in tree.messages.values()]

    def state_count(self, lang: str, state: TreeState) -> int:
        return sum(t.lang == lang and t.state is state for t in self._t.trees.values())

    def hold_lottery(self, lang: str) -> None:
        """One transaction at a time runs here anyway."""

    def waiting_authors(self, lang: str, month: str) -> Sequence[WaitingAuthor]:
        prompts: dict[int | None, list[int]] = {}
        for tree in self._t.trees.values():
            if tree.lang == lang and tree.state is TreeState.PROMPT_LOTTERY_WAITING:
                author = self._t.people.get(tree.root.author_id or 0)
                if author is None or not author.blocked:
                    prompts.setdefault(tree.root.author_id, []).append(tree.id)
        return [
            WaitingAuthor(author_id, tuple(ids), self._ranked_first(author_id, month))
            for author_id, ids in sorted(prompts.items(), key=lambda item: item[0] or 0)
        ]

    def _ranked_first(self, author_id: int | None, month: str) -> int:
        return self._t.tallies.get(("*", month, author_id or 0), {}).get("ranked_1", 0)

    def idle_trees(self, state: TreeState, since: datetime, limit: int) -> Sequence[int]:
        idle = [
            (tree.touched_at, tree.id)
            for tree in self._t.trees.values()
            if tree.state is state and tree.touched_at is not None and tree.touched_at < since
        ]
        return [tree_id for _, tree_id in sorted(idle)][:limit]

    def languages_waiting(self) -> Sequence[str]:
        waiting = TreeState.PROMPT_LOTTERY_WAITING
        return sorted({t.lang for t in self._t.trees.values() if t.state is waiting})

    def forget_events(self, before: datetime, minute: int) -> int:
        old = [key for key, at in self._t.seen.items() if at < before]
        for key in old:
            del self._t.seen[key]
        return len(old)

    def forget_boards(self, before: datetime, limit: int) -> int:
        day, week = forgotten_periods(before)
        counters = [key for key in self._t.tallies if "d:" <= key[1] < day or "w:" <= key[1] < week]
        for counter in counters[:limit]:
            del self._t.tallies[counter]
        posts = [key for key, p in self._t.posts.items() if p.state.is_over and p.due < before]
        for post in posts[:limit]:
            del self._t.posts[post]
        return len(counters[:limit]) + len(posts[:limit])

    def backlog_tree_ids(self, lang: str, limit: int) -> Sequence[int]:
        waiting = [
            tree
            for tree in self._t.trees.values()
            if tree.lang == lang and tree.state is TreeState.BACKLOG_RANKING
        ]
        return [tree.id for tree in sorted(waiting, key=lambda t: (t.created_at, t.id))][:limit]
