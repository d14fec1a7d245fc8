"""Queries about trees that wait: for a place to grow, to be ranked, or for anybody at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from core.model import TreeState
from core.ports import WaitingAuthor
from storage.tables.trees import UNFINISHED
from storage.times import micros
from storage.unit.points import Points
from storage.unit.trees import Trees

# One lottery at a time in a language; the number stands for its name.
HOLD_LOTTERY = "SELECT pg_advisory_xact_lock(1735552374, hashtext($1))"

# Prompts that wait to grow, by author, with the author's first places of this month.
WAITING = f"""
SELECT m.author_id, t.id, COALESCE(k.ranked_1, 0)
FROM tree t
JOIN message m ON m.id = t.id
LEFT JOIN person p ON p.id = m.author_id
LEFT JOIN tally k ON k.person_id = m.author_id AND k.scope = '*' AND k.period = $2
WHERE t.lang = $1 AND t.state = 'prompt_lottery_waiting' AND t.{UNFINISHED}
  AND NOT COALESCE(p.blocked, FALSE)
ORDER BY m.author_id, t.id
"""

# Imported trees that wait to be ranked, oldest first.
BACKLOG = f"""
SELECT t.id FROM tree t WHERE t.lang = $1 AND t.state = 'backlog_ranking' AND t.{UNFINISHED}
ORDER BY t.created_at, t.id LIMIT $2
"""

# Trees that nobody has touched for long, the quietest first.
IDLE = f"""
SELECT t.id FROM tree t WHERE t.state = '{{state}}' AND t.{UNFINISHED} AND t.touched_at < $1
ORDER BY t.touched_at, t.id LIMIT $2
"""

# Trees of one state, by language.
STATE_COUNTS = "SELECT lang, count FROM lang_state WHERE state = $1"


class Lottery(Trees, Points):
    """Which trees wait, and whose."""

    def hold_lottery(self, lang: str) -> None:
        if self.db.locks:
            self.db.row(HOLD_LOTTERY, lang)

    def waiting_authors(self, lang: str, month: str) -> Sequence[WaitingAuthor]:
        prompts: dict[int | None, list[int]] = {}
        firsts: dict[int | None, int] = {}
        for author_id, tree_id, ranked_first in self.db.rows(WAITING, lang, month):
            prompts.setdefault(author_id, []).append(tree_id)
            firsts[author_id] = ranked_first + self._ranked_here(author_id, month)
        return [
            WaitingAuthor(author_id, tuple(tree_ids), firsts[author_id])
            for author_id, tree_ids in prompts.items()
        ]

    def backlog_tree_ids(self, lang: str, limit: int) -> Sequence[int]:
        return [row[0] for row in self.db.rows(BACKLOG, lang, limit)]

    def idle_trees(self, state: TreeState, since: datetime, limit: int) -> Sequence[int]:
        sql = IDLE.format(state=state.value)
        return [row[0] for row in self.db.rows(sql, micros(since), limit)]

    def languages_waiting(self) -> Sequence[str]:
        state = TreeState.PROMPT_LOTTERY_WAITING.value
        counts: Counter[str] = Counter()
        for lang, count in self.db.rows(STATE_COUNTS, state):
            counts[lang] = count
        for (lang, moved_state), by in self._moved.items():
            if moved_state == state:
                counts[lang] += by
        return sorted(lang for lang, count in counts.items() if count > 0)

    def _ranked_here(self, author_id: int | None, month: str) -> int:
        """First places that this very transaction brings."""
        if author_id is None:
            return 0
        return self._earned_here(author_id, "*", month)["ranked_1"]
