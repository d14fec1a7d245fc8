"""The demonstration: a campaign on a fresh SQLite store, and what a model learns from it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from bot.campaign import report
from bot.campaign.campaign import BEGINNING, Campaign, SimulatedClock
from bot.campaign.corpus import Corpus
from bot.campaign.phases import (
    COMPARISONS,
    CONVERSATIONS,
    DEMONSTRATIONS,
    FIRST_LANGUAGE,
    RANKING,
    Phase,
    speaks_first_language,
)
from bot.campaign.volunteers import HABITS, Volunteer, crowd
from bot.campaign.writing import Writers
from bot.config import Settings
from bot.exchange.export import export_store
from bot.language import LanguageHint
from bot.platforms.terminal.meaning import View
from bot.platforms.terminal.painted import PaintedPage
from bot.store import opened
from core.archive import Wanted
from core.desk import Desk
from core.dialogue import Command
from core.export import Pseudonyms
from core.model import TreeState
from core.people import Who
from core.policy import Policy
from core.ports import World
from storage.open import SqlStore
from storage.publication import kept_seed
from storage.sqlite import SqliteStore

VOLUNTEERS = 120
EXPORTED = "trees.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the campaign goes on, and what for."""

    seed: int
    trees: int  # conversations in every language
    seconds: float  # for each part of it
    demonstrations: int = 0  # trees of one reply, in English
    comparisons: int = 0  # trees of four replies, in English

    def phases(self) -> Sequence[Phase]:
        short = partial(Phase, seconds=self.seconds, is_for=speaks_first_language)
        every = [
            Phase("conversations", CONVERSATIONS, self.trees, self.seconds),
            short("demonstrations", DEMONSTRATIONS, self.demonstrations),
            short("comparisons", COMPARISONS, self.comparisons),
        ]
        return [phase for phase in every if phase.trees]


class Demo:
    """A fresh store in a folder, the people of the campaign, and their clock."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder, self.console = plan, folder, Console()
        self.rng, self.clock = Random(plan.seed), SimulatedClock()
        self.people = crowd(_languages(), VOLUNTEERS, self.rng)
        self._writers = Writers(self.rng, choosy=False)
        self._campaign: Campaign | None = None

    def settings(self, policy: Policy) -> Settings:
        return Settings(data_dir=self.folder, policy=policy)

    @asynccontextmanager
    async def store(self, policy: Policy) -> AsyncIterator[SqlStore]:
        """The store, which would not be missed and so need not wait for the disk."""
        async with opened(self.settings(policy), Random(self.plan.seed)) as store:
            if isinstance(store, SqliteStore):
                await store.hurry()
            yield store

    def world(self, policy: Policy) -> World:
        return World(policy, self.clock, self.rng, LanguageHint())

    async def play(self) -> None:
        """Let everybody come and go, phase after phase; the same seed splits the trees alike."""
        async with self.store(CONVERSATIONS) as store:
            await store.transact(partial(kept_seed, first=f"demo {self.plan.seed}"))
        for phase in self.plan.phases():
            async with self.store(phase.policy) as store:
                await self._phase(phase, store)

    async def rank(self) -> None:
        """Let people put in order whatever waits for it."""
        phase = Phase("ranked trees", RANKING, 0, self.plan.seconds, speaks_first_language)
        async with self.store(RANKING) as store:
            waiting = await _count(store, TreeState.RANKING)
            finished = await _count(store, TreeState.READY_FOR_EXPORT)
            await self._phase(phase, store, until=finished + waiting)

    @property
    def campaign(self) -> Campaign:
        assert self._campaign is not None, "nobody came yet"
        return self._campaign

    async def _phase(self, phase: Phase, store: SqlStore, until: int | None = None) -> None:
        desk = Desk(store, self.world(phase.policy))
        if self._campaign is None:
            self._campaign = Campaign(
                desk, self.people, self.clock, self.rng, writers=self._writers
            )
        self._campaign.move_on(desk, phase.crowd(self.people))
        before = await _count(store, TreeState.READY_FOR_EXPORT)
        with _bars(self.console) as bars:
            shown = _Bars(bars, phase.title, (until - before) if until else phase.trees)

            async def goes_on() -> bool:
                finished = await _count(store, TreeState.READY_FOR_EXPORT) - before
                shown.show(finished, self.campaign)
                return finished < shown.total and shown.seconds < phase.seconds

            await self._campaign.play(goes_on)


async def play(plan: Plan, folder: Path) -> Demo:
    """Play the campaign and show it; the store stays in the folder to be looked into."""
    demo = Demo(plan, folder)
    demo.console.print(_introduced(demo.people))
    await demo.play()
    async with demo.store(CONVERSATIONS) as store:
        await _show(store, demo)
        names = Pseudonyms(f"demo {plan.seed}")
        exported = await export_store(store, Wanted(), folder / EXPORTED, names)
    hours = (demo.clock() - BEGINNING).total_seconds() / 3600
    demo.console.print(
        f"{demo.campaign.tally.answers.total()} answers in {hours:.0f} hours of the volunteers' "
        f"time; {exported.trees} finished trees with {exported.messages} messages: "
        f"{folder / EXPORTED}"
    )
    demo.console.print(_invitation(folder, demo.people[0]), soft_wrap=True)
    return demo


async def _count(store: SqlStore, state: TreeState) -> int:
    languages = _languages()
    return await store.read(lambda unit: sum(unit.state_count(x, state) for x in languages))


def _invitation(folder: Path, reader: Volunteer) -> str:
    program = os.path.relpath(sys.executable)
    return (
        "Look around in the store as one of the volunteers:\n"
        f"GROVE_DATA_DIR={folder} {program} -m bot run --as '{reader.name}'"
    )


def _languages() -> tuple[str, ...]:
    others = (code for code in Corpus.load().languages() if code != FIRST_LANGUAGE)
    return (FIRST_LANGUAGE, *others)


def _introduced(people: Sequence[Volunteer]) -> str:
    kinds = [
        f"{sum(person.diligence is diligence for person in people)} {diligence.value}"
        for diligence in HABITS
    ]
    languages = len({person.language for person in people})
    return f"{len(people)} volunteers in {languages} languages: {', '.join(kinds)}."


class _Bars:
    """Finished trees and answers, as they come."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self.total = total
        self._progress = progress
        self._trees = progress.add_task(title, total=total)
        self._answers = {
            what: progress.add_task(what, total=None) for what in ("texts", "reviews", "ballots")
        }
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def show(self, finished: int, campaign: Campaign) -> None:
        self._progress.update(self._trees, completed=finished)
        sums = {"texts": 0, "reviews": 0, "ballots": 0}
        for kind, count in campaign.tally.answers.items():
            sums["texts" if kind.writes else "reviews" if kind.labels else "ballots"] += count
        for what, task in self._answers.items():
            self._progress.update(task, completed=sums[what])


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


async def _show(store: SqlStore, demo: Demo) -> None:
    """States, the board as a volunteer sees it, and one finished tree."""
    counts = await store.read(lambda unit: report.state_counts(unit, _languages()))
    demo.console.print(report.state_table(counts))
    reader = demo.people[0]
    who = Who("terminal", reader.name, reader.name)
    desk = Desk(store, demo.world(CONVERSATIONS))
    board = await desk.handle(who, Command("leaderboard", {"period": "total"}))
    PaintedPage(demo.console).screen(View(replace(board, buttons=())), None)
    found = await store.read(report.most_ranked_tree)
    if found is not None:
        demo.console.print(report.drawn(found))
