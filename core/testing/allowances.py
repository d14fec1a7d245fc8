"""Allowances, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.pace import Allowance, Holder
from core.testing.posts import Posts


class Allowances(Posts):
    """How often."""

    def full_at(self, holders: Sequence[Holder]) -> Mapping[Holder, datetime]:
        found = self._t.allowances
        return {holder: found[holder] for holder in holders if holder in found}

    def use(self, allowances: Mapping[Holder, Allowance], now: datetime) -> None:
        for holder, allowance in allowances.items():
            full_at = self._t.allowances.get(holder)
            self._t.allowances[holder] = allowance.less_one(full_at, now)
