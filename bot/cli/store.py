"""`grove db` and `grove backup`: look after the tree store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import StartError

_OTHER_POLICY = (
    "Open work and points were last written by other settings (GROVE_POLICY_*);"
    " the next start of the program writes them by the present ones."
)


def _named(words: str) -> Path:
    if not words.strip():
        raise StartError("The backup needs a place: name a new folder.")
    return Path(words)


_NewFolder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", parser=_named, help="A new folder; usable as GROVE_DATA_DIR."),
]


def add_to(app: typer.Typer) -> None:
    db = typer.Typer(help="Look after the tree store.", no_args_is_help=True)
    db.command()(upgrade)
    db.command()(check)
    db.command("rotate-key")(rotate_key)
    app.add_typer(db, name="db")
    app.command()(backup)


def upgrade() -> None:
    """Bring the schema of the store to the one of this program."""
    import asyncio

    from bot.config import settings_from
    from bot.store import database_url
    from storage.open import upgrade as upgrade_store

    settings = settings_from()
    asyncio.run(upgrade_store(database_url(settings), settings.data_dir))
    print("The store has the schema of this program.")


def check() -> None:
    """Prove on the live store that everything in it fits together; changes nothing."""
    import asyncio

    found = asyncio.run(_broken())
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print("Everything in the store fits together.")


async def _broken() -> Sequence[str]:
    """What does not hold, and why that may be so where the policy has changed."""
    from functools import partial

    from bot.config import policy_from, settings_from
    from bot.store import untouched
    from storage.invariants import broken_invariants
    from storage.open import is_written_by

    settings = settings_from()
    policy = policy_from(settings)
    async with untouched(settings) as store:
        found = await broken_invariants(store, policy, lambda looked_at: None)
        if found and not await store.read(partial(is_written_by, policy=policy)):
            found = [*found, _OTHER_POLICY]
    return found


def rotate_key() -> None:
    """Change the secret key: write every platform id with a new one. Stop the program first."""
    import asyncio

    from bot.config import settings_from
    from bot.rotation import rotated

    settings = settings_from()
    print(asyncio.run(rotated(settings)))


def backup(
    folder: _NewFolder,
) -> None:
    """Copy the store and its key into a folder, while others go on working."""
    from bot.config import settings_from
    from bot.store import database_url, secret_there
    from storage.address import address_from
    from storage.backup import back_up

    settings = settings_from()
    address = address_from(database_url(settings), settings.data_dir)
    path = back_up(address, secret_there(settings), folder)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB. It holds the key: keep it safe.")
