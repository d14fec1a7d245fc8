"""What is said and written down when something fails that should not."""

from __future__ import annotations

import logging
import secrets
import traceback

from core.dialogue import Say
from core.text import N_

_log = logging.getLogger(__name__)

_FRAMES = 6  # of the stack, written down


def apology(error_id: str, language: str) -> Say:
    """Said when an event could not be dealt with."""
    return Say(
        notes=(N_("Something went wrong on my side. Please try again in a moment."),),
        refused=True,
        language=language,
        error_id=error_id,
    )


def logged(error: BaseException) -> str:
    """Write an error down without its words, which may hold what somebody wrote; its id."""
    error_id = secrets.token_hex(4)
    _log.error("Error %s: %s", error_id, _told(error))
    return error_id


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    cause = f"; from {_told(error.__cause__)}" if error.__cause__ else ""
    return f"{type(error).__name__} at {places}{cause}"
