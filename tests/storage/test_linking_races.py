"""Two people who link at the same moment become one, whoever comes first; nothing is doubled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fakes.players import Grove, Player

from core.dialogue import Screen
from core.people import Who
from core.policy import Policy
from storage.invariants import broken_invariants
from storage.open import SqlStore

POLICY = Policy(num_reviews_initial_prompt=2, shuffle_seconds=0)


async def member(grove: Grove, platform: str, number: int) -> Player:
    player = Player(grove, Who(platform, str(number), f"P{number}", "en"))
    await player.press("agree")
    await player.takes("initial_prompt")
    await player.writes(f"Question number {number} of {platform}?")
    return player


async def code_of(player: Player) -> str:
    await player.does("link")
    return str(player.screen.body[1])


async def person_of(store: SqlStore, player: Player) -> Any:
    arrival = await store.transact(lambda unit: unit.arrive(player.who, None, player.grove.clock()))
    return arrival.person.id


async def sound(store: SqlStore) -> bool:
    return await broken_invariants(store, POLICY, lambda looked_at: None) == []


@pytest.mark.parametrize("number", range(3))
async def test_each_enters_the_code_of_the_other_at_once(sql_store: SqlStore, number: int) -> None:
    grove = Grove(sql_store, POLICY)
    one, other = await member(grove, "discord", number), await member(grove, "telegram", number)
    first, second = await code_of(one), await code_of(other)

    await asyncio.gather(one.does("link", code=second), other.does("link", code=first))

    kept = await person_of(sql_store, one)
    assert kept == await person_of(sql_store, other)
    assert [one.screen.refused, other.screen.refused].count(False) == 1
    assert len(await sql_store.read(lambda unit: unit.texts_of(kept))) == 2
    assert await sound(sql_store)


async def test_of_many_who_enter_one_code_at_once_one_is_linked(sql_store: SqlStore) -> None:
    grove = Grove(sql_store, POLICY)
    owner = await member(grove, "discord", 1)
    others = [await member(grove, "telegram", number) for number in range(2, 7)]
    code = await code_of(owner)

    screens = await asyncio.gather(*(other.does("link", code=code) for other in others))

    linked = [screen for screen in screens if not screen.refused]
    assert len(linked) == 1
    people = [await person_of(sql_store, player) for player in (owner, *others)]
    assert len(set(people)) == len(others)
    assert await sound(sql_store)


async def test_who_deletes_everything_while_the_code_is_entered(sql_store: SqlStore) -> None:
    grove = Grove(sql_store, POLICY)
    owner, other = await member(grove, "discord", 1), await member(grove, "telegram", 2)
    code = await code_of(owner)

    async def both(player: Player, *acts: str) -> Screen:
        for act in acts:
            await player.press(act)
        return player.screen

    await asyncio.gather(
        both(owner, "forget::texts", "forget::texts!"), other.does("link", code=code)
    )

    assert str(owner.screen.title) == "Receipt"
    assert await sound(sql_store)


async def test_a_tap_during_the_deletion_brings_nobody_back(sql_store: SqlStore) -> None:
    grove = Grove(sql_store, POLICY)
    ada = await member(grove, "discord", 1)
    twin = Player(grove, ada.who)
    number = await person_of(sql_store, ada)

    await asyncio.gather(
        ada.press("forget::texts!"),
        *(twin.does(name) for name in ("me", "work", "remind", "hide", "mine")),
    )

    assert await sql_store.read(lambda unit: unit.person(number)) is None
    assert await sound(sql_store)
