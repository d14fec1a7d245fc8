"""Looks whether everything is in place; what is not is told with how to mend it."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryFile

from bot.app import platforms_to_serve
from bot.config import Settings
from bot.errors import SettingsError, StartError
from bot.pictures.fonts import ALL as FONTS
from bot.platform_checks import discord_answers, telegram_answers
from bot.platform_permits import discord_permits, telegram_permits
from bot.store import fault_of, opened
from locales.catalogues import catalogue_file, is_translated, read_catalogue
from locales.extract import COMPLETE
from locales.pseudo import COMMAND_NAME
from storage.errors import StoreError, StoreUnreachable
from storage.identity import KEY_FILE, kept_secret

STORE_PATIENCE = 20.0
"""Seconds that a store may take to be opened."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_AT_ALL = stat.S_IRWXG | stat.S_IRWXO

Check = Callable[[Settings], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one place."""

    subject: str
    said: str
    well: bool = True

    def __str__(self) -> str:
        return f"{'ok  ' if self.well else 'mend'}  {self.subject}: {self.said}"


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything in turn; a fault in one place keeps nobody from looking at the next."""
    for subject, look in _CHECKS.items():
        try:
            yield Finding(subject, await look(settings))
        except (StartError, StoreError) as fault:
            yield Finding(subject, str(fault), well=False)


async def _folder(settings: Settings) -> str:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            mode = _mode(folder)
    except OSError as error:
        raise SettingsError(
            f"{folder} takes no files ({error.strerror}); let GROVE_DATA_DIR name a folder that "
            "does."
        ) from None
    if mode & _OTHERS_WRITE:
        raise SettingsError(f"others may write to {folder}; run chmod go-w {folder}.")
    return f"{folder} takes files"


async def _key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return "set by GROVE_SECRET_KEY"
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        return "made on the first start"
    if _mode(path) & _OTHERS_AT_ALL:
        raise SettingsError(f"others may read {path}; run chmod 600 {path}.")
    if not kept_secret(settings.data_dir):
        raise SettingsError(f"{path} is empty; put back the one of a backup.")
    return f"{path}, for its owner alone"


async def _store(settings: Settings) -> str:
    try:
        async with asyncio.timeout(STORE_PATIENCE), opened(settings, Random()) as store:
            fault = await fault_of(settings, store)
    except TimeoutError:
        raise StoreUnreachable(
            f"The store has not answered for {STORE_PATIENCE:.0f} seconds; start its server, or "
            "check GROVE_DATABASE_URL."
        ) from None
    if fault:
        raise StoreError(f"{fault}; run grove db upgrade.")
    return "answers, and has the schema of this program"


async def _words(settings: Settings) -> str:
    for name in COMPLETE:
        path = catalogue_file(name)
        if not path.is_file():
            raise StartError(f"the translation {name} is missing; install the program again.")
        wanted = [m for m in read_catalogue(path, name) if m.id and m.context != COMMAND_NAME]
        missing = [m for m in wanted if not is_translated(m)]
        if missing and name != "en":
            raise StartError(
                f"{name} lacks {len(missing)} sentences, which are said in English; install a "
                "finished version, or see python -m locales lint."
            )
    return f"{len(COMPLETE)} languages complete"


async def _fonts(settings: Settings) -> str:
    return f"{len({font.path for font in FONTS})} fonts for the pictures of boards"


async def _platforms(settings: Settings) -> str:
    return f"{', '.join(platforms_to_serve(settings, ()))} would be served by grove run"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


_CHECKS: dict[str, Check] = {
    "data folder": _folder,
    "secret key": _key,
    "store": _store,
    "words": _words,
    "fonts": _fonts,
    "platforms": _platforms,
    "Discord": discord_answers,
    "Telegram": telegram_answers,
    "Discord permissions": discord_permits,
    "Telegram permissions": telegram_permits,
}
