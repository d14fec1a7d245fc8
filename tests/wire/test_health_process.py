"""The program itself, looked after: says whether it is ready and what it does, keeps secrets."""

import asyncio
import shutil
import signal
from pathlib import Path

import aiohttp
from fakes.telegram_process import agreed, free_port, program
from fakes.telegram_server import TOKEN

CANARY = "canary of the rivers"


async def asked(port: int, path: str) -> tuple[int, str]:
    try:
        async with aiohttp.ClientSession() as web:
            answer = await web.get(f"http://127.0.0.1:{port}{path}")
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 0, ""


async def becomes(port: int, status: int, seconds: float) -> str:
    """Wait until /readyz answers so; with which words."""
    async with asyncio.timeout(seconds):
        while True:
            code, said = await asked(port, "/readyz")
            if code == status:
                return said
            await asyncio.sleep(0.2)


async def test_a_served_platform_is_ready_counted_and_unready_without_its_store(
    tmp_path: Path,
) -> None:
    port = free_port()
    more = {"GROVE_HEALTH_PORT": str(port), "GROVE_LOG_LEVEL": "debug"}
    async with program(tmp_path, **more) as running:
        await becomes(port, 200, 60)
        ana = await agreed(running.tg, 7, "Canaria")
        await ana.asks("/work initial_prompt", "Send your text here")
        await ana.asks(CANARY, "Your draft")
        alive, _ = await asked(port, "/livez")
        _, metrics = await asked(port, "/metrics")
        shutil.move(tmp_path / "data" / "grove.db", tmp_path / "elsewhere.db")
        said = await becomes(port, 503, 10)

        assert alive == 200
        assert "schema" in said
        assert 'grove_tasks_total{change="handed_out",kind="initial_prompt"} 1.0' in metrics
        assert 'grove_platform_up{platform="telegram"} 1.0' in metrics
        assert await running.stop(signal.SIGTERM) == 0
        told = metrics + said + running.log
        canaries = ("canary", "Canaria", "rivers", TOKEN.partition(":")[2])
        assert [canary for canary in canaries if canary in told] == []
