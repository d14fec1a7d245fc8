"""The tree store that the settings name, open for as long as it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from hmac import digest
from pathlib import Path
from random import Random

from bot.config import Settings, policy_from
from core.export import Pseudonyms
from core.model import TaskKind, TreeState
from core.policy import Policy
from core.ports import Store
from storage.address import address_from
from storage.identity import kept_secret, secret_from
from storage.open import SqlStore, open_store, open_untouched, require_store
from storage.publication import kept_seed
from storage.schema import HEAD, revision

MOST_COUNTED = 1_000_000
"""Open work of one language and kind is not counted further."""


def database_url(settings: Settings) -> str | None:
    """None: the file in the data folder."""
    return None if settings.database_url is None else settings.database_url.get_secret_value()


def secret(settings: Settings) -> str:
    """The project's secret: the one that is set, or the one kept in the data folder."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return secret_from(settings.data_dir)


def secret_there(settings: Settings) -> str | None:
    """The same where there is one; none is made."""
    return _key(settings) or kept_secret(settings.data_dir)


async def pseudonyms(settings: Settings, store: SqlStore) -> Pseudonyms:
    """The names under which this store is published, the same for ever.

    They come from the project's secret and are kept in the store, so that a change of the secret
    does not change them.
    """
    first = digest(secret(settings).encode(), b"pseudonyms", "sha256").hex()
    return Pseudonyms(await store.transact(partial(kept_seed, first=first)))


async def fault_of(settings: Settings, store: Store) -> str | None:
    """What is wrong with the store at this moment; None when it answers and has our schema."""
    found = await revision(address_from(database_url(settings), settings.data_dir))
    if found != HEAD:
        return f"the store has schema {found}, and this program needs {HEAD}"
    await store.read(lambda unit: unit.state_count("en", TreeState.GROWING))
    return None


async def open_work(store: Store) -> Mapping[tuple[str, TaskKind], int]:
    """Places where work is wanted, by language and kind."""
    return await store.read(lambda unit: unit.needs((), MOST_COUNTED))


@asynccontextmanager
async def opened(settings: Settings, rng: Random) -> AsyncIterator[SqlStore]:
    """The store, with its schema checked; closed at the end whatever happens."""
    async with _closing(await open_store(*_place(settings), rng, _key(settings))) as store:
        yield store


@asynccontextmanager
async def existing(settings: Settings, rng: Random) -> AsyncIterator[SqlStore]:
    """The same, and none is made where there is none."""
    await require_store(database_url(settings), settings.data_dir)
    async with opened(settings, rng) as store:
        yield store


@asynccontextmanager
async def untouched(settings: Settings) -> AsyncIterator[SqlStore]:
    """The store to be looked at, with open work and points as the last policy left them."""
    await require_store(database_url(settings), settings.data_dir)
    store = await open_untouched(*_place(settings), Random(), _key(settings))
    async with _closing(store):
        yield store


def _place(settings: Settings) -> tuple[str | None, Path, Policy]:
    return database_url(settings), settings.data_dir, policy_from(settings)


def _key(settings: Settings) -> str | None:
    return None if settings.secret_key is None else settings.secret_key.get_secret_value()


@asynccontextmanager
async def _closing(store: SqlStore) -> AsyncIterator[SqlStore]:
    try:
        yield store
    finally:
        await store.close()
