"""Orders typed by keyboard: `2 1=3`, `bad`, or one reply after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import N_, Text

Groups = tuple[tuple[int, ...], ...]

BAD = "bad"
START_OVER = "0"
EQUAL = "="

_BETWEEN = re.compile(r"[\s,>]+")
_AROUND_EQUAL = re.compile(r"\s*=\s*")


class NotAnOrder(ValueError):
    """The line names no replies, or names them wrongly; `text` says how to do it."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def without_bad(line: str) -> tuple[str, bool]:
    """The order in a line, and whether the line ends by saying that all replies are bad."""
    typed = line.strip().lower()
    head, _, last = typed.rpartition(" ")
    return (head.strip(), True) if last == BAD else (typed, False)


def extended(so_far: Groups, line: str, count: int) -> Groups:
    """The order so far with what this line adds; the last reply left goes to the end by itself."""
    if line.strip() == EQUAL and not so_far:
        return (tuple(range(count)),)
    groups = (*so_far, *_groups(line, count))
    named = [position for group in groups for position in group]
    for position in named:
        if named.count(position) > 1:
            raise NotAnOrder(N_("Reply {number} is named twice.", number=position + 1))
    left = [position for position in range(count) if position not in named]
    return (*groups, (left[0],)) if len(left) == 1 else groups


def is_complete(groups: Groups, count: int) -> bool:
    return sum(map(len, groups)) == count


def order_said(groups: Groups) -> str:
    """As it would be typed."""
    return " ".join("=".join(str(position + 1) for position in group) for group in groups)


def _groups(line: str, count: int) -> Iterator[tuple[int, ...]]:
    for word in filter(None, _BETWEEN.split(_AROUND_EQUAL.sub("=", line.strip()))):
        yield tuple(_position(number, count) for number in word.split("="))


def _position(word: str, count: int) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 4):
        raise NotAnOrder(
            N_("I did not understand this order. Type the numbers best first, such as 2 1=3.")
        )
    if not 1 <= int(word) <= count:
        raise NotAnOrder(N_("There is no reply {number} here.", number=int(word)))
    return int(word) - 1
