"""A new secret: every platform id is written with it, and the old one can be thrown away."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from storage.errors import StoreError
from storage.identity import KEY_FILE, kept_secret, replace_secret, secret_from
from storage.open import SqlStore
from storage.unit import SqlUnit

AT_ONCE = 500
"""Ids in one transaction, so that nobody waits long for its end."""


def begin_rotation(data_dir: Path) -> str:
    """Put a new secret before the one in the data folder; one that was begun goes on."""
    path = data_dir / KEY_FILE
    kept = kept_secret(data_dir)
    if kept is None:
        raise StoreError(f"There is no key at {path} yet; it is made on the first start.")
    if "," in kept:
        return kept
    both = f"{token_urlsafe(32)},{kept}"
    replace_secret(path, both)
    return both


def end_rotation(data_dir: Path) -> None:
    """Keep the new secret alone."""
    replace_secret(data_dir / KEY_FILE, secret_from(data_dir).partition(",")[0])


async def rotate(store: SqlStore) -> int:
    """Write every id with the present secret; how many. Cut off, it can be done again."""
    written = 0
    for rewrite in (SqlUnit.rewrite_accounts, SqlUnit.rewrite_communities):
        last = 0
        while ids := await store.transact(partial(rewrite, after=last, limit=AT_ONCE)):
            written, last = written + len(ids), ids[-1]
    await store.transact(SqlUnit.retire_secrets)
    return written
