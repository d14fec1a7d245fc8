"""One program, one store, three platforms: people on each of them grow one tree together."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes import discord_process
from fakes.discord_server import DiscordServer
from fakes.speakers import OnDiscord, OnTelegram
from fakes.telegram_scene import wrong_calls
from fakes.telegram_server import TOKEN, FakeTelegram

QUESTION = "Why is the sky <blue>, and red & gold in the evening?"


@dataclass
class Served:
    """`python -m bot run` with every platform; somebody sits at its keyboard."""

    discord: DiscordServer
    telegram: FakeTelegram
    program: discord_process.Program
    process: asyncio.subprocess.Process = field(init=False)

    async def start(self) -> None:
        with (self.program.folder / "stderr.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--platform", "discord",
                "--platform", "telegram", "--platform", "terminal", "--as", "Eva",
                cwd=self.program.folder, env=self.program.environment(), stderr=log,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
        await self.discord.ready(60)

    async def types(self, *lines: str) -> str:
        """Type lines at the keyboard; the screen that the last one brings up."""
        screen = ""
        for line in lines:
            assert self.process.stdin is not None
            self.process.stdin.write(line.encode() + b"\n")
            screen = await self._screen()
        return screen

    async def _screen(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            return (await self.process.stdout.readuntil(b"\n\n")).decode()

    async def stop(self) -> int:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    """All three platforms; at the end every request was one that the platforms describe."""
    discord = await DiscordServer().start()
    try:
        async with FakeTelegram() as telegram:
            more = {"GROVE_TELEGRAM_TOKEN": TOKEN, "GROVE_TELEGRAM_API_BASE": telegram.base}
            all_three = Served(discord, telegram, discord_process.Program(discord, folder, more))
            await all_three.start()
            try:
                yield all_three
                assert not discord.complaints, "\n".join(discord.complaints)
                assert wrong_calls(telegram) == []
            finally:
                await all_three.stop()
                print(all_three.program.log)  # shown where the test fails
    finally:
        await discord.close()


async def test_one_tree_is_grown_on_discord_on_telegram_and_in_the_terminal(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        ana, ben = OnDiscord(here.discord, "Ana"), OnTelegram(here.telegram, 7, "Ben")
        await ana.agrees()
        await ben.agrees()
        await here.types("/consent", "agree")

        await ana.drafts("initial_prompt", QUESTION)
        await ana.submits()
        await ben.reviews("label_initial_prompt", quality=4)
        await ben.drafts("assistant_reply", "Air scatters blue light more than red.")
        await ben.submits()
        shown = await here.types("/work assistant_reply")
        assert QUESTION in shown
        thanks = await here.types("Long ways through the air leave the red.", "s")
        assert "Thank you" in thanks
        thanks = await here.types("/work label_assistant_reply", "spam=n quality=4")
        assert "Thank you" in thanks
        await ana.reviews("label_assistant_reply", quality=5)
        await ana.ranks(2, 1)

        await here.program.command("export", str(tmp_path / "trees.jsonl"))
        assert await here.stop() == 0

    (tree,) = map(json.loads, (tmp_path / "trees.jsonl").read_text("utf-8").splitlines())
    assert tree["tree_state"] == "ready_for_export"
    assert tree["prompt"]["text"] == QUESTION
    assert sorted(reply["rank"] for reply in tree["prompt"]["replies"]) == [0, 1]
    assert "ERROR" not in here.program.log


async def test_a_platform_that_is_down_leaves_the_others_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        ana, ben = OnDiscord(here.discord, "Ana"), OnTelegram(here.telegram, 7, "Ben")
        await ben.agrees()

        await here.telegram.stop()
        await ana.agrees()
        assert "Before you begin" in await here.types("/consent")
        await ana.drafts("initial_prompt", QUESTION)
        await ana.submits()
        await here.telegram.start()

        await ben.reviews("label_initial_prompt", quality=4)
        assert here.process.returncode is None
