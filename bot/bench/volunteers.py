"""Volunteers who only do what is measured: take a task, answer it, as fast as the desk can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from core.desk import Desk
from core.dialogue import (
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
    press,
)
from core.people import Who

_SENTENCE = (
    "could you please tell me how the old bridge across our river was built and why people still"
    " talk about it when winter comes with snow ice and long evenings by a warm kitchen stove"
)
_WORDS = tuple(_SENTENCE.split())
_SCALES = frozenset({"quality", "helpfulness", "creativity", "humor"})


@dataclass
class Clocked:
    """Milliseconds of every event, by what it was."""

    times: dict[str, list[float]] = field(default_factory=dict)
    tasks: int = 0

    def note(self, what: str, seconds: float) -> None:
        self.times.setdefault(what, []).append(seconds * 1000)


@dataclass
class Volunteer:
    """One account at the desk; tells `clocked` what each event took."""

    desk: Desk
    who: Who
    rng: Random
    clocked: Clocked
    on_event: Callable[[str], None] = lambda what: None
    events: int = 0

    async def send(self, what: str, event: Event) -> Screen:
        self.events += 1
        key = f"bench:{self.who.external_id}:{self.events}"
        self.on_event(what)
        begun = perf_counter()
        screen = await self.desk.handle(self.who, event, key)
        self.clocked.note(what, perf_counter() - begun)
        return screen

    async def agree(self) -> None:
        await self.desk.handle(self.who, Press("agree"))

    async def do_task(self) -> bool:
        """Hand-out and submit; False when there was nothing to do."""
        screen = await self.send("hand-out", Command("work"))
        task_id = screen.task_id
        if task_id is None:
            return False
        match screen:
            case AskText():
                await self.send("draft", Typed(self.sentence(), task_id))
                last = await self.send("submit", Press(press("submit", task_id, 1)))
            case AskLabels():
                labels = {question.name: self.value(question.name) for question in screen.questions}
                last = await self.send("submit", Labelled(task_id, labels))
            case AskOrder():
                order = list(range(len(screen.candidates)))
                self.rng.shuffle(order)
                last = await self.send("submit", Ordered(task_id, tuple((i,) for i in order)))
            case _:
                return False
        self.clocked.tasks += not last.refused
        return True

    def sentence(self) -> str:
        return " ".join(self.rng.choices(_WORDS, k=self.rng.randint(15, 60)))

    def value(self, label: str) -> float:
        if label == "spam":
            return float(self.rng.random() < 0.05)
        return self.rng.choice((0.25, 0.5, 0.75, 1.0)) if label in _SCALES else 0.0
