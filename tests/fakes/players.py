"""Volunteers for tests: they come to a desk, agree, and do whatever they are told."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from core.desk import Desk
from core.dialogue import (
    AskChoice,
    AskLabels,
    AskOrder,
    AskText,
    Command,
    Event,
    Labelled,
    Ordered,
    Press,
    Screen,
    Typed,
)
from core.flow.turn import Turn
from core.people import Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.testing import ManualClock, ToldGuess

T = TypeVar("T")

_names = itertools.count(1)


class Grove:
    """A store with a desk before it, and people to send there."""

    def __init__(self, store: Store, policy: Policy, *, seed: int = 0) -> None:
        self.store = store
        self.policy = policy
        self.clock = ManualClock()
        self.guess = ToldGuess()
        self.world = World(policy, self.clock, Random(seed), self.guess)
        self.desk = Desk(store, self.world)

    async def volunteer(self, name: str = "", *, languages: str = "en") -> Player:
        """Somebody who agreed to the terms and chose languages."""
        player = self.stranger(name)
        await player.press("agree")
        await player.does("language", languages=languages)
        return player

    def stranger(self, name: str = "", platform: str = "terminal") -> Player:
        """Somebody the desk has never seen."""
        name = name or f"v{next(_names)}"
        return Player(self, Who(platform, name, name, "en"))

    async def turn(self, work: Callable[[Turn], T]) -> T:
        """Something that happens without a visitor: a moderator's act, housekeeping."""
        return await self.store.transact(lambda unit: work(self._turn(unit)))

    def _turn(self, unit: UnitOfWork) -> Turn:
        return Turn(unit, self.world, self.clock())


class Player:
    """One person at the desk."""

    def __init__(self, grove: Grove, who: Who) -> None:
        self.grove = grove
        self.who = who
        self.screen = Screen()

    async def send(self, event: Event, key: str | None = None) -> Screen:
        self.screen = await self.grove.desk.handle(self.who, event, key)
        return self.screen

    async def does(self, command: str, **args: str) -> Screen:
        return await self.send(Command(command, args))

    async def press(self, start: str) -> Screen:
        """Press the button whose id begins like this, on the screen in view if it has one."""
        ids = [b.id for b in self.screen.buttons if b.id == start or b.id.startswith(f"{start}:")]
        return await self.send(Press(ids[0] if ids else start))

    async def writes(self, text: str) -> Screen:
        """Type a text for the task in view and submit it."""
        await self.send(Typed(text, self.screen.task_id))
        return await self.press("submit")

    async def takes(self, kind: str = "") -> Screen:
        return await self.does("work", **({"kind": kind} if kind else {}))

    async def answers(self, rng: Random, *, spam: float = 0.0) -> bool:
        """Do the task in view somehow; False when there was none."""
        screen = self.screen
        match screen:
            case AskText():
                await self.writes(f"{self.who.name} says {rng.getrandbits(40)} in plain words")
            case AskLabels():
                values = {"spam": 1.0 if rng.random() < spam else 0.0}
                await self.send(Labelled(_id(screen), values | {"quality": 0.75}))
            case AskOrder():
                order = list(range(len(screen.candidates)))
                rng.shuffle(order)
                await self.send(Ordered(_id(screen), tuple((i,) for i in order)))
            case AskChoice() if screen.task_id is not None:
                await self.press("submit")
            case _:
                return False
        return True

    @property
    def notes(self) -> str:
        return " ".join(str(note) for note in self.screen.notes)

    @property
    def buttons(self) -> Sequence[str]:
        return [button.id for button in self.screen.buttons]


def _id(screen: Screen) -> int:
    assert screen.task_id is not None
    return screen.task_id
