"""What is said and written down when something fails that should not."""

from __future__ import annotations

import logging

from bot.traces import new_error_id, told
from core.dialogue import Say
from core.text import N_

_log = logging.getLogger(__name__)


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
    error_id = new_error_id()
    _log.error("Error %s: %s", error_id, told(error))
    return error_id
