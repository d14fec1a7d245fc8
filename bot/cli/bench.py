"""`grove bench`: how fast this machine and this database are, at several sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import StartError

_Trees = Annotated[str, typer.Option(help="Sizes of the stores, separated by commas.")]
_Database = Annotated[
    str, typer.Option(help="sqlite, postgresql (a server of its own), or a server's URL.")
]
_Tasks = Annotated[int, typer.Option(min=50, help="Tasks to complete at each size.")]
_Json = Annotated[Path | None, typer.Option("--json", help="Where to write the figures.")]


def add_to(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    trees: _Trees = "100,1000,10000",
    database: _Database = "sqlite",
    tasks: _Tasks = 2000,
    json: _Json = None,
) -> None:
    """Measure hand-out, submit, availability and boards through the desk."""
    from bot import loops
    from bot.bench.run import run
    from bot.bench.servers import server_for

    if not all(part.strip().isdecimal() for part in trees.split(",")):
        raise StartError(f"--trees takes whole numbers separated by commas, not {trees!r}.")
    if json is not None:
        _refuse_unwritable(json)
    sizes = [int(part) for part in trees.split(",")]
    with server_for(database) as server:
        loops.run(run(sizes, server=server, tasks=tasks, target=json, say=typer.echo))


def _refuse_unwritable(target: Path) -> None:
    """Before anything is measured that could not be kept."""
    try:
        with target.open("a"):
            pass
    except OSError as fault:
        raise StartError(f"--json: {target} cannot be written: {fault.strerror}.") from None
