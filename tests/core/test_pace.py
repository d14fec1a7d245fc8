"""An allowance lets so many through at once, then one by one, and says when the next may come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pace import Allowance

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEN = Allowance(at_once=10, refill=timedelta(seconds=100))


def used(count: int, now: datetime = NOW) -> datetime:
    return TEN.less_one(None, now, count)


@pytest.mark.parametrize(
    ("full_at", "wait"),
    [
        (None, None),
        (used(9), None),
        (used(10), timedelta(seconds=10)),
        (used(10, NOW - timedelta(seconds=4)), timedelta(seconds=6)),
        (used(10, NOW - timedelta(seconds=10)), None),
        (NOW - timedelta(days=3), None),
    ],
)
def test_the_next_may_come_when_one_is_back(
    full_at: datetime | None, wait: timedelta | None
) -> None:
    assert TEN.wait(full_at, NOW) == wait


def test_what_a_wrong_clock_kept_is_no_reason_to_wait() -> None:
    ahead = used(10, NOW + timedelta(days=1))

    assert TEN.wait(ahead, NOW) is None
    assert TEN.less_one(ahead, NOW) == NOW + TEN.each


@given(pauses=st.lists(st.integers(0, 40), max_size=60))
def test_never_more_than_the_allowance_and_what_came_back(pauses: list[int]) -> None:
    now, full_at, passed = NOW, None, 0
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        if TEN.wait(full_at, now) is None:
            full_at = TEN.less_one(full_at, now)
            passed += 1

    assert passed <= 10 + (now - NOW) / TEN.each
