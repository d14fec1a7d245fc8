"""Each platform knows whether it serves at this moment."""

import asyncio
from pathlib import Path

import pytest
from fakes.discord_bot import ScriptedDesk
from fakes.discord_bot import settings as discord_settings
from fakes.discord_server import DiscordServer
from fakes.telegram_process import free_port
from fakes.telegram_server import TOKEN, FakeTelegram
from pydantic import SecretStr

from bot.config import Settings
from bot.health import Probe
from bot.platforms import discord_client, telegram_app, telegram_poll, telegram_webhook

Probes = asyncio.Queue[Probe]


async def becomes(probe: Probe, serving: bool) -> bool:
    """Wait for what a probe shall say; whether it came to say it."""
    for _ in range(1000):
        if probe() is serving:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_discord_is_served_while_the_gateway_is_connected(tmp_path: Path) -> None:
    server, stop, probes = await DiscordServer().start(), asyncio.Event(), Probes()
    settings = discord_settings(server, tmp_path)
    running = asyncio.create_task(
        discord_client.serve(ScriptedDesk(), settings, stop, watch=probes.put_nowait)
    )
    try:
        probe = await probes.get()
        assert not probe()
        assert await becomes(probe, True)
        server.refuse_gateway = 1
        server.drop_gateway()
        assert await becomes(probe, False)
        assert await becomes(probe, True)
    finally:
        stop.set()
        await running
        await server.close()
    assert not probe()


async def test_telegram_is_served_while_its_polls_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telegram_poll, "_SILENCE", 1.0)
    monkeypatch.setattr(telegram_poll, "_LONG_POLL", 0)
    stop, probes = asyncio.Event(), Probes()
    async with FakeTelegram() as tg:
        settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_base=tg.base)
        running = asyncio.create_task(
            telegram_app.serve(ScriptedDesk(), settings, stop, watch=probes.put_nowait)
        )
        probe = await probes.get()
        assert await becomes(probe, True)
    assert await becomes(probe, False)
    stop.set()
    await running


async def test_telegram_is_served_once_it_knows_the_webhook() -> None:
    stop, probes = asyncio.Event(), Probes()
    async with FakeTelegram() as tg:
        settings = Settings(
            telegram_token=SecretStr(TOKEN),
            telegram_api_base=tg.base,
            telegram_webhook_url="https://grove.example.org/telegram",
            http_port=free_port(),
        )
        running = asyncio.create_task(
            telegram_app.serve(ScriptedDesk(), settings, stop, watch=probes.put_nowait)
        )
        probe = await probes.get()
        assert await becomes(probe, True)
        assert tg.webhook["url"] == "https://grove.example.org/telegram"
        secret = telegram_webhook.secret_from_token(TOKEN).encode()
        assert await _status(settings.http_port, b"\xff\xfe", b"{}") == 403
        assert await _status(settings.http_port, secret, b"[" * 100_000) == 400
        stop.set()
        await running
    assert not probe()


async def _status(port: int, secret: bytes, body: bytes) -> int:
    """What somebody is answered who calls the webhook."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /telegram HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"X-Telegram-Bot-Api-Secret-Token: %b\r\nContent-Length: %d\r\n\r\n%b"
        % (secret, len(body), body)
    )
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])
