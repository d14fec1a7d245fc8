"""`grove db check`: what must hold of every store, proved on a live one.

Each invariant is a sentence with a query for what breaks it; what a query cannot decide is asked
of the core, tree by tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.model import Slot
from core.policy import Policy
from storage.codes import KIND_OF
from storage.driver import Row
from storage.open import SqlStore
from storage.sqlite import SqliteStore
from storage.tree_invariants import Opinions, broken_of
from storage.unit import SqlUnit
from storage.unit.points import COUNTERS, worth_sql

TREES_AT_ONCE = 50
SHOWN = 5
"""So many offenders are named for each broken invariant."""

_SUMS = ", ".join(f"sum({name}) AS {name}" for name in COUNTERS.split())
_UNEQUAL = " OR ".join(f"a.{name} <> coalesce(m.{name}, 0)" for name in COUNTERS.split())
_GIVEN_NAMES = (
    "prompts",
    "replies_assistant",
    "replies_prompter",
    "accepted_prompts",
    "accepted_replies_assistant",
    "accepted_replies_prompter",
    "labels_simple",
    "labels_full",
    "rankings",
)
_GIVEN = ", ".join(_GIVEN_NAMES)
_TEXTS = ("parent_id IS NULL", "role = 2", "role = 1 AND parent_id IS NOT NULL")
_WRITTEN = ", ".join(
    f"-sum(CASE WHEN {text}{and_so} THEN 1 ELSE 0 END)"
    for and_so in ("", " AND accepted AND NOT held")
    for text in _TEXTS
)

OF_ROWS: Mapping[str, str] = {
    "The kept number of trees in each language and state is their number.": """
        SELECT lang || ' ' || state FROM (
            SELECT lang, state, count AS n FROM lang_state
            UNION ALL SELECT lang, state, -count(*) FROM tree GROUP BY lang, state
        ) AS c GROUP BY lang, state HAVING sum(n) <> 0""",
    "A tree bears the id of its root, and its messages belong to it.": """
        SELECT m.id FROM message m LEFT JOIN message p ON p.id = m.parent_id
        WHERE (m.parent_id IS NULL AND m.id <> m.tree_id)
           OR (m.parent_id IS NOT NULL AND (p.tree_id <> m.tree_id OR m.depth <> p.depth + 1))""",
    "Every text that was sent is one message, and every task's message is there.": """
        SELECT k.id FROM task k LEFT JOIN message m ON m.id = k.message_id
        WHERE k.state = 2 AND k.kind <= 3 AND m.id IS NULL
        UNION ALL
        SELECT min(k.id) FROM task k WHERE k.state = 2 AND k.message_id IS NOT NULL
        GROUP BY k.message_id HAVING count(*) > 1""",
    "An answered task has its answer.": """
        SELECT k.id FROM task k
        WHERE k.state = 2 AND (k.answered_at IS NULL
           OR (k.kind BETWEEN 4 AND 6 AND k.labels IS NULL)
           OR (k.kind > 6 AND k.ballot IS NULL))""",
    "Nobody reviews an own text.": """
        SELECT k.id FROM task k JOIN message m ON m.id = k.target_id
        WHERE k.state = 2 AND k.kind BETWEEN 4 AND 6 AND k.person_id = m.author_id""",
    "A message counts as many reviews as were given here, or more if it was imported.": """
        SELECT m.id FROM message m JOIN tree t ON t.id = m.tree_id
        LEFT JOIN (SELECT target_id, count(*) AS n FROM task
                   WHERE state = 2 AND kind BETWEEN 4 AND 6 GROUP BY target_id) AS r
               ON r.target_id = m.id
        WHERE m.review_count < coalesce(r.n, 0)
           OR (t.origin IS NULL AND m.review_count <> coalesce(r.n, 0))""",
    "No parent has more replies grown here than its tree allows.": """
        SELECT m.parent_id FROM message m JOIN tree t ON t.id = m.tree_id
        WHERE m.parent_id IS NOT NULL AND t.origin IS NULL AND NOT m.synthetic
          AND m.fate = 1 AND (m.held OR m.accepted IS NULL OR m.accepted)
        GROUP BY m.parent_id, m.role, t.max_children, t.prompter_replies
        HAVING count(*) > CASE m.role WHEN 2 THEN t.max_children ELSE t.prompter_replies END""",
    "The record leads, move by move, from a prompt under review to the state of its tree.": """
        SELECT t.id FROM tree t JOIN (
            SELECT tree_id, before, lag(after) OVER (PARTITION BY tree_id ORDER BY id) AS earlier
            FROM audit WHERE act = 'state'
        ) AS a ON a.tree_id = t.id
        WHERE a.before <> a.earlier
           OR (a.earlier IS NULL AND t.origin IS NULL AND a.before <> 'initial_prompt_review')
        UNION
        SELECT t.id FROM tree t LEFT JOIN audit a ON a.id = (
            SELECT max(id) FROM audit WHERE tree_id = t.id AND act = 'state')
        WHERE t.state <> a.after
           OR (a.id IS NULL AND t.origin IS NULL AND t.state <> 'initial_prompt_review')""",
    "Open work is on a message of its tree.": """
        SELECT s.target_id FROM slot s LEFT JOIN message m ON m.id = s.target_id
        WHERE m.id IS NULL OR m.tree_id <> s.tree_id""",
    "The counters of all time are the sums of the months'.": f"""
        SELECT a.person_id FROM tally a LEFT JOIN (
            SELECT person_id, scope, {_SUMS} FROM tally WHERE period LIKE 'm:%'
            GROUP BY person_id, scope
        ) AS m ON m.person_id = a.person_id AND m.scope = a.scope
        WHERE a.period = 'total' AND ({_UNEQUAL})""",
    "Counters are unseen where their person is hidden or blocked, and only there.": """
        SELECT y.person_id FROM tally y JOIN person p ON p.id = y.person_id
        WHERE y.unseen <> (p.hidden OR p.blocked)""",
    "A person's counters are what they gave.": f"""
        SELECT person_id FROM (
            SELECT person_id, {_GIVEN} FROM tally WHERE scope = '*' AND period = 'total'
            UNION ALL
            SELECT person_id, 0, 0, 0, 0, 0, 0,
                   -sum(CASE WHEN kind BETWEEN 4 AND 6 AND NOT full_form THEN 1 ELSE 0 END),
                   -sum(CASE WHEN kind BETWEEN 4 AND 6 AND full_form THEN 1 ELSE 0 END),
                   -sum(CASE WHEN kind > 6 THEN 1 ELSE 0 END)
            FROM task WHERE state = 2 AND person_id IS NOT NULL GROUP BY person_id
            UNION ALL
            SELECT author_id, {_WRITTEN}, 0, 0, 0
            FROM message WHERE fate = 1 AND author_id IS NOT NULL GROUP BY author_id
        ) AS c GROUP BY person_id HAVING {" OR ".join(f"sum({n}) <> 0" for n in _GIVEN_NAMES)}""",
}

SLOTS = """
SELECT tree_id, target_id, kind, free, urgency, round, lang, author_id FROM slot
WHERE tree_id = ANY($1)
"""
NEXT_TREES = "SELECT id FROM tree WHERE id > $1 ORDER BY id LIMIT $2"


async def broken_invariants(
    store: SqlStore, policy: Policy, progress: Callable[[int], None]
) -> Sequence[str]:
    """Every invariant that does not hold, with some of what breaks it; nothing is changed."""
    found: dict[str, list[object]] = {}
    for sentence, sql in OF_ROWS.items():
        for row in await store.read(partial(_rows, sql=sql)):
            found.setdefault(sentence, []).append(row[0])
    found |= await _of_database(store, policy)
    last, looked_at = 0, 0
    while True:
        page = await store.read(partial(_page, policy=policy, after=last))
        for tree_id, sentence in page.broken:
            found.setdefault(sentence, []).append(tree_id)
        if not page.tree_ids:
            break
        last, looked_at = page.tree_ids[-1], looked_at + len(page.tree_ids)
        progress(looked_at)
    return [_told(sentence, offenders) for sentence, offenders in found.items()]


async def _of_database(store: SqlStore, policy: Policy) -> dict[str, list[object]]:
    """What the policy says of the counters, and SQLite of its file."""
    worth = worth_sql(tuple(policy.points.items()))
    asked = {
        "The points of a person are what their counters are worth.": (
            f"SELECT person_id FROM tally WHERE points <> {worth}"
        )
    }
    if isinstance(store, SqliteStore):
        asked["Every reference leads somewhere."] = "PRAGMA foreign_key_check"
        asked["The file is whole."] = (
            "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
        )
    answers = {
        sentence: [row[0] for row in await store.read(partial(_rows, sql=sql))]
        for sentence, sql in asked.items()
    }
    return {sentence: offenders for sentence, offenders in answers.items() if offenders}


def _rows(unit: SqlUnit, sql: str) -> Sequence[Row]:
    return unit.db.rows(sql)


@dataclass(frozen=True, slots=True)
class _Page:
    """Some trees that were looked at, and what does not hold of them."""

    tree_ids: Sequence[int]
    broken: Sequence[tuple[int, str]]


def _page(unit: SqlUnit, policy: Policy, after: int) -> _Page:
    """The next trees, all of one moment."""
    ids = [row[0] for row in unit.db.rows(NEXT_TREES, after, TREES_AT_ONCE)]
    slots: dict[int, set[Slot]] = {tree_id: set() for tree_id in ids}
    for tree_id, target_id, kind, *values in unit.db.rows(SLOTS, ids):
        free, urgency, round, lang, author_id = values
        slot = Slot(tree_id, target_id, KIND_OF[kind], lang, free, urgency, round, author_id)
        slots[tree_id].add(slot)
    broken = [
        (tree_id, sentence)
        for tree_id in ids
        for sentence in _broken_of_stored(unit, tree_id, slots[tree_id], policy)
    ]
    return _Page(ids, broken)


def _broken_of_stored(
    unit: SqlUnit, tree_id: int, slots: set[Slot], policy: Policy
) -> Sequence[str]:
    try:
        tree = unit.tree(tree_id)
        return () if tree is None else list(broken_of(tree, slots, Opinions(unit, tree), policy))
    except (ValueError, TypeError, LookupError):
        return ["A tree can be read, with all that was said of it."]


def _told(sentence: str, offenders: Sequence[object]) -> str:
    named = ", ".join(map(str, offenders[:SHOWN]))
    more = f" and {len(offenders) - SHOWN} more" if len(offenders) > SHOWN else ""
    return f"{sentence} Not so: {named}{more}."
