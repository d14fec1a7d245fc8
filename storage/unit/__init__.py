"""The unit of work over SQL: one class, put together from the queries of each subject."""

from __future__ import annotations

from datetime import datetime

from storage.unit.allowances import Allowances
from storage.unit.base import Means
from storage.unit.casework import Casework
from storage.unit.links import Links
from storage.unit.opinions import Opinions
from storage.unit.people import People
from storage.unit.posts import Posts
from storage.unit.record import Record
from storage.unit.reminders import Reminders

__all__ = ["Means", "SqlUnit"]


class SqlUnit(People, Links, Opinions, Posts, Allowances, Reminders, Record, Casework):
    """Everything the core asks of a store, inside one transaction."""

    def forget_boards(self, before: datetime, limit: int) -> int:
        return self._forget_counters(before, limit) + self._forget_posts(before, limit)

    def finish(self) -> None:
        """Write what was put off to the end, in the one order that all transactions keep."""
        self._finish_counts()
        self._finish_points()
        self.db.flush()
