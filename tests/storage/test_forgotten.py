"""After deletion nothing in the store, and nothing that leaves it, leads back to an account."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from dataclasses import replace
from hashlib import md5, sha1, sha256
from typing import Any

import pytest
from fakes.cells import cells, columns_about_people
from fakes.players import Grove, Player

from bot.exchange.export import export_store
from core.archive import Choice, Wanted
from core.casework import Search, Sweep
from core.dialogue import Labelled, Typed
from core.export import Pseudonyms
from core.flow import moderation
from core.model import TaskKind
from core.pace import Limit
from core.people import Who
from core.policy import Policy
from storage.errors import StoreError
from storage.identity import Identity, event_number
from storage.open import SqlStore

SECRET = "a secret for tests"
EVE = Who("discord", "814072531904", "Eve Canary", "en", community="99887766554433")
EVE_TOO = Who("telegram", "31415926535897", "Eve Canary", "en")
IDS = {EVE.external_id: "discord", EVE_TOO.external_id: "telegram"}
POLICY = Policy(num_reviews_initial_prompt=2, num_reviews_reply=2, shuffle_seconds=0)


async def busy(store: SqlStore) -> Player:
    """Somebody who left a trace in every table that people leave traces in."""
    grove = Grove(store, POLICY)
    eve, other = Player(grove, EVE), await grove.volunteer("ada")
    admin = Player(grove, replace(EVE, may_manage=True))
    await eve.press("agree")
    await eve.does("language", languages="en,de", interface="en")
    await admin.does("config", setting="timezone", value="Europe/Madrid")
    await eve.takes("initial_prompt")
    await eve.writes("How do bees find their way?")
    await eve.does("mine")
    await eve.does("prompt")
    await eve.send(Typed("a draft that was never sent", eve.screen.task_id))
    await other.takes("initial_prompt")
    await other.writes("Why is the sky blue in the morning?")
    await eve.takes("label")
    await eve.press("thumb")
    await eve.send(Labelled(eve.screen.task_id or 0, {"spam": 0.0}))
    await other.does("prompt")
    await other.writes("What is a good name for a cat?")
    await eve.takes("label")
    await eve.does("report", reason="It is rude")
    await eve.does("link", code="WRONGONE")
    await eve.does("link")
    too = Player(grove, EVE_TOO)
    await too.press("agree")
    await too.does("link", code=str(eve.screen.body[1]))
    await too.does("remind", hour="9")
    await too.does("link")
    await too.does("timezone")
    return too


def shapes(identity: Identity, platform: str, told: str) -> dict[str, Any]:
    """Forms in which somebody might find an id again."""
    hashed = identity.hashes(platform, told)[0]
    plain = told.encode()
    return {
        "the id": told,
        "the keyed hash": hashed,
        "the hash in letters": hashed.hex(),
        "the hash in base 64": b64encode(hashed).decode(),
        "a number made of it": int(told),
        "the number of an event": event_number(told),
        "a plain hash": sha256(plain).hexdigest(),
        "an older hash": sha1(plain).hexdigest(),
        "the oldest hash": md5(plain).hexdigest(),
        "the name": "Eve Canary",
    }


def found(identity: Identity, value: Any) -> list[str]:
    """What of the accounts a cell gives away."""
    seen = [
        name
        for told, platform in IDS.items()
        for name, shape in shapes(identity, platform, told).items()
        if value == shape or _holds(value, shape)
    ]
    if isinstance(value, bytes | str) and _decrypted(identity, value) in IDS:
        seen.append("the encrypted id")
    return seen


def _holds(value: Any, shape: Any) -> bool:
    if isinstance(shape, bytes):
        return isinstance(value, bytes) and shape in value
    return isinstance(shape, str) and shape in _words(value)


def _words(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _decrypted(identity: Identity, value: bytes | str) -> str | None:
    try:
        return identity.decrypted(value.encode() if isinstance(value, str) else value)
    except StoreError:
        return None


async def traces(store: SqlStore) -> set[tuple[str, str]]:
    identity = Identity(SECRET)
    return {(place, what) for place, value in await cells(store) for what in found(identity, value)}


async def everything_that_leaves(store: SqlStore) -> str:
    sheet = io.BytesIO()
    wanted = Wanted(
        states=None, deleted=Choice.WITH, spam=Choice.WITH, events=True, provenance=True
    )
    await export_store(store, wanted, sheet, Pseudonyms("seed"))
    return sheet.getvalue().decode()


async def test_the_search_finds_what_is_there(sql_store: SqlStore) -> None:
    await busy(sql_store)

    assert await traces(sql_store) == {
        ("account.id_hash", "the keyed hash"),
        ("account.id_encrypted", "the encrypted id"),
        ("person.name", "the name"),
    }


@pytest.mark.parametrize("level", ["profile", "texts"])
async def test_after_deletion_nothing_leads_back(sql_store: SqlStore, level: str) -> None:
    eve = await busy(sql_store)

    await eve.press(f"forget::{level}")
    await eve.press(f"forget::{level}!")

    assert str(eve.screen.title) == "Receipt"
    assert await traces(sql_store) == set()
    gone = await everything_that_leaves(sql_store)
    assert all(told not in gone for told in (*IDS, "Eve Canary"))
    assert ("How do bees find" in gone) == (level == "profile")


async def test_no_row_names_the_person_who_left(sql_store: SqlStore) -> None:
    eve = await busy(sql_store)
    arrival = await sql_store.transact(lambda unit: unit.arrive(EVE, None, eve.grove.clock()))
    places = {p for p in columns_about_people() if not p.endswith("account_id")} - {
        "bucket.holder_id"  # communities have some as well
    }

    await eve.press("forget::profile!")

    named = {place for place, value in await cells(sql_store) if value == arrival.person.id}
    assert named & places == set()


async def test_of_a_blocked_person_the_keyed_hash_alone_stays(sql_store: SqlStore) -> None:
    eve = await busy(sql_store)
    number = (
        await sql_store.transact(lambda unit: unit.arrive(EVE, None, eve.grove.clock()))
    ).person.id
    await eve.grove.turn(lambda turn: moderation.block(turn, number, "rude"))

    await eve.press("forget::texts!")

    assert await traces(sql_store) == {("blocked_hash.id_hash", "the keyed hash")}


async def test_of_somebody_blocked_in_a_community_the_keyed_hash_alone_stays(
    sql_store: SqlStore,
) -> None:
    eve = await busy(sql_store)

    def bar(unit: Any) -> None:
        arrival = unit.arrive(EVE, None, eve.grove.clock())
        unit.set_barred(arrival.person.id, arrival.community.id, True)

    await sql_store.transact(bar)

    await eve.press("forget::texts!")

    assert await traces(sql_store) == {("barred_hash.id_hash", "the keyed hash")}


# ---------------------------------------------------------------- taken along

SECTIONS = {
    "account.person_id": "accounts",
    "audit.actor_id": "own_acts",
    "audit.subject_id": "acts_of_moderators",
    "barred.person_id": "blocked_in",
    "bucket.holder_id": "limits",
    "consent.person_id": "consents",
    "link_code.person_id": "link_codes",
    "memo.actor_id": "own_acts",  # a copy for the log channel, gone once it was told
    "memo.subject_id": "acts_of_moderators",
    "message.author_id": "texts",
    "reaction.person_id": "reactions",
    "reminder.account_id": "reminders",
    "reminder.person_id": "reminders",
    "report.person_id": "reports",
    "session.account_id": "conversations",
    "slot.author_id": "texts",  # open work on them, made anew from them at any time
    "sweep.actor_id": "sweeps",
    "tally.person_id": "points",
    "task.person_id": "tasks",
}
"""Every column that names a person, and where its rows stand in what the person takes along."""


def test_every_table_about_people_has_its_place_in_what_they_take_along() -> None:
    assert set(columns_about_people()) == set(SECTIONS)


async def test_a_person_takes_along_what_every_table_holds(sql_store: SqlStore) -> None:
    eve = await busy(sql_store)

    def prepared(unit: Any) -> int:
        arrival = unit.arrive(EVE, None, eve.grove.clock())
        assert arrival.community is not None
        unit.set_barred(arrival.person.id, arrival.community.id, True)
        number: int = arrival.person.id
        at = eve.grove.clock()
        unit.add_sweep(Sweep(Search(), "remove", at, above=0, below=1, counted=0, actor_id=number))
        return number

    number = await sql_store.transact(prepared)
    await eve.grove.turn(lambda turn: moderation.block(turn, number, "be kind"))

    await eve.does("export-my-data")

    assert eve.screen.attachment is not None
    told = json.loads(eve.screen.attachment.content)
    empty = {name for name in SECTIONS.values() if not told[name]}
    assert empty == set()
    assert {account["id"] for account in told["accounts"]} == set(IDS)
    assert {limit["of"] for limit in told["limits"]} == {
        Limit.PERSON_TASKS.name.lower(),
        Limit.LINK_TRIES.name.lower(),
    }
    whole = json.dumps(told)
    assert "a draft that was never sent" in whole
    assert "It is rude" in whole
    assert "sky blue" not in whole
    assert TaskKind.LABEL_INITIAL_PROMPT.value in whole
