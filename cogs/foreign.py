"""Other people's words on Discord: inert, isolated, and in pieces that are never cut short."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from core.text import isolated

# What Discord could read as formatting, a mention, a link or an invitation.
_SPECIAL = re.compile(r"[\\`*_~|<>\[\]()#@/]")
# List signs count at the beginning of a line alone, behind spaces and invisible isolates.
_LIST = re.compile("^([\\s\u2066-\u2069]*)(?:([-+])|(\\d+)([.)]))", re.MULTILINE)

# What texts from files may hold and nobody types: other line ends, and signs that nobody sees.
_ODD = re.compile("\r\n?|[\x80-\x9f]")

_LINE_COST = 3  # the line break and two isolates


class _Costs(dict[str, int]):
    """At most so many units does a sign take when it is drawn."""

    def __missing__(self, sign: str) -> int:
        return 2 if sign > "\uffff" else 1


_COSTS = _Costs(
    dict.fromkeys("\\`*_~|<>[]()#@/-+.\u2066\u2067\u2068", 2),
    **dict.fromkeys("\n\r", _LINE_COST),
)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def size(words: str) -> int:
    """The length of a text as the stricter side of Discord counts it, in UTF-16 units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def inert(words: str) -> str:
    """Words that Discord shows as they are: they neither ping, nor format, nor link."""
    escaped = _SPECIAL.sub(r"\\\g<0>", _whole(words))
    return _LIST.sub(_list_sign_escaped, escaped)


def _whole(words: str) -> str:
    """Words that can be sent: line ends as here, and doubt for what nobody types or sees."""
    words = _usual(words)
    try:
        words.encode()
    except UnicodeEncodeError:
        return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return words


def drawn(words: str) -> str:
    """A foreign text, inert, that cannot turn the direction of what stands around it."""
    return inert(isolated(_usual(words)))


def _usual(words: str) -> str:
    return _ODD.sub(lambda odd: "\n" if odd[0][0] == "\r" else "\ufffd", words)


def clipped(words: str, most: int) -> str:
    """Words of ours in a narrow place; foreign texts are split, never clipped."""
    if size(words) <= most:
        return words
    kept = words
    while size(kept) > most - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def pieces(words: str, room: int) -> Iterator[str]:
    """The text in pieces whose `drawn` form fits the room; together they are the text.

    Broken after a line if that keeps a piece at least half full, else after a word, else between
    two signs that are not one to the eye.
    """
    if len(words) * _LINE_COST <= room - _LINE_COST:  # most texts need no counting
        yield from (words,) if words else ()
        return
    costs = list(accumulate(map(_COSTS.__getitem__, words), initial=_LINE_COST))
    start = 0
    while start < len(words):
        end = max(bisect_right(costs, room + costs[start] - _LINE_COST) - 1, start + 1)
        if end < len(words):
            end = _good_break(words, start, end)
        yield words[start:end]
        start = end


def _list_sign_escaped(found: re.Match[str]) -> str:
    before, sign, number, mark = found.groups()
    return f"{before}\\{sign}" if sign else f"{before}{number}\\{mark}"


def _good_break(words: str, start: int, end: int) -> int:
    half = start + (end - start) // 2
    line = words.rfind("\n", half, end)
    if line >= 0:
        return line + 1
    for place in range(end, half, -1):
        if words[place - 1].isspace() and not _are_one(words[place - 1], words[place]):
            return place
    for place in range(end, half, -1):
        if not _are_one(words[place - 1], words[place]):
            return place
    return end


def _are_one(left: str, right: str) -> bool:
    """Whether two signs belong to one letter, one emoji or one line end."""
    if left == "\r" and right == "\n":
        return True
    if left == "\u200d" or right in _JOINERS or unicodedata.combining(right):
        return True
    flags = "\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff"
    return flags or "\U0001f3fb" <= right <= "\U0001f3ff"
