"""Who takes too much is told when to go on; what was not used comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core.people import Who

FAST = "That was a lot of tasks in a short time. Go on in about "


async def taken(player: Player) -> bool:
    """Whether there was a task; it is skipped, so that the next one is a new one."""
    await player.takes("initial_prompt")
    if player.screen.refused:
        return False
    await player.press("skip")
    return True


async def grown_up(village: Village) -> Player:
    """Somebody whose allowance is whole."""
    player = await village.volunteer()
    village.clock.advance(hours=24)
    return player


async def test_tasks_cannot_be_taken_faster_than_anybody_could_do_them() -> None:
    village = Village(max_requests=4)
    player = await grown_up(village)

    assert [await taken(player) for _ in range(5)] == [True] * 4 + [False]
    assert player.notes == f"{FAST}0:01:00."


async def test_tasks_come_back_one_by_one() -> None:
    village = Village(max_requests=4)
    player = await grown_up(village)
    for _ in range(5):
        await taken(player)

    village.clock.advance(seconds=59)
    assert not await taken(player)
    assert player.notes == f"{FAST}0:00:01."
    village.clock.advance(seconds=1)
    assert [await taken(player) for _ in range(2)] == [True, False]
    village.clock.advance(seconds=240)
    assert [await taken(player) for _ in range(5)] == [True] * 4 + [False]


async def test_who_is_new_begins_with_less() -> None:
    village = Village(max_requests=8, newcomer_share=0.25)
    player = await village.volunteer()

    assert [await taken(player) for _ in range(3)] == [True, True, False]
    village.clock.advance(hours=12)  # half of the way from 2 to 8
    assert [await taken(player) for _ in range(6)] == [True] * 5 + [False]


async def test_looking_in_vain_uses_nothing_up() -> None:
    village = Village(max_requests=1)
    player = await village.volunteer()
    for _ in range(3):
        await player.takes("rank")
        assert "There is no task of this kind" in player.notes

    assert await taken(player)


async def test_a_community_is_limited_as_a_whole_and_others_go_on() -> None:
    village = Village(community_requests=2, community_span_seconds=120)

    async def member(name: str, community: str | None) -> Player:
        player = Player(village, Who("discord", name, name, "en", community=community))
        await player.press("agree")
        return player

    here = [await member(name, "guild") for name in ("ada", "bob", "eve")]
    elsewhere, alone = await member("joe", "other"), await member("kim", None)

    assert [await taken(player) for player in here] == [True, True, False]
    assert here[-1].notes == "So many people work here right now. Go on in about 0:01:00."
    assert await taken(elsewhere)
    assert await taken(alone)
    village.clock.advance(seconds=60)
    assert await taken(here[-1])


async def test_codes_cannot_be_guessed() -> None:
    village = Village(link_tries=3)
    owner, thief = await village.volunteer(), await village.volunteer()
    await owner.does("link")
    code = str(owner.screen.body[1])

    for number in range(3):
        await thief.does("link", code=f"WRONG{number}")
        assert thief.screen.refused
        assert thief.notes.startswith("That code is wrong or too old.")
    await thief.does("link", code=code)

    assert thief.screen.refused
    assert thief.notes == "That was too many wrong codes. Try again in about 0:03:20."
    assert village.person(thief) != village.person(owner)


async def test_limits_follow_a_person_through_linked_accounts() -> None:
    village = Village(max_requests=2)
    here = await grown_up(village)
    there = Player(village, Who("telegram", "9", "Ana", "en"))
    await there.press("agree")
    for _ in range(2):
        await taken(here)

    await here.does("link")
    await there.does("link", code=str(here.screen.body[1]))

    assert not await taken(there)


@pytest.mark.parametrize("hours", [-48, 48])
async def test_a_clock_that_jumps_keeps_nobody_waiting(hours: int) -> None:
    village = Village(max_requests=2)
    player = await grown_up(village)
    for _ in range(3):
        await taken(player)
    village.memory.tables.people = {
        i: replace(p, created_at=p.created_at.replace(year=2020))
        for i, p in village.memory.tables.people.items()
    }

    village.clock.advance(hours=hours)

    assert await taken(player)
