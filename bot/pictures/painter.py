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
from typing import Any

import resvg_py

LENGTH = struct.Struct(">I")
_POLITE = 10
"""How far painting stands back behind everything else on the machine."""
_WORDS = re.compile(r"<text.*?</text>", re.DOTALL)


def painted(svg: str, **fonts: Any) -> bytes:
    """The PNG; words that the library cannot draw cost the picture those words alone."""
    found = _painted(svg, fonts)
    if found is None:
        around = svg.partition(">")[0]

        def harmless(word: re.Match[str]) -> str:
            return word[0] if _painted(f"{around}>{word[0]}</svg>", fonts) else ""

        found = _painted(_WORDS.sub(harmless, svg), fonts)
    return found or b""


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
