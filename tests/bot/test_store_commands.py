"""What looks after a store, or reads it, makes none and changes none."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from bot.cli.exchange import export
from bot.cli.store import backup, check
from bot.cli.sync import sync
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


@pytest.mark.parametrize(
    "command",
    [check, lambda: export("out.jsonl"), lambda: sync("published")],
    ids=["db check", "export", "sync"],
)
@pytest.mark.parametrize("content", [None, b""])
def test_whoever_looks_for_a_store_that_is_not_there_is_told_so_and_makes_none(
    data_dir: Path, command: Callable[[], None], content: bytes | None
) -> None:
    if content is not None:
        data_dir.mkdir()
        (data_dir / "grove.db").write_bytes(content)
    before = list(data_dir.parent.rglob("*"))

    with pytest.raises(StoreError, match=r"There is no store at .*grove\.db"):
        command()

    assert list(data_dir.parent.rglob("*")) == before
