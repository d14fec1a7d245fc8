"""`grove demo`: a whole campaign with simulated volunteers, and the model that comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.campaign.demo import Plan

_Seed = Annotated[int, typer.Option(help="The same seed plays the same campaign.")]
_Trees = Annotated[int, typer.Option(min=1, help="Finished conversations, in every language.")]
_Lists = Annotated[int, typer.Option(min=0, help="Trees of four replies to learn from.")]
_Single = Annotated[int, typer.Option(min=0, help="Trees of one reply to learn from.")]
_Seconds = Annotated[float, typer.Option(min=1, help="After which a part ends anyway.")]
_Training = Annotated[bool, typer.Option(help="Train a small model on what the campaign made.")]
_Folder = Annotated[
    Path | None, typer.Option("--dir", help="Where its files go; a demo there is replaced.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    seed: _Seed = 1,
    trees: _Trees = 60,
    demonstrations: _Single = 300,
    comparisons: _Lists = 700,
    seconds: _Seconds = 75.0,
    training: _Training = True,
    folder: _Folder = None,
) -> None:
    """Play a campaign, train a model on it, and let the volunteers rank what the model says."""
    from bot import loops
    from bot.campaign.demo import Plan
    from bot.campaign.folder import default_folder, make_room
    from bot.config import settings_from

    data_dir = settings_from().data_dir
    place = folder or default_folder(data_dir)
    make_room(place, data_dir)
    if training:
        plan = Plan(seed, trees, seconds, demonstrations, comparisons)
    else:
        plan = Plan(seed, trees, seconds)
    loops.run(_play(plan, place, training=training))


async def _play(plan: Plan, folder: Path, *, training: bool) -> None:
    from bot.campaign.demo import play

    played = await play(plan, folder)
    if training:
        from bot.campaign.circle import Circle

        page = await Circle(played).close()
        print(f"The whole of it, with curves and samples: {page}")
