"""Who floods is turned away at the door, told when to go on, and holds up nobody."""

from __future__ import annotations

from datetime import timedelta

from bot import doorkeeper
from bot.doorkeeper import Doorkeeper
from core.dialogue import Event, Labelled, Ordered, Press, Say, Screen, Typed
from core.people import Who
from core.policy import Policy
from core.testing import ManualClock

EVE, ADA = Who("telegram", "7", "Eve", "de"), Who("telegram", "8", "Ada", "en")


class Counting:
    """A desk that counts whom it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[Who, Event]] = []
        self.language = "de"

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        self.heard.append((who, event))
        return Say(language=self.language)


class Door:
    def __init__(self) -> None:
        self.clock, self.desk = ManualClock(), Counting()
        self.keeper = Doorkeeper(self.desk, Policy(), self.clock)

    async def sends(self, who: Who, event: Event) -> Screen:
        return await self.keeper.handle(who, event)


async def test_fifty_taps_a_second_are_heard_a_few_times_a_second() -> None:
    door = Door()

    for _ in range(500):
        await door.sends(EVE, Press("next"))
        door.clock.now += timedelta(seconds=0.02)

    assert len(door.desk.heard) <= 30


async def test_who_taps_as_people_do_is_always_heard() -> None:
    door = Door()

    for number in range(200):
        await door.sends(EVE, Press(f"submit:{number}"))
        door.clock.advance(seconds=0.5)

    assert len(door.desk.heard) == 200


async def test_whoever_is_turned_away_is_told_when_to_go_on_in_their_language() -> None:
    door = Door()
    for number in range(60):
        await door.sends(EVE, Press(f"submit:{number}"))

    screen = await door.sends(EVE, Press("next"))

    assert screen.refused
    assert screen.language == "de"
    assert str(screen.notes[0]) == "That was too fast for me. Go on in about 0:00:01."
    door.clock.advance(seconds=1)
    assert not (await door.sends(EVE, Press("next"))).refused


async def test_the_language_that_somebody_chose_is_spoken_at_the_door_too() -> None:
    door = Door()
    door.desk.language = "fr"
    for number in range(60):
        await door.sends(EVE, Press(f"submit:{number}"))

    assert (await door.sends(EVE, Press("next"))).language == "fr"


async def test_others_are_not_kept_waiting() -> None:
    door = Door()
    for _ in range(100):
        await door.sends(EVE, Press("next"))

    assert not (await door.sends(ADA, Press("next"))).refused


async def test_no_work_is_lost_at_the_door() -> None:
    door = Door()
    for _ in range(100):
        await door.sends(EVE, Press("next"))

    await door.sends(EVE, Labelled(1, {"spam": 0.0}))
    await door.sends(EVE, Ordered(1, ((0,), (1,))))
    screen = await door.sends(EVE, Typed("my long text", 1))

    assert [event for _, event in door.desk.heard[-2:]] == [
        Labelled(1, {"spam": 0.0}),
        Ordered(1, ((0,), (1,))),
    ]
    assert [passage.text for passage in screen.passages] == ["my long text"]


async def test_a_crowd_does_not_fill_the_memory(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(doorkeeper, "REMEMBERED", 50)
    door = Door()

    for number in range(200):
        await door.sends(Who("telegram", str(number)), Press("next"))

    assert len(door.keeper._guests) == 50
