"""Names that were met before, kept where a million of them take no memory: in a file.

The file has no name, lies in the system's folder for such files and is gone with the program.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

from storage.sqlite import translated

_CREATE = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -8192",  # 8 MB of it are in memory
    "CREATE TABLE seen (name TEXT PRIMARY KEY) WITHOUT ROWID",
)

# Whether a name was met.
MET = "SELECT 1 FROM seen WHERE name = ?"
MEET = "INSERT INTO seen (name) VALUES (?)"


class SeenNames:
    """A set of names that only grows."""

    def __init__(self) -> None:
        self._place = Path(tempfile.gettempdir())
        with translated(self._place):
            self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            for sql in _CREATE:
                self._db.execute(sql)

    def first_of(self, names: Sequence[str]) -> str | None:
        """The first of these that was met before."""
        with translated(self._place):
            return next((name for name in names if self._db.execute(MET, (name,)).fetchone()), None)

    def add(self, names: Sequence[str]) -> None:
        """Names that were not met before, each once."""
        with translated(self._place):
            self._db.execute("BEGIN")
            self._db.executemany(MEET, [(name,) for name in names])
            self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()
