"""What looks after a store, or reads it, makes none and changes none."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from bot.cli.store import backup
from core.policy import Policy
from storage.errors import StoreError
from storage.identity import KEY_FILE
from storage.open import open_store


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROVE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def make_store(folder: Path, secret: str | None = None) -> None:
    async def make() -> None:
        await (await open_store(None, folder, Policy(), Random(1), secret)).close()

    asyncio.run(make())


def test_a_backup_without_the_key_that_is_set_elsewhere_makes_none(data_dir: Path) -> None:
    make_store(data_dir, "set elsewhere")

    with pytest.raises(StoreError, match="set GROVE_SECRET_KEY"):
        backup(data_dir.parent / "copy")

    assert not (data_dir / KEY_FILE).exists()
    assert not (data_dir.parent / "copy").exists()
