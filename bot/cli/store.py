"""`grove db`: look after the tree store."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    db = typer.Typer(help="Look after the tree store.", no_args_is_help=True)
    db.command()(upgrade)
    app.add_typer(db, name="db")


def upgrade() -> None:
    """Bring the schema of the store to the one of this program."""
    import asyncio

    from bot.config import settings_from
    from bot.store import database_url
    from storage.open import upgrade as upgrade_store

    settings = settings_from()
    asyncio.run(upgrade_store(database_url(settings), settings.data_dir))
    print("The store has the schema of this program.")
