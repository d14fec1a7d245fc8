"""The rows of a store in memory."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from core.bulletin import Outgoing
from core.casework import Memo, Sweep
from core.model import (
    Ballot,
    Slot,
    Task,
    TaskKind,
    Tree,
)
from core.pace import Holder
from core.people import (
    Account,
    AuditEntry,
    Community,
    Consent,
    Person,
    Report,
    Session,
)
from core.policy import Policy
from core.reminding import Reminder
from core.schedule import Schedule


@dataclass
class Tables:
    """Everything a memory store keeps; rows are frozen, so a shallow copy is a snapshot."""

    people: dict[int, Person] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    communities: dict[tuple[str, str], Community] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    barred: set[tuple[int, int]] = field(default_factory=set)
    banned: set[tuple[str, str]] = field(default_factory=set)
    banned_in: dict[tuple[str, str], dict[int, bool]] = field(default_factory=dict)
    seen: dict[str, datetime] = field(default_factory=dict)
    trees: dict[int, Tree] = field(default_factory=dict)
    slots: dict[tuple[int, TaskKind], tuple[float, Slot]] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    compared: set[int] = field(default_factory=set)
    imported: dict[int, tuple[Ballot, ...]] = field(default_factory=dict)
    reactions: set[tuple[int, int, str]] = field(default_factory=set)
    reports: dict[int, Report] = field(default_factory=dict)
    tallies: dict[tuple[str, str, int], dict[str, int]] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    links: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    schedules: dict[tuple[int, str], Schedule] = field(default_factory=dict)
    posts: dict[tuple[int, str, str], Outgoing] = field(default_factory=dict)
    reminders: dict[int, Reminder] = field(default_factory=dict)
    allowances: dict[Holder, datetime] = field(default_factory=dict)
    memos: dict[int, Memo] = field(default_factory=dict)
    memos_due: dict[int, datetime] = field(default_factory=dict)
    sweeps: dict[int, Sweep] = field(default_factory=dict)
    last_id: int = 0

    def snapshot(self) -> Tables:
        """A copy to go back to."""
        return Tables(**{name: copy.copy(value) for name, value in vars(self).items()})


class Part:
    """What every part of the unit of work stands on."""

    def __init__(self, tables: Tables, policy: Policy, rng: Random) -> None:
        self._t = tables
        self._policy = policy
        self._rng = rng

    def _new_id(self) -> int:
        self._t.last_id += 1
        return self._t.last_id
