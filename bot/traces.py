"""Errors written down: what kind, where and under which id; never in their own words.

The words of an error may hold what somebody wrote, a name, or an address with a token in it.
"""

from __future__ import annotations

import os
import secrets
import traceback

from bot.errors import StartError
from storage.errors import StoreError

_FRAMES = 6  # of the stack, written down


def new_error_id() -> str:
    """Short enough to be read out to a maintainer."""
    return secrets.token_hex(4)


def told(error: BaseException) -> str:
    """The kind of an error and where it arose, its causes included."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    at = f" at {places}" if places else ""
    cause = f"; from {told(error.__cause__)}" if error.__cause__ else ""
    return f"{named(error)}{at}{cause}"


def named(error: BaseException) -> str:
    """An error in the middle of a sentence."""
    kind = type(error).__name__
    if _in_our_words(error):
        return f"{kind}: {error}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{kind} ({os.strerror(error.errno)})"
    return kind


def _in_our_words(error: BaseException) -> bool:
    """Sentences that name settings and files alone; with a cause, a store's quotes the database."""
    if isinstance(error, StoreError):
        return type(error) is not StoreError and error.__cause__ is None
    return isinstance(error, StartError)
