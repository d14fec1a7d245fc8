"""Points, levels, periods, streaks and badges."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unknown
from core.model import Message, Role, TaskKind
from core.people import Streak
from core.points import (
    BADGES,
    Earned,
    accepted_contribution,
    badges,
    contribution,
    joined_streak,
    level,
    period_named,
    periods,
    points,
    points_to_next,
    ranked_contribution,
    scopes,
    streak_after,
    streak_today,
    threshold,
)
from core.policy import Policy

WEIGHTS = Policy().points
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "score"),
    [
        ({"prompts": 9}, 0),
        ({"prompts": 10, "accepted_prompts": 10}, 2),
        ({"replies_assistant": 1}, 4),
        ({"replies_assistant": 1, "accepted_replies_assistant": 1, "ranked_1": 3}, 35),
        ({"replies_assistant": 1, "accepted_replies_assistant": 1, "ranked_2": 3}, 17),
        ({"replies_prompter": 1, "accepted_replies_prompter": 1}, 2),
        ({"labels_simple": 5, "labels_full": 5}, 15),
        ({"rankings": 10}, 10),
        ({"prompts": 19, "accepted_prompts": 9}, 1),
        ({}, 0),
    ],
)
def test_points_follow_the_published_vectors(counts, score):
    assert points(counts, WEIGHTS) == score


def test_every_finished_task_counts_under_a_name_that_has_a_weight():
    named = {contribution(kind, full) for kind in TaskKind for full in (True, False)}

    assert named == {
        "prompts",
        "replies_prompter",
        "replies_assistant",
        "labels_full",
        "labels_simple",
        "rankings",
    }
    assert named <= set(WEIGHTS)


def message(parent_id, role):
    return Message(
        id=2,
        public_id="m",
        tree_id=1,
        parent_id=parent_id,
        role=role,
        depth=0,
        text="x",
        lang="en",
        created_at=NOON,
    )


@pytest.mark.parametrize(
    ("parent_id", "role", "name"),
    [
        (None, Role.PROMPTER, "accepted_prompts"),
        (1, Role.PROMPTER, "accepted_replies_prompter"),
        (1, Role.ASSISTANT, "accepted_replies_assistant"),
    ],
)
def test_an_accepted_text_counts_by_its_kind(parent_id, role, name):
    assert accepted_contribution(message(parent_id, role)) == name
    assert name in WEIGHTS


def test_the_first_three_places_of_a_ballot_earn_something():
    assert [ranked_contribution(place) for place in range(5)] == [
        None,
        "ranked_1",
        "ranked_2",
        "ranked_3",
        None,
    ]


@pytest.mark.parametrize(
    ("number", "start"),
    [
        (1, 0),
        (2, 4),
        (3, 9),
        (4, 16),
        (5, 24),
        (6, 32),
        (7, 42),
        (8, 53),
        (9, 65),
        (10, 79),
        (15, 163),
        (20, 276),
        (25, 418),
        (30, 588),
        (40, 1016),
        (50, 1558),
        (60, 2216),
        (70, 2989),
        (80, 3878),
        (90, 4881),
        (100, 6000),
    ],
)
def test_levels_begin_at_the_published_thresholds(number, start):
    assert threshold(number) == start
    assert level(start) == number
    if start:
        assert level(start - 1) == number - 1


def test_levels_end_at_a_hundred():
    assert level(10**9) == 100
    assert threshold(101) == threshold(100)
    assert points_to_next(6000) is None
    assert level(-5) == 1


@given(st.integers(0, 5999))
def test_the_missing_points_lead_exactly_to_the_next_level(have):
    missing = points_to_next(have)

    assert level(have + missing) == level(have) + 1
    assert level(have + missing - 1) == level(have)


def test_a_moment_belongs_to_one_period_of_each_length():
    assert periods(NOON) == ("total", "m:2026-11", "w:2026-W47", "d:2026-11-22")


def test_periods_are_those_of_utc_and_weeks_those_of_iso():
    at = datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))

    assert periods(at) == ("total", "m:2026-12", "w:2026-W53", "d:2026-12-31")


@pytest.mark.parametrize(
    ("name", "period"),
    [("total", "total"), ("month", "m:2026-11"), ("week", "w:2026-W47"), ("day", "d:2026-11-22")],
)
def test_periods_have_names(name, period):
    assert period_named(name, NOON) == period


def test_an_unknown_period_is_refused_with_the_known_ones():
    with pytest.raises(Unknown) as refusal:
        period_named("year", NOON)
    assert "day, week, month or total" in str(refusal.value.text)


def test_a_contribution_counts_everywhere_in_its_community_and_its_language():
    assert scopes(12, "en") == ("*", "c:12", "l:en")
    assert scopes(None, "pt-BR") == ("*", "l:pt-BR")


MONDAY = date(2026, 11, 16)


def day(number):
    return MONDAY + timedelta(days=number)


def streak_of(*numbers, freezes=1):
    streak = Streak()
    for number in numbers:
        streak = streak_after(streak, day(number), freezes)
    return streak


@pytest.mark.parametrize(
    ("days", "length"),
    [
        ((0,), 1),
        ((0, 0, 0), 1),
        ((0, 1, 2), 3),
        ((0, 1, 3), 3),  # one missed day is forgiven
        ((0, 2, 4), 1),  # the second one of the same week is not
        ((0, 3), 1),  # two in a row are not
        ((5, 7, 8, 10), 4),  # one in each of two weeks: Sunday and Wednesday
        ((0, 2, 9), 1),
        ((2, 1), 1),  # the calendar went back
        ((365, 0, 1), 2),  # the clock had been wrong
    ],
)
def test_days_in_a_row(days, length):
    assert streak_of(*days).days == length


def test_a_project_without_freezes_forgives_nothing():
    assert streak_of(0, 2, freezes=0).days == 1


def test_a_project_may_forgive_two_days_at_once():
    assert streak_of(0, 3, freezes=2).days == 2


def test_the_best_streak_is_remembered():
    assert streak_of(0, 1, 2, 9).best == 3


def test_what_is_shown_lives_as_long_as_today_can_save_it():
    streak = streak_of(0, 1, 2)

    assert [streak_today(streak, day(n)) for n in (2, 3, 4, 5)] == [3, 3, 3, 0]
    assert streak_today(streak, day(4), freezes=0) == 0
    assert streak_today(Streak(), day(0)) == 0


def test_a_streak_of_days_to_come_is_none():
    assert [streak_today(streak_of(3), day(n)) for n in (0, 1, 3)] == [0, 1, 1]


def test_a_used_freeze_is_not_shown_as_hope():
    assert streak_today(streak_of(0, 2), day(4)) == 0


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (Streak(10, day(6), None, 50), Streak(30, day(-300), None, 30), (10, 6, 50)),  # one is over
        (Streak(9, day(5), None, 9), Streak(2, day(6), None, 20), (10, 6, 20)),  # today as well
        (Streak(9, day(6), None, 9), Streak(2, day(5), None, 2), (9, 6, 9)),
        (Streak(9, day(4), None, 9), Streak(1, day(6), None, 1), (10, 6, 10)),  # a day is forgiven
        (Streak(9, day(1), None, 9), Streak(4, day(-9), None, 12), (9, 1, 12)),  # both are over
        (Streak(), Streak(3, day(6), None, 3), (3, 6, 3)),
        (Streak(), Streak(), (0, None, 0)),
    ],
)
def test_of_two_streaks_the_longer_that_goes_on_stays_with_the_best_of_both(one, other, joined):
    days, last, best = joined

    for streak in (joined_streak(one, other, day(6)), joined_streak(other, one, day(6))):
        assert (streak.days, streak.best) == (days, best)
        assert streak.last_day == (None if last is None else day(last))


def test_badges_are_earned_by_counts():
    have = badges(
        Earned({"prompts": 1, "labels_simple": 60, "labels_full": 40}, languages=3, best_streak=7)
    )

    assert [badge.name for badge in have] == [
        "first_prompt",
        "labels_100",
        "polyglot",
        "week_streak",
    ]


def test_nobody_begins_with_a_badge_and_all_can_be_had():
    assert badges(Earned({})) == ()
    assert badges(Earned(dict.fromkeys(WEIGHTS, 1000), 3, 30)) == BADGES
