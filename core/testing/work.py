"""Tasks and choosing among open work, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.model import (
    REPLYING,
    Fate,
    Slot,
    Task,
    TaskKind,
    TaskState,
)
from core.testing.trees import Trees
from core.values import replace


class Work(Trees):
    """Slots to choose from, and tasks."""

    def find_slot(
        self, person_id: int, wishes: Sequence[tuple[TaskKind, str]], skip: Sequence[int] = ()
    ) -> Slot | None:
        for kind, lang in wishes:
            fitting = [
                (slot.urgency, key, slot.target_id, slot)
                for key, slot in self._t.slots.values()
                if slot.kind is kind
                and slot.lang == lang
                and slot.tree_id not in skip
                and self._may_take(person_id, slot)
            ]
            if fitting:
                return min(fitting, key=lambda item: item[:3])[3]
        return None

    def _may_take(self, person_id: int, slot: Slot) -> bool:
        if slot.author_id == person_id:
            return False
        return not any(
            self._rules_out(task, slot)
            for task in self._t.tasks.values()
            if task.person_id == person_id
            and task.target_id == slot.target_id
            and task.state is not TaskState.EXPIRED
        )

    @staticmethod
    def _rules_out(task: Task, slot: Slot) -> bool:
        if slot.kind in REPLYING and task.kind in REPLYING:
            return True
        if slot.kind.ranks and task.kind in REPLYING:
            return task.state is TaskState.ANSWERED
        return task.kind is slot.kind and task.round == slot.round

    def open_work(
        self, person_id: int, languages: Sequence[str], cap: int
    ) -> Mapping[TaskKind, int]:
        counts: dict[TaskKind, int] = {}
        for _, slot in self._t.slots.values():
            if slot.lang in languages and self._may_take(person_id, slot):
                counts[slot.kind] = min(cap, counts.get(slot.kind, 0) + 1)
        return {kind: counts[kind] for kind in TaskKind if kind in counts}

    def add_task(self, task: Task) -> Task:
        expired = [
            old
            for old in self._t.tasks.values()
            if old.person_id == task.person_id
            and task.target_id is not None
            and (old.target_id, old.kind, old.round) == (task.target_id, task.kind, task.round)
        ]
        task = replace(task, id=expired[0].id if expired else self._new_id())
        self._t.tasks[task.id] = task
        key = (task.target_id or 0, task.kind)
        if key in self._t.slots:
            self._t.slots[key] = (self._new_key(task.leased_at), self._t.slots[key][1])
        return task

    def save_task(self, task: Task) -> None:
        self._t.tasks[task.id] = task

    def task(self, task_id: int) -> Task | None:
        return self._t.tasks.get(task_id)

    def task_on(self, person_id: int, target_id: int, kind: TaskKind, round: int) -> Task | None:
        wanted = (person_id, target_id, kind, round)
        for task in self._t.tasks.values():
            if (task.person_id, task.target_id, task.kind, task.round) == wanted:
                return task
        return None

    def open_tasks(self, person_id: int) -> Sequence[Task]:
        mine = [t for t in self._t.tasks.values() if t.person_id == person_id and t.is_open]
        return sorted(mine, key=lambda t: (t.leased_at, t.id), reverse=True)

    def tasks_taken_in(self, community_id: int, person_id: int, since: datetime) -> int:
        return sum(
            (task.community_id, task.person_id) == (community_id, person_id)
            and task.leased_at >= since
            for task in self._t.tasks.values()
        )

    def open_prompt_tasks(self, lang: str) -> int:
        return sum(
            task.is_open and task.kind is TaskKind.INITIAL_PROMPT and task.lang == lang
            for task in self._t.tasks.values()
        )

    def last_answer(self, person_id: int, since: datetime) -> Task | None:
        answered = [
            (task.answered_at, task.id, task)
            for task in self._t.tasks.values()
            if task.person_id == person_id
            and task.state is TaskState.ANSWERED
            and task.answered_at is not None
            and task.answered_at >= since
            and not self._is_withdrawn(task)
        ]
        return max(answered, key=lambda item: item[:2])[2] if answered else None

    def _is_withdrawn(self, task: Task) -> bool:
        if task.message_id is None:
            return False
        message = self._t.trees[task.tree_id or 0].messages[task.message_id]
        return message.fate is Fate.WITHDRAWN

    def overdue_tasks(self, now: datetime, limit: int) -> Sequence[Task]:
        overdue = [t for t in self._t.tasks.values() if t.is_open and t.expires_at <= now]
        return sorted(overdue, key=lambda t: (t.expires_at, t.id))[:limit]

    def skips(self, target_id: int) -> int:
        return sum(
            t.target_id == target_id and t.state is TaskState.SKIPPED
            for t in self._t.tasks.values()
        )
