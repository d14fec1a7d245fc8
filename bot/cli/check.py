"""`grove check`: is everything in place, and if not, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.config import Settings


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check() -> None:
    """Look whether everything is in place; says what to mend."""
    import asyncio

    from bot.config import settings_from

    settings = settings_from()
    print("ok    settings: read, every name known")
    if not asyncio.run(_all_well(settings)):
        raise typer.Exit(1)


async def _all_well(settings: Settings) -> bool:
    from bot.checks import findings

    well = True
    async for finding in findings(settings):
        print(finding)
        well = well and finding.well
    return well
