"""Reminders are wished for at the desk, at an hour of one's own, and stopped with one tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.players import Player
from fakes.village import Village

from core.flow import reminding
from core.people import Who
from core.reminding import Reminder


@pytest.fixture
async def village() -> Village:
    return Village()


async def ana(village: Village, name: str = "7") -> Player:
    player = Player(village, Who("telegram", name, "Ana", "en"))
    await player.press("agree")
    return player


def wish_of(village: Village, player: Player) -> Reminder:
    return village.memory.tables.reminders[village.person(player).id]


async def test_reminders_are_off_until_somebody_wishes_them(village: Village) -> None:
    player = await ana(village)
    assert village.memory.tables.reminders == {}

    await player.does("remind")

    assert village.person(player).reminders
    wish = wish_of(village, player)
    assert (wish.hour, wish.platform) == (18, "telegram")
    assert wish.next_run == village.clock().replace(hour=18)
    assert "18:00 of your day (UTC)" in str(player.screen.body[0])


async def test_one_tap_stops_them_and_a_second_changes_nothing(village: Village) -> None:
    player = await ana(village)
    await player.does("remind")

    await player.press("remind::off")
    assert player.notes == "No more reminders."
    await player.press("remind::off")
    assert not village.person(player).reminders

    await player.press("remind::on")
    assert village.person(player).reminders


@pytest.mark.parametrize(("words", "hour"), [("7", 7), (" 23 ", 23), ("0", 0), ("on", 18)])
async def test_the_hour_is_chosen(village: Village, words: str, hour: int) -> None:
    player = await ana(village)

    await player.does("remind", hour=words)

    assert wish_of(village, player).hour == hour


async def test_the_hour_is_kept_when_they_are_switched_off_and_on(village: Village) -> None:
    player = await ana(village)
    await player.does("remind", hour="7")
    await player.does("remind", hour="off")
    assert not village.person(player).reminders

    await player.does("remind")

    assert wish_of(village, player).hour == 7


@pytest.mark.parametrize("words", ["24", "-1", "noon", "7:30", "٣٣"])
async def test_no_other_word_is_an_hour(village: Village, words: str) -> None:
    player = await ana(village)

    await player.does("remind", hour=words)

    assert player.screen.refused
    assert player.notes == "Write an hour from 0 to 23, or off."
    assert not village.person(player).reminders


async def test_the_terminal_says_where_reminders_come(village: Village) -> None:
    player = await village.volunteer()

    await player.does("remind")

    assert player.screen.refused
    assert "Discord or Telegram" in player.notes


async def test_the_hour_moves_with_the_time_zone(village: Village) -> None:
    player = await ana(village)
    await player.does("remind", hour="18")

    await player.does("timezone", zone="Asia/Tokyo")

    tonight = village.clock().replace(hour=9) + timedelta(days=1)  # it is past nine in Tokyo
    assert wish_of(village, player).next_run == tonight


async def test_withdrawn_consent_ends_them(village: Village) -> None:
    player = await ana(village)
    await player.does("remind")

    await player.press("decline")

    assert not village.person(player).reminders


async def test_whoever_has_not_read_the_new_terms_can_stop_them_all_the_same(
    village: Village,
) -> None:
    player = await ana(village)
    await player.does("remind")
    number = village.person(player).id
    village.world = replace(village.world, policy=replace(village.policy, terms_version=2))
    village.desk = type(village.desk)(village.store, village.world)

    await player.press("remind::on")
    assert str(player.screen.title) == "Before you begin"
    await player.press("remind::off")

    assert player.notes == "No more reminders."
    assert not village.memory.tables.people[number].reminders


async def test_a_refusal_is_said_once_at_the_next_screen_that_others_do_not_see(
    village: Village,
) -> None:
    player = await ana(village)
    await player.does("remind")
    number = village.person(player).id
    await village.turn(lambda turn: turn.unit.silence(number, reminding.SILENCED))

    await player.does("leaderboard")
    assert "I could not write to you" not in player.notes
    await player.does("me")
    assert "I could not write to you" in player.notes
    await player.does("me")
    assert player.notes == ""


async def test_who_leaves_with_a_notice_is_gone_all_the_same(village: Village) -> None:
    player = await ana(village)
    await player.does("remind")
    number = village.person(player).id
    await village.turn(lambda turn: turn.unit.silence(number, reminding.SILENCED))

    await player.press("forget::profile!")

    assert number not in village.memory.tables.people
    assert village.memory.tables.reminders == {}


async def test_reminders_follow_linked_accounts(village: Village) -> None:
    wished, plain = await ana(village, "7"), await ana(village, "8")
    await wished.does("remind", hour="9")

    await plain.does("link")
    await wished.does("link", code=str(plain.screen.body[1]))

    assert wish_of(village, plain).hour == 9
    assert village.person(plain).reminders


async def test_of_two_wishes_the_one_of_the_kept_profile_stands(village: Village) -> None:
    gone, kept = await ana(village, "7"), await ana(village, "8")
    await gone.does("remind", hour="9")
    await kept.does("remind", hour="20")

    await kept.does("link")
    await gone.does("link", code=str(kept.screen.body[1]))

    assert [wish.hour for wish in village.memory.tables.reminders.values()] == [20]
