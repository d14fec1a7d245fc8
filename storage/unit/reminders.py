"""Queries about reminders: who wishes some, and whose hour has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core.reminding import LONGEST_WAIT, Due, Reminder
from storage.convert import PERSON, columns, listed, person_from_row, replacing
from storage.driver import Row, Value, dollars
from storage.times import micros, moment
from storage.unit.base import Part

_REMINDER = "person_id account_id platform hour next_run last_day week calls"

# One person's wish; writing it down.
ONE = f"SELECT {columns('r', _REMINDER)} FROM reminder r WHERE r.person_id = $1 FOR UPDATE"
SAVE = f"""
INSERT INTO reminder ({listed(_REMINDER)}) VALUES ({dollars(8)})
ON CONFLICT (person_id) DO UPDATE
SET {replacing("account_id platform hour next_run last_day week calls")}
"""

# Those whose hour has come, and those that a clock which ran ahead has put off, as far as nobody
# else is at them.
_FOUND = f"""
SELECT {columns("r", _REMINDER)}, a.id_encrypted, {columns("p", PERSON)}
FROM reminder r JOIN account a ON a.id = r.account_id JOIN person p ON p.id = r.person_id
WHERE r.platform = $1 AND r.next_run {{}} $2
ORDER BY r.next_run, r.person_id LIMIT $3 FOR UPDATE OF r SKIP LOCKED
"""
DUE, ASTRAY = _FOUND.format("<="), _FOUND.format(">")
_OF_REMINDER, _TOKEN, _OF_PERSON = slice(0, 8), 8, slice(9, None)

# Somebody who lets nobody write to them; the next screen says so.
SILENCE = "UPDATE person SET reminders = FALSE, notice = $2 WHERE id = $1 AND reminders"


class Reminders(Part):
    """Who is reminded, and when."""

    def reminder(self, person_id: int) -> Reminder | None:
        row = self.db.row(ONE, person_id)
        return None if row is None else _reminder_from_row(row)

    def save_reminder(self, reminder: Reminder) -> None:
        self.db.run(SAVE, *_values(reminder))

    def due_reminders(self, platform: str, now: datetime, limit: int) -> Sequence[Due]:
        rows = self.db.rows(DUE, platform, micros(now), limit)
        if not rows:
            rows = self.db.rows(ASTRAY, platform, micros(now + LONGEST_WAIT), limit)
        return [
            Due(
                reminder=_reminder_from_row(row[_OF_REMINDER]),
                person=person_from_row(row[_OF_PERSON]),
                address=self.means.identity.decrypted(row[_TOKEN]),
            )
            for row in rows
        ]

    def silence(self, person_id: int, notice: str) -> None:
        self.db.run(SILENCE, person_id, notice)


def _values(reminder: Reminder) -> tuple[Value, ...]:
    return (
        reminder.person_id,
        reminder.account_id,
        reminder.platform,
        reminder.hour,
        micros(reminder.next_run),
        None if reminder.last_day is None else reminder.last_day.isoformat(),
        reminder.week,
        reminder.calls,
    )


def _reminder_from_row(row: Row) -> Reminder:
    return Reminder(
        person_id=row[0],
        account_id=row[1],
        platform=row[2],
        hour=row[3],
        next_run=moment(row[4]),
        last_day=None if row[5] is None else date.fromisoformat(row[5]),
        week=row[6],
        calls=row[7],
    )
