"""A backup is of one moment, whole, and a store that can be used as it is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from core.people import Who
from core.policy import Policy
from core.testing import ManualClock
from storage.address import Address
from storage.backup import back_up
from storage.errors import StoreError
from storage.identity import KEY_FILE, secret_from
from storage.open import SqlStore, open_store

NOW = ManualClock()()


async def opened(folder: Path) -> SqlStore:
    return await open_store(None, folder, Policy(), Random(1))


async def arrived(store: SqlStore, name: str) -> bool:
    """Whether the account was there before."""
    who = Who("terminal", name)
    arrival = await store.transact(lambda unit: unit.arrive(who, None, NOW))
    return not arrival.is_new


async def test_a_backup_taken_while_others_write_is_a_store_with_all_that_was_there(
    tmp_path: Path,
) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    store = await opened(live)
    for number in range(50):
        await arrived(store, f"person {number}")

    writing = asyncio.create_task(_keep_writing(store))
    path = await asyncio.to_thread(
        back_up, Address(path=live / "grove.db"), secret_from(live), copy
    )
    writing.cancel()
    await store.close()

    assert path == copy / "grove.db"
    assert {file.stat().st_mode & 0o777 for file in copy.iterdir()} == {0o600}
    restored = await opened(copy)
    assert all([await arrived(restored, f"person {number}") for number in range(50)])
    await restored.close()


async def _keep_writing(store: SqlStore) -> None:
    for number in range(1000):
        await arrived(store, f"late {number}")


async def test_a_backup_never_replaces_another(tmp_path: Path) -> None:
    await (await opened(tmp_path / "live")).close()
    address = Address(path=tmp_path / "live" / "grove.db")
    back_up(address, "secret", tmp_path / "copy")
    before = (tmp_path / "copy" / KEY_FILE).read_text()

    with pytest.raises(StoreError, match="is there already"):
        back_up(address, "another secret", tmp_path / "copy")

    assert (tmp_path / "copy" / KEY_FILE).read_text() == before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (Address(path=Path("nowhere/grove.db")), "There is no store at nowhere/grove.db"),
        (Address(url="postgresql://someone:canary@host/grove"), "pg_dump"),
    ],
)
def test_what_cannot_be_copied_is_told_in_one_line(
    tmp_path: Path, address: Address, said: str
) -> None:
    with pytest.raises(StoreError, match=said) as refused:
        back_up(address, "secret", tmp_path / "copy")

    assert "canary" not in str(refused.value)
    assert not (tmp_path / "copy").exists()


async def test_a_damaged_store_leaves_no_backup(tmp_path: Path) -> None:
    live = tmp_path / "live"
    await (await opened(live)).close()
    path = live / "grove.db"
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[5000:20000] = b"\xff" * 15000
    path.write_bytes(content)

    with pytest.raises(StoreError):
        back_up(Address(path=path), "secret", tmp_path / "copy")

    assert list((tmp_path / "copy").iterdir()) == []
