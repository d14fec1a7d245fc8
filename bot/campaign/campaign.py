"""The campaign: simulated volunteers take whatever the desk offers, at a simulated pace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.campaign import volunteers
from bot.campaign.volunteers import Volunteer
from bot.campaign.writing import Writers
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
)
from core.model import TaskKind
from core.people import Who

BEGINNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
TASKS_IN_A_ROW = 6
SECONDS_FOR_A_TASK = 45.0
SECONDS_BETWEEN_VISITS = 30.0


class SimulatedClock:
    """Time that passes only when somebody does something."""

    def __init__(self, start: datetime = BEGINNING) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    answers: Counter[TaskKind] = field(default_factory=Counter)
    skips: int = 0
    refusals: int = 0
    idle_visits: int = 0  # in a row


class Campaign:
    """Volunteers at one desk; the same seed plays the same campaign.

    `name` sets the events of one campaign apart from those of another on the same store.
    """

    def __init__(
        self,
        desk: Desk,
        crowd: Sequence[Volunteer],
        clock: SimulatedClock,
        rng: Random,
        *,
        writers: Writers | None = None,
        name: str = "campaign",
    ) -> None:
        self._desk, self._crowd, self._clock, self._rng = desk, crowd, clock, rng
        self._name = name
        self._writers = writers or Writers(rng)
        self._arrived: set[str] = set()
        self._events = 0
        self.tally = Tally()

    def move_on(self, desk: Desk, crowd: Sequence[Volunteer]) -> None:
        """Some of the people, with all they have to say, at the desk of another policy."""
        self._desk, self._crowd = desk, crowd
        self.tally.idle_visits = 0

    async def play(self, goes_on: Callable[[], Awaitable[bool]]) -> None:
        """Visits one after the other, as long as they should and as anybody finds work."""
        while await goes_on() and self.tally.idle_visits < 4 * len(self._crowd):
            await self.visit(self._rng.choice(self._crowd))
            self._clock.pass_(self._rng.expovariate(1 / SECONDS_BETWEEN_VISITS))

    async def visit(self, volunteer: Volunteer) -> None:
        """One volunteer comes, does a few tasks, and leaves."""
        if volunteer.name not in self._arrived:
            await self._arrive(volunteer)
        for done in range(self._rng.randint(1, TASKS_IN_A_ROW)):
            screen = await self._send(volunteer, Command("work"))
            if screen.task_id is None or screen.kind is None:
                self.tally.idle_visits += done == 0
                return
            self.tally.idle_visits = 0
            self._clock.pass_(self._rng.expovariate(1 / SECONDS_FOR_A_TASK))
            await self._do(volunteer, screen, screen.task_id, screen.kind)

    async def _arrive(self, volunteer: Volunteer) -> None:
        self._arrived.add(volunteer.name)
        await self._send(volunteer, Command("consent"))
        await self._send(volunteer, Press("agree"))
        await self._send(volunteer, Command("language", {"languages": volunteer.language}))

    async def _do(self, volunteer: Volunteer, screen: Screen, task_id: int, kind: TaskKind) -> None:
        answer = None
        if self._rng.random() >= volunteer.habits.skips:
            answer = self._answer(volunteer, screen, task_id, kind)
        if answer is None:
            await self._send(volunteer, Command("skip"))
            self.tally.skips += 1
            return
        after = await self._send(volunteer, answer)
        if isinstance(answer, Typed) and after.task_id == task_id and not after.refused:
            after = await self._submit(volunteer, after)
        if after.refused:
            self.tally.refusals += 1
            await self._send(volunteer, Command("skip"))
        else:
            self.tally.answers[kind] += 1

    async def _submit(self, volunteer: Volunteer, preview: Screen) -> Screen:
        """Press Submit, and Send anyway where the text seems to be in another language."""
        screen = preview
        for verb in ("submit", "anyway"):
            button = next((b for b in screen.buttons if b.id.startswith(f"{verb}:")), None)
            if button is not None:
                screen = await self._send(volunteer, Press(button.id))
        return screen

    def _answer(
        self, volunteer: Volunteer, screen: Screen, task_id: int, kind: TaskKind
    ) -> Event | None:
        """What the volunteer sends, judging by the screen alone; None: they pass."""
        thread = tuple(passage.text for passage in screen.passages)
        match screen:
            case AskText():
                text = self._text(volunteer, kind, thread)
                return None if text is None else Typed(text, task_id)
            case AskLabels(questions=questions):
                prompt = thread[-2] if len(thread) > 1 else ""
                given = volunteers.labels(volunteer, questions, prompt, thread[-1], self._rng)
                return Labelled(task_id, given)
            case AskOrder(candidates=candidates):
                texts = [candidate.text for candidate in candidates]
                groups, all_bad = volunteers.order(volunteer, thread[-1], texts, self._rng)
                return Ordered(task_id, groups, all_bad)
        return None

    def _text(self, volunteer: Volunteer, kind: TaskKind, thread: tuple[str, ...]) -> str | None:
        match kind:
            case TaskKind.INITIAL_PROMPT:
                return self._writers.prompt(volunteer)
            case TaskKind.ASSISTANT_REPLY:
                return self._writers.reply(volunteer, thread)
        return self._writers.follow_up(volunteer, thread)

    async def _send(self, volunteer: Volunteer, event: Event) -> Screen:
        self._events += 1
        self._clock.pass_(1)
        who = Who("terminal", volunteer.name, volunteer.name)
        return await self._desk.handle(who, event, f"{self._name}:{self._events}")
