"""Queries about work: choosing what is open for a person, and the tasks they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.model import LABELLING, RANKING, REPLYING, Fate, Slot, Task, TaskKind
from core.values import replace
from storage.codes import FATE, KIND, KIND_OF
from storage.convert import (
    ANSWERED,
    ASKED,
    TASK,
    TREE,
    answer_values,
    columns,
    draft_values,
    listed,
    replacing,
    settings,
    task_from_row,
    task_values,
)
from storage.driver import Row, Sql, dollars
from storage.times import micros
from storage.unit.base import Means
from storage.unit.trees import Trees

# What a person may take of a slot `s`: not on their own text, nothing they were given before and
# did not let expire, and no ranking of replies they wrote one of. OFFSET keeps PostgreSQL from
# reading a person's whole history first: a slot's few tasks are looked up by the slot.
_REPLY_OF_RANK = (
    f"CASE s.kind WHEN {KIND[TaskKind.RANK_PROMPTER_REPLIES]} THEN {KIND[TaskKind.PROMPTER_REPLY]}"
    f" WHEN {KIND[TaskKind.RANK_ASSISTANT_REPLIES]} THEN {KIND[TaskKind.ASSISTANT_REPLY]} END"
)
FITS = f"""
      s.free > 0 AND (s.author_id IS NULL OR s.author_id <> $1)
  AND NOT EXISTS (SELECT 1 FROM task k WHERE k.target_id = s.target_id AND k.kind = s.kind
                  AND k.round = s.round AND k.person_id = $1 AND k.state <> 4
                  LIMIT 1 OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM task k WHERE k.target_id = s.target_id
                  AND k.kind = {_REPLY_OF_RANK}
                  AND k.round = 0 AND k.person_id = $1 AND k.state = 2
                  LIMIT 1 OFFSET 0)
"""
# A slot, and whether the person was given its task before.
_SLOT = """
s.tree_id, s.target_id, s.kind, s.lang, s.free, s.urgency, s.round, s.author_id,
EXISTS (SELECT 1 FROM task k WHERE k.target_id = s.target_id AND k.kind = s.kind
        AND k.round = s.round AND k.person_id = $1) AS was_given
"""

# The most wanted slot of one kind and language; the same, but in no tree of some.
CHOOSE = f"""
SELECT {_SLOT} FROM slot s WHERE s.lang = $2 AND s.kind = $3 AND {FITS}
ORDER BY s.urgency, s.key, s.target_id LIMIT 1
"""
CHOOSE_ELSEWHERE = CHOOSE.replace("s.lang = $2", "s.lang = $2 AND s.tree_id <> ALL($4)")

# The most wanted slot of the first wish that has one, with its tree, which is locked; trees that
# others hold are passed over. Wishes are looked at one after the other, until one is met.
CHOOSE_AND_LOCK = f"""
SELECT c.* FROM unnest(CAST($2 AS VARCHAR[]), CAST($3 AS SMALLINT[])) AS w (lang, kind)
CROSS JOIN LATERAL (
  SELECT {_SLOT}, {columns("t", TREE)} FROM slot s JOIN tree t ON t.id = s.tree_id
  WHERE s.lang = w.lang AND s.kind = w.kind AND s.tree_id <> ALL($4) AND {FITS}
  ORDER BY s.urgency, s.key, s.target_id LIMIT 1 FOR UPDATE OF t SKIP LOCKED
) c LIMIT 1
"""
_LOCKED_TREE = slice(9, None)

# The same, and wait for whoever holds the tree.
CHOOSE_AND_WAIT = CHOOSE_AND_LOCK.replace(" SKIP LOCKED", "")
LOOKS = 20
"""How often a choice is made anew when others were quicker."""

# How much there is for a person, by kind, counted up to a limit.
_KINDS = " UNION ALL ".join(
    f"SELECT {KIND[kind]} AS kind" for kind in sorted(REPLYING | LABELLING | RANKING)
)
OPEN_WORK = f"""
SELECT w.kind, (SELECT count(*) FROM (
    SELECT 1 FROM slot s WHERE s.kind = w.kind AND s.lang = ANY($2) AND {FITS} LIMIT $3) x)
FROM ({_KINDS}) w
"""

# A new task; one that expired gives way to the same task leased again.
ADD_TASK = f"""
INSERT INTO task ({listed(ASKED)}) VALUES ({dollars(22)})
ON CONFLICT (target_id, kind, round, person_id) DO UPDATE SET {replacing(ASKED)}
RETURNING id
"""

# What happens to a task; the same for one that stays where it is, so that nobody has to look
# whether there is such a place; and for one whose lease may have begun anew. What identifies a
# task never changes.
SAVE_TASK = f"UPDATE task SET {settings(ANSWERED, 2)} WHERE id = $1"
_STAYING = ANSWERED.removesuffix(" tree_id message_id")
SAVE_STAYING_TASK = f"UPDATE task SET {settings(_STAYING, 2)} WHERE id = $1"
SAVE_LEASED_TASK = f"UPDATE task SET {settings(f'{ANSWERED} leased_at', 2)} WHERE id = $1"

# What is written of an answer that is not given yet; no index moves, however often it changes.
SAVE_DRAFT = "UPDATE task SET draft = $2, draft_labels = $3, version = $4 WHERE id = $1"

# A task and its tree, ours alone: what becomes of a tree's tasks is decided by one at a time.
TASK_AND_TREE = f"""
SELECT {columns("k", TASK)}, {columns("t", TREE)}
FROM task k JOIN tree t ON t.id = k.tree_id WHERE k.id = $1 FOR UPDATE OF t, k
"""
_TASK, _TREE_OF_TASK = slice(None, len(TASK.split())), slice(len(TASK.split()), None)

# A task alone.
ONE_TASK = f"SELECT {columns('k', TASK)} FROM task k WHERE k.id = $1 FOR UPDATE"
TASK_ON = f"""
SELECT {columns("k", TASK)} FROM task k
WHERE k.person_id = $1 AND k.target_id = $2 AND k.kind = $3 AND k.round = $4
"""

# What a person has in hand, newest first.
OPEN_TASKS = f"""
SELECT {columns("k", TASK)} FROM task k WHERE k.person_id = $1 AND k.state = 1
ORDER BY k.leased_at DESC, k.id DESC
"""

# What a person took lately in a community; asked state by state, as the index is ordered.
TAKEN_IN = """
SELECT count(*) FROM task k
WHERE k.person_id = $1 AND k.state IN (1, 2, 3, 4, 5) AND k.leased_at >= $3 AND k.community_id = $2
"""

# What a person answered last, among the answers to the tasks they took last; a text that they
# withdrew is no answer any more.
LAST_ANSWER = f"""
SELECT {columns("k", TASK)} FROM task k WHERE k.id = (
  SELECT n.id FROM (
    SELECT x.id, x.answered_at, x.message_id FROM task x WHERE x.person_id = $1 AND x.state = 2
    ORDER BY x.leased_at DESC LIMIT 200
  ) n WHERE n.answered_at >= $2 AND NOT EXISTS (
    SELECT 1 FROM message m WHERE m.id = n.message_id AND m.fate = {FATE[Fate.WITHDRAWN]})
  ORDER BY n.answered_at DESC, n.id DESC LIMIT 1)
"""

# Initial prompts being written in a language.
OPEN_PROMPTS = "SELECT count(*) FROM task k WHERE k.state = 1 AND k.kind = 1 AND k.lang = $1"

# Trees with leases that ran out, as many as nobody else holds; then those leases.
OVERDUE_TREES = """
SELECT t.id FROM tree t WHERE t.id IN (
  SELECT k.tree_id FROM task k WHERE k.state = 1 AND k.expires_at <= $1
  ORDER BY k.expires_at LIMIT $2)
ORDER BY t.id FOR UPDATE SKIP LOCKED
"""
OVERDUE = f"""
SELECT {columns("k", TASK)} FROM task k
WHERE k.state = 1 AND k.expires_at <= $1 AND (k.tree_id IS NULL OR k.tree_id = ANY($3))
ORDER BY k.expires_at, k.id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
OVERDUE_ALONE = f"""
SELECT {columns("k", TASK)} FROM task k WHERE k.state = 1 AND k.expires_at <= $1
ORDER BY k.expires_at, k.id LIMIT $2
"""

# How many people would not work on a message.
SKIPS = "SELECT count(*) FROM task k WHERE k.target_id = $1 AND k.state = 3"


class Work(Trees):
    """Slots for a person, and tasks."""

    def __init__(self, db: Sql, means: Means) -> None:
        super().__init__(db, means)
        self._never_given: set[tuple[int, int, TaskKind, int]] = set()
        self._as_stored: dict[int, Task] = {}  # tasks as their rows are

    def find_slot(
        self, person_id: int, wishes: Sequence[tuple[TaskKind, str]], skip: Sequence[int] = ()
    ) -> Slot | None:
        if self.db.locks:
            return self._slot_among_others(person_id, wishes, skip)
        for kind, lang in wishes:
            if skip:
                row = self.db.row(CHOOSE_ELSEWHERE, person_id, lang, KIND[kind], list(skip))
            else:
                row = self.db.row(CHOOSE, person_id, lang, KIND[kind])
            if row is not None:
                return self._chosen(person_id, row)
        return None

    def _chosen(self, person_id: int, row: Row) -> Slot:
        slot = _slot_from_row(row)
        if not row[8]:
            self._never_given.add((person_id, slot.target_id, slot.kind, slot.round))
        return slot

    def _slot_among_others(
        self, person_id: int, wishes: Sequence[tuple[TaskKind, str]], skip: Sequence[int]
    ) -> Slot | None:
        """Choose and lock, and look again when the place was taken between the two."""
        langs = [lang for _, lang in wishes]
        kinds = [KIND[kind] for kind, _ in wishes]
        for _ in range(LOOKS):
            values = (person_id, langs, kinds, list(skip))
            row = self.db.row(CHOOSE_AND_LOCK, *values) or self.db.row(CHOOSE_AND_WAIT, *values)
            if row is None:
                return None
            slot = self._chosen(person_id, row)
            known = self._trees.get(slot.tree_id) or self._loaded(row[_LOCKED_TREE])
            if (slot.target_id, slot.kind) in known.slots:
                return known.slots[slot.target_id, slot.kind][0]
        return None

    def open_work(
        self, person_id: int, languages: Sequence[str], cap: int
    ) -> Mapping[TaskKind, int]:
        rows = self.db.rows(OPEN_WORK, person_id, list(languages), cap)
        counts = {KIND_OF[code]: count for code, count in rows if count}
        return {kind: counts[kind] for kind in TaskKind if kind in counts}

    def add_task(self, task: Task) -> Task:
        row = self.db.row(ADD_TASK, *task_values(task))
        assert row is not None
        task = replace(task, id=row[0])
        self._never_given.clear()
        self._written(task.tree_id)
        if task.target_id is not None:
            self._leased[task.target_id, task.kind] = task.leased_at
        return task

    def save_task(self, task: Task) -> None:
        old = self._as_stored.pop(task.id, None)
        if _is_draft_of(task, old):
            self.db.write(SAVE_DRAFT, task.id, *draft_values(task))
            return
        values = answer_values(task)
        if task.is_open:
            self.db.write(SAVE_LEASED_TASK, task.id, *values, micros(task.leased_at))
        elif old is not None and (old.tree_id, old.message_id) == (task.tree_id, task.message_id):
            self.db.write(SAVE_STAYING_TASK, task.id, *values[:-2])
        else:
            self.db.write(SAVE_TASK, task.id, *values)
        self._written(task.tree_id)

    def task(self, task_id: int) -> Task | None:
        task = self._task(task_id)
        if task is not None:
            self._as_stored[task_id] = task
        return task

    def _task(self, task_id: int) -> Task | None:
        if self.db.locks:
            row = self.db.row(TASK_AND_TREE, task_id)
            if row is not None:
                tree_row = row[_TREE_OF_TASK]
                self._locked[tree_row[0]] = tree_row
                return task_from_row(row[_TASK])
        return _task_or_none(self.db.row(ONE_TASK, task_id))

    def task_on(self, person_id: int, target_id: int, kind: TaskKind, round: int) -> Task | None:
        if (person_id, target_id, kind, round) in self._never_given:
            return None
        return _task_or_none(self.db.row(TASK_ON, person_id, target_id, KIND[kind], round))

    def open_tasks(self, person_id: int) -> Sequence[Task]:
        return [task_from_row(row) for row in self.db.rows(OPEN_TASKS, person_id)]

    def tasks_taken_in(self, community_id: int, person_id: int, since: datetime) -> int:
        row = self.db.row(TAKEN_IN, person_id, community_id, micros(since))
        assert row is not None
        count: int = row[0]
        return count

    def open_prompt_tasks(self, lang: str) -> int:
        row = self.db.row(OPEN_PROMPTS, lang)
        assert row is not None
        count: int = row[0]
        return count

    def last_answer(self, person_id: int, since: datetime) -> Task | None:
        return _task_or_none(self.db.row(LAST_ANSWER, person_id, micros(since)))

    def overdue_tasks(self, now: datetime, limit: int) -> Sequence[Task]:
        if self.db.locks:
            trees = [row[0] for row in self.db.rows(OVERDUE_TREES, micros(now), limit)]
            rows = self.db.rows(OVERDUE, micros(now), limit, trees)
        else:
            rows = self.db.rows(OVERDUE_ALONE, micros(now), limit)
        return [task_from_row(row) for row in rows]

    def skips(self, target_id: int) -> int:
        row = self.db.row(SKIPS, target_id)
        assert row is not None
        count: int = row[0]
        return count


def _is_draft_of(task: Task, old: Task | None) -> bool:
    """Whether only the draft differs from what the row holds."""
    if old is None or task.state is not old.state:
        return False
    return task == replace(
        old, draft=task.draft, draft_labels=task.draft_labels, version=task.version
    )


def _slot_from_row(row: Row) -> Slot:
    return Slot(
        tree_id=row[0],
        target_id=row[1],
        kind=KIND_OF[row[2]],
        lang=row[3],
        free=row[4],
        urgency=row[5],
        round=row[6],
        author_id=row[7],
    )


def _task_or_none(row: Row | None) -> Task | None:
    return None if row is None else task_from_row(row)
