"""`grove run`: serve the chat platforms or the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

_Platform = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="discord, telegram or terminal; may be given again."),
]
_Name = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Who you are in the terminal.")
]
_ShardIds = Annotated[
    str | None, typer.Option(metavar="0,1,…", help="The Discord shards of this process.")
]
_ShardCount = Annotated[
    int | None, typer.Option(min=1, help="The Discord shards of all processes together.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(run)


def run(
    platform: _Platform = None,
    as_name: _Name = None,
    shard_ids: _ShardIds = None,
    shard_count: _ShardCount = None,
) -> None:
    """Serve every platform that has a token; the terminal while none has."""
    from bot import loops
    from bot.app import platforms_to_serve, serve
    from bot.config import settings_from

    settings = settings_from(discord_shard_ids=shard_ids, discord_shard_count=shard_count)
    loops.run(serve(settings, platforms_to_serve(settings, platform or ()), as_name))
