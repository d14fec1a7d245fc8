"""Foreign words as a picture can show them: without what no font has a shape for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.pictures.fonts import is_drawn
from core.bulletin import NOBODY
from core.screening import is_blank

_MARKS_TOGETHER = 3
"""Marks on one letter; languages need no more, and more run over the lines beside."""
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
"""Letters of which two are a flag; the drawing library falls over one that ends words."""


def legible(words: str) -> str:
    """The same words, as far as they can be drawn; a dash where nothing is left of them."""
    plain = "".join(_plain(sign) for sign in words if not 0xD800 <= ord(sign) < 0xE000)
    kept = " ".join("".join(_calm(plain)).split())
    return kept if any(not _is_unseen(sign) for sign in kept) else NOBODY


@lru_cache(4096)
def _plain(sign: str) -> str:
    """A sign, or what it stands for where only that can be drawn."""
    if unicodedata.category(sign) in ("Cc", "Zl", "Zp"):
        return " "
    if ord(sign) in _FLAGS:
        return chr(ord("A") + _FLAGS.index(ord(sign)))
    if ord(sign) in _SKIN or is_drawn(sign):
        return "" if ord(sign) in _SKIN else sign
    meant = unicodedata.normalize("NFKC", sign)
    return "".join(part for part in meant if part != sign and is_drawn(part))


def _calm(words: str) -> Iterator[str]:
    """Without heaps of marks, and without what joins pictures to one that few fonts have."""
    marks = 0
    for place, sign in enumerate(words):
        marks = marks + 1 if unicodedata.category(sign).startswith("M") else 0
        joins = sign in _JOINERS and _is_picture(words[place - 1 : place])
        if marks <= _MARKS_TOGETHER and not joins:
            yield sign


def _is_picture(sign: str) -> bool:
    return bool(sign) and (unicodedata.category(sign) == "So" or sign in _JOINERS)


def _is_unseen(sign: str) -> bool:
    return is_blank(sign) or unicodedata.category(sign) in ("Mn", "Me")
