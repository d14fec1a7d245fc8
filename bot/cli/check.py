"""`grove check`: is everything in place, and if not, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.config import Settings

    Check = Callable[[Settings], Awaitable[str]]


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check() -> None:
    """Look whether everything is in place; says what to mend."""
    import asyncio

    from bot.config import settings_from

    if not asyncio.run(_all_well(settings_from())):
        raise typer.Exit(1)


async def _all_well(settings: Settings) -> bool:
    from bot.errors import StartError
    from storage.errors import StoreError

    print("ok    settings: read, every name known")
    well = True
    checks: dict[str, Check] = {"data folder": _folder, "store": _store, "words": _words,
                                "platforms": _platforms}  # fmt: skip
    for subject, look in checks.items():
        try:
            print(f"ok    {subject}: {await look(settings)}")
        except (StartError, StoreError) as fault:
            print(f"mend  {subject}: {fault}")
            well = False
    return well


async def _folder(settings: Settings) -> str:
    from tempfile import TemporaryFile

    from bot.errors import SettingsError

    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.data_dir):
            return f"{settings.data_dir} takes files"
    except OSError as error:
        raise SettingsError(
            f"{settings.data_dir} takes no files ({error.strerror}); let GROVE_DATA_DIR name "
            "a folder that does."
        ) from None


async def _store(settings: Settings) -> str:
    from random import Random

    from bot.store import opened

    async with opened(settings, Random()):
        return "answers, and has the schema of this program"


async def _words(settings: Settings) -> str:
    from locales.catalogues import present_catalogues

    return f"{len(list(present_catalogues()))} translations"


async def _platforms(settings: Settings) -> str:
    from bot.app import platforms_to_serve

    return f"{', '.join(platforms_to_serve(settings, ()))} would be served by grove run"
