"""Platform ids: found by a keyed hash, written to by decrypting, readable by nobody else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest
from fakes.planting import AT

from core.people import Who
from core.policy import Policy
from storage.errors import StoreError
from storage.identity import Identity, event_number
from storage.open import open_store

WHO = Who("discord", "814072531904", name="Ada", community="99887766554433")


def test_a_hash_depends_on_the_platform_the_id_and_the_secret() -> None:
    one, other = Identity("one"), Identity("other")

    hashes = {
        one.hashes("discord", "1")[0],
        one.hashes("telegram", "1")[0],
        one.hashes("discord", "2")[0],
        other.hashes("discord", "1")[0],
    }

    assert len(hashes) == 4
    assert one.hashes("discord", "1") == Identity("one").hashes("discord", "1")


def test_an_id_can_be_read_again_with_the_secret_alone() -> None:
    token = Identity("one").encrypted("814072531904")

    assert b"814072531904" not in token
    assert Identity("one").decrypted(token) == "814072531904"
    with pytest.raises(StoreError, match="separated by a comma"):
        Identity("other").decrypted(token)


def test_a_rotated_secret_reads_what_the_old_one_wrote_and_writes_with_the_new() -> None:
    old, both, new = Identity("old"), Identity("new, old"), Identity("new")

    assert both.decrypted(old.encrypted("1")) == "1"
    assert new.decrypted(both.encrypted("1")) == "1"
    assert list(both.hashes("discord", "1")) == [
        *new.hashes("discord", "1"),
        *old.hashes("discord", "1"),
    ]


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(StoreError, match="empty"):
        Identity(" , ")


def test_events_are_told_apart_by_their_keys() -> None:
    assert event_number("discord:1:2") == event_number("discord:1:2")
    assert event_number("discord:1:2") != event_number("discord:1:3")
    assert -(2**63) <= event_number("x") < 2**63


async def test_no_platform_id_is_stored_in_the_clear(sqlite_url: str, tmp_path: Path) -> None:
    store = await open_store(sqlite_url, tmp_path, Policy(), Random(1), "secret")
    await store.transact(lambda unit: unit.arrive(WHO, "key", AT))
    await store.close()

    stored = (tmp_path / "grove.db").read_bytes()

    assert b"Ada" in stored
    assert WHO.external_id.encode() not in stored
    assert (WHO.community or "").encode() not in stored


def test_nothing_but_a_hash_is_kept_of_a_blocked_person_who_left(
    sqlite_template: Path,
) -> None:
    connection = sqlite3.connect(sqlite_template)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(blocked_hash)")]
    connection.close()

    assert columns == ["id_hash"]
