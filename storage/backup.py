"""A backup: a copy of a live SQLite store, in a folder that can be used as it is."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage import sqlite
from storage.address import FILE, Address
from storage.errors import StoreDamaged, StoreError, StoreReadOnly, StoreUnreachable
from storage.identity import KEY_FILE, Identity, replace_secret
from storage.unit.keys import marks_known_to

PAGES_AT_ONCE = 1000
"""Pages copied in one go."""


def back_up(address: Address, secret: str | None, folder: Path) -> Path:
    """Copy the store into a folder, whole and checked, while others go on working with it.

    The secret goes with it: without it the platform ids in the store cannot be read. One that is
    not the store's own is refused, and nothing is copied.
    """
    if address.path is None:
        raise StoreError(
            "A PostgreSQL store is backed up by its own tools: pg_dump --format=custom"
            f" --file={folder}.dump followed by the database URL; pg_restore puts it back."
        )
    if not address.path.exists():
        raise StoreUnreachable(f"There is no store at {address} to back up.")
    if secret is None:
        raise StoreError(
            f"The key of {address} is not here: set GROVE_SECRET_KEY, or put {KEY_FILE} back into"
            " the data folder."
        )
    with sqlite.translated(address.path), _view(address.path) as live:
        marks_known_to(Identity(secret), sqlite.SqliteSql(live))
        try:
            return _put(live, secret, folder)
        except OSError as error:
            raise StoreReadOnly(f"{folder} takes no backup: {error.strerror}.") from error


@contextmanager
def _view(path: Path) -> Iterator[sqlite3.Connection]:
    """The store as it is at this moment, however much others write meanwhile.

    Without a transaction a copy would begin again after each of their commits.
    """
    with closing(sqlite3.connect(path, timeout=sqlite.BUSY_SECONDS, isolation_level=None)) as live:
        live.execute("BEGIN")
        live.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield live


def _put(live: sqlite3.Connection, secret: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        target, key = folder / FILE, folder / KEY_FILE
        for path in (target, key):
            if path.exists() or path.is_symlink():
                raise StoreError(f"{path} is there already; name another folder.")
        unfinished = target.with_name(f".{FILE}.unfinished")
        try:
            unfinished.unlink(missing_ok=True)
            unfinished.touch(mode=0o600, exist_ok=False)
            _copy(live, unfinished)
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            replace_secret(key, secret)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return target


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; the system lets go for a process that was killed."""
    number = os.open(folder, os.O_RDONLY)
    try:
        if not _is_locked(number):
            raise StoreError(f"Another backup is on its way into {folder}; name another folder.")
        yield
    finally:
        os.close(number)


def _is_locked(number: int) -> bool:
    """Whether nobody else holds it; where the file system knows no locks, nobody does."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _copy(live: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=PAGES_AT_ONCE)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise StoreDamaged("The copy is damaged, and so may be the store.")
