"""The demonstration: a campaign on a fresh SQLite store, and what it came to."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
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
from bot.campaign.campaign import BEGINNING, Campaign, SimulatedClock, Tally
from bot.campaign.corpus import Corpus
from bot.campaign.volunteers import HABITS, Volunteer, crowd
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
from core.ports import Store, World

POLICY = Policy(goal_tree_size=6, max_active_trees=4, max_rankings=5)
"""Smaller trees than usual, so that a few minutes of volunteers finish many."""
VOLUNTEERS = 120
EXPORTED = "trees.jsonl"
FIRST_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the campaign goes on."""

    seed: int
    trees: int
    seconds: float


async def play(plan: Plan, folder: Path) -> None:
    """Play the campaign and show it; the store stays in the folder to be looked into."""
    shutil.rmtree(folder, ignore_errors=True)
    console = Console()
    rng = Random(plan.seed)
    clock = SimulatedClock()
    world = World(POLICY, clock, rng, LanguageHint())
    people = crowd(_languages(), VOLUNTEERS, rng)
    console.print(_introduced(people))
    settings = Settings(data_dir=folder, policy=POLICY)
    async with opened(settings, Random(plan.seed)) as store:
        desk = Desk(store, world)
        campaign = Campaign(desk, people, clock, rng)
        with _bars(console) as bars:
            await campaign.play(partial(_goes_on, plan, store, campaign.tally, _Bars(bars, plan)))
        await _show(store, desk, people[0], console)
        names = Pseudonyms(f"demo {plan.seed}")
        exported = await export_store(store, Wanted(), folder / EXPORTED, names)
    hours = (clock() - BEGINNING).total_seconds() / 3600
    console.print(
        f"{campaign.tally.answers.total()} answers in {hours:.0f} hours of the volunteers' time; "
        f"{exported.trees} finished trees with {exported.messages} messages: {folder / EXPORTED}"
    )
    console.print(_invitation(folder, people[0]), soft_wrap=True)


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


async def _goes_on(plan: Plan, store: Store, tally: Tally, bars: _Bars) -> bool:
    """Until there are enough finished trees, or the time is up."""
    counts = await store.read(lambda unit: report.state_counts(unit, _languages()))
    finished = sum(n for (_, state), n in counts.items() if state is TreeState.READY_FOR_EXPORT)
    bars.show(finished, tally)
    return finished < plan.trees and bars.seconds < plan.seconds


class _Bars:
    """Finished trees and answers, as they come."""

    def __init__(self, progress: Progress, plan: Plan) -> None:
        self._progress = progress
        self._trees = progress.add_task("finished trees", total=plan.trees)
        self._answers = {
            what: progress.add_task(what, total=None) for what in ("texts", "reviews", "ballots")
        }
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def show(self, finished: int, tally: Tally) -> None:
        self._progress.update(self._trees, completed=finished)
        sums = {"texts": 0, "reviews": 0, "ballots": 0}
        for kind, count in tally.answers.items():
            sums["texts" if kind.writes else "reviews" if kind.labels else "ballots"] += count
        for what, task in self._answers.items():
            self._progress.update(task, completed=sums[what])


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


async def _show(store: Store, desk: Desk, reader: Volunteer, console: Console) -> None:
    """States, the board as a volunteer sees it, and one finished tree."""
    counts = await store.read(lambda unit: report.state_counts(unit, _languages()))
    console.print(report.state_table(counts))
    who = Who("terminal", reader.name, reader.name)
    board = await desk.handle(who, Command("leaderboard", {"period": "total"}))
    PaintedPage(console).screen(View(replace(board, buttons=())), None)
    found = await store.read(report.most_ranked_tree)
    if found is not None:
        console.print(report.drawn(found))
