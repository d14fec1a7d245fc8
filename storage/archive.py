"""Whole trees for files: read a page at a time, and stored as a file says.

Plain functions over a unit of work; nothing here is part of a volunteer's day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.archive import TreeRecord, Wanted
from core.model import RANKING, Ballot, Message, Tree
from core.ports import UnitOfWork
from core.values import replace
from storage.codes import KIND, ballot_from_text, cast, ids_from_text
from storage.convert import (
    MESSAGE,
    TREE,
    columns,
    message_from_row,
    tree_from_row,
)
from storage.driver import Row, Value
from storage.times import moment_or_none
from storage.unit import SqlUnit

_RANKING_CODES = ", ".join(str(KIND[kind]) for kind in sorted(RANKING))

# The next trees by number, some states and languages only.
TREES = f"""
SELECT {columns("t", TREE)} FROM tree t WHERE t.id > $1{{narrowed}} ORDER BY t.id LIMIT $2
"""

# Some trees.
NAMED_TREES = f"SELECT {columns('t', TREE)} FROM tree t WHERE t.id = ANY($1) ORDER BY t.id"

# Everything said in some trees.
MESSAGES = f"""
SELECT {columns("m", MESSAGE)} FROM message m WHERE m.tree_id = ANY($1) ORDER BY m.id
"""

# How the replies to some messages were ordered: in files that were imported, and by volunteers.
IMPORTED_BALLOTS = """
SELECT b.parent_id, b.ballot, b.at FROM imported_ballot b
WHERE b.parent_id = ANY($1) ORDER BY b.id
"""
BALLOTS = f"""
SELECT k.target_id, k.ballot, k.answered_at, k.shown, k.person_id FROM task k
WHERE k.target_id = ANY($1) AND k.kind IN ({_RANKING_CODES}) AND k.state = 2
ORDER BY k.answered_at, k.id
"""

# Which of these people have no consent that stands.
WITHOUT_CONSENT = """
SELECT p.id FROM person p WHERE p.id = ANY($1) AND p.consent_version IS NULL
"""

# Which of these messages are stored.
KNOWN = "SELECT m.public_id FROM message m WHERE m.public_id = ANY($1)"


def tree_records(unit: SqlUnit, wanted: Wanted, after: int, limit: int) -> Sequence[TreeRecord]:
    """The next trees by number, whole; ballots only when wanted. Nothing is locked."""
    narrowed, values = _narrowed(wanted)
    rows = unit.db.rows(TREES.format(narrowed=narrowed), after, limit, *values)
    return _records(unit, rows, events=wanted.events)


def records_of(unit: SqlUnit, tree_ids: Sequence[int]) -> Sequence[TreeRecord]:
    """These trees, whole and with their ballots, by number. Nothing is locked."""
    return _records(unit, unit.db.rows(NAMED_TREES, list(tree_ids)), events=True)


def _records(unit: SqlUnit, rows: Sequence[Row], *, events: bool) -> Sequence[TreeRecord]:
    messages = _messages(unit, [row[0] for row in rows])
    parents = [m.parent_id for of_tree in messages.values() for m in of_tree.values()]
    ballots = _ballots(unit, sorted({i for i in parents if i})) if events else {}
    silent = _without_consent(unit, messages.values(), ballots.values())
    return [
        TreeRecord(
            tree=tree_from_row(row, messages[row[0]]),
            ballots={i: ballots[i] for i in messages[row[0]] if i in ballots},
            without_consent=silent,
        )
        for row in rows
    ]


def known_ids(unit: SqlUnit, public_ids: Sequence[str]) -> frozenset[str]:
    """Which of these messages are stored already."""
    return frozenset(row[0] for row in unit.db.rows(KNOWN, list(public_ids)))


def add_record(unit: UnitOfWork, record: TreeRecord) -> Tree:
    """Store a tree read from a file as it is: its messages in their order, its ballots."""
    root, *others = record.tree.messages.values()
    unnumbered = replace(root, id=0, tree_id=0)
    tree = unit.add_tree(replace(record.tree, id=0, messages={0: unnumbered}))
    ids = {root.id: tree.id}
    for message in others:
        stored = unit.add_message(_moved(message, ids))
        ids[message.id] = stored.id
        tree = tree.with_message(stored)
    unit.save_tree(tree)
    for parent_id, ballots in record.ballots.items():
        for ballot in ballots:
            unit.add_ballot(ids[parent_id], _renamed(ballot, ids))
    return tree


def _narrowed(wanted: Wanted) -> tuple[str, list[Value]]:
    chosen = (("state", wanted.states), ("lang", wanted.languages))
    asked = [(name, sorted(str(v) for v in some)) for name, some in chosen if some is not None]
    where = "".join(f" AND t.{name} = ANY(${n})" for n, (name, _) in enumerate(asked, start=3))
    return where, [values for _, values in asked]


def _messages(unit: SqlUnit, tree_ids: list[int]) -> dict[int, dict[int, Message]]:
    found: dict[int, dict[int, Message]] = {tree_id: {} for tree_id in tree_ids}
    for row in unit.db.rows(MESSAGES, tree_ids):
        message = message_from_row(row)
        found[message.tree_id][message.id] = message
    return found


def _ballots(unit: SqlUnit, parent_ids: list[int]) -> dict[int, list[Ballot]]:
    found: dict[int, list[Ballot]] = {}
    for row in unit.db.rows(IMPORTED_BALLOTS, parent_ids):
        found.setdefault(row[0], []).append(_ballot(row, None, None))
    for row in unit.db.rows(BALLOTS, parent_ids):
        found.setdefault(row[0], []).append(_ballot(row, row[3], row[4]))
    return found


def _ballot(row: Row, shown: str | None, person_id: int | None) -> Ballot:
    return cast(ballot_from_text(row[1], ids_from_text(shown)), person_id, moment_or_none(row[2]))


def _without_consent(
    unit: SqlUnit,
    messages: Iterable[dict[int, Message]],
    ballots: Iterable[Sequence[Ballot]],
) -> frozenset[int]:
    people = {message.author_id for of_tree in messages for message in of_tree.values()}
    people |= {ballot.person_id for given in ballots for ballot in given}
    asked = sorted(person_id for person_id in people if person_id)
    return frozenset(row[0] for row in unit.db.rows(WITHOUT_CONSENT, asked))


def _moved(message: Message, ids: dict[int, int]) -> Message:
    """The message below its parent as stored, not yet stored itself."""
    parent_id = message.parent_id
    assert parent_id is not None
    return replace(message, id=0, tree_id=ids[message.tree_id], parent_id=ids[parent_id])


def _renamed(ballot: Ballot, ids: dict[int, int]) -> Ballot:
    return replace(
        ballot,
        groups=tuple(tuple(ids[i] for i in group) for group in ballot.groups),
        shown=tuple(ids[i] for i in ballot.shown),
    )
