"""Words broken and cut to a width, by what their fonts say of each sign alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.pictures.fonts import advance
from core.text import isolated

_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_UNKNOWN = 1.0
"""How wide a sign is taken to be that no font has."""
_ISOLATES, _END = "\u2066\u2067\u2068", "\u2069"


def width(words: str) -> float:
    """About how wide words are, in heights of the font; rather too much than too little."""
    return sum(map(_width, words))


def cut(words: str, most: float) -> str:
    """Words that fit, the end left out where they do not."""
    if width(words) <= most:
        return words
    end, room = 0, most - 1
    for sign in words:
        room -= _width(sign)
        if room < 0:
            break
        end += 1
    while end and _belongs_to_the_one_before(words[end]):
        end -= 1
    return words[:end].rstrip() + "…"


def wrapped(words: str, most: float, lines: int) -> Sequence[str]:
    """Words in a few lines; broken at spaces, and anywhere between wide signs."""
    done, line, taken = [], "", 0.0
    for part in _parts(words):
        wide = width(part)
        if line and taken + wide > most:
            done.append(line.strip())
            line, taken = "", 0.0
        line, taken = line + part, taken + wide
    done.append(line.strip())
    if len(done) > lines:
        rest = " ".join(done[lines - 1 :])
        done = [*done[: lines - 1], rest]
    return _closed([cut(line, most) for line in done])


def _closed(lines: Sequence[str]) -> Sequence[str]:
    """A line closes what it leaves open, and the next one opens it again."""
    found, still_open = [], ""
    for line in lines:
        line, opened = still_open + line, ""
        for sign in line:
            opened = opened[:-1] if sign == _END else opened + sign * (sign in _ISOLATES)
        found.append(line + _END * len(opened))
        still_open = opened
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line that run in one direction, and are foreign to those around them."""

    words: str
    rtl: bool

    @property
    def is_mixed(self) -> bool:
        """Whether words of the other direction are among them."""
        other = ("L",) if self.rtl else ("R", "AL")
        return any(unicodedata.bidirectional(sign) in other for sign in self.words)


def pieces(line: str, *, rtl: bool) -> Sequence[Piece]:
    """A line apart by what is isolated in it, as it is seen from left to right."""
    found: list[Piece] = []
    for part in _members(line):
        inner = part[1:-1] if part[0] in _ISOLATES else ""
        if inner:
            seen = pieces(inner, rtl=is_rtl_sentence(inner))
        else:
            seen = [] if part[0] in _ISOLATES else [Piece(part, rtl)]
        found = [*seen, *found] if rtl else [*found, *seen]
    return found


def _members(line: str) -> Sequence[str]:
    """What a line is made of: its own words, and isolates as wholes."""
    parts, depth = [""], 0
    for sign in line:
        if sign in _ISOLATES and depth == 0:
            parts.append("")
        parts[-1] += sign
        depth += (sign in _ISOLATES) - (sign == _END)
        if sign == _END and depth == 0:
            parts.append("")
    return [part for part in parts if part]


def directed(line: str, *, rtl: bool) -> str:
    """A line that runs in one direction, whatever stands in it, and spaces at its ends too."""
    mark = _RIGHT_TO_LEFT if rtl else _LEFT_TO_RIGHT
    return isolated(mark + line + mark)


def is_rtl_sentence(words: str) -> bool:
    """Whether a sentence runs from right to left, by its first letter that is nobody's name."""
    depth = 0
    for sign in words:
        depth += (sign in _ISOLATES) - (sign == _END)
        direction = unicodedata.bidirectional(sign)
        if depth <= 0 and direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _parts(words: str) -> Sequence[str]:
    parts = [""]
    for sign in words:
        parts[-1] += sign
        if sign.isspace() or unicodedata.east_asian_width(sign) == "W":
            parts.append("")
    return parts


@lru_cache(1 << 12)
def _width(sign: str) -> float:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0.0
    return advance(sign) or _UNKNOWN


def _belongs_to_the_one_before(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M") or sign in "\u200d\ufe0e\ufe0f"
