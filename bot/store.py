"""The tree store that the settings name, open for as long as it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from bot.config import Settings, policy_from
from core.ports import Store
from storage.open import open_store


def database_url(settings: Settings) -> str | None:
    """None: the file in the data folder."""
    return None if settings.database_url is None else settings.database_url.get_secret_value()


@asynccontextmanager
async def opened(settings: Settings, rng: Random) -> AsyncIterator[Store]:
    """The store, with its schema checked; closed at the end whatever happens."""
    secret = None if settings.secret_key is None else settings.secret_key.get_secret_value()
    store = await open_store(
        database_url(settings), settings.data_dir, policy_from(settings), rng, secret
    )
    try:
        yield store
    finally:
        await store.close()
