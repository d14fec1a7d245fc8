"""One supervisor for each platform: the failure of one never takes down another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import StartError

log = logging.getLogger(__name__)

Serve = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a failed platform is tried again; doubles from failure to failure."""

    first: float = 1.0
    longest: float = 300.0
    healthy: float = 600.0  # who ran this long without failing begins with the first pause again


async def supervised(
    name: str, serve: Serve, stop: asyncio.Event, backoff: Backoff = Backoff()
) -> None:
    """Serve until `stop` is set or the platform is done; serve again whenever it fails.

    A fault that only a maintainer can mend is raised when it is met at the start; met later, it
    ends this platform alone.
    """
    clock = asyncio.get_running_loop().time
    pause, first = backoff.first, True
    while not stop.is_set():
        began = clock()
        try:
            await serve(stop)
            return
        except StartError as fault:
            if first:
                raise
            log.error("%s has ended: %s", name, fault)
            return
        except Exception as fault:
            pause = backoff.first if clock() - began >= backoff.healthy else pause
            _tell(name, fault, pause)
        first = False
        await paused(stop, pause)
        pause = min(pause * 2, backoff.longest)


def _tell(name: str, fault: Exception, pause: float) -> None:
    """What a network does is one line; what nobody expected is told with where it arose."""
    if isinstance(fault, OSError):
        log.warning("%s cannot be reached, trying again in %.0f seconds: %s", name, pause, fault)
    else:
        log.error("%s has failed, trying again in %.0f seconds", name, pause, exc_info=fault)


async def paused(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not after `stop` is set."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
