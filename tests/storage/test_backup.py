"""A backup is of one moment, whole, and a store that can be used as it is."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from core.people import Who
from core.policy import Policy
from core.testing import ManualClock
from storage.address import Address
from storage.backup import back_up
from storage.errors import StoreError
from storage.identity import KEY_FILE, secret_from
from storage.open import SqlStore, open_store
from storage.rotation import begin_rotation

NOW = ManualClock()()


async def opened(folder: Path) -> SqlStore:
    return await open_store(None, folder, Policy(), Random(1))


async def made(folder: Path) -> None:
    await (await opened(folder)).close()


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
    address, secret = Address(path=tmp_path / "live" / "grove.db"), secret_from(tmp_path / "live")
    back_up(address, secret, tmp_path / "copy")
    before = (tmp_path / "copy" / "grove.db").stat()

    with pytest.raises(StoreError, match="is there already"):
        back_up(address, secret, tmp_path / "copy")

    assert (tmp_path / "copy" / "grove.db").stat() == before


async def test_a_backup_never_replaces_the_key_of_another_store(tmp_path: Path) -> None:
    await (await opened(tmp_path / "live")).close()
    address, secret = Address(path=tmp_path / "live" / "grove.db"), secret_from(tmp_path / "live")
    (tmp_path / "copy").mkdir()
    before = secret_from(tmp_path / "copy")

    with pytest.raises(StoreError, match=r"secret\.key is there already"):
        back_up(address, secret, tmp_path / "copy")

    assert secret_from(tmp_path / "copy") == before


async def test_a_backup_holds_no_key_but_that_of_the_store(tmp_path: Path) -> None:
    live = tmp_path / "live"
    await (await opened(live)).close()
    for wrong, said in (("another", "written with another secret key"), (None, "is not here")):
        with pytest.raises(StoreError, match=said):
            back_up(Address(path=live / "grove.db"), wrong, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


async def test_a_store_that_is_being_rotated_is_kept_with_both_its_keys(tmp_path: Path) -> None:
    live = tmp_path / "live"
    await (await opened(live)).close()
    both = begin_rotation(live)
    await (await opened(live)).close()

    with pytest.raises(StoreError, match="written with another secret key"):
        back_up(Address(path=live / "grove.db"), both.partition(",")[0], tmp_path / "copy")
    back_up(Address(path=live / "grove.db"), both, tmp_path / "copy")

    assert secret_from(tmp_path / "copy") == both


async def test_a_key_may_hold_letters_of_any_script(tmp_path: Path) -> None:
    live = tmp_path / "live"
    await (await open_store(None, live, Policy(), Random(1), "schlüssel 鍵")).close()

    back_up(Address(path=live / "grove.db"), "schlüssel 鍵", tmp_path / "copy")

    assert secret_from(tmp_path / "copy") == "schlüssel 鍵"
    assert begin_rotation(tmp_path / "copy").endswith(",schlüssel 鍵")


async def test_backups_into_one_folder_at_once_are_one(tmp_path: Path) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    await (await opened(live)).close()
    address, secret = Address(path=live / "grove.db"), secret_from(live)
    copy.mkdir()
    (copy / ".grove.db.unfinished").write_bytes(b"left by a program that was killed")
    tries = [asyncio.to_thread(back_up, address, secret, copy) for _ in range(4)]

    came = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(one).__name__ for one in came) == ["PosixPath", *3 * ["StoreError"]]
    assert {path.name for path in copy.iterdir()} == {"grove.db", KEY_FILE}
    await (await opened(copy)).close()


WRITING = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
store.execute("CREATE TABLE noise (n)")
store.execute("INSERT INTO noise VALUES (zeroblob(40000000))")
while True:
    store.execute("INSERT INTO noise VALUES (zeroblob(3000))")
    print(flush=True)
"""


def test_a_backup_comes_to_its_end_while_another_program_goes_on_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.backup.PAGES_AT_ONCE", 1)
    live = tmp_path / "live"
    asyncio.run(made(live))
    path, came = live / "grove.db", list[Path]()
    address, secret = Address(path=path), secret_from(live)
    copying = Thread(target=lambda: came.append(back_up(address, secret, tmp_path / "copy")))
    with subprocess.Popen([sys.executable, "-c", WRITING, path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        copying.start()
        copying.join(10)
        came_meanwhile = list(came)
        writer.kill()
    copying.join()

    assert came_meanwhile == [tmp_path / "copy" / "grove.db"]
    asyncio.run(made(tmp_path / "copy"))


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
    path, secret = live / "grove.db", secret_from(live)
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[5000:20000] = b"\xff" * 15000
    path.write_bytes(content)

    with pytest.raises(StoreError):
        back_up(Address(path=path), secret, tmp_path / "copy")

    assert list((tmp_path / "copy").iterdir()) == []
