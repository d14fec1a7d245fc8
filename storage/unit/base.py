"""What every part of the unit of work has: a connection in a transaction, and the store's means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from core.policy import Policy
from storage.batch import AtOnce, PutOff
from storage.driver import Sql
from storage.identity import Identity


def _unwatched(db: Sql) -> Sql:
    return db


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What a store needs besides its database; each is its own."""

    policy: Policy
    rng: Random
    identity: Identity
    watch: Callable[[Sql], Sql] = _unwatched  # an observer of statements, for measurements


class Part:
    """The queries of one subject; `SqlUnit` is all of them together."""

    def __init__(self, db: Sql, means: Means) -> None:
        self.means = means
        self.db = PutOff(db) if db.locks else AtOnce(db)
