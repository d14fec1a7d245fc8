"""How often: allowances that are used up one by one and fill again as time goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, unique
from typing import Protocol

_NOTHING = timedelta()


@unique
class Limit(IntEnum):
    """What is limited; the number is the one that stores keep."""

    PERSON_TASKS = 1  # tasks that one person takes
    COMMUNITY_TASKS = 2  # tasks that all people of one community take
    LINK_TRIES = 3  # wrong codes that one person enters


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose allowance: a person or a community, by number."""

    limit: Limit
    id: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """A token bucket: so many at once, then one by one; unused, it is full again after `refill`.

    All that is known of one is the moment at which it will be full.
    """

    at_once: int
    refill: timedelta

    @property
    def each(self) -> timedelta:
        """After so long there is one more."""
        return self.refill / self.at_once

    def wait(self, full_at: datetime | None, now: datetime) -> timedelta | None:
        """How long until there is one; None when there is one now."""
        missing = self._missing(full_at, now) + self.each - self.refill
        return missing if missing > _NOTHING else None

    def less_one(self, full_at: datetime | None, now: datetime, count: int = 1) -> datetime:
        """When it will be full after so many are used now."""
        return now + self._missing(full_at, now) + self.each * count

    def sane(self, now: datetime) -> datetime:
        """No allowance is full later than this; one that says so was kept by a wrong clock."""
        return now + 2 * self.refill

    def _missing(self, full_at: datetime | None, now: datetime) -> timedelta:
        """The time that filling takes from now on."""
        if full_at is None or not now < full_at <= self.sane(now):
            return _NOTHING
        return full_at - now


class Allowances(Protocol):
    """What a unit of work keeps of them."""

    def full_at(self, holders: Sequence[Holder]) -> Mapping[Holder, datetime]:
        """When these allowances will be full again; those that nobody has used are left out."""
        ...

    def use(self, allowances: Mapping[Holder, Allowance], now: datetime) -> None:
        """One less of each."""
        ...
