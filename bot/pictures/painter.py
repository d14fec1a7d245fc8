"""Paints in a process of its own, since the library lets nothing else run meanwhile.

It reads drawings and answers with pictures, each behind its length, until its input ends; so it
never outlives the program that started it. Nothing but the library is loaded.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import resvg_py

LENGTH = struct.Struct(">I")
_POLITE = 10
"""How far painting stands back behind everything else on the machine."""
_WORDS = re.compile(r"<text.*?</text>", re.DOTALL)
_OF_OTHER_FONTS = re.compile(r"<tspan.*?</tspan>", re.DOTALL)
_ROW = re.compile(r'<g data-row="(\S+) (start|end)">(.*?)</g>', re.DOTALL)
_AT = re.compile(r'<text x="0" y="([^"]*)" text-anchor="start"')
_WIDE, _LEFT, _RIGHT = 760, 20, 740
_STRIP, _LOW = 6, 0.05
_FROM_LEFT = f'<text x="{_LEFT}" y="90" text-anchor="start"'
_TO_RIGHT = f'<text x="{_RIGHT}" y="90" text-anchor="end"'
_SPACE = 7.0
"""What is not seen is taken for a space."""


def side_by_side(at: float, anchor: str, words: Iterable[str]) -> str:
    """Words to be painted one after the other; all of them together begin or end there."""
    return f'<g data-row="{at:g} {anchor}">{"".join(words)}</g>'


def painted(svg: str, **fonts: Any) -> bytes:
    """The PNG; words that the library cannot draw cost the picture those words alone.

    Where it stumbles over those of another font, the rest of the line is drawn without them.
    """
    svg = _with_rows(svg, fonts)
    found = _painted(svg, fonts)
    if found is None:
        around = svg.partition(">")[0]

        def harmless(word: re.Match[str]) -> str:
            tries = (word[0], _OF_OTHER_FONTS.sub("…", word[0]))
            return next((x for x in tries if _painted(f"{around}>{x}</svg>", fonts)), "")

        found = _painted(_WORDS.sub(harmless, svg), fonts)
    return found or b""


def _with_rows(svg: str, fonts: dict[str, Any]) -> str:
    """Words side by side, each where the one before it ends."""
    words = [word for row in _ROW.findall(svg) for word in _WORDS.findall(row[2])]
    width_of = dict(zip(words, _widths(words, fonts), strict=True))

    def placed(row: re.Match[str]) -> str:
        found = _WORDS.findall(row[3])
        x = float(row[1]) - (sum(width_of[word] for word in found) if row[2] == "end" else 0)
        parts = []
        for word in found:
            parts.append(_AT.sub(rf'<text x="{x:.1f}" y="\1"', word, count=1))
            x += width_of[word]
        return "".join(parts)

    return _ROW.sub(placed, svg)


def _widths(words: Sequence[str], fonts: dict[str, Any]) -> Sequence[float]:
    """How far words go on, spaces included.

    Each is painted, low, in two strips: from a line at the left, and up to a line at the right.
    Where it begins in the one and in the other tells it.
    """
    if not words:
        return ()
    strips = [
        f'<g transform="translate(0 {place * _STRIP}) scale(1 {_LOW})">{_AT.sub(at, word)}</g>'
        for place, (word, at) in enumerate(product(words, (_FROM_LEFT, _TO_RIGHT)))
    ]
    size = f'width="{_WIDE}" height="{len(strips) * _STRIP}"'
    png = _painted(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(strips)}</svg>', fonts)
    if png is None:
        if len(words) == 1:
            return (_SPACE,)
        return [width for word in words for width in _widths([word], fonts)]
    edges = _left_edges(png)
    return [
        _SPACE if _WIDE in (left, right) else _RIGHT - _LEFT - (right - left)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
    ]


def _left_edges(png: bytes) -> Sequence[int]:
    """Where in each strip the first column is that is not empty.

    However the lines of a PNG are predicted from their neighbours: left of all that is painted, and
    below an empty line, everything is 0, and what is first painted is not.
    """
    data, at = b"", 8
    while at < len(png):
        (length,) = LENGTH.unpack_from(png, at)
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    plain = zlib.decompress(data)
    line = 4 * _WIDE + 1
    empty = [
        (4 * _WIDE - len(plain[at + 1 : at + line].lstrip(b"\0"))) // 4
        for at in range(0, len(plain), line)
    ]
    return [min(empty[at : at + _STRIP]) for at in range(0, len(empty), _STRIP)]


def _painted(svg: str, fonts: dict[str, Any]) -> bytes | None:
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, **fonts))
    except ValueError:
        return None
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # of the library; no Exception, and unnamed
            raise
        return None


def main() -> None:
    """Paint what comes until nothing comes any more."""
    os.nice(_POLITE)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        picture = painted(**json.loads(source.read(length)))
        target.write(LENGTH.pack(len(picture)) + picture)
        target.flush()


if __name__ == "__main__":
    main()
