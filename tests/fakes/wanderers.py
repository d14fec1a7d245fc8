"""People who press whatever there is to press, and try every other button on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from fakes.players import Grove, Player

from core.commands import COMMANDS
from core.dialogue import PRESS_BYTES, AskLabels, AskText, Command, Press, Screen, Typed
from core.flow import housekeeping
from core.people import Who
from core.testing import MemoryStore
from core.text import Text, placeholders
from locales import say

LOOKS = 3
"""So many screens of one look have their buttons tried; after that they hold nothing new."""


class Wanderers:
    """A few people on one store in memory, who go wherever buttons and commands lead."""

    def __init__(self, grove: Grove, store: MemoryStore, people: list[Who], rng: Random) -> None:
        self.grove, self.store, self.rng = grove, store, rng
        self.players = [Player(grove, who) for who in people]
        self.seen: Counter[tuple[str, ...]] = Counter()
        self.verbs: Counter[str] = Counter()
        self.faults: list[str] = []
        self._numbers = 0

    async def wander(self, steps: int) -> None:
        for player in self.players:
            await player.press("agree")
            await player.does("language", languages="en")
        for _ in range(steps):
            self.grove.clock.advance(seconds=self.rng.expovariate(1 / 60))
            player = self.rng.choice(self.players)
            await self._goes_on(player)
            await self._tries_every_button(player)
        await self.grove.turn(housekeeping.tend)

    async def _goes_on(self, player: Player) -> None:
        chance = self.rng.random()
        if isinstance(player.screen, AskText) and chance < 0.8:
            self._numbers += 1
            await player.send(Typed(self._text(player), player.screen.task_id))
        elif chance < 0.1:
            spec = self.rng.choice(COMMANDS)
            await player.send(Command(spec.name, self._arguments(spec.name)))
        elif chance < 0.85 and await player.answers(self.rng, spam=0.2):
            pass
        elif player.screen.buttons:
            await player.send(Press(self._choice(player.screen)))
        else:
            await player.does("work")

    def _arguments(self, command: str) -> dict[str, str]:
        match command:
            case "help":
                return {"topic": self.rng.choice(COMMANDS).name}
            case "mod":
                return self.rng.choice([{}, {"action": "search", "what": "writes"}])
        return {}

    def _choice(self, screen: Screen) -> str:
        """Any button, though people leave less readily than they stay."""
        chosen = self.rng.choice(screen.buttons).id
        if chosen.partition(":")[0] in {"forget", "gone", "decline", "flag", "judge", "sweep"}:
            chosen = self.rng.choice(screen.buttons).id
        return chosen

    def _text(self, player: Player) -> str:
        if str(player.screen.title) == "Time zone":
            return self.rng.choice(["Europe/Madrid", "Asia/Tokyo"])
        text = f"{player.who.name} writes text {self._numbers}"
        if self.rng.random() < 0.2:
            self.grove.guess.found[text] = "eo"
        return text

    async def _tries_every_button(self, player: Player) -> None:
        look = (type(player.screen).__name__, str(player.screen.title), *_verbs(player.screen))
        self.seen[look] += 1
        if self.seen[look] > LOOKS:
            return
        self._looks_at(player.screen, f"after {look}")
        for press_id in _ids(player.screen):
            before = self.store.tables.snapshot()
            screen = await self.grove.desk.handle(player.who, Press(press_id))
            self.store.tables = before
            self.verbs[press_id.partition(":")[0]] += 1
            if screen.refused and "have been blocked" not in "".join(map(str, screen.notes)):
                self.faults.append(f"{press_id} of {look}: {screen.notes[0]}")
            self._looks_at(screen, f"{press_id} of {look}")

    def _looks_at(self, screen: Screen, where: str) -> None:
        too_long = [i for i in _ids(screen) if len(i.encode()) > PRESS_BYTES]
        if too_long:
            self.faults.append(f"{where}: too long {too_long}")
        twice = [i for i, n in Counter(b.id for b in screen.buttons).items() if n > 1]
        if twice:
            self.faults.append(f"{where}: twice {twice}")
        if not screen.buttons and str(screen.title) != "Receipt":
            self.faults.append(f"{where}: no way on from {screen}")
        if not (screen.title or screen.body or screen.notes):
            self.faults.append(f"{where}: says nothing")
        for text in _sentences(screen):
            if placeholders(say(text, screen.language)):
                self.faults.append(f"{where}: {text.key!r} says {say(text, screen.language)!r}")


def _ids(screen: Screen) -> list[str]:
    """Everything that can be pressed, the button included that a platform makes for a form."""
    again = [screen.again] if isinstance(screen, AskText) else []
    return [*(button.id for button in screen.buttons), *again]


def _sentences(screen: Screen) -> Iterator[Text]:
    """Everything on a screen that is in words of ours."""
    headings = (passage.heading for passage in screen.passages)
    labels = (button.label for button in screen.buttons)
    rows = screen.table.rows if screen.table else ()
    questions = (q.question for q in screen.questions) if isinstance(screen, AskLabels) else ()
    cells = (cell for row in rows for cell in row if isinstance(cell, Text))
    every = (screen.title, *screen.body, *screen.notes, *headings, *labels, *cells, *questions)
    return (text for text in every if text is not None)


def _verbs(screen: Screen) -> tuple[str, ...]:
    return tuple(dict.fromkeys(button.id.partition(":")[0] for button in screen.buttons))
