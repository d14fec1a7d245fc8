"""Statements about when boards are due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedule import (
    BOARDS,
    Schedule,
    days_of,
    ended_period,
    first_run,
    is_quiet,
    next_run,
    period_start,
    previous_period,
    rest_ends,
    span_of,
)

MADRID = Schedule(1, "week", timezone="Europe/Madrid", weekday=0, hour=9)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_weekly_board_stays_at_its_local_hour_over_both_changes_of_the_clocks() -> None:
    assert next_run(MADRID, utc(2026, 3, 24, 0)) == utc(2026, 3, 30, 7)
    assert next_run(MADRID, utc(2026, 3, 17, 0)) == utc(2026, 3, 23, 8)
    assert next_run(MADRID, utc(2026, 10, 20, 0)) == utc(2026, 10, 26, 8)


def test_an_hour_that_the_clocks_skip_is_due_once_after_they_went_on() -> None:
    daily = Schedule(1, "day", timezone="Europe/Madrid", hour=2)

    first = next_run(daily, utc(2026, 3, 28, 12))

    assert first == utc(2026, 3, 29, 1)
    assert next_run(daily, first) == utc(2026, 3, 30, 0)


def test_an_hour_that_the_clocks_repeat_is_due_the_first_time_alone() -> None:
    daily = Schedule(1, "day", timezone="Europe/Madrid", hour=2)

    first = next_run(daily, utc(2026, 10, 24, 12))

    assert first == utc(2026, 10, 25, 0)
    assert next_run(daily, first) == utc(2026, 10, 26, 1)


@pytest.mark.parametrize(
    ("board", "zone", "weekday", "hour"),
    [
        ("day", "Europe/Madrid", 0, 1),
        ("day", "America/New_York", 0, 19),
        ("day", "Australia/Lord_Howe", 0, 10),
        ("day", "Pacific/Chatham", 0, 13),
        ("day", "Antarctica/Troll", 0, 1),
        ("week", "America/New_York", 6, 19),
        ("week", "Australia/Sydney", 0, 10),
        ("month", "America/New_York", 0, 20),
    ],
)
def test_no_period_is_left_out_where_clocks_change_around_its_end(
    board: str, zone: str, weekday: int, hour: int
) -> None:
    schedule = Schedule(1, board, timezone=zone, weekday=weekday, hour=hour)
    at, told = utc(2026, 1, 1), [ended_period(board, utc(2026, 1, 1))]

    while at < utc(2027, 6, 1):
        at = next_run(schedule, at)
        told.append(ended_period(board, at))

    for before, after in pairwise(told):
        assert after == before or previous_period(board, after) == before


@pytest.mark.parametrize(
    ("board", "before", "after", "now", "due"),
    [
        ("day", 20, 9, utc(2026, 1, 7, 12), utc(2026, 1, 7, 20)),  # today's is still to come
        ("day", 20, 9, utc(2026, 1, 7, 21), utc(2026, 1, 8, 9)),
        ("day", 9, 20, utc(2026, 1, 7, 12), utc(2026, 1, 7, 20)),
        ("day", 9, 7, utc(2026, 1, 7, 6), utc(2026, 1, 7, 7)),
        ("month", 9, 7, utc(2026, 2, 1, 8), utc(2026, 2, 1, 9)),
        ("month", 9, 7, utc(2026, 2, 1, 10), utc(2026, 3, 1, 7)),
        ("week", 9, 7, utc(2026, 1, 5, 8), utc(2026, 1, 5, 9)),
    ],
)
def test_a_change_of_the_hour_costs_no_period(
    board: str, before: int, after: int, now: datetime, due: datetime
) -> None:
    old = Schedule(1, board, hour=before)
    old = replace(old, next_run=next_run(old, now))

    assert first_run(Schedule(1, board, hour=after), now, old) == due


def test_a_board_that_is_new_is_due_at_its_next_hour() -> None:
    assert first_run(MADRID, utc(2026, 3, 24, 0), None) == utc(2026, 3, 30, 7)


def test_a_monthly_board_is_due_on_the_first_local_day() -> None:
    monthly = Schedule(1, "month", timezone="America/Lima", hour=8)

    assert next_run(monthly, utc(2026, 1, 31, 12)) == utc(2026, 2, 1, 13)


@pytest.mark.parametrize(
    ("board", "after", "due"),
    [
        ("month", utc(2026, 1, 31, 12), utc(2026, 2, 1, 0)),
        ("week", utc(2026, 1, 31, 12), utc(2026, 2, 2, 0)),
        ("day", utc(2026, 1, 31, 12), utc(2026, 1, 31, 20)),
    ],
)
def test_where_clocks_are_far_ahead_no_week_or_month_is_told_before_it_is_over(
    board: str, after: datetime, due: datetime
) -> None:
    schedule = Schedule(1, board, timezone="Pacific/Auckland", hour=9)

    assert next_run(schedule, after) == due
    assert span_of(ended_period(board, due))[1] > due - timedelta(days=1)


def test_quiet_hours_end_on_the_day_in_which_they_end() -> None:
    night = (22, 7)

    assert rest_ends(utc(2026, 3, 1, 12), "Europe/Madrid", night) is None
    assert rest_ends(utc(2026, 3, 1, 12), "Europe/Madrid", None) is None
    assert rest_ends(utc(2026, 3, 1, 22), "Europe/Madrid", night) == utc(2026, 3, 2, 6)
    assert rest_ends(utc(2026, 3, 2, 4), "Europe/Madrid", night) == utc(2026, 3, 2, 6)


def test_quiet_hours_that_the_clocks_repeat_end_when_they_are_over_again() -> None:
    second = utc(2026, 4, 4, 14)  # 2:45 for the second time

    assert rest_ends(second, "Pacific/Chatham", (22, 3)) == utc(2026, 4, 4, 14, 15)
    assert rest_ends(utc(2026, 4, 4, 12), "Pacific/Chatham", (22, 3)) == utc(2026, 4, 4, 13, 15)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("d:2026-02-28", date(2026, 2, 28), date(2026, 2, 28)),
        ("w:2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("m:2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("m:2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_has_its_days(period: str, first: date, last: date) -> None:
    assert days_of(period) == (first, last)
    assert span_of(period)[1] - span_of(period)[0] == last - first + timedelta(days=1)


def test_all_time_has_no_days() -> None:
    with pytest.raises(ValueError, match="total"):
        days_of("total")


@pytest.mark.parametrize(
    ("board", "ended", "before"),
    [
        ("day", "d:2026-03-01", "d:2026-02-28"),
        ("week", "w:2026-W08", "w:2026-W07"),
        ("month", "m:2026-02", "m:2026-01"),
    ],
)
def test_a_post_tells_of_the_newest_period_that_is_over(
    board: str, ended: str, before: str
) -> None:
    now = utc(2026, 3, 2, 0) if board == "day" else utc(2026, 3, 1, 12)

    assert ended_period(board, now) == ended
    assert previous_period(board, ended) == before


def test_an_unknown_board_has_no_period() -> None:
    with pytest.raises(ValueError, match="year"):
        period_start("year", utc(2026, 1, 1))


@given(
    st.sampled_from(BOARDS),
    st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Pacific/Apia", "Asia/Kolkata"]),
    st.integers(0, 23),
    st.integers(0, 6),
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)),
)
def test_the_next_run_is_later_and_within_one_period(
    board: str, zone: str, hour: int, weekday: int, naive: datetime
) -> None:
    schedule = Schedule(1, board, timezone=zone, hour=hour, weekday=weekday)
    after = naive.replace(tzinfo=UTC)

    due = next_run(schedule, after)

    assert due > after
    assert due - after <= timedelta(days={"day": 2, "week": 8, "month": 32}[board])


@pytest.mark.parametrize(
    ("hour", "quiet", "expected"),
    [
        (3, None, False),
        (3, (1, 5), True),
        (5, (1, 5), False),
        (23, (22, 7), True),
        (7, (22, 7), False),
        (6, (22, 7), True),
    ],
)
def test_quiet_hours_may_run_over_midnight(
    hour: int, quiet: tuple[int, int] | None, expected: bool
) -> None:
    assert is_quiet(hour, quiet) is expected
