"""What tells whether trees changed since they were published, read without reading the trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.model import RANKING
from storage.codes import KIND
from storage.unit import SqlUnit

_RANKING_CODES = ", ".join(str(KIND[kind]) for kind in sorted(RANKING))

# The next trees by number: when each changed last, and the name of its prompt.
MARKS = """
SELECT t.id, m.public_id, m.from_file, t.touched_at, t.state
FROM tree t JOIN message m ON m.id = t.id WHERE t.id > $1 ORDER BY t.id LIMIT $2
"""

# The next people, by number, whose consent does not stand.
SILENT_PEOPLE = """
SELECT p.id FROM person p WHERE p.consent_version IS NULL AND p.id > $1 ORDER BY p.id LIMIT $2
"""

# The trees in which some people wrote, or voted.
PLACES = f"""
SELECT m.author_id, m.tree_id FROM message m WHERE m.author_id = ANY($1)
UNION
SELECT k.person_id, k.tree_id FROM task k
WHERE k.person_id = ANY($1) AND k.kind IN ({_RANKING_CODES}) AND k.state = 2
ORDER BY 1, 2
"""

# The seed of the pseudonyms: set once, and kept when the project's secret is changed.
SEED = "SELECT value FROM meta WHERE key = 'pseudonyms'"
KEEP_SEED = "INSERT INTO meta (key, value) VALUES ('pseudonyms', $1) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Mark:
    """A tree as it stands in the list of trees; every change of what it says changes `touched`."""

    tree_id: int
    public_id: str  # of the prompt
    from_file: bool  # it keeps the name that it had there
    touched: int
    state: str


def marks(unit: SqlUnit, after: int, limit: int) -> Sequence[Mark]:
    """The next trees by number."""
    return [
        Mark(tree_id, public_id, bool(from_file), touched or 0, state)
        for tree_id, public_id, from_file, touched, state in unit.db.rows(MARKS, after, limit)
    ]


def silent_people(unit: SqlUnit, after: int, limit: int) -> Sequence[int]:
    """The next people, by number, whose texts and votes must stay here."""
    return [row[0] for row in unit.db.rows(SILENT_PEOPLE, after, limit)]


def places_of(unit: SqlUnit, people: Sequence[int]) -> Sequence[tuple[int, int]]:
    """Each of these people with each tree in which they wrote or voted."""
    return [(person_id, tree_id) for person_id, tree_id in unit.db.rows(PLACES, list(people))]


def kept_seed(unit: SqlUnit, first: str) -> str:
    """The seed of this store's pseudonyms; `first` becomes it where there is none."""
    unit.db.run(KEEP_SEED, first)
    row = unit.db.row(SEED)
    assert row is not None
    seed: str = row[0]
    return seed
