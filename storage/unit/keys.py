"""Queries about the secrets that a store was written with.

The store keeps a mark of every secret that some platform id in it may be written with. A program
that lacks one of them is refused before it serves anybody, for it would take all who come for
strangers. Once every id is written with the present secret, that one alone is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from storage.driver import Row, Value
from storage.errors import StoreError
from storage.identity import Identity
from storage.unit.base import Part

MARKS, RETIRED = "secrets", "retired hash keys"

# A fact about the store; keeping one.
FACT = "SELECT value FROM meta WHERE key = $1"
KEEP_FACT = """
INSERT INTO meta (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

# An id that must be readable, if there is any.
ANY_ID = "SELECT id_encrypted FROM account ORDER BY id DESC LIMIT 1"

# Ids some at a time, and one of them written anew.
ACCOUNT_IDS = """
SELECT id, platform, id_encrypted FROM account WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE
"""
COMMUNITY_IDS = ACCOUNT_IDS.replace("account", "community")
WRITE_ACCOUNT_ID = "UPDATE account SET id_hash = $2, id_encrypted = $3 WHERE id = $1"
WRITE_COMMUNITY_ID = WRITE_ACCOUNT_ID.replace("account", "community")

# Whether anything is kept of blocked people who left.
ANY_BLOCKED = "SELECT id_hash FROM blocked_hash UNION SELECT id_hash FROM barred_hash LIMIT 1"

_WRONG = (
    "This store was written with another secret key: put that one back, or write it behind the"
    " present one, separated by a comma."
)
_CHANGED = "The secret key of this store was changed: stop this program and start it again."


class Asked(Protocol):
    """Whatever answers a question, in a transaction of the store or beside it."""

    def row(self, sql: str, *values: Value) -> Row | None: ...


def marks_known_to(identity: Identity, db: Asked) -> Sequence[str]:
    """The marks in a store; a StoreError when one of its secrets is none of these."""
    marks = _marks(db)
    if not marks:
        newest = db.row(ANY_ID)
        if newest is not None:  # of a store that was made before there were marks
            identity.decrypted(newest[0])
            marks = identity.marks
    if not set(marks) <= set(identity.marks):
        raise StoreError(_WRONG)
    return marks


def _marks(db: Asked) -> Sequence[str]:
    row = db.row(FACT, MARKS)
    return () if row is None else tuple(row[0].split(","))


class Keys(Part):
    """What the platform ids are written with."""

    def admit_secret(self) -> None:
        """Refuse a program that lacks a secret; mark the one it is going to write with."""
        identity = self.means.identity
        marks = marks_known_to(identity, self.db)
        if identity.marks[0] not in marks:
            self._keep_marks((*marks, identity.marks[0]))
        retired = self.db.row(FACT, RETIRED)
        if retired is not None:
            kept = identity.decrypted(retired[0].encode())
            identity.retired = tuple(bytes.fromhex(key) for key in kept.split(","))

    def require_present_secret(self) -> None:
        """Nobody is taken for a stranger because the secret was changed while the program ran."""
        mine, marks = self.means.identity.marks, _marks(self.db)
        if marks and not (set(marks) <= set(mine) and mine[0] in marks):
            raise StoreError(_CHANGED)

    def rewrite_accounts(self, after: int, limit: int) -> Sequence[int]:
        """Write the ids of some accounts with the present secret; which they were."""
        return self._rewritten(ACCOUNT_IDS, WRITE_ACCOUNT_ID, "", after, limit)

    def rewrite_communities(self, after: int, limit: int) -> Sequence[int]:
        return self._rewritten(COMMUNITY_IDS, WRITE_COMMUNITY_ID, " community", after, limit)

    def retire_secrets(self) -> None:
        """From now on the present secret is enough.

        The hashes of blocked people who left cannot be made anew, for nobody knows their ids; the
        keys of these hashes are kept, encrypted, and look up nothing else.
        """
        identity = self.means.identity
        if self.db.row(ANY_BLOCKED) is not None:
            identity.retired = tuple(dict.fromkeys((*identity.retired, *identity.older_hash_keys)))
        if identity.retired:
            told = ",".join(key.hex() for key in identity.retired)
            self.db.run(KEEP_FACT, RETIRED, identity.encrypted(told).decode())
        self._keep_marks(identity.marks[:1])

    def _rewritten(self, read: str, write: str, kind: str, after: int, limit: int) -> Sequence[int]:
        identity = self.means.identity
        rows = self.db.rows(read, after, limit)
        for number, platform, token in rows:
            told = identity.decrypted(token)
            id_hash = identity.hashes(f"{platform}{kind}", told)[0]
            self.db.run(write, number, id_hash, identity.encrypted(told))
        return [row[0] for row in rows]

    def _keep_marks(self, marks: Sequence[str]) -> None:
        self.db.run(KEEP_FACT, MARKS, ",".join(dict.fromkeys(marks)))
