"""Reminders in motion: wished for, taken up before they are sent, given up after a refusal.

A reminder is worth less than the anger over two: the row moves on to the next day in the
transaction before the sending, so that whatever is cut off is lost and never doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.community import rules_of
from core.dialogue import Button, Say, press
from core.errors import Unknown
from core.flow.rows import each
from core.flow.turn import Turn, Visit
from core.languages import interface_language
from core.people import Person
from core.points import week_of
from core.reminding import (
    SILENT,
    Due,
    Needs,
    Reminder,
    call,
    calls_left,
    is_time,
    local_time,
    next_look,
    streak_ends_tonight,
)
from core.schedule import is_quiet
from core.text import N_, Nn_, Text
from core.values import replace

# ---------------------------------------------------------------- wished for, or no longer


def wish(visit: Visit, hour: int | None) -> Reminder:
    """From now on, on this account; without an hour at the one chosen before."""
    if visit.who.platform in SILENT:
        raise Unknown(N_("I can only write to you on Discord or Telegram. Send /remind there."))
    before = visit.unit.reminder(visit.person.id)
    usual = visit.policy.reminder_hour if before is None else before.hour
    chosen = usual if hour is None else hour
    reminder = Reminder(
        person_id=visit.person.id,
        account_id=visit.account.id,
        platform=visit.who.platform,
        hour=chosen,
        next_run=next_look(chosen, visit.person.timezone, visit.now),
        last_day=before.last_day if before else None,
        week=before.week if before else None,
        calls=before.calls if before else 0,
    )
    visit.unit.save_reminder(reminder)
    visit.save_person(replace(visit.person, reminders=True))
    return reminder


def stop(visit: Visit) -> None:
    """No more of them; the row stays, so that off and on again is not a second one today."""
    visit.save_person(replace(visit.person, reminders=False))


def move(visit: Visit) -> None:
    """The person's hours have moved with their time zone."""
    reminder = visit.unit.reminder(visit.person.id)
    if reminder is not None:
        run = next_look(reminder.hour, visit.person.timezone, visit.now)
        visit.unit.save_reminder(replace(reminder, next_run=run))


def wish_of_one(visit: Visit, kept: Person, gone: Person) -> Reminder | None:
    """What is wished for by the one of two people alone who is about to become the other."""
    wishes = gone.reminders and not kept.reminders
    return visit.unit.reminder(gone.id) if wishes else None


def adopt(visit: Visit, wish: Reminder) -> None:
    """It is this person's from now on, in the place of one that they had stopped."""
    visit.unit.save_reminder(replace(wish, person_id=visit.person.id))
    move(visit)


# ---------------------------------------------------------------- sent


@dataclass(frozen=True, slots=True)
class Nudge:
    """One message to one person, to be sent once."""

    screen: Say
    address: str  # the platform's id of the account
    before: Reminder
    after: Reminder  # as it is kept since it was taken up


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Some of what was due."""

    looked_at: int
    nudges: Sequence[Nudge]
    faults: Sequence[Exception] = ()


def take_up(turn: Turn, platform: str, needs: Needs, limit: int) -> TakenUp:
    """Look at those whose hour has come; each is kept as sent before it is."""
    due = turn.unit.due_reminders(platform, turn.now, limit)
    dealt, faults = each(due, lambda one: _taken(turn, one, needs))
    for one, _ in faults:
        tomorrow = turn.now + timedelta(days=1)
        turn.unit.save_reminder(replace(one.reminder, next_run=tomorrow))
    nudges = [nudge for nudge in dealt if nudge is not None]
    return TakenUp(len(due), nudges, [fault for _, fault in faults])


def _taken(turn: Turn, due: Due, needs: Needs) -> Nudge | None:
    screen, after = _considered(turn, due, needs)
    turn.unit.save_reminder(after)
    return None if screen is None else Nudge(screen, due.address, due.reminder, after)


def later(turn: Turn, nudge: Nudge, seconds: float) -> None:
    """The platform has surely not taken it and wants to be asked again."""
    if turn.unit.reminder(nudge.after.person_id) == nudge.after:
        run = turn.now + timedelta(seconds=seconds)
        turn.unit.save_reminder(replace(nudge.before, next_run=run))


def refused(turn: Turn, nudge: Nudge) -> None:
    """They let nobody write to them: silence for ever, which the next screen says once."""
    turn.unit.silence(nudge.after.person_id, SILENCED)


SILENCED = "silenced"
NOTICES = {
    SILENCED: N_(
        "I could not write to you, so I no longer remind you. Let me write to you and send /remind"
        " if you want reminders again."
    )
}
"""What is said once, at the next screen, by its name."""


def _considered(turn: Turn, due: Due, needs: Needs) -> tuple[Say | None, Reminder]:
    """What to say to somebody, if anything, and their reminder as it goes on."""
    person, reminder, local = due.person, due.reminder, local_time(due.person, turn.now)
    run = next_look(reminder.hour, person.timezone, turn.now)
    moved = replace(reminder, next_run=run)
    if not (_wants(turn, person) and is_time(reminder, local, turn.policy)):
        return None, moved
    today = local.date()
    if streak_ends_tonight(person, today, turn.policy.streak_freezes_per_week):
        words = Nn_(
            "You have helped {count} day in a row. One task today keeps it up.",
            "You have helped {count} days in a row. One task today keeps it up.",
            person.streak.days,
        )
        screen = _screen(person, N_("Your streak ends tonight"), words)
        return screen, replace(moved, last_day=today)
    wanted = call(person, needs, turn.policy)
    left = calls_left(reminder, today, turn.policy)
    if wanted is None or not left or person.streak.last_day == today:
        return None, moved
    used = turn.policy.calls_per_week - left + 1
    called = replace(moved, last_day=today, week=week_of(today), calls=used)
    return _screen(person, None, wanted), called


def _wants(turn: Turn, person: Person) -> bool:
    """Whether they still wish it and may contribute, and their community does not rest."""
    if not person.reminders or person.blocked:
        return False
    if person.consent_version != turn.policy.terms_version:
        return False
    home = None if person.home_id is None else turn.unit.community(person.home_id)
    rules = rules_of(home)
    return not is_quiet(turn.now.astimezone(ZoneInfo(rules.timezone)).hour, rules.quiet)


def _screen(person: Person, title: Text | None, words: Text) -> Say:
    spoken = person.interface or interface_language(next(iter(person.languages), None))
    return Say(
        title=title,
        body=(words,),
        buttons=(
            Button(press("work"), N_("Take a task")),
            Button(press("remind", None, "off"), N_("No more reminders")),
        ),
        language=spoken,
    )
