"""A backup: a copy of a live SQLite store, in a folder that can be used as it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from storage import sqlite
from storage.address import FILE, Address
from storage.errors import StoreDamaged, StoreError, StoreReadOnly, StoreUnreachable
from storage.identity import KEY_FILE

PAGES_AT_ONCE = 1000
"""Between so many pages others may write; the copy still is of one moment, or begun again."""


def back_up(address: Address, secret: str, folder: Path) -> Path:
    """Copy the store into a folder, whole and checked, while others go on working with it.

    The secret goes with it: without it the platform ids in the store cannot be read.
    """
    if address.path is None:
        raise StoreError(
            "A PostgreSQL store is backed up by its own tools: pg_dump --format=custom"
            f" --file={folder}.dump followed by the database URL; pg_restore puts it back."
        )
    if not address.path.exists():
        raise StoreUnreachable(f"There is no store at {address} to back up.")
    target = folder / FILE
    if target.exists():
        raise StoreError(f"{target} is there already; name another folder.")
    unfinished = target.with_name(f".{FILE}.unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        _copy(address.path, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        _keep(secret, folder / KEY_FILE)
        unfinished.replace(target)
    except OSError as error:
        raise StoreReadOnly(f"{folder} takes no backup: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _keep(secret: str, path: Path) -> None:
    path.touch(mode=0o600)
    path.write_text(f"{secret}\n", encoding="ascii")


def _copy(source: Path, target: Path) -> None:
    with (
        sqlite.translated(source),
        closing(sqlite3.connect(source, timeout=sqlite.BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=PAGES_AT_ONCE)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise StoreDamaged(f"The copy of {source} is damaged, and so may be the store.")
