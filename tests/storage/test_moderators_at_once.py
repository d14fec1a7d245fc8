"""Moderators in one moment, on real databases: each thing is decided, and done, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fakes.neighbourhood import HOME
from fakes.players import Grove, Player

from core.dialogue import Press
from core.flow import housekeeping
from core.policy import Policy
from storage.open import SqlStore

CASES, TEXTS = 3, 25


async def somebody(grove: Grove, name: str, *, may_moderate: bool = False) -> Player:
    who = replace(HOME, external_id=name, name=name, may_moderate=may_moderate)
    player = Player(grove, who)
    await player.press("agree")
    await player.does("language", languages="en")
    return player


async def writes(author: Player, text: str) -> None:
    author.grove.clock.advance(minutes=5)
    await author.takes("initial_prompt")
    await author.writes(text)


async def test_two_who_press_at_once_decide_once(sql_store: SqlStore) -> None:
    grove = Grove(sql_store, Policy())
    author = await somebody(grove, "author")
    one, two = [await somebody(grove, name, may_moderate=True) for name in ("one", "two")]
    for number in range(CASES):
        await writes(author, f"How do bees find their way on day {number}?")
        reporter = await somebody(grove, f"reporter {number}")
        await reporter.takes("label_initial_prompt")
        await reporter.does("report", reason="rude")
        await one.does("mod")
        await two.does("mod")
        keep, remove = one.buttons[0], f"{two.buttons[1]}.0"

        await asyncio.gather(one.send(Press(keep)), two.send(Press(remove)))

        assert sorted((one.screen.refused, two.screen.refused)) == [False, True]
    acts = await sql_store.transact(lambda unit: unit.acts(None, 99))
    assert len(acts) == CASES


async def test_a_sweep_begun_thrice_and_swept_by_three_does_each_text_once(
    sql_store: SqlStore,
) -> None:
    grove = Grove(sql_store, Policy())
    author = await somebody(grove, "author")
    for number in range(TEXTS):
        await writes(author, f"Buy number {number} now.")
    moderator = await somebody(grove, "moderator", may_moderate=True)
    await moderator.does("mod", action="purge", what="author", reason="adverts")

    event = Press(moderator.buttons[0])
    await asyncio.gather(*(grove.desk.handle(moderator.who, event) for _ in range(3)))
    for _ in range(3):
        await asyncio.gather(*(grove.turn(housekeeping.tend) for _ in range(3)))

    acts = await sql_store.transact(lambda unit: unit.acts(None, 99))
    removed = [act.message_id for act in acts if act.act == "remove"]
    assert len(removed) == len(set(removed)) == TEXTS
