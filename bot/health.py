"""Is the program well: its event loop, its store, its platforms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from bot.supervision import Serve

MOST_LAG = 5.0
"""Seconds after which an event loop that does not turn counts as dead."""
STORE_PATIENCE = 5.0
"""Seconds that the store may take for a trivial look."""
_BEAT = 0.25
_REMEMBERED = 60.0

Probe = Callable[[], bool]
Watch = Callable[[Probe], None]
"""A platform hands over how to see whether it serves at this moment."""


def unwatched(probe: Probe) -> None:
    """For platforms that nobody asks after."""


class Pulse:
    """How late the event loop turns; the worst of the last minute."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or asyncio.get_running_loop().time
        self._expected = self._clock() + _BEAT
        self._worst, self._worst_at = 0.0, self._clock()

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            self._expected = self._clock() + _BEAT
            await asyncio.sleep(_BEAT)
            self.note()

    def note(self) -> None:
        """A beat has come; how late was it?"""
        now, late = self._clock(), self.lag
        if late >= self._worst or now - self._worst_at > _REMEMBERED:
            self._worst, self._worst_at = late, now

    @property
    def lag(self) -> float:
        """By how much the next beat is overdue."""
        return max(0.0, self._clock() - self._expected)

    @property
    def worst(self) -> float:
        return max(self._worst, self.lag)


class Health:
    """What /livez and /readyz tell."""

    def __init__(
        self, platforms: tuple[str, ...], look: Callable[[], Awaitable[str | None]], pulse: Pulse
    ) -> None:
        self.pulse = pulse
        self._look = look  # at the store; says what is wrong with it
        self._probes: dict[str, Probe | None] = dict.fromkeys(platforms)

    def watch(self, platform: str) -> Watch:
        """How a platform hands over its probe."""

        def watched(probe: Probe) -> None:
            self._probes[platform] = probe

        return watched

    def until_ended(self, platform: str, serve: Serve) -> Serve:
        """Serve; afterwards the platform is not served, for now or for good."""

        async def serving(stop: asyncio.Event) -> None:
            try:
                await serve(stop)
            finally:
                self._probes[platform] = None

        return serving

    @property
    def platforms(self) -> Mapping[str, bool]:
        """Whether each platform serves at this moment."""
        return {name: probe is not None and probe() for name, probe in self._probes.items()}

    def life(self) -> str | None:
        """Why the program should be started anew; None while it lives."""
        lag = self.pulse.lag
        return None if lag < MOST_LAG else f"the event loop is {lag:.0f} seconds late"

    async def faults(self) -> list[str]:
        """Why nobody should be sent here; nothing while all is well."""
        down = [f"{name} is not served" for name, up in self.platforms.items() if not up]
        store = await self._store()
        return [fault for fault in (self.life(), store, *down) if fault]

    async def _store(self) -> str | None:
        try:
            async with asyncio.timeout(STORE_PATIENCE):
                return await self._look()
        except TimeoutError:
            return "the store does not answer"
        except Exception as error:
            return f"the store fails ({type(error).__name__})"


@asynccontextmanager
async def beating(pulse: Pulse) -> AsyncIterator[None]:
    """Let the pulse beat for as long as the program serves."""
    task = asyncio.create_task(pulse.beat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
