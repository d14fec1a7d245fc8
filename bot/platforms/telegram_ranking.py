"""Ranking by taps: best first, a tap for each reply, ties included; the buttons hold the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from core.text import N_, P_, Text
from locales import say

UNDO, SUBMIT, REST, BAD = "0", "1", "2", "3"
"""What can be done besides picking a reply (a–z) and tying one to the last place (A–Z)."""
MOST = 26

# limit:34 button
_FIRST = P_("button", "1 is better")
# limit:34 button
_SECOND = P_("button", "2 is better")
# limit:34 button
_EQUAL = P_("button", "About equal")
# limit:34 button
_BOTH_BAD = P_("button", "Both are bad")
# limit:34 button
_UNDO = P_("button", "Undo last tap")
# limit:34 button
_REST = P_("button", "The rest are equal")
# limit:34 button
_BAD = P_("button", "All are bad")
HOW = N_(
    "Tap the best reply first, then the next best. A number after = shares the place of the one "
    "before it."
)
HOW_TWO = N_("Which one is better?")


@dataclass(frozen=True, slots=True)
class Picks:
    """An order in progress: a letter for each picked reply, a capital where it ties."""

    count: int
    picked: str = ""
    all_bad: bool = False

    @property
    def code(self) -> str:
        """The order as it stands in callback data."""
        return f"{_letter(self.count - 1)}{'!' if self.all_bad else ''}{self.picked}"

    @classmethod
    def from_code(cls, code: str) -> Self:
        """The order in callback data; raises ValueError for anything else."""
        count, all_bad, picked = _place(code[:1]) + 1, code[1:2] == "!", code[1:].lstrip("!")
        picks = cls(count, picked, all_bad)
        places = [_place(letter.lower()) for letter in picked]
        if len(set(places)) != len(places) or any(place >= count for place in places):
            raise ValueError(code)
        return picks

    @property
    def left(self) -> tuple[int, ...]:
        """The positions that are not picked yet."""
        return tuple(n for n in range(self.count) if _letter(n) not in self.picked.lower())

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The order so far, best first."""
        groups: list[list[int]] = []
        for letter in self.picked:
            if letter.isupper() and groups:
                groups[-1].append(_place(letter.lower()))
            else:
                groups.append([_place(letter.lower())])
        return tuple(tuple(group) for group in groups)

    @property
    def finished(self) -> tuple[tuple[int, ...], ...] | None:
        """The whole order, when what is missing follows from what is there."""
        if self.left and len(self.left) > 1 and not self.all_bad:
            return None
        return (*self.groups, self.left) if self.left else self.groups

    def after(self, act: str) -> Picks:
        """The order after one more tap; a tap that cannot be meant changes nothing."""
        if act == UNDO:
            if self.all_bad:
                return replace(self, all_bad=False)
            return replace(self, picked=self.picked[:-1])
        if act == BAD:
            return replace(self, all_bad=not self.all_bad)
        if act == REST:
            first, *others = [_letter(n) for n in self.left] or [""]
            return replace(self, picked=self.picked + first + "".join(others).upper())
        if len(act) == 1 and act.isalpha() and _place(act.lower()) in self.left:
            return replace(self, picked=self.picked + act)
        return self


Row = list[tuple[str, Picks, str]]
"""A row of buttons: words, the order in its data, the act."""


def rows(picks: Picks, language: str) -> list[Row]:
    """The buttons for an order in progress."""
    if picks.count == 2:
        return _rows_of_two(language)
    rows: list[Row] = []
    if not picks.all_bad:
        rows += _number_rows(picks)
    extra: Row = []
    if picks.picked or picks.all_bad:
        extra.append((say(_UNDO, language), picks, UNDO))
    if len(picks.left) > 1 and not picks.all_bad:
        extra.append((say(_REST, language), picks, REST))
    if not picks.all_bad:
        extra.append((say(_BAD, language), picks, BAD))
    rows.append(extra)
    if picks.finished is not None:
        rows.append([(say(_submit(picks), language), picks, SUBMIT)])
    return rows


def _rows_of_two(language: str) -> list[Row]:
    """Two replies take one tap."""
    choices = (
        (_FIRST, Picks(2, "ab")),
        (_SECOND, Picks(2, "ba")),
        (_EQUAL, Picks(2, "aB")),
        (_BOTH_BAD, Picks(2, "aB", all_bad=True)),
    )
    buttons = [(say(words, language), picks, SUBMIT) for words, picks in choices]
    return [buttons[:2], buttons[2:]]


def _number_rows(picks: Picks) -> list[Row]:
    """The replies in the order shown; below, once one is picked, the same as its equals."""
    place = {n: order for order, group in enumerate(picks.groups, 1) for n in group}
    numbers: Row = []
    for n in range(picks.count):
        words = f"{n + 1}" if n not in place else f"✓ {n + 1} ({place[n]}.)"
        numbers.append((words, picks, _letter(n)))
    equals: Row = []
    if picks.picked:
        equals = [(f"= {n + 1}", picks, _letter(n).upper()) for n in picks.left]
    return [*_wrapped(numbers, 4), *_wrapped(equals, 6)]


def _wrapped(row: Row, width: int) -> list[Row]:
    return [row[start : start + width] for start in range(0, len(row), width)]


def _submit(picks: Picks) -> Text:
    order = " > ".join(" = ".join(str(n + 1) for n in group) for group in picks.finished or ())
    if picks.all_bad:
        # limit:80 button
        return P_("button", "Submit: all bad, {order}", order=order)
    # limit:80 button
    return P_("button", "Submit: {order}", order=order)


def _letter(place: int) -> str:
    if not 0 <= place < MOST:
        raise ValueError(f"at most {MOST} replies can be ordered")
    return chr(ord("a") + place)


def _place(letter: str) -> int:
    if len(letter) != 1 or not "a" <= letter <= "z":
        raise ValueError(letter)
    return ord(letter) - ord("a")
