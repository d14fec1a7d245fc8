"""Words broken and cut to a width, by a cautious guess of how wide their signs are."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from core.text import isolated

_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
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
    return [cut(line, most) for line in done]


def directed(line: str, *, rtl: bool) -> str:
    """A line that runs in one direction, whatever stands in it."""
    return isolated((_RIGHT_TO_LEFT if rtl else _LEFT_TO_RIGHT) + line)


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


def _width(sign: str) -> float:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.category(sign) == "So":
        return 1.3
    if unicodedata.east_asian_width(sign) in ("W", "F"):
        return 1.02
    if sign in " .,:;'!|il\u00b7":
        return 0.3
    return 0.68 if sign.isupper() else 0.57


def _belongs_to_the_one_before(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M") or sign in "\u200d\ufe0e\ufe0f"
