"""Reminders: what is worth telling somebody who wished to be told, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from core.languages import LANGUAGES
from core.model import LABELLING, RANKING, REPLYING, TaskKind
from core.people import Person
from core.points import streak_today, week_of
from core.policy import Policy
from core.schedule import Schedule, next_run
from core.text import Nn_, Text

SILENT = frozenset({"terminal"})
"""Platforms on which nobody can be written to."""

LONGEST_WAIT = timedelta(days=2)
"""No reminder is looked at later than this, whatever the clocks of a zone do."""

Needs = Mapping[tuple[str, TaskKind], int]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A person's wish to be reminded, where and at which hour, and what came of it so far."""

    person_id: int
    account_id: int  # the account on which it was wished for; reminders come there
    platform: str
    hour: int  # of the person's own day
    next_run: datetime  # when it is looked at next; moved on before anything is sent
    last_day: date | None = None  # their day on which the last one was sent
    week: str | None = None  # their ISO week in which they were last called
    calls: int = 0  # in that week


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is to be looked at, with whom it is for."""

    reminder: Reminder
    person: Person
    address: str  # the platform's id of the account


class Reminders(Protocol):
    """What a unit of work keeps of them."""

    def reminder(self, person_id: int) -> Reminder | None:
        """What a person wishes, ours alone until the transaction ends."""
        ...

    def save_reminder(self, reminder: Reminder) -> None: ...
    def due_reminders(self, platform: str, now: datetime, limit: int) -> Sequence[Due]:
        """Those whose hour has come, ours alone until the transaction ends; oldest first.

        Where there are none, those that are further ahead than any clock but a wrong one puts them.
        """
        ...

    def silence(self, person_id: int, notice: str) -> None:
        """No more reminders for somebody, and a notice of it at their next screen."""
        ...


def next_look(hour: int, timezone: str, after: datetime) -> datetime:
    """The next such hour of a person's day, whatever the clocks do there."""
    return next_run(Schedule(0, "day", timezone=timezone, hour=hour), after)


def is_time(reminder: Reminder, local: datetime, policy: Policy) -> bool:
    """Whether it is neither too early nor too late today, and none was sent today."""
    is_late = local.hour >= reminder.hour + policy.reminder_window_hours
    return reminder.hour <= local.hour and not is_late and reminder.last_day != local.date()


def streak_ends_tonight(person: Person, today: date, freezes: int) -> bool:
    """Whether a streak goes on with a contribution today and is over without one."""
    tomorrow = date.fromordinal(today.toordinal() + 1)
    streak = person.streak
    return (
        streak.last_day != today
        and streak_today(streak, today, freezes) > 0
        and streak_today(streak, tomorrow, freezes) == 0
    )


def calls_left(reminder: Reminder, today: date, policy: Policy) -> int:
    """How often this person may still be called this week."""
    used = reminder.calls if reminder.week == week_of(today) else 0
    return max(0, policy.calls_per_week - used)


_KINDS: Mapping[str, frozenset[TaskKind]] = {
    "rank": RANKING,
    "reply": REPLYING,
    "review": LABELLING,
}


def call(person: Person, needs: Needs, policy: Policy) -> Text | None:
    """What one of their languages needs most, where it needs enough of it."""
    wished = set(person.kinds or TaskKind)
    counts = {
        (name, lang): sum(needs.get((lang, kind), 0) for kind in kinds if kind in wished)
        for name, kinds in _KINDS.items()
        for lang in person.languages
    }
    if not counts:
        return None
    (name, lang), count = max(counts.items(), key=lambda item: item[1])
    return _needed(name, lang, count) if count >= policy.call_from else None


def _needed(name: str, lang: str, count: int) -> Text:
    language = LANGUAGES[lang].own_name
    match name:
        case "rank":
            return Nn_(
                "{language} needs {count} ranking.",
                "{language} needs {count} rankings.",
                count,
                language=language,
            )
        case "reply":
            return Nn_(
                "{language} needs {count} reply.",
                "{language} needs {count} replies.",
                count,
                language=language,
            )
    return Nn_(
        "{language} needs {count} review.",
        "{language} needs {count} reviews.",
        count,
        language=language,
    )


def local_time(person: Person, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(person.timezone))
