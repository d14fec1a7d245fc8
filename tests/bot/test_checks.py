"""`grove check` names what is wrong and how to mend it, and tells no secret."""

import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr
from typer.testing import CliRunner

from bot import checks
from bot.__main__ import app
from bot.checks import findings
from bot.config import Settings
from bot.pictures.fonts import Font

TOKEN = SecretStr("7:canary-token")


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path)
    tmp_path.chmod(0o700)
    return tmp_path


async def found(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {one.subject: (one.well, one.said) async for one in findings(settings)}


@asynccontextmanager
async def platform(
    status: int = 200, late: float = 0.0, bits: int = 0b1000_1100_0000_0000, groups: bool = True
) -> AsyncIterator[str]:
    """Answers as both platforms do when asked who the bot is and what it may do."""
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=late), usegmt=True)

    async def who(request: web.Request) -> web.Response:
        told = {"username": "grove", "can_join_groups": groups}
        body: object = {"ok": True, "result": told} if "getMe" in request.path else told
        if request.path.endswith("/guilds"):
            body = [{"name": "Gardeners", "permissions": str(bits)}]
        right = "canary" in request.path or "canary" in request.headers.get("Authorization", "")
        return web.json_response(body, status=status if right else 401, headers={"Date": date})

    served = web.Application()
    served.router.add_get("/{rest:.*}", who)
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def both(folder: Path, base: str) -> Settings:
    return Settings(
        data_dir=folder, discord_token=TOKEN, telegram_token=TOKEN,
        discord_api_base=base, telegram_api_base=base,
    )  # fmt: skip


async def test_where_all_is_in_place_nothing_is_to_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "COMPLETE", ())  # catalogues have a check of their own
    async with platform() as base:
        said = await found(both(folder, base))

    assert [subject for subject, (well, _) in said.items() if not well] == []
    assert said["Discord"] == (True, "knows the token of @grove; the clock is right")
    assert said["Telegram"] == said["Discord"]


async def test_without_tokens_no_platform_is_asked(folder: Path) -> None:
    said = await found(Settings(data_dir=folder))

    assert said["Discord"] == said["Telegram"] == (True, "no token, not served")
    assert "terminal" in said["platforms"][1]


@pytest.mark.parametrize(
    ("status", "late", "mended_by"),
    [
        (401, 0.0, "GROVE_{}_TOKEN"),
        (502, 0.0, "try again later"),
        (200, 3600.0, "seconds ahead; let it be set over the network"),
        (200, -3600.0, "seconds behind"),
    ],
)
async def test_what_a_platform_says_is_told_with_what_to_do(
    folder: Path, status: int, late: float, mended_by: str
) -> None:
    async with platform(status, late) as base:
        said = await found(both(folder, base))

    for name in ("Discord", "Telegram"):
        well, sentence = said[name]
        assert not well
        assert mended_by.format(name.upper()) in sentence
        assert "canary" not in sentence


async def test_a_platform_that_cannot_be_reached_is_told_without_the_token(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
        said = await found(both(folder, base))

    for name in ("Discord", "Telegram"):
        assert not said[name][0]
        assert f"GROVE_{name.upper()}_API_BASE" in said[name][1]
        assert "canary" not in said[name][1]


def key_in(folder: Path, mode: int) -> Path:
    key = folder / "secret.key"
    key.write_text("a secret of some length\n")
    key.chmod(mode)
    return key


async def test_a_key_that_others_may_read_is_to_mend(folder: Path) -> None:
    key = key_in(folder, 0o640)
    assert (await found(Settings(data_dir=folder)))["secret key"] == (
        False,
        f"others may read {key}; run chmod 600 {key}.",
    )

    key_in(folder, 0o600)
    assert (await found(Settings(data_dir=folder)))["secret key"][0]


async def test_a_key_that_is_damaged_is_to_mend_and_the_rest_is_looked_at(folder: Path) -> None:
    key_in(folder, 0o600).write_bytes(b"\xff\xfe")

    seen = await found(Settings(data_dir=folder))

    assert seen["secret key"] == seen["store"]
    assert seen["secret key"][1].endswith("is no text in UTF-8; put back the one of a backup.")
    assert seen["words"][0]


async def test_a_key_that_is_no_file_is_to_mend_and_the_rest_is_looked_at(folder: Path) -> None:
    key = key_in(folder, 0o600)
    key.unlink()
    key.mkdir(mode=0o700)

    seen = await found(Settings(data_dir=folder))

    assert not seen["secret key"][0]
    assert "cannot be read" in seen["secret key"][1]
    assert seen["words"][0]


async def test_a_folder_that_others_may_write_to_is_to_mend(folder: Path) -> None:
    os.chmod(folder, 0o775)

    assert (await found(Settings(data_dir=folder)))["data folder"] == (
        False,
        f"others may write to {folder}; run chmod go-w {folder}.",
    )


async def test_a_store_that_cannot_be_used_is_to_mend_and_the_rest_is_looked_at(
    folder: Path,
) -> None:
    shutil.copy(__file__, folder / "grove.db")

    said = await found(Settings(data_dir=folder))

    assert not said["store"][0]
    assert "restore a backup" in said["store"][1]
    assert said["platforms"][0]


async def test_a_catalogue_that_is_missing_is_to_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "COMPLETE", ("en", "tlh"))

    said = await found(Settings(data_dir=folder))

    assert said["words"] == (
        False,
        "the translation tlh is missing; install the program again.",
    )


async def test_a_font_that_is_missing_is_to_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FONTS", (Font("Noto Sans Klingon", "no_such_fonts", "none.ttf"),))

    well, said = (await found(Settings(data_dir=folder)))["fonts"]

    assert not well
    assert "no_such_fonts" in said or "no-such-fonts" in said


@pytest.mark.parametrize(
    ("bits", "missing"),
    [(0b1000_0100_0000_0000, "Send Messages"), (0, "View Channels, Send Messages, Attach Files")],
)
async def test_a_server_that_does_not_let_the_bot_post_is_named(
    folder: Path, bits: int, missing: str
) -> None:
    async with platform(bits=bits) as base:
        well, said = (await found(both(folder, base)))["Discord permissions"]

    assert not well
    assert said.startswith(f"Gardeners lacks {missing}: ")


async def test_an_administrator_may_everything(folder: Path) -> None:
    async with platform(bits=0b1000) as base:
        told = await found(both(folder, base))

    assert told["Discord permissions"] == (True, "may post in every server it is in (1)")


async def test_a_bot_that_may_not_join_groups_is_to_mend(folder: Path) -> None:
    async with platform(groups=False) as base:
        well, said = (await found(both(folder, base)))["Telegram permissions"]

    assert not well
    assert "/setjoingroups" in said


def test_the_command_ends_with_a_code_when_something_is_to_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GROVE_DATA_DIR", str(folder))
    monkeypatch.setattr(checks, "COMPLETE", ())
    well = CliRunner().invoke(app, ["check"])
    folder.chmod(0o777)
    ill = CliRunner().invoke(app, ["check"])

    assert (well.exit_code, ill.exit_code) == (0, 1)
    assert "mend" not in well.stdout
    assert "mend  data folder: others may write" in ill.stdout
