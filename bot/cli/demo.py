"""`grove demo`: a whole campaign with simulated volunteers, on a store of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_Seed = Annotated[int, typer.Option(help="The same seed plays the same campaign.")]
_Trees = Annotated[int, typer.Option(min=1, help="Finished trees after which it ends.")]
_Seconds = Annotated[float, typer.Option(min=1, help="Seconds after which it ends anyway.")]
_Folder = Annotated[
    Path | None, typer.Option("--dir", help="Where its files go; what is there is replaced.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    seed: _Seed = 1, trees: _Trees = 100, seconds: _Seconds = 75.0, folder: _Folder = None
) -> None:
    """Play a campaign: people of every diligence write, label and rank on a fresh store."""
    import asyncio

    from bot.campaign.demo import Plan, play
    from bot.config import settings_from

    plan = Plan(seed=seed, trees=trees, seconds=seconds)
    asyncio.run(play(plan, folder or settings_from().data_dir / "demo"))
