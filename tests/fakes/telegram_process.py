"""The real program as a process of its own, aimed at the fake Bot API."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.discord_process import QUICK_POLICY, ROOT
from fakes.telegram_people import Volunteer
from fakes.telegram_scene import wrong_calls
from fakes.telegram_server import TOKEN, FakeTelegram


@dataclass
class Program:
    """`python -m bot run --platform telegram`; several may run in one folder."""

    tg: FakeTelegram
    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        return (self.folder / "stderr.log").read_text("utf-8")

    async def start(self) -> None:
        with (self.folder / "stderr.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--platform", "telegram",
                cwd=self.folder, env=self._environment(), stderr=log, stdout=log,
            )  # fmt: skip

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; the code it ended with."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def restarted(self, how: signal.Signals) -> None:
        await self.stop(how)
        await self.start()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "GROVE_DATA_DIR": str(self.folder / "data"),
            "GROVE_TELEGRAM_TOKEN": TOKEN,
            "GROVE_HEALTH_PORT": "0",
            "GROVE_TELEGRAM_API_BASE": self.tg.base,
            **QUICK_POLICY,
            **self.more,
        }


@asynccontextmanager
async def program(folder: Path, **more: str) -> AsyncIterator[Program]:
    """The program, serving; at the end every call was one that the Bot API describes."""
    async with FakeTelegram() as tg:
        running = Program(tg, folder, more)
        await running.start()
        try:
            yield running
            assert wrong_calls(tg) == []
            assert [call for call in tg.calls if "Too Many" in call.refused] == []
        finally:
            await running.stop(signal.SIGKILL)
            print(running.log)  # shown where the test fails


async def agreed(tg: FakeTelegram, user_id: int, name: str) -> Volunteer:
    """Somebody who has agreed to the terms."""
    person = Volunteer(tg, user_id, name)
    person.say("/consent")
    await person.reads("Before you begin", seconds=30)
    await person.tap("I agree")
    await person.reads("You can begin")
    return person


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """What the store holds."""
    with sqlite3.connect(folder / "data" / "grove.db") as database:
        return database.execute(sql).fetchall()


async def listens(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
