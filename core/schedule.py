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


def previous_period(board: str, now: datetime) -> str:
    """The period before the ended one, to compare with."""
    start = period_start(board, period_start(board, now) - timedelta(seconds=1))
    return period_named(board, start - timedelta(seconds=1))


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


def next_run(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after this one at which the schedule is due.

    Counted from the moment given and not from the last run, so that a week offline asks for one
    post and not for seven. An hour that the clocks skip is due when they have gone on; one that
    they repeat is due the first time.
    """
    zone = ZoneInfo(schedule.timezone)
    day = after.astimezone(zone).date()
    while True:
        if _is_posting_day(schedule, day):
            due = _moment(day, schedule.hour, zone)
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


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """A local hour in UTC; going there and back moves an hour that does not exist forward."""
    local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return local.astimezone(UTC)


def is_quiet(hour: int, quiet: tuple[int, int] | None) -> bool:
    """Whether a local hour lies in the quiet ones, which may run over midnight."""
    if quiet is None:
        return False
    begin, end = quiet
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end
