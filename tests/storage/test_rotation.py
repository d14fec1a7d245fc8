"""The secret can be changed: everybody is known again, and no other secret opens the store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from fakes.planting import AT

from bot.config import Settings
from bot.errors import SettingsError
from bot.rotation import rotated
from core.people import Who
from core.policy import Policy
from core.ports import Arrival
from storage.errors import StoreError
from storage.identity import KEY_FILE
from storage.open import SqlStore, open_store
from storage.rotation import rotate
from storage.unit import SqlUnit

ADA = Who("discord", "814072531904", name="Ada", community="99887766554433")
EVE = Who("telegram", "31415926535", name="Eve")


@pytest.fixture
def opening(sql_database: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Open the same store with some secret."""

    @asynccontextmanager
    async def opened(secret: str) -> AsyncIterator[SqlStore]:
        store = await open_store(sql_database, tmp_path, Policy(), Random(1), secret)
        yield store
        await store.close()

    return opened


async def arrived(store: SqlStore, who: Who) -> Arrival:
    return await store.transact(lambda unit: unit.arrive(who, None, AT))


async def blocked_who_left(store: SqlStore, who: Who) -> None:
    def work(unit: SqlUnit) -> None:
        person = unit.arrive(who, None, AT).person
        unit.save_person(replace(person, blocked=True))
        unit.forget_person(person.id)

    await store.transact(work)


async def test_after_a_rotation_the_new_secret_alone_is_enough(opening) -> None:  # type: ignore[no-untyped-def]
    async with opening("old") as store:
        before = await arrived(store, ADA)
    async with opening("new,old") as store:
        assert await rotate(store) == 2

    async with opening("new") as store:
        after = await arrived(store, ADA)
        assert after.community is not None
        number = after.community.id
        address = await store.read(lambda unit: unit.address_of(number))

    assert not after.is_new
    assert (after.person, after.community) == (before.person, before.community)
    assert address == ADA.community


@pytest.mark.parametrize("wrong", ["other", "new", "old"])
async def test_a_program_without_the_secret_is_refused_at_the_start(opening, wrong) -> None:  # type: ignore[no-untyped-def]
    async with opening("old"):
        pass
    async with opening("new,old") as store:
        await arrived(store, ADA)
        if wrong == "old":
            await rotate(store)

    with pytest.raises(StoreError, match="another secret key"):
        async with opening(wrong):
            pass


async def test_a_store_made_before_secrets_were_marked_is_looked_at(opening) -> None:  # type: ignore[no-untyped-def]
    async with opening("old") as store:
        await arrived(store, ADA)
        await store.transact(lambda unit: unit.db.run("DELETE FROM meta WHERE key = 'secrets'"))

    with pytest.raises(StoreError, match="secret key"):
        async with opening("new"):
            pass
    async with opening("old") as store:
        assert not (await arrived(store, ADA)).is_new


async def test_who_was_blocked_and_left_is_still_blocked(opening) -> None:  # type: ignore[no-untyped-def]
    async with opening("first") as store:
        await blocked_who_left(store, EVE)
    for secrets in ("second,first", "third,second"):
        async with opening(secrets) as store:
            await rotate(store)

    async with opening("third") as store:
        assert (await arrived(store, EVE)).person.blocked
        assert not (await arrived(store, ADA)).person.blocked


async def test_who_was_blocked_in_a_community_and_left_is_still_blocked_there(opening) -> None:  # type: ignore[no-untyped-def]
    def leave(unit: SqlUnit) -> None:
        arrival = unit.arrive(replace(EVE, community="-7"), None, AT)
        assert arrival.community is not None
        unit.set_barred(arrival.person.id, arrival.community.id, True)
        unit.forget_person(arrival.person.id)

    async with opening("first") as store:
        await store.transact(leave)
    async with opening("second,first") as store:
        await rotate(store)

    async with opening("second") as store:
        assert (await arrived(store, replace(EVE, community="-7"))).barred


async def test_a_rotation_that_was_cut_off_can_be_done_again(opening) -> None:  # type: ignore[no-untyped-def]
    people = [replace(ADA, external_id=str(number)) for number in range(5)]
    async with opening("old") as store:
        before = [(await arrived(store, who)).person.id for who in people]
    async with opening("new,old") as store:
        await store.transact(partial(SqlUnit.rewrite_accounts, after=0, limit=2))

    async with opening("new,old") as store:
        await rotate(store)
    async with opening("new") as store:
        assert [(await arrived(store, who)).person.id for who in people] == before


async def test_a_program_that_ran_through_a_rotation_takes_nobody_for_a_stranger(opening) -> None:  # type: ignore[no-untyped-def]
    async with opening("old") as running:
        await arrived(running, ADA)
        async with opening("new,old") as store:
            await rotate(store)

        with pytest.raises(StoreError, match="start it again"):
            await arrived(running, ADA)
    async with opening("new") as store:
        assert not (await arrived(store, ADA)).is_new


async def test_secrets_can_be_rolled_out_one_process_after_the_other(opening) -> None:  # type: ignore[no-untyped-def]
    async with opening("old") as first:
        one = (await arrived(first, ADA)).person.id
    async with opening("old,new") as first, opening("old,new") as second:
        assert (await arrived(second, ADA)).person.id == one
        async with opening("new,old") as third:
            assert (await arrived(third, ADA)).person.id == one
            assert (await arrived(first, ADA)).person.id == one


# ---------------------------------------------------------------- the command


def grove(tmp_path: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *args],
        env={"PATH": "/usr/bin:/bin", "GROVE_DATA_DIR": str(tmp_path), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def at_work(tmp_path: Path, work: Callable[[SqlStore], Awaitable[Arrival]]) -> Arrival:
    store = await open_store(None, tmp_path, Policy(), Random(1))
    found = await work(store)
    await store.close()
    return found


async def test_the_command_changes_the_key_in_the_data_folder(tmp_path: Path) -> None:
    await at_work(tmp_path, partial(arrived, who=ADA))
    before = (tmp_path / KEY_FILE).read_text()

    done = grove(tmp_path, "db", "rotate-key")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 platform ids are written with the new key.")
    after = (tmp_path / KEY_FILE).read_text()
    assert after != before
    assert "," not in after
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert not (await at_work(tmp_path, partial(arrived, who=ADA))).is_new
    (tmp_path / KEY_FILE).write_text(before)
    refused = grove(tmp_path, "db", "check")
    assert refused.returncode == 4
    assert "another secret key" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_key_from_the_settings_is_changed_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="old")  # type: ignore[arg-type]
    store = await open_store(None, tmp_path, Policy(), Random(1), "old")
    await arrived(store, ADA)
    await store.close()

    with pytest.raises(SettingsError, match="write a new one before it"):
        await rotated(settings)
    told = await rotated(Settings(data_dir=tmp_path, secret_key="new, old"))  # type: ignore[arg-type]

    assert "take the old one out" in told
    assert not (tmp_path / KEY_FILE).exists()
    store = await open_store(None, tmp_path, Policy(), Random(1), "new")
    assert not (await arrived(store, ADA)).is_new
    await store.close()
