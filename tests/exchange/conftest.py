"""Several stores in one test: one that files come from, one that they go to."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from core.policy import Policy
from storage.open import SqlStore, open_store


@pytest.fixture
async def new_store(
    sqlite_template: Path, policy: Policy, tmp_path: Path
) -> AsyncIterator[Callable[[], Awaitable[SqlStore]]]:
    """Opens an empty store in a file of its own."""
    opened: list[SqlStore] = []

    async def new() -> SqlStore:
        folder = tmp_path / f"store {len(opened)}"
        folder.mkdir()
        shutil.copy(sqlite_template, folder / "grove.db")
        opened.append(await open_store(None, folder, policy, Random(1), "a secret for tests"))
        return opened[-1]

    yield new
    for store in opened:
        await store.close()
