"""The program as a whole: which platforms it serves, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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

    ending = asyncio.create_task(
        until_all_done([asyncio.create_task(done())], stop := asyncio.Event())
    )
    await asyncio.wait([ending], timeout=5)

    assert ending.done()
    assert stop.is_set()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
    return {**kept, "GROVE_DATA_DIR": str(folder), "GROVE_HEALTH_PORT": "0", **settings}


@pytest.fixture
def refusing_server() -> Iterator[str]:
    """The address of a Telegram that knows no token."""

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_wrong_token_ends_the_program_with_one_line(tmp_path: Path, refusing_server: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=environment(
            tmp_path, GROVE_TELEGRAM_TOKEN="1:canary", GROVE_TELEGRAM_API_BASE=refusing_server
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 3
    assert "GROVE_TELEGRAM_TOKEN" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr


def test_with_both_platforms_down_the_program_waits_and_ends_on_sigterm(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}"
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            env=environment(
                tmp_path,
                GROVE_TELEGRAM_TOKEN="1:canary",
                GROVE_TELEGRAM_API_BASE=nobody,
                GROVE_DISCORD_TOKEN="canary",
                GROVE_DISCORD_API_BASE=f"{nobody}/api/v10",
            ),
            stderr=file,
        )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and "telegram" not in log.read_text().lower():
            time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()

    assert "canary" not in log.read_text()
