"""Rows that are due, one by one: one that cannot be dealt with holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

R = TypeVar("R")
T = TypeVar("T")


def each(rows: Iterable[R], deal: Callable[[R], T]) -> tuple[list[T], list[tuple[R, Exception]]]:
    """What came of each row, and the rows that were at fault.

    Whoever calls puts those off, lest they come first again and again. Where it is the store that
    fails, that fails as well, and the whole transaction with it.
    """
    dealt: list[T] = []
    faults: list[tuple[R, Exception]] = []
    for row in rows:
        try:
            dealt.append(deal(row))
        except Exception as fault:
            faults.append((row, fault))
    return dealt, faults
