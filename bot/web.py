"""Health and metrics over HTTP, for those who look after the program; on loopback by default."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import SettingsError
from bot.health import STORE_PATIENCE, Health
from bot.metrics import Metrics
from core.model import TaskKind

_log = logging.getLogger(__name__)

OpenWork = Callable[[], Awaitable[Mapping[tuple[str, TaskKind], int]]]

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Watchman:
    """Answers /livez, /readyz and /metrics."""

    def __init__(self, health: Health, metrics: Metrics, open_work: OpenWork) -> None:
        self._health = health
        self._metrics = metrics
        self._open_work = open_work

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._shown)
        return app

    async def _livez(self, request: web.Request) -> web.Response:
        fault = self._health.life()
        return _told([fault] if fault else [])

    async def _readyz(self, request: web.Request) -> web.Response:
        return _told(await self._health.faults())

    async def _shown(self, request: web.Request) -> web.Response:
        work: Mapping[tuple[str, TaskKind], int] = {}
        try:
            async with asyncio.timeout(STORE_PATIENCE):
                work = await self._open_work()
        except Exception as error:  # without the store the other numbers are needed most
            _log.warning("Open work cannot be counted: %s", type(error).__name__)
        body = self._metrics.text(work, self._health.platforms, self._health.pulse.worst)
        return web.Response(body=body, headers={"Content-Type": _TEXT})


@asynccontextmanager
async def watched(watchman: Watchman, host: str, port: int) -> AsyncIterator[int]:
    """Listen for as long as the program serves; on which port."""
    runner = web.AppRunner(watchman.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"Health and metrics cannot listen on {host}, port {port} ({error.strerror}); let "
                "GROVE_HEALTH_HOST and GROVE_HEALTH_PORT name a free place (port 0 takes any)."
            ) from None
        found: int = runner.addresses[0][1]
        _log.debug("Health and metrics are at port %d", found)
        yield found
    finally:
        await runner.cleanup()


def _told(faults: list[str]) -> web.Response:
    if faults:
        return web.Response(status=503, text="".join(f"{fault}\n" for fault in faults))
    return web.Response(text="ok\n")
