"""What people write, who they are and what nobody may know, on the program itself while all fails.

The program runs at its most talkative, the platform answers with faults that repeat what was sent,
and the store is taken away in the middle. Afterwards every line and every cell is looked at.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
from fakes import discord_payloads, telegram_server
from fakes.discord_people import Member
from fakes.discord_process import program as discord_program
from fakes.discord_server import Fault
from fakes.discord_volunteer import agreed as agreed_on_discord
from fakes.telegram_process import agreed, free_port
from fakes.telegram_process import program as telegram_program
from fakes.telegram_server import Fault as TelegramFault

WORDS = "The canary sings of rivers"
NAME = "Canaria"
REASON = "The canary complains"
CANARIES = ("canary", "Canaria", "sings", "rivers", "complains")
THEIR_COLUMNS = {"message.text", "task.draft", "person.name", "report.reason"}


async def metrics(port: int) -> str:
    async with aiohttp.ClientSession() as web:
        answer = await web.get(f"http://127.0.0.1:{port}/metrics")
        return await answer.text()


async def logged(log: object, words: str) -> None:
    """Wait until the program says so."""
    async with asyncio.timeout(20):
        while words not in log.log:  # type: ignore[attr-defined]  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def told(text: str, *secrets: str) -> list[str]:
    return [canary for canary in (*CANARIES, *secrets) if canary in text]


def cells(path: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as store:
        tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = store.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    is_bytes = isinstance(value, bytes)
                    yield f"{table}.{name}", value.decode("latin-1") if is_bytes else str(value)


def columns_with(path: Path, *secrets: str) -> set[str]:
    return {name for name, value in cells(path) if told(value, *secrets)}


async def test_on_telegram_they_stay_in_their_columns_whatever_fails(tmp_path: Path) -> None:
    port, secret = free_port(), telegram_server.TOKEN.partition(":")[2]
    more = {"GROVE_HEALTH_PORT": str(port), "GROVE_LOG_LEVEL": "debug"}
    async with telegram_program(tmp_path, **more) as running:
        tg, store = running.tg, tmp_path / "away" / "grove.db"
        ana = await agreed(tg, 7, NAME)
        await ana.asks("/work initial_prompt", "Send your text here")
        tg.faults += [
            TelegramFault("sendMessage", "400", description=f"Bad Request: can't parse {WORDS}"),
            TelegramFault("sendMessage", "500", description=f"Internal: {WORDS} by {NAME}"),
            TelegramFault("sendMessage", "html"),
            TelegramFault("sendMessage", "drop"),
        ]
        await ana.asks(WORDS, WORDS)
        await ana.tap("Submit")
        await ana.reads("Thank you")
        ben = await agreed(tg, 8, f"{NAME} too")
        await ben.asks("/work label_initial_prompt", WORDS)
        await ben.asks(f"/report {REASON}", "Thank you")
        await ana.asks("/work initial_prompt", "Send your text here")
        shutil.move(tmp_path / "data", tmp_path / "away")
        ana.say(f"{WORDS} once more")
        await asyncio.sleep(3)
        shown = await metrics(port)
        await running.stop()

        assert told(running.log + shown, secret) == []
        assert columns_with(store, secret) <= THEIR_COLUMNS
        assert "message.text" in columns_with(store)


async def test_on_discord_they_stay_in_their_columns_whatever_fails(tmp_path: Path) -> None:
    port, secret = free_port(), discord_payloads.TOKEN
    more = {"GROVE_HEALTH_PORT": str(port), "GROVE_LOG_LEVEL": "debug"}
    async with discord_program(tmp_path, **more) as running:
        server = running.server
        ada = await agreed_on_discord(Member(server, NAME))
        form = await (await ada.slash("prompt")).form()
        server.faults += [
            Fault("/callback", 500, body={"message": f"{WORDS} by {NAME}"}),
            Fault("/callback", "reset"),
        ]
        preview = await (await ada.write(form, WORDS)).card()
        await (await ada.press(preview, "Submit")).card()
        server.faults.append(Fault("/callback", 404, body={"code": 10062, "message": WORDS}))
        await ada.type_ahead("work", "kind", WORDS)
        await logged(running, "A completion was not shown")
        ben = await agreed_on_discord(Member(server, f"{NAME} too"))
        await (await ben.slash("work", kind="label_initial_prompt")).card()
        await (await ben.slash("report", reason=REASON)).card()
        form = await (await ada.slash("prompt")).form()
        server.faults.append(
            Fault("/callback", 400, times=9, body={"code": 50035, "message": f"Invalid: {WORDS}"})
        )
        await ada.write(form, f"{WORDS} once more")
        await logged(running, "level=ERROR")
        shown = await metrics(port)
        await running.stop()

        assert told(running.log + shown, secret, ada.id) == []
        store = tmp_path / "data" / "grove.db"
        assert columns_with(store, secret) <= THEIR_COLUMNS
        assert "message.text" in columns_with(store)
