"""Queries about trees: loading one whole and locked, and writing back what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from operator import attrgetter, itemgetter

from core.model import Lease, Message, Slot, TaskKind, Tree, TreeState
from core.selection import open_work
from core.values import replace
from storage.batch import delete_many, insert_many, update_many
from storage.codes import KIND, KIND_OF
from storage.convert import (
    CHANGING,
    CHANGING_TYPES,
    FIXED,
    LIMITS,
    MESSAGE,
    TREE,
    changing_values,
    columns,
    fixed_values,
    listed,
    message_from_row,
    replacing,
    tree_from_row,
    tree_values,
)
from storage.driver import Row, Sql, dollars
from storage.times import micros_or_none
from storage.unit.base import Means, Part

# One tree, ours alone until the transaction ends.
TREE_ROW = f"SELECT {columns('t', TREE)} FROM tree t WHERE t.id = $1 FOR UPDATE"

# The same, unless somebody else holds it.
FREE_TREE_ROW = f"{TREE_ROW} SKIP LOCKED"


def _in_place_of(columns_of_message: Mapping[str, str]) -> str:
    """Something else in the columns of a message that have its types."""
    return ", ".join(columns_of_message.get(name, "NULL") for name in MESSAGE.split())


_LEASE = {"id": "k.id", "parent_id": "k.target_id", "role": "k.kind", "author_id": "k.person_id"}
_SLOT = {
    "parent_id": "s.target_id",
    "role": "s.kind",
    "depth": "s.free",
    "rank": "s.urgency",
    "ballot_round": "s.round",
    "author_id": "s.author_id",
}

# All that hangs on a tree, in one question: everything said in it (first column 0), who is at
# work on it (1), and its open work (2).
CONTENTS = f"""
SELECT 0, CAST(NULL AS DOUBLE PRECISION), {columns("m", MESSAGE)}
FROM message m WHERE m.tree_id = $1
UNION ALL
SELECT 1, NULL, {_in_place_of(_LEASE)} FROM task k WHERE k.tree_id = $1 AND k.state = 1
UNION ALL
SELECT 2, s.key, {_in_place_of(_SLOT)} FROM slot s WHERE s.tree_id = $1
"""
_WHICH, _KEY, _OF_MESSAGE = 0, 1, slice(2, None)
_AT = {name: place for place, name in enumerate(MESSAGE.split(), _OF_MESSAGE.start)}
_of_lease = itemgetter(*(_AT[name] for name in _LEASE))
_of_slot = itemgetter(*(_AT[name] for name in _SLOT))

# A new message, a new tree; a root learns its tree's number, which is its own.
ADD_MESSAGE = f"""
INSERT INTO message ({listed(f"{FIXED} {CHANGING}")}) VALUES ({dollars(28)}) RETURNING id
"""
NAME_ROOT = "UPDATE message SET tree_id = id WHERE id = $1"
ADD_TREE = f"INSERT INTO tree ({listed(TREE)}) VALUES ({dollars(16)})"

# What reviews, ballots and moderators change about a message; what it said before an edit.
SAVE_MESSAGES = update_many("message", "id", CHANGING_TYPES)
ADD_REVISION = "INSERT INTO message_revision (message_id, text) VALUES ($1, $2)"

# What changes about a tree; the same, and the state it moved to.
SAVE_TREE = "UPDATE tree SET grows_since = $2, touched_at = $3, licence = $4 WHERE id = $1"
MOVE_TREE = SAVE_TREE.replace("SET", "SET state = $5,")

# What a tree may become: changed only where one that was at rest is to be ranked.
_LIMITS = ", ".join(f"{name} = ${n}" for n, name in enumerate(LIMITS.split(), 2))
SAVE_LIMITS = f"UPDATE tree SET {_LIMITS} WHERE id = $1"

# Open work that is there now, and open work that is no longer.
SLOT = {
    "target_id": "BIGINT",
    "kind": "SMALLINT",
    "tree_id": "BIGINT",
    "lang": "VARCHAR",
    "free": "INTEGER",
    "urgency": "SMALLINT",
    "key": "DOUBLE PRECISION",
    "round": "INTEGER",
    "author_id": "BIGINT",
}
SAVE_SLOTS = insert_many(
    "slot",
    SLOT,
    "ON CONFLICT (target_id, kind) DO UPDATE"
    f" SET {replacing('lang free urgency key round author_id')}",
)
DROP_SLOTS = delete_many("slot", {"target_id": "BIGINT", "kind": "SMALLINT"})

# Counts of trees by language and state.
COUNT_STATES = insert_many(
    "lang_state",
    {"lang": "VARCHAR", "state": "VARCHAR", "count": "INTEGER"},
    "ON CONFLICT (lang, state) DO UPDATE SET count = lang_state.count + excluded.count",
)
STATE_COUNT = "SELECT count FROM lang_state WHERE lang = $1 AND state = $2"

# Where a message is, and one message by the id it is published under.
TREE_ID_OF = "SELECT m.tree_id FROM message m WHERE m.id = $1"
MESSAGE_WITH = f"SELECT {columns('m', MESSAGE)} FROM message m WHERE m.public_id = $1"

# What a tree's own row can change in.
_changing = attrgetter("state", "touched_at", "grows_since", "licence", "limits")


@dataclass(slots=True)
class Known:
    """A tree of this transaction: as its rows are, and as the core last saw it."""

    row: Tree  # the tree's own row; its messages and leases are those below
    messages: dict[int, Message]  # as stored; never the mapping of a tree that was given out
    slots: dict[tuple[int, TaskKind], tuple[Slot, float]]
    tree: Tree | None  # None: written to since, so to be read again
    saved: bool = False  # in this transaction, perhaps not sent yet


class Trees(Part):
    """Trees, messages, their open work and the counts about them."""

    def __init__(self, db: Sql, means: Means) -> None:
        super().__init__(db, means)
        self._trees: dict[int, Known] = {}
        self._locked: dict[int, Row] = {}  # rows of trees that are ours already
        self._moved: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._leased: dict[tuple[int, TaskKind], datetime] = {}

    def add_tree(self, tree: Tree) -> Tree:
        (root,) = tree.messages.values()
        row = self.db.row(ADD_MESSAGE, *fixed_values(root), *changing_values(root))
        assert row is not None
        root = replace(root, id=row[0], tree_id=row[0])
        self.db.run(NAME_ROOT, root.id)
        tree = replace(tree, id=root.id, messages={root.id: root})
        self.db.write(ADD_TREE, *tree_values(tree))
        self._moved[tree.lang, tree.state.value] += 1
        known = Known(tree, {root.id: root}, {}, tree, saved=True)
        self._trees[tree.id] = known
        self._save_slots(known, tree)
        return tree

    def tree(self, tree_id: int) -> Tree | None:
        return self._tree(tree_id, TREE_ROW)

    def free_tree(self, tree_id: int) -> Tree | None:
        return self._tree(tree_id, FREE_TREE_ROW)

    def _tree(self, tree_id: int, how: str) -> Tree | None:
        known = self._trees.get(tree_id)
        if known is not None and known.tree is not None:
            return known.tree
        row = self._locked.pop(tree_id, None) or self.db.row(how, tree_id)
        return None if row is None else self._loaded(row).tree

    def _loaded(self, row: Row) -> Known:
        """The tree of a locked row, with all that hangs on it."""
        tree_id: int = row[0]
        said: list[Message] = []
        leases: list[Lease] = []
        slots: dict[tuple[int, TaskKind], tuple[Slot, float]] = {}
        lang: str = row[1]
        for found in self.db.rows(CONTENTS, tree_id):
            if found[_WHICH] == 0:
                said.append(message_from_row(found[_OF_MESSAGE]))
            elif found[_WHICH] == 1:
                task_id, target_id, code, person_id = _of_lease(found)
                leases.append(Lease(task_id, KIND_OF[code], target_id, person_id))
            else:
                target_id, code, free, urgency, round, author_id = _of_slot(found)
                kind = KIND_OF[code]
                slot = Slot(tree_id, target_id, kind, lang, free, urgency, round, author_id)
                slots[target_id, kind] = (slot, found[_KEY])
        messages = {message.id: message for message in sorted(said, key=attrgetter("id"))}
        leases.sort(key=attrgetter("task_id"))
        tree = tree_from_row(row, messages, tuple(leases))
        known = Known(tree, dict(messages), slots, tree)
        self._trees[tree_id] = known
        return known

    def _written(self, tree_id: int | None) -> None:
        """Something hanging on a tree was written, so the tree is to be read again."""
        if tree_id in self._trees:
            self._trees[tree_id].tree = None

    def _written_elsewhere(self) -> None:
        """Rows of any tree were written past this class: all are to be read again."""
        self._trees.clear()
        self._locked.clear()

    def tree_id_of(self, message_id: int) -> int | None:
        row = self.db.row(TREE_ID_OF, message_id)
        return None if row is None else row[0]

    def message_with(self, public_id: str) -> Message | None:
        row = self.db.row(MESSAGE_WITH, public_id)
        return None if row is None else message_from_row(row)

    def add_message(self, message: Message) -> Message:
        row = self.db.row(ADD_MESSAGE, *fixed_values(message), *changing_values(message))
        assert row is not None
        message = replace(message, id=row[0])
        known = self._trees.get(message.tree_id)
        if known is not None:
            known.messages[message.id] = message
            known.tree = None
        return message

    def save_tree(self, tree: Tree) -> None:
        known = self._trees.get(tree.id)
        locked = self._locked.pop(tree.id, None)  # no longer as it is
        if known is None:
            row = locked or self.db.row(TREE_ROW, tree.id)
            if row is None:
                raise LookupError(f"tree {tree.id} was never added")
            known = self._loaded(row)
        if known.saved:
            self.db.flush()  # one statement may not write the same rows twice
        known.saved = True
        self._save_messages(known, tree)
        self._save_row(known, tree)
        self._save_slots(known, tree)
        known.tree = tree

    def _save_messages(self, known: Known, tree: Tree) -> None:
        changed = []
        for message in tree.messages.values():
            old = known.messages[message.id]
            if message is not old and message != old:
                changed.append((message.id, *changing_values(message)))
                if message.text != old.text:
                    self.db.write(ADD_REVISION, message.id, old.text)
                known.messages[message.id] = message
        self.db.write_many(SAVE_MESSAGES, changed)

    def _save_row(self, known: Known, tree: Tree) -> None:
        old = known.row
        if _changing(tree) == _changing(old):
            return
        at, since = micros_or_none(tree.touched_at), micros_or_none(tree.grows_since)
        if tree.state is old.state:
            self.db.write(SAVE_TREE, tree.id, since, at, tree.licence)
        else:
            self.db.write(MOVE_TREE, tree.id, since, at, tree.licence, tree.state.value)
            self._moved[tree.lang, old.state.value] -= 1
            self._moved[tree.lang, tree.state.value] += 1
        if tree.limits != old.limits:
            self.db.run(SAVE_LIMITS, tree.id, *astuple(tree.limits))  # a statement of its own
        known.row = tree

    def _save_slots(self, known: Known, tree: Tree) -> None:
        """Make the rows of open work those that the core wants, whatever they were."""
        wanted = open_work(tree, self.means.policy)
        changed = []
        for where, slot in wanted.items():
            old, key = known.slots.get(where) or (None, 0.0)
            leased_at = self._leased.pop(where, None)
            if old is None or leased_at is not None:
                key = self._key(leased_at or tree.touched_at or tree.created_at)
            if slot != old or leased_at is not None:
                changed.append(_slot_values(slot, key))
                known.slots[where] = (slot, key)
        self.db.write_many(SAVE_SLOTS, changed)
        gone = [where for where in known.slots if where not in wanted]
        self.db.write_many(DROP_SLOTS, [(target_id, KIND[kind]) for target_id, kind in gone])
        for where in gone:
            del known.slots[where]

    def _key(self, at: datetime) -> float:
        """Oldest first, blurred."""
        blur = self.means.rng.random() * self.means.policy.shuffle_seconds
        return at.timestamp() + blur

    def state_count(self, lang: str, state: TreeState) -> int:
        row = self.db.row(STATE_COUNT, lang, state.value)
        return (0 if row is None else row[0]) + self._moved[lang, state.value]

    def _finish_counts(self) -> None:
        """Write how the counts moved, always in the same order, as the last thing but points."""
        moved = [(*where, by) for where, by in sorted(self._moved.items()) if by]
        self.db.write_many(COUNT_STATES, moved)
        self._moved.clear()


def _slot_values(slot: Slot, key: float) -> tuple[int | str | float | None, ...]:
    return (
        slot.target_id,
        KIND[slot.kind],
        slot.tree_id,
        slot.lang,
        slot.free,
        slot.urgency,
        key,
        slot.round,
        slot.author_id,
    )
