"""A PostgreSQL store is put back from its dump, as the page about running says."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import asyncpg
import pytest
from fakes.planting import AT, plant

from core.people import Who
from core.policy import Policy
from core.ports import Arrival, UnitOfWork
from storage.errors import StoreError
from storage.invariants import broken_invariants
from storage.open import SqlStore, open_store

ADA = Who("telegram", "31415926535", name="Ada", community="99887766554433")
EVE = Who("telegram", "27182818284", name="Eve")
PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text("utf-8")


def run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def new_url(postgres_url: str) -> Iterator[str]:
    """A database that nobody has made a schema in."""
    server, name = postgres_url.rpartition("/")[0], f"grove_restored_{uuid4().hex[:8]}"

    def say(sql: str) -> None:
        async def said() -> None:
            connection = await asyncpg.connect(postgres_url)
            await connection.execute(sql)
            await connection.close()

        asyncio.run(said())

    say(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    say(f'DROP DATABASE "{name}" WITH (FORCE)')


async def opened(url: str, tmp_path: Path, secret: str = "its key") -> SqlStore:
    return await open_store(url, tmp_path, Policy(), Random(1), secret)


async def arrived(store: SqlStore, who: Who) -> Arrival:
    return await store.transact(lambda unit: unit.arrive(who, None, AT))


async def test_a_dump_put_back_is_the_store_as_it_was(
    postgres_url: str, new_url: str, tmp_path: Path
) -> None:
    store = await opened(postgres_url, tmp_path)
    ada = await arrived(store, ADA)

    def planted(unit: UnitOfWork) -> int:
        return plant(unit, root={"text": "Kept in the dump"}).id

    number = await store.transact(planted)
    dump = str(tmp_path / "grove.dump")
    await asyncio.to_thread(run, "pg_dump", "--format=custom", f"--file={dump}", postgres_url)
    await arrived(store, EVE)
    await store.close()

    await asyncio.to_thread(run, "pg_restore", f"--dbname={new_url}", "--exit-on-error", dump)

    with pytest.raises(StoreError, match="another secret key"):
        await opened(new_url, tmp_path, "another key")
    restored = await opened(new_url, tmp_path)
    again, eve = await arrived(restored, ADA), await arrived(restored, EVE)
    tree = await restored.transact(lambda unit: unit.tree(number))
    broken = await broken_invariants(restored, Policy(), lambda looked_at: None)
    await restored.close()
    assert (again.is_new, again.person.id) == (False, ada.person.id)
    assert eve.is_new, "what came in after the dump is lost"
    assert tree is not None
    assert tree.root.text == "Kept in the dump"
    assert broken == []


@pytest.mark.parametrize("words", ["--format=custom", "--exit-on-error"])
def test_the_page_says_it_with_these_words(words: str) -> None:
    assert words in PAGE
