"""Files that are being filled with lines: plain JSON here, tables in `parquet`."""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedIOBase
from typing import IO, Protocol

from core.export import Json, json_line


class Sheet(Protocol):
    """Takes lines, and holds few of them."""

    def add(self, lines: Sequence[Json]) -> None: ...
    def close(self) -> None:
        """Write what still waits; the file itself stays open."""


class JsonLines:
    """One object to a line, written at once."""

    def __init__(self, file: IO[bytes] | BufferedIOBase) -> None:
        self._file = file

    def add(self, lines: Sequence[Json]) -> None:
        self._file.writelines(f"{json_line(line)}\n".encode() for line in lines)

    def close(self) -> None:
        """Nothing waits."""
