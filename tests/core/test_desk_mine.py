"""People find their own texts and learn what became of them."""

from __future__ import annotations

import pytest
from fakes.players import Player
from fakes.village import Village

from core.dialogue import Press, press
from core.flow import moderation


@pytest.fixture
async def village() -> Village:
    return Village()


async def fates(player: Player) -> list[str]:
    await player.does("mine")
    return [str(passage.heading) for passage in player.screen.passages]


async def test_who_has_written_nothing_is_told_how_to_begin(village: Village) -> None:
    player = await village.volunteer()

    assert await fates(player) == []
    assert player.notes == "You have not written anything yet."


async def test_a_text_is_followed_from_its_first_review_to_its_rank(village: Village) -> None:
    first, second = await village.replied()
    assert await fates(first) == ["1: under review, 0 reviews so far"]
    await village.labels(await _reviewer(village))
    told = {(await fates(author))[0] for author in (first, second)}
    assert told == {"1: under review, 1 review so far", "1: under review, 0 reviews so far"}
    await village.reviewed()
    assert await fates(first) == ["1: accepted"]
    for _ in range(2):
        voter = await village.volunteer()
        await voter.takes("rank")
        await village.ranks(voter, 1, 0)

    assert await fates(first) == ["1: accepted, ranked 2 of 2"]
    assert await fates(second) == ["1: accepted, ranked 1 of 2"]


async def _reviewer(village: Village) -> Player:
    reviewer = await village.volunteer()
    await reviewer.takes("label")
    return reviewer


async def test_a_rejected_text_is_told_so(village: Village) -> None:
    author = await village.prompt()
    await village.reviewed(spam=1.0)

    assert await fates(author) == ["1: not accepted"]


async def test_an_accepted_prompt_waits_for_its_turn(village: Village) -> None:
    village = Village(max_active_trees=1)
    await village.growing()
    author = await village.prompt("What do wasps eat?")
    await village.reviewed()

    assert await fates(author) == ["1: accepted, waiting for its turn"]


async def test_what_moderators_did_is_told(village: Village) -> None:
    author = await village.prompt()
    await village.turn(lambda turn: moderation.hold(turn, village.tree.id))
    assert await fates(author) == ["1: waiting for a moderator"]
    await village.turn(lambda turn: moderation.remove(turn, village.tree.id))

    assert await fates(author) == ["1: removed by a moderator"]


async def test_a_text_in_a_conversation_that_was_stopped_waits_for_nothing(
    village: Village,
) -> None:
    author = await village.prompt()
    await village.turn(lambda turn: moderation.halt(turn, village.tree.id))

    assert await fates(author) == ["1: not used for now: its conversation was stopped"]


async def test_a_text_taken_back_is_listed_and_not_opened(village: Village) -> None:
    author = await village.prompt()
    await author.does("withdraw")
    await author.press("gone")

    assert await fates(author) == ["1: taken back"]
    assert author.buttons == ["work"]
    await author.send(Press(press("own", None, village.tree.id)))
    assert author.notes == "You have no such text. See /mine."


async def test_texts_come_in_pages_newest_first_and_long_ones_shortened(village: Village) -> None:
    author = await village.volunteer()
    for number in range(1, 8):
        await author.takes("initial_prompt")
        await author.writes(f"Question {number}: " + "why? " * 100)
        village.clock.advance(minutes=1)

    assert [line[:2] for line in await fates(author)] == ["1:", "2:", "3:", "4:", "5:"]
    assert author.screen.passages[0].text.startswith("Question 7: why?")
    assert len(author.screen.passages[0].text) == 300
    await author.press("mine::5")
    assert [p.text[:10] for p in author.screen.passages] == ["Question 2", "Question 1"]
    await author.press("mine::0")
    assert len(author.screen.passages) == 5
    await author.send(Press("mine::500"))
    assert len(author.screen.passages) == 5
    await author.send(Press("mine::99999999"))
    assert len(author.screen.passages) == 5


async def test_a_text_is_opened_with_what_can_be_done_to_it(village: Village) -> None:
    author = await village.prompt()
    await author.does("mine")

    await author.press("own")
    assert [b.split(":")[0] for b in author.buttons] == ["editown", "takeback", "mine"]
    await author.press("takeback")
    assert str(author.screen.title) == "Take it back"
    await author.press("own")
    await author.press("editown")
    assert str(author.screen.title) == "Edit"


async def test_a_text_that_others_built_on_is_opened_with_how_many_did(village: Village) -> None:
    author = await village.growing()
    await village.reply("They follow the sun.")
    (reply,) = village.replies
    await village.turn(lambda turn: moderation.release(turn, reply.id))
    await author.does("mine")

    await author.press("own")

    assert [str(line) for line in author.screen.body] == [
        "Where it stands: accepted",
        "Accepted replies: 1",
    ]
    assert [b.split(":")[0] for b in author.buttons] == ["mine"]


async def test_a_reply_is_opened_with_its_place_among_the_others(village: Village) -> None:
    first, _ = await village.finished()
    await first.does("mine")

    await first.press("own")

    assert str(first.screen.body[0]) == "Where it stands: accepted, ranked 1 of 2"
