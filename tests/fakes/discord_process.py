"""The real program as a process of its own, aimed at the fake server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.discord_payloads import TOKEN
from fakes.discord_server import DiscordServer

ROOT = Path(__file__).parents[2]

# A tree that is finished after a handful of answers.
QUICK_POLICY = {
    "GROVE_POLICY_NUM_REVIEWS_INITIAL_PROMPT": "1",
    "GROVE_POLICY_NUM_REVIEWS_REPLY": "1",
    "GROVE_POLICY_MAX_CHILDREN_COUNT": "2",
    "GROVE_POLICY_MAX_TREE_DEPTH": "1",
    "GROVE_POLICY_GOAL_TREE_SIZE": "3",
    "GROVE_POLICY_MIN_RANKINGS": "1",
    "GROVE_POLICY_MAX_RANKINGS": "1",
}


@dataclass
class Program:
    """`python -m bot run`, which can be stopped gently or not, and started again."""

    server: DiscordServer
    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        return (self.folder / "stderr.log").read_text("utf-8")

    async def start(self, *words: str) -> Program:
        with (self.folder / "stderr.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--platform", "discord", *words,
                cwd=self.folder, env=self.environment(), stderr=log, stdout=log,
            )  # fmt: skip
        return self

    async def ready(self) -> Program:
        """Wait until it is connected; a program that ended instead says why."""
        assert self.process is not None
        connected = asyncio.create_task(self.server.ready(30))
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        assert connected.done(), f"the program has ended:\n{self.log}"
        await connected
        return self

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; the code it ended with."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def restarted(self, how: signal.Signals) -> None:
        await self.stop(how)
        await self.server.until(lambda: not self.server.is_ready)
        await self.start()
        await self.ready()

    async def command(self, *words: str, typed: str = "") -> str:
        """Run another command of the program to its end; what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=self.folder, env=self.environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(typed.encode()), 60)
        assert process.returncode == 0, said.decode()
        return said.decode()

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "GROVE_DATA_DIR": str(self.folder / "data"),
            "GROVE_DISCORD_TOKEN": TOKEN,
            "GROVE_DISCORD_API_BASE": self.server.api,
            "GROVE_DISCORD_GATEWAY_URL": self.server.gateway,
            "GROVE_HTTP_PORT": "0",
            "GROVE_HEALTH_PORT": "0",
            **QUICK_POLICY,
            **self.more,
        }


@asynccontextmanager
async def program(folder: Path, **more: str) -> AsyncIterator[Program]:
    """The program, serving; at the end, every request was one that Discord describes."""
    server = await DiscordServer().start()
    running = Program(server, folder, more)
    try:
        await running.start()
        await running.ready()
        yield running
        assert not server.complaints, "\n".join(server.complaints)
    finally:
        await running.stop(signal.SIGKILL)
        await server.close()
        print(running.log)  # shown where the test fails
