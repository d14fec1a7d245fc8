"""Which signs a font can draw, and how wide they are, as its own tables say."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import BinaryIO, TypeAlias

_SEGMENTS, _GROUPS = 4, 12
"""The two forms of the table that fonts of today have."""

_Span: TypeAlias = tuple[int, int, int]
"""The first and the last of a stretch of signs, and the shape of the first."""


@lru_cache(1 << 16)
def has(path: str, sign: str) -> bool:
    """Whether the font in this file has a shape for a sign."""
    return _glyph(path, ord(sign)) is not None


@lru_cache(1 << 16)
def advance(path: str, sign: str) -> float:
    """How far a sign moves those behind it, in heights of the font; 0 where it has no shape."""
    glyph = _glyph(path, ord(sign))
    if glyph is None:
        return 0.0
    widths, height = _widths(path)
    return widths[min(glyph, len(widths) - 1)] / height


def _glyph(path: str, number: int) -> int | None:
    """The shape of a sign."""
    starts, spans = _spans(path)
    place = bisect_right(starts, number) - 1
    if place < 0 or number > spans[place][1]:
        return None
    first, _, glyph = spans[place]
    return glyph + number - first


@cache
def _spans(path: str) -> tuple[list[int], list[_Span]]:
    """Every stretch of signs, in order, and where it begins."""
    with open(path, "rb") as file:
        table = _table(file, b"cmap")
    count = _number(table, 2)
    forms: dict[int, int] = {}
    for record in range(count):
        (start,) = struct.unpack_from(">I", table, 8 + 8 * record)
        forms[_number(table, start)] = start
    spans = _grouped(table, forms[_GROUPS]) if _GROUPS in forms else []
    spans = spans or _segmented(table, forms[_SEGMENTS])
    return [first for first, _, _ in spans], spans


@cache
def _widths(path: str) -> tuple[Sequence[int], int]:
    """How wide each shape is, and how high the font; the last is that of all that follow."""
    with open(path, "rb") as file:
        height = _number(_table(file, b"head"), 18)
        count = _number(_table(file, b"hhea"), 34)
        pairs = struct.unpack_from(f">{2 * count}H", _table(file, b"hmtx"))
    return pairs[::2], height


def _table(file: BinaryIO, name: bytes) -> bytes:
    file.seek(0)
    count = _number(file.read(12), 4)
    for _ in range(count):
        tag, _, start, length = struct.unpack(">4sIII", file.read(16))
        if tag == name:
            file.seek(start)
            return file.read(length)
    raise ValueError(f"{file.name} is no font")


def _grouped(table: bytes, start: int) -> list[_Span]:
    (count,) = struct.unpack_from(">I", table, start + 12)
    groups = (struct.unpack_from(">III", table, start + 16 + 12 * at) for at in range(count))
    return sorted((first, last, glyph) for first, last, glyph in groups)


def _segmented(table: bytes, start: int) -> list[_Span]:
    """Where a stretch names its shapes one by one, each of its signs is a stretch of its own."""
    count = _number(table, start + 6) // 2
    found: list[_Span] = []
    for at in range(start + 14, start + 14 + 2 * count, 2):
        last, first, shift, where = (
            _number(table, at + 2 * part * count + 2 * bool(part)) for part in range(4)
        )
        if not where:
            found.append((first, last, (first + shift) % 0x10000))
            continue
        named = at + 6 * count + 2 + where
        found += (
            (sign, sign, _number(table, named + 2 * (sign - first)))
            for sign in range(first, last + 1)
        )
    return sorted(found)


def _number(table: bytes, at: int) -> int:
    (found,) = struct.unpack_from(">H", table, at)
    return int(found)
