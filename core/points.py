"""What work is worth: points, levels, periods of the boards, streaks and badges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from core.errors import Unknown
from core.languages import LANGUAGES
from core.model import Message, TaskKind
from core.people import Streak
from core.text import N_, Nn_, Text
from core.values import replace

# ---------------------------------------------------------------- contributions

_WRITTEN: Mapping[TaskKind, str] = {
    TaskKind.INITIAL_PROMPT: "prompts",
    TaskKind.PROMPTER_REPLY: "replies_prompter",
    TaskKind.ASSISTANT_REPLY: "replies_assistant",
}

DONE = (
    "prompts",
    "replies_prompter",
    "replies_assistant",
    "labels_simple",
    "labels_full",
    "rankings",
)
"""The counters of tasks that a person did, whatever became of them."""

RANKED_PLACES = 3
"""Places of a ballot that earn the author something."""


def contribution(kind: TaskKind, full: bool) -> str:
    """The counter that a finished task adds to, by the names of Policy.points."""
    if kind.labels:
        return "labels_full" if full else "labels_simple"
    if kind.ranks:
        return "rankings"
    return _WRITTEN[kind]


def accepted_contribution(message: Message) -> str:
    """The counter that an accepted text adds to, for its author."""
    return f"accepted_{_WRITTEN[message.task_kind]}"


def ranked_contribution(place: int) -> str | None:
    """The counter that one ballot adds to for an author in this place (1 is best)."""
    return f"ranked_{place}" if 1 <= place <= RANKED_PLACES else None


def points(counts: Mapping[str, int], weights: Mapping[str, Fraction]) -> int:
    """The points for these contributions; each kind's sum is rounded down."""
    return sum(
        count * weights[name].numerator // weights[name].denominator
        for name, count in counts.items()
        if count and name in weights
    )


# ---------------------------------------------------------------- levels

TOP_LEVEL = 100


def _thresholds() -> tuple[int, ...]:
    reached, sums = 0.0, [0]
    for step in range(1, TOP_LEVEL):
        reached += 1.1521 * step + 3
        sums.append(round(reached))
    return tuple(sums)


_THRESHOLDS = _thresholds()


def threshold(level: int) -> int:
    """The points at which a level begins; levels run from 1 to 100."""
    return _THRESHOLDS[min(max(level, 1), TOP_LEVEL) - 1]


def level(points: int) -> int:
    """The level that these points reach, from 1 on."""
    return max(1, sum(start <= points for start in _THRESHOLDS))


def points_to_next(points: int) -> int | None:
    """How many points are missing to the next level; None on the highest."""
    reached = level(points)
    return None if reached == TOP_LEVEL else threshold(reached + 1) - points


# ---------------------------------------------------------------- periods and scopes

_PERIODS = ("total", "month", "week", "day")


def periods(at: datetime) -> tuple[str, str, str, str]:
    """All time, the month, the ISO week and the day (UTC) to which a moment belongs."""
    return _periods_of(at.astimezone(UTC).date())


@lru_cache(maxsize=1024)
def _periods_of(day: date) -> tuple[str, str, str, str]:
    return ("total", f"m:{day:%Y-%m}", f"w:{week_of(day)}", f"d:{day.isoformat()}")


def period_named(name: str, at: datetime) -> str:
    """The period that a person means by "day", "week", "month" or "total"."""
    if name not in _PERIODS:
        raise Unknown(
            N_("There is no period “{name}”. Choose day, week, month or total.", name=name)
        )
    return periods(at)[_PERIODS.index(name)]


def forgotten_periods(before: datetime) -> tuple[str, str]:
    """The first day and week to be kept; those before are no board any more."""
    _, _, week, day = periods(before)
    return day, week


def scopes(community_id: int | None, lang: str) -> tuple[str, ...]:
    """The boards on which a contribution counts."""
    if community_id is None:
        return ("*", f"l:{lang}")
    return ("*", f"c:{community_id}", f"l:{lang}")


def language_scopes() -> tuple[str, ...]:
    """The boards of all languages."""
    return tuple(f"l:{code}" for code in LANGUAGES)


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


# ---------------------------------------------------------------- streaks


def streak_after(streak: Streak, today: date, freezes: int) -> Streak:
    """The streak after a contribution today; `today` is in the person's own time zone.

    Once a week up to `freezes` missed days are forgiven. A day before the last one (a traveller's
    calendar) changes nothing.
    """
    if _is_counted(streak, today):
        return streak
    week = _frozen_by(streak, today, freezes)
    days = streak.days + 1 if _is_alive(streak, today, freezes) else 1
    return replace(
        streak,
        days=days,
        last_day=today,
        frozen_week=week or streak.frozen_week,
        best=max(streak.best, days),
    )


_TRAVEL = timedelta(days=2)
"""No calendar is further ahead of another; a last day beyond it tells of a clock that was wrong."""


def _is_counted(streak: Streak, today: date) -> bool:
    """Whether a contribution today changes nothing."""
    last = streak.last_day
    return last is not None and today <= last <= today + _TRAVEL


def streak_today(streak: Streak, today: date, freezes: int = 1) -> int:
    """The days to show: those so far while today can still go on with them, else 0."""
    return streak.days if _is_alive(streak, today, freezes) else 0


def joined_streak(one: Streak, other: Streak, today: date, freezes: int = 1) -> Streak:
    """The streak of somebody whose two accounts turn out to be one person's.

    The longer of those that go on, as it stands after the newest day of both; the best of both.
    """

    def promise(streak: Streak) -> tuple[int, int, int]:
        return (streak_today(streak, today, freezes), streak.days, streak.best)

    kept, gone = sorted((one, other), key=promise, reverse=True)
    best = max(kept.best, gone.best)
    going_on = [x for x in (kept, gone) if _is_alive(x, today, freezes)]
    if going_on:
        newest = max(x.last_day for x in going_on if x.last_day is not None)
        kept = streak_after(kept, newest, freezes)
    return replace(kept, best=max(best, kept.best))


def _is_alive(streak: Streak, today: date, freezes: int) -> bool:
    return _missed(streak, today) == 0 or _frozen_by(streak, today, freezes) is not None


def _missed(streak: Streak, today: date) -> int | None:
    """Whole days without a contribution since the last one; None when there was none."""
    if streak.last_day is None or streak.last_day > today + _TRAVEL:
        return None
    return max(0, (today - streak.last_day).days - 1)


def _frozen_by(streak: Streak, today: date, freezes: int) -> str | None:
    """The week whose free miss a contribution today uses up."""
    missed = _missed(streak, today)
    if not missed or missed > freezes:
        return None
    week = week_of(today - timedelta(days=1))
    return None if week == streak.frozen_week else week


# ---------------------------------------------------------------- badges


@dataclass(frozen=True, slots=True)
class Badge:
    """Something to be proud of, reached by a number of contributions of certain kinds."""

    name: str
    title: Text
    counters: tuple[str, ...]
    needed: int


@dataclass(frozen=True, slots=True)
class Earned:
    """Everything that badges are given for."""

    counts: Mapping[str, int]  # of all time, by the names of Policy.points
    languages: int = 0  # in which the person contributed
    best_streak: int = 0


_REPLIES = ("replies_prompter", "replies_assistant")
_ACCEPTED = ("accepted_prompts", "accepted_replies_prompter", "accepted_replies_assistant")
_LABELS = ("labels_simple", "labels_full")
_LANGUAGES, _DAYS = "languages", "days"


def _badge(name: str, title: Text, needed: int, *counters: str) -> Badge:
    return Badge(name, title, counters, needed)


BADGES: tuple[Badge, ...] = (
    _badge("first_prompt", N_("First conversation begun"), 1, "prompts"),
    _badge("first_reply", N_("First reply"), 1, *_REPLIES),
    _badge("first_accepted", N_("First accepted text"), 1, *_ACCEPTED),
    _badge("first_place", N_("Ranked first"), 1, "ranked_1"),
    _badge("replies_10", Nn_("{count} reply", "{count} replies", 10), 10, *_REPLIES),
    _badge("replies_100", Nn_("{count} reply", "{count} replies", 100), 100, *_REPLIES),
    _badge("labels_100", Nn_("{count} review", "{count} reviews", 100), 100, *_LABELS),
    _badge("labels_1000", Nn_("{count} review", "{count} reviews", 1000), 1000, *_LABELS),
    _badge("rankings_50", Nn_("{count} ranking", "{count} rankings", 50), 50, "rankings"),
    _badge("polyglot", N_("Polyglot"), 3, _LANGUAGES),
    _badge("week_streak", N_("Seven days in a row"), 7, _DAYS),
    _badge("month_streak", N_("Thirty days in a row"), 30, _DAYS),
)
"""Every badge, the easier ones of a kind first."""


def badges(earned: Earned) -> tuple[Badge, ...]:
    """The badges that somebody has, in the order of the table."""
    have = {**earned.counts, _LANGUAGES: earned.languages, _DAYS: earned.best_streak}
    return tuple(
        badge for badge in BADGES if sum(have.get(x, 0) for x in badge.counters) >= badge.needed
    )
