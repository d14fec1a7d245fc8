"""Which signs a font can draw, as its own table says."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache, lru_cache
from typing import BinaryIO

_SEGMENTS, _GROUPS = 4, 12
"""The two forms of the table that fonts of today have."""


@lru_cache(1 << 16)
def has(path: str, sign: str) -> bool:
    """Whether the font in this file has a shape for a sign."""
    starts, ends = _spans(path)
    place = bisect_right(starts, ord(sign)) - 1
    return place >= 0 and ord(sign) <= ends[place]


@cache
def _spans(path: str) -> tuple[list[int], list[int]]:
    """First and last of every stretch of signs, in order."""
    with open(path, "rb") as file:
        table = _table(file, b"cmap")
    count = _number(table, 2)
    forms: dict[int, int] = {}
    for record in range(count):
        (start,) = struct.unpack_from(">I", table, 8 + 8 * record)
        forms[_number(table, start)] = start
    spans = _grouped(table, forms[_GROUPS]) if _GROUPS in forms else []
    spans = spans or _segmented(table, forms[_SEGMENTS])
    return [first for first, _ in spans], [last for _, last in spans]


def _table(file: BinaryIO, name: bytes) -> bytes:
    count = _number(file.read(12), 4)
    for _ in range(count):
        tag, _, start, length = struct.unpack(">4sIII", file.read(16))
        if tag == name:
            file.seek(start)
            return file.read(length)
    raise ValueError(f"{file.name} is no font")


def _grouped(table: bytes, start: int) -> list[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", table, start + 12)
    groups = (struct.unpack_from(">III", table, start + 16 + 12 * at) for at in range(count))
    return sorted((first, last) for first, last, _ in groups)


def _segmented(table: bytes, start: int) -> list[tuple[int, int]]:
    count = _number(table, start + 6) // 2
    ends = struct.unpack_from(f">{count}H", table, start + 14)
    starts = struct.unpack_from(f">{count}H", table, start + 16 + 2 * count)
    return sorted(zip(starts, ends, strict=True))


def _number(table: bytes, at: int) -> int:
    (found,) = struct.unpack_from(">H", table, at)
    return int(found)
