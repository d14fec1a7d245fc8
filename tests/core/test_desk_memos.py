"""Statements about what log channels are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.neighbourhood import HOME, Neighbourhood
from fakes.players import Player

from core.community import Rules, with_rules
from core.desk.memos import Dispatch, memo_done, take_memos
from core.dialogue import Press


@pytest.fixture
async def village() -> Neighbourhood:
    return Neighbourhood()


async def with_log(village: Neighbourhood) -> Player:
    moderator = village.moderator()
    await moderator.does("mod")
    village.logs_to("99")
    return moderator


async def taken(village: Neighbourhood, platform: str = "discord") -> list[Dispatch]:
    taken = await village.turn(lambda turn: take_memos(turn, platform, 9))
    return list(taken.hand)


async def test_a_report_comes_with_buttons_for_whoever_moderates(village: Neighbourhood) -> None:
    moderator = await with_log(village)
    message = await village.reported("rude")

    (dispatch,) = await taken(village)

    assert (dispatch.address, dispatch.channel) == ("home", "99")
    assert [p.text for p in dispatch.screen.passages] == ["How do bees find their way?"]
    assert "rude" in "\n".join(map(str, dispatch.screen.body))
    labels = [str(button.label) for button in dispatch.screen.buttons]
    assert labels == ["Keep", "Remove", "Warn", "Block", "The author", "More"]
    await moderator.send(Press(dispatch.screen.buttons[0].id))
    assert moderator.notes == f"Text #{message.id} stays."


async def test_what_was_said_is_not_said_again_and_what_may_be_lost_is(
    village: Neighbourhood,
) -> None:
    await with_log(village)
    await village.reported("rude", times=2)

    first, second = await taken(village)
    assert await taken(village) == []
    await village.turn(lambda turn: memo_done(turn, first.memo_id))
    village.clock.advance(minutes=2)

    assert [dispatch.memo_id for dispatch in await taken(village)] == [second.memo_id]


async def test_acts_are_told_in_a_line(village: Neighbourhood) -> None:
    moderator = await with_log(village)
    author = await village.prompt()
    number = village.tree.id
    await moderator.does("mod", action="halt", what=f"#{number}", reason="a fight")

    (dispatch,) = await taken(village)

    (line,) = map(str, dispatch.screen.body)
    assert line == f"Mo: halted #{number} / {author.who.name}. Why: a fight"


async def test_acts_of_owners_are_told_to_the_community_they_concern(
    village: Neighbourhood,
) -> None:
    await with_log(village)
    author = await village.prompt()
    text, person = f"#{village.tree.id}", f"#{village.person(author).id}"
    owner = village.owner()
    for action, what in (("halt", text), ("resume", text), ("hold", text), ("keep", text)):
        await owner.does("mod", action=action, what=what, reason=f"{action} it")
    await owner.does("mod", action="warn", what=person, reason="be kind")
    await owner.does("mod", action="purge", what=person, reason="all of it")
    await owner.press("sweep")

    lines = [str(d.screen.body[0]) for d in await taken(village)]

    assert [line.partition(" ")[2].partition(" ")[0] for line in lines] == [
        "halted", "resumed", "held", "accepted", "warned", "blocked", "did",
    ]  # fmt: skip
    assert all(line.startswith("Root: ") for line in lines)


async def test_acts_on_a_text_of_another_community_are_told_in_both(
    village: Neighbourhood,
) -> None:
    await with_log(village)
    stranger = village.foreign_moderator()
    await stranger.does("mod")
    abroad = village.memory.tables.communities["discord", "abroad"]
    village.memory.tables.communities["discord", "abroad"] = with_rules(
        abroad, Rules(log_channel="55")
    )
    await village.prompt()
    reporter = await village.volunteer()
    reporter.who = replace(reporter.who, community="abroad")
    await reporter.takes("label")
    await reporter.does("report", reason="rude")
    village.memory.tables.memos.clear()
    village.memory.tables.memos_due.clear()

    await stranger.does("mod", action="remove", what=f"#{village.tree.id}", reason="rude")

    assert sorted(d.channel for d in await taken(village)) == ["55", "99"]


async def test_many_acts_of_one_sweep_are_one_line(village: Neighbourhood) -> None:
    moderator = await with_log(village)
    await village.prompt()
    await moderator.does("mod", action="search", what="bees")
    remove = next(b.id for b in moderator.screen.buttons if str(b.label) == "Remove all")
    await moderator.send(Press(f"{remove}.0"))

    lines = [str(d.screen.body[0]) for d in await taken(village)]

    assert lines == ["Mo: did to many —. Why: Spam"]


async def test_without_a_log_channel_nothing_waits_to_be_told(village: Neighbourhood) -> None:
    await village.reported()
    await village.moderator().does("mod", action="halt", what=f"#{village.tree.id}")

    assert not village.memory.tables.memos


@pytest.mark.parametrize("change", ["decided", "no channel", "left", "stale", "text gone"])
async def test_what_need_not_be_said_any_more_is_dropped(
    village: Neighbourhood, change: str
) -> None:
    moderator = await with_log(village)
    message = await village.reported()
    match change:
        case "decided":
            await moderator.does("mod", action="keep", what=f"#{message.id}")
            village.memory.tables.memos.popitem()
        case "no channel":
            village.logs_to(None)
        case "left":
            gone = replace(village.home, active=False)
            village.memory.tables.communities["discord", "home"] = gone
        case "stale":
            village.clock.advance(hours=25)
        case _:
            village.memory.tables.trees.clear()

    assert await taken(village) == []
    assert not village.memory.tables.memos


async def test_a_memo_is_in_the_language_of_the_community(village: Neighbourhood) -> None:
    await with_log(village)
    rules = with_rules(village.home, Rules(log_channel="99", language="de"))
    village.memory.tables.communities["discord", "home"] = rules
    await village.reported()

    (dispatch,) = await taken(village)

    assert dispatch.screen.language == "de"


async def test_a_report_from_elsewhere_is_told_there_as_well(village: Neighbourhood) -> None:
    await with_log(village)
    stranger = village.foreign_moderator()
    await stranger.does("mod")
    abroad = village.memory.tables.communities["discord", "abroad"]
    village.memory.tables.communities["discord", "abroad"] = with_rules(
        abroad, Rules(log_channel="55")
    )
    await village.prompt()
    reporter = await village.volunteer()
    reporter.who = replace(reporter.who, community="abroad")
    await reporter.takes("label")
    await reporter.does("report", reason="rude")

    assert sorted(d.channel for d in await taken(village)) == ["55", "99"]


async def test_settings_that_change_are_told(village: Neighbourhood) -> None:
    await with_log(village)
    admin = Player(village, replace(HOME, external_id="ad", name="Ad", may_manage=True))
    await admin.does("config", setting="quota", value="7")

    (dispatch,) = await taken(village)

    assert str(dispatch.screen.body[0]) == "Ad: set up —. Why: quota"
    assert (
        timedelta(days=1)
        > village.clock() - next(iter(village.memory.tables.memos.values())).entry.at
    )
