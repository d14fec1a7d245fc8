"""Points are shown with their reasons, boards with the reader's own place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core.people import Who


@pytest.fixture
async def village() -> Village:
    return Village()


async def give(village: Village, player: Player, scope: str = "*", **counts: int) -> None:
    person_id = village.person(player).id
    periods = ("total", "w:2026-W02", "d:2026-01-05", "m:2026-01")
    await village.turn(lambda turn: turn.unit.tally(person_id, [scope], periods, counts))


def rows(player: Player) -> list[tuple[str, ...]]:
    table = player.screen.table
    return [] if table is None else [tuple(map(str, row)) for row in table.rows]


async def test_points_are_shown_with_what_they_are_for(village: Village) -> None:
    player = await village.volunteer()
    await give(village, player, replies_assistant=2, labels_full=1)

    await player.does("me")

    assert rows(player) == [
        ("Replies written as the assistant", "2", "8"),
        ("Full reviews", "1", "2"),
    ]
    assert [str(line) for line in player.screen.body] == [
        "10 points",
        "Level 3, 6 points to the next",
        "Streak: 0 days",
        "Badges: First reply",
        "Your place, all time and everywhere: 1",
    ]


async def test_who_has_done_nothing_yet_sees_just_that(village: Village) -> None:
    player = await village.volunteer()

    await player.does("me")

    assert [str(line) for line in player.screen.body] == [
        "0 points",
        "Level 1, 4 points to the next",
        "Streak: 0 days",
    ]
    assert player.screen.table is None


async def test_the_highest_level_has_none_above_it(village: Village) -> None:
    player = await village.volunteer()
    await give(village, player, rankings=10_000)

    await player.does("me")

    assert str(player.screen.body[1]) == "Level 100"


async def test_a_board_lists_the_best_first_and_marks_ones_own_row(village: Village) -> None:
    ada, bob = await village.volunteer("ada"), await village.volunteer("bob")
    await give(village, ada, rankings=3)
    await give(village, bob, rankings=5)

    await ada.does("leaderboard")

    assert str(ada.screen.title) == "This week: everywhere"
    assert rows(ada) == [("1", "bob", "5"), ("2", "ada", "3")]
    assert ada.screen.table is not None
    assert ada.screen.table.own_row == 1
    assert ada.screen.public


async def test_equal_points_share_a_place(village: Village) -> None:
    for name, count in (("ada", 3), ("bob", 3), ("cid", 1)):
        player = await village.volunteer(name)
        await give(village, player, rankings=count)

    await player.does("leaderboard")

    assert [row[0] for row in rows(player)] == ["1", "1", "3"]


async def test_ones_own_place_is_said_where_the_board_ends_above_it(village: Village) -> None:
    for number in range(20):
        player = await village.volunteer()
        await give(village, player, rankings=10 + number)
    last = await village.volunteer()
    await give(village, last, rankings=2)

    await last.does("leaderboard")

    assert [row[::2] for row in rows(last)[19:]] == [("20", "10"), ("21", "2")]
    assert last.screen.table is not None
    assert last.screen.table.own_row == 20
    assert [str(line) for line in last.screen.body] == ["Your place is 21, with 2 points."]


async def test_far_down_a_board_one_sees_oneself_between_ones_neighbours(village: Village) -> None:
    people = []
    for number in range(25):
        people.append(await village.volunteer())
        await give(village, people[-1], rankings=50 - number)
    own = people[22]

    await own.does("leaderboard")

    assert [row[0] for row in rows(own)[19:]] == ["20", "…", "22", "23", "24"]
    assert own.screen.table is not None
    assert own.screen.table.own_row == 22
    last = people[-1]
    await last.does("leaderboard")
    assert [row[0] for row in rows(last)[19:]] == ["20", "…", "24", "25"]


async def test_the_hidden_are_on_no_board_and_still_see_their_points(village: Village) -> None:
    player = await village.volunteer()
    await give(village, player, rankings=3)
    await player.does("hide")

    await player.does("leaderboard")

    assert rows(player) == []
    assert [str(line) for line in player.screen.body] == ["Nobody has any points here yet."]
    other = await village.volunteer()
    await give(village, other, rankings=1)
    await player.press("board")
    assert [str(line) for line in player.screen.body] == ["You have 3 points."]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("day", "Today"),
        ("today", "Today"),
        ("Week", "This week"),
        ("month", "This month"),
        ("weekly", "This week"),
        ("all time", "All time"),
        ("", "This week"),
        ("  ", "This week"),
    ],
)
async def test_periods_go_by_plain_words(village: Village, words: str, title: str) -> None:
    player = await village.volunteer()

    await player.does("leaderboard", period=words)

    assert str(player.screen.title) == f"{title}: everywhere"


async def test_a_board_can_be_that_of_a_language(village: Village) -> None:
    player = await village.volunteer()
    await give(village, player, "l:de", rankings=3)

    await player.does("leaderboard", scope="German")
    assert str(player.screen.title) == "This week: Deutsch"
    await player.press("board::total.l:de")

    assert str(player.screen.title) == "All time: Deutsch"
    assert rows(player) == [("1", player.who.name, "3")]


async def test_in_a_community_the_board_is_its_own(village: Village) -> None:
    player = Player(village, Who("discord", "ana", "Ana", "en", community="7"))
    await player.press("agree")

    await player.does("leaderboard")
    assert str(player.screen.title) == "This week: this community"
    await player.press(player.buttons[0])
    assert str(player.screen.title) == "Today: this community"
    await player.does("leaderboard", scope="everywhere")
    assert str(player.screen.title) == "This week: everywhere"


async def test_who_hides_sees_their_points_in_private_alone(village: Village) -> None:
    player = Player(village, Who("discord", "ana", "Ana", "en", community="7"))
    await player.press("agree")
    await give(village, player, rankings=3)
    other = await village.volunteer()
    await give(village, other, rankings=1)
    await player.does("hide")

    await player.does("leaderboard", scope="everywhere")
    assert player.screen.body == ()
    player.who = replace(player.who, community=None)
    await player.does("leaderboard", scope="everywhere")
    assert [str(line) for line in player.screen.body] == ["You have 3 points."]


async def test_work_counts_in_its_community_its_language_and_everywhere(village: Village) -> None:
    await village.prompt()
    player = Player(village, Who("discord", "ana", "Ana", "en", community="7"))
    await player.press("agree")
    await player.takes("label")
    await village.labels(player)
    seen = []

    for scope in ("here", "english", "everywhere"):
        await player.does("leaderboard", scope=scope, period="day")
        seen.append([row for row in rows(player) if row[1] == "Ana"])

    assert seen == [[("1", "Ana", "2")]] * 3
