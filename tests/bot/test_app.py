"""The program as a whole: which platforms it serves, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import platforms_to_serve, until_all_done
from bot.config import Settings
from bot.errors import SettingsError, WrongToken

TOKEN = SecretStr("1:token")


def test_every_platform_with_a_token_is_served() -> None:
    both = Settings(discord_token=TOKEN, telegram_token=TOKEN)

    assert list(platforms_to_serve(both, ())) == ["discord", "telegram"]
    assert list(platforms_to_serve(Settings(telegram_token=TOKEN), ())) == ["telegram"]


def test_without_a_token_the_terminal_is_served() -> None:
    assert list(platforms_to_serve(Settings(), ())) == ["terminal"]


def test_platforms_can_be_chosen() -> None:
    both = Settings(discord_token=TOKEN, telegram_token=TOKEN)

    assert list(platforms_to_serve(both, ["terminal", "discord", "discord"])) == [
        "terminal",
        "discord",
    ]


@pytest.mark.parametrize("name", ["discord", "telegram", "irc"])
def test_a_platform_that_cannot_be_served_is_refused(name: str) -> None:
    with pytest.raises(SettingsError):
        platforms_to_serve(Settings(), [name])


async def test_a_wrong_token_stops_the_others_and_is_raised() -> None:
    stop = asyncio.Event()
    ended = []

    async def sound() -> None:
        await stop.wait()
        ended.append("drained")

    async def wrong() -> None:
        raise WrongToken("X", "GROVE_X_TOKEN")

    with pytest.raises(WrongToken):
        await until_all_done([asyncio.create_task(sound()), asyncio.create_task(wrong())], stop)

    assert ended == ["drained"]


async def test_a_platform_that_does_not_drain_in_time_is_cut_off() -> None:
    stop = asyncio.Event()
    stop.set()
    deaf = asyncio.create_task(asyncio.sleep(3600))

    await until_all_done([deaf], stop, drain_seconds=0.01)

    assert deaf.cancelled()


async def test_the_program_ends_when_every_platform_is_done() -> None:
    async def done() -> None:
        return

    async with asyncio.timeout(5):
        await until_all_done([asyncio.create_task(done())], asyncio.Event())


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_with_both_platforms_down_the_program_waits_and_ends_on_sigterm(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
    nobody = f"http://127.0.0.1:{closed_port()}"
    settings = {
        "GROVE_DATA_DIR": str(tmp_path),
        "GROVE_HTTP_PORT": "0",
        "GROVE_TELEGRAM_TOKEN": "1:token",
        "GROVE_TELEGRAM_API_BASE": nobody,
        "GROVE_DISCORD_TOKEN": "token",
        "GROVE_DISCORD_API_BASE": f"{nobody}/api/v10",
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env={**kept, **settings}, stderr=file
        )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and "discord" not in log.read_text().lower():
            time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()

    assert "1:token" not in log.read_text()
