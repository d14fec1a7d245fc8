"""What to do when something fails: try again where that is safe, tell the person, tell the log."""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from core.dialogue import Event as DeskEvent
from core.dialogue import Passage, Say, Typed
from core.text import N_

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PAUSES = (0.2, 0.4, 0.8, 1.6)
_LONGEST_PAUSE = 30.0
ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION = 10062
UNKNOWN_MESSAGE = 10008
_DROPPED = (OSError, aiohttp.ClientError, asyncio.TimeoutError)


async def insisted(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call to Discord, again and again where the connection or a limit is in the way.

    The library itself gives up on a dropped connection and on a limit set by the network in
    between. What is sent twice by this is at worst shown twice; what is not sent is lost.
    """
    for pause in _PAUSES:
        try:
            return await call()
        except _DROPPED:
            await asyncio.sleep(pause)
        except discord.HTTPException as error:
            if error.status not in (429, 503):  # other faults of theirs the library sits out
                raise
            await asyncio.sleep(max(pause, _retry_after(error)))
    return await call()


def apology(event: DeskEvent | None, error_id: str, language: str) -> Say:
    """Said when an event could not be dealt with; a text that was typed is handed back."""
    typed = event.text if isinstance(event, Typed) else None
    note = N_("Something went wrong on my side. Please try again in a moment.")
    kept = N_("Copy your text if you need it; it may not have been kept.")
    return Say(
        notes=(note,),
        body=(kept,) if typed else (),
        passages=(Passage(typed, N_("Your text")),) if typed else (),
        refused=True,
        language=language,
        error_id=error_id,
    )


def logged(error: BaseException, doing: str) -> str:
    """Write an error to the log, without any value that people gave; returns its id."""
    error_id = secrets.token_hex(4)
    _log.error("Error %s while %s: %s", error_id, doing, _told(error))
    return error_id


def _told(error: BaseException) -> str:
    """The kind of an error and where it arose; its words may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:])
    name = type(error).__name__
    if isinstance(error, discord.HTTPException):
        name = f"{name} {error.status} (code {error.code})"
    cause = f"; from {_told(error.__cause__)}" if error.__cause__ else ""
    return f"{name} at {places}{cause}"


def _retry_after(error: discord.HTTPException) -> float:
    try:
        seconds = float(error.response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
    return min(seconds, _LONGEST_PAUSE)
