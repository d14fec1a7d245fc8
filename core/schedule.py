"""When a community's board is due: local hours, UTC periods, daylight saving done right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.points import period_named

BOARDS = ("day", "week", "month")
"""Periods after which a board can be posted."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A community's wish for a board after each period."""

    community_id: int
    board: str  # "day", "week" or "month": the period that a post tells of
    scope: str = "here"  # "here", "*" or "l:<language>"
    timezone: str = "UTC"
    weekday: int = 0  # 0 is Monday; of weekly boards
    hour: int = 9  # local
    next_run: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def ended_period(board: str, now: datetime) -> str:
    """The newest period of this length that is over, by its name: a UTC day, ISO week, month."""
    return period_named(board, period_start(board, now) - timedelta(seconds=1))


def period_start(board: str, now: datetime) -> datetime:
    """When the running period began."""
    today = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    match board:
        case "day":
            return today
        case "week":
            return today - timedelta(days=today.weekday())
        case "month":
            return today.replace(day=1)
    raise ValueError(board)


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a period, by its name."""
    kind, _, name = period.partition(":")
    match kind:
        case "d":
            day = date.fromisoformat(name)
            return day, day
        case "w":
            year, week = name.split("-W")
            first = date.fromisocalendar(int(year), int(week), 1)
            return first, first + timedelta(days=6)
        case "m":
            first = date.fromisoformat(f"{name}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    raise ValueError(period)


def span_of(period: str) -> tuple[datetime, datetime]:
    """When a period began and when it was over."""
    first, last = days_of(period)
    midnight = datetime.min.time()
    return (
        datetime.combine(first, midnight, UTC),
        datetime.combine(last + timedelta(days=1), midnight, UTC),
    )


def previous_period(board: str, period: str) -> str:
    """The period before this one, to compare with."""
    since, _ = span_of(period)
    return period_named(board, since - timedelta(seconds=1))


def next_run(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after this one at which the schedule is due.

    Counted from the moment given and not from the last run, so that a week offline asks for one
    post and not for seven. An hour that the clocks skip is due when they have gone on; one that
    they repeat is due the first time. Where the clocks are so far ahead that the week or month is
    not over yet in UTC at the hour on its first day, it is due as soon as it is over. Where the
    clocks are put back so that two periods end before the hour, it is due between them as well.
    """
    due = _next_hour(schedule, after)
    since, until = span_of(ended_period(schedule.board, due))
    is_next = since <= period_start(schedule.board, after)
    return due if is_next else until - timedelta(hours=1)


def first_run(schedule: Schedule, now: datetime, before: Schedule | None) -> datetime:
    """When a schedule that was changed is due first.

    Where the hour that it had would have told of a period that the new one comes too late for, that
    hour is kept once.
    """
    run = next_run(schedule, now)
    if before is None:
        return run
    wanted, _ = span_of(ended_period(schedule.board, before.next_run))
    told, _ = span_of(ended_period(schedule.board, run))
    return before.next_run if wanted < told else run


def _next_hour(schedule: Schedule, after: datetime) -> datetime:
    zone = ZoneInfo(schedule.timezone)
    day = after.astimezone(zone).date()
    while True:
        if _is_posting_day(schedule, day):
            due = _moment(schedule, day, zone)
            if due > after:
                return due
        day += timedelta(days=1)


def _is_posting_day(schedule: Schedule, day: date) -> bool:
    match schedule.board:
        case "week":
            return day.weekday() == schedule.weekday
        case "month":
            return day.day == 1
    return True


def _moment(schedule: Schedule, day: date, zone: ZoneInfo) -> datetime:
    """The hour of a day in UTC; going there and back moves an hour that does not exist forward."""
    due = datetime(day.year, day.month, day.day, schedule.hour, tzinfo=zone).astimezone(UTC)
    if schedule.board == "day":
        return due
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return max(due, period_start(schedule.board, midnight))


def is_quiet(hour: int, quiet: tuple[int, int] | None) -> bool:
    """Whether a local hour lies in the quiet ones, which may run over midnight."""
    if quiet is None:
        return False
    begin, end = quiet
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end


def rest_ends(now: datetime, timezone: str, quiet: tuple[int, int] | None) -> datetime | None:
    """When the quiet hours are over that it is now; None outside of them.

    Where the clocks repeat their end, it may be over already that it was the first time.
    """
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    if quiet is None or not is_quiet(local.hour, quiet):
        return None
    day = local.date() if local.hour < quiet[1] else local.date() + timedelta(days=1)
    end = datetime(day.year, day.month, day.day, quiet[1], tzinfo=zone)
    first, second = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first > now else second
