"""Checks on the policy's numbers as a maintainer writes them, before anything runs by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from core.policy import Policy

_SHARES = frozenset(
    {"acceptance_threshold", "hold_quality", "settled_margin", "usual_concord", "newcomer_share"}
    | {field.name for field in fields(Policy) if field.name.startswith("p_")}
)
_MAY_BE_ZERO = frozenset(
    {
        "max_tree_depth",
        "num_prompter_replies",
        "min_active_rankings",
        "shuffle_seconds",
        "duplicate_minutes",
        "undo_minutes",
        "streak_freezes_per_week",
        "calls_per_week",
        "min_rankings",
    }
)
_IN_ORDER = (
    ("min_rankings", "max_rankings"),
    ("min_text_length", "max_text_length"),
    ("max_open_tasks", "max_requests"),
    ("lightest_vote", "heaviest_vote"),
)
_ABOVE: Mapping[str, float] = {
    "usual_concord": 0.5,
    "prior_concord_pairs": 0.0,
}
"""Numbers that must be greater than these, or nothing can be divided by them."""
_RANGES: Mapping[str, tuple[float, int]] = {
    "reminder_hour": (0, 23),
    "board_days": (1, 36_500),
    "taps_per_second": (0.001, 1_000_000),
}
"""Numbers with which the clock or the calendar could not reckon outside of these."""
MOST = 1_000_000
"""Any other number may be as great as this."""
MOST_POINTS, FINEST_POINTS = 1_000_000_000, 1000
"""Sums of points, and of their fractions, are whole numbers that a store must be able to keep."""
_WORTHS = f"must hold numbers between 0 and {MOST_POINTS} that are no finer than thousandths"
LONGEST_TEXT = 4000
"""What a form on the chat platforms can take; no policy may ask for more."""


def tables_filled(words: Mapping[str, object]) -> dict[str, object]:
    """`prompts=0.1, ranked_1=9` becomes the default table with these entries changed."""
    filled = dict(words)
    defaults = Policy()
    for name, given in words.items():
        default = getattr(defaults, name, None)
        if isinstance(default, Mapping) and isinstance(given, str):
            filled[name] = {**default, **_entries(name, given, frozenset(default))}
    return filled


def _entries(name: str, words: str, known: frozenset[str]) -> dict[str, str]:
    entries: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        key, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals or key not in known:
            raise ValueError(
                f'{name}: "{part}" is not one of its entries; write them as name=number, '
                f"separated by commas, with the names {', '.join(sorted(known))}"
            )
        entries[key] = number
    return entries


def fault_in(policy: Policy) -> tuple[str, str] | None:
    """The first value that cannot be meant, and what it may be."""
    for field in fields(Policy):
        wrong = _wrong(field.name, field.type == "int", getattr(policy, field.name))
        if wrong is not None:
            return field.name, wrong
    for low, high in _IN_ORDER:
        if getattr(policy, low) > getattr(policy, high):
            return low, f"must not be above {high}"
    if policy.max_text_length > LONGEST_TEXT:
        return "max_text_length", f"must not be above {LONGEST_TEXT}"
    return None


def _wrong(name: str, is_count: bool, value: Any) -> str | None:
    match value:
        case str():
            return None if value.strip() else "must not be empty"
        case Mapping():
            return None if all(map(_is_worth, value.values())) else _WORTHS
    if name in _SHARES and not 0 <= value <= 1:
        return "must be between 0 and 1"
    if name in _ABOVE and value <= _ABOVE[name]:
        return f"must be above {_ABOVE[name]:g}"
    least, most = _RANGES.get(name, (1 if is_count and name not in _MAY_BE_ZERO else 0, MOST))
    return None if least <= value <= most else f"must be between {least} and {most}"


def _is_worth(points: Fraction) -> bool:
    return 0 <= points <= MOST_POINTS and points.denominator <= FINEST_POINTS
