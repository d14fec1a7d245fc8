"""Volunteers who work straight through the use cases, many at once, in one process or several."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from core.errors import Refusal
from core.flow import answering, handing
from core.flow.handing import Wish
from core.flow.turn import Visit
from core.model import Task, TaskKind, TaskState
from core.people import Who
from core.policy import Policy
from core.ports import Clock, Store, UnitOfWork, World
from core.testing import ToldGuess

POLICY = Policy(goal_tree_size=6, min_rankings=2, max_rankings=3, max_requests=10_000)
FINE = {"spam": 0.0}


class Crowd:
    """People who take whatever there is and answer it well."""

    def __init__(
        self, store: Store, rng: Random, clock: Clock | None = None, patience: int = 2
    ) -> None:
        self.store, self.rng = store, rng
        self.patience = patience  # so often everybody asks in vain before they stop
        self.busy = 0  # people with a task in hand
        self.world = World(POLICY, clock or (lambda: datetime.now(UTC)), rng, ToldGuess())
        self.answers: Counter[TaskKind] = Counter()

    async def gather_people(self, count: int) -> None:
        for i in range(count):
            await self.store.transact(lambda unit, i=i: self._settle_in(unit, i))

    def _settle_in(self, unit: UnitOfWork, i: int) -> None:
        visit = self._visit(unit, i)
        visit.save_person(replace(visit.person, languages=("en",), consent_version=1))

    def _visit(self, unit: UnitOfWork, i: int) -> Visit:
        who = Who("terminal", f"p{i}", name=f"P{i}")
        now = self.world.clock()
        arrival = unit.arrive(who, str(self.rng.random()), now)
        return Visit(
            unit=unit,
            world=self.world,
            now=now,
            who=who,
            person=arrival.person,
            account=arrival.account,
            session=arrival.session,
            community=None,
        )

    async def plant(self) -> None:
        """The first person writes the one prompt."""

        def work(unit: UnitOfWork) -> None:
            visit = self._visit(unit, 0)
            task = handing.request_task(visit, Wish(kinds=(TaskKind.INITIAL_PROMPT,)), ())
            assert task is not None
            answering.submit_text(visit, answering.keep_draft(visit, task.id, "What is a tree?"))

        await self.store.transact(work)
        self.answers[TaskKind.INITIAL_PROMPT] += 1

    async def work_until_done(self, i: int, seed: int) -> None:
        """Ask for tasks until nobody has had any for a while; no two texts are the same."""
        rng, idle = Random(seed), 0
        while idle < self.patience:
            if await self._work(i, rng):
                idle = 0
            else:
                idle += self.busy == 0
                await asyncio.sleep(0.02)

    async def _work(self, i: int, rng: Random) -> bool:
        task = await self.store.transact(partial(self._take, i=i))
        if task is None:
            return False
        self.busy += 1
        try:
            await self.store.transact(partial(self._answer, i=i, task=task, rng=rng))
        except Refusal:
            return False
        finally:
            self.busy -= 1
        self.answers[task.kind] += 1
        return True

    def _take(self, unit: UnitOfWork, *, i: int) -> Task | None:
        kinds = tuple(kind for kind in TaskKind if kind is not TaskKind.INITIAL_PROMPT)
        return handing.request_task(self._visit(unit, i), Wish(kinds=kinds), ())

    def _answer(self, unit: UnitOfWork, *, i: int, task: Task, rng: Random) -> None:
        visit = self._visit(unit, i)
        if task.kind.writes:
            draft = answering.keep_draft(visit, task.id, f"A reply by p{i}: {rng.random()}")
            answering.submit_text(visit, draft)
        elif task.kind.labels:
            answering.submit_labels(visit, task.id, FINE)
        else:
            order = sorted(range(len(task.shown)), key=lambda place: task.shown[place])
            answering.submit_order(visit, task.id, tuple((place,) for place in order))

    async def answers_stored(self) -> int:
        """Answered tasks of everybody."""

        def work(unit: UnitOfWork) -> int:
            found = (unit.task(i) for i in range(1, 3000))
            return sum(task is not None and task.state is TaskState.ANSWERED for task in found)

        return await self.store.read(work)


async def _main(url: str, folder: str, secret: str, first: str) -> None:
    from storage.open import open_store

    store = await open_store(url, Path(folder), POLICY, Random(1), secret)
    crowd = Crowd(store, Random(int(first)), patience=40)
    people = range(int(first), int(first) + 4)
    await asyncio.gather(*(crowd.work_until_done(i, seed=i) for i in people))
    await store.close()
    print(sum(crowd.answers.values()))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
