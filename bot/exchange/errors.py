"""What can go wrong with a file of trees.

FileError               it cannot be read or written; what to do about it
└── BrokenFile          some of its lines are no published trees; nothing of it was stored
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import StartError


class FileError(StartError):
    exit_code = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no published tree, and why."""

    line: int  # from 1 on; of a tree of several lines the first
    reason: str
    tree_id: object = None  # of the tree that the line is part of, where that can be told

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class BrokenFile(FileError):
    """The first fault of a file, and how many there are."""

    def __init__(self, path: Path, first: Fault, faults: int) -> None:
        more = f" (and {faults - 1} more)" if faults > 1 else ""
        super().__init__(
            f"{path}, {first}{more}. Nothing was imported; "
            "mend the file, or import its good lines with --keep-good."
        )
        self.first, self.faults = first, faults
