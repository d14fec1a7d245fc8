"""Reminders, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.reminding import LONGEST_WAIT, Due, Reminder
from core.testing.allowances import Allowances
from core.values import replace


class Reminders(Allowances):
    """Who is reminded, and when."""

    def reminder(self, person_id: int) -> Reminder | None:
        return self._t.reminders.get(person_id)

    def save_reminder(self, reminder: Reminder) -> None:
        self._t.reminders[reminder.person_id] = reminder

    def due_reminders(self, platform: str, now: datetime, limit: int) -> Sequence[Due]:
        addresses = {account.id: name for (_, name), account in self._t.accounts.items()}
        own = [
            Due(r, self._t.people[r.person_id], addresses[r.account_id])
            for r in self._t.reminders.values()
            if r.platform == platform
        ]
        due = [d for d in own if d.reminder.next_run <= now]
        astray = [d for d in own if d.reminder.next_run > now + LONGEST_WAIT]
        found = due or astray
        return sorted(found, key=lambda d: (d.reminder.next_run, d.reminder.person_id))[:limit]

    def silence(self, person_id: int, notice: str) -> None:
        person = self._t.people.get(person_id)
        if person is not None and person.reminders:
            self._t.people[person_id] = replace(person, reminders=False, notice=notice)
