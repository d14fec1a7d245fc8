"""The streams of the program itself: they may be closed, full, or lead to nobody any more."""

from __future__ import annotations

import os
import sys


def open_what_is_closed() -> None:
    """A stream that was closed leads nowhere, before anything else gets its number."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")


def write_to_nobody() -> None:
    """Else the interpreter complains at its end about what it could not write."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
