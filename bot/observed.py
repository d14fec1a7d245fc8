"""The desk and the store, watched from outside: what happened, how long it took, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol, TypeVar, cast

from bot.metrics import Metrics
from core.dialogue import Event, Screen
from core.model import Task, TaskKind, TaskState
from core.people import Who
from core.ports import Store, UnitOfWork

T = TypeVar("T")

_CHANGES = {TaskState.ANSWERED: "answered", TaskState.EXPIRED: "expired"}


class Desk(Protocol):
    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen: ...


class Observed:
    """A desk that counts what it is asked; it changes nothing about the answers."""

    def __init__(self, desk: Desk, metrics: Metrics) -> None:
        self._desk = desk
        self._metrics = metrics

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        began, outcome = monotonic(), "failed"
        try:
            screen = await self._desk.handle(who, event, key)
            outcome = "refused" if screen.refused else "answered"
            return screen
        finally:
            name = type(event).__name__.lower()
            self._metrics.handled(who.platform, name, outcome, monotonic() - began)


class ObservedStore:
    """A store that counts the tasks that move, once their transaction is through."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    async def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        moved: dict[tuple[int, str], TaskKind] = {}

        def watched(unit: UnitOfWork) -> T:
            moved.clear()  # the work may run again when it collided with another's
            return work(cast("UnitOfWork", _Watched(unit, moved)))

        result = await self._store.transact(watched)
        for (_, change), kind in moved.items():
            self._metrics.task_changed(kind, change)
        return result

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._store.read(work)

    async def close(self) -> None:
        await self._store.close()


class _Watched:
    """A unit of work that notes the tasks it is given to keep."""

    def __init__(self, unit: UnitOfWork, moved: dict[tuple[int, str], TaskKind]) -> None:
        self._unit = unit
        self._moved = moved

    def __getattr__(self, name: str) -> object:
        return getattr(self._unit, name)

    def add_task(self, task: Task) -> Task:
        kept = self._unit.add_task(task)
        self._moved[kept.id, "handed_out"] = kept.kind
        return kept

    def save_task(self, task: Task) -> None:
        self._unit.save_task(task)
        change = _CHANGES.get(task.state)
        if change is not None:
            self._moved[task.id, change] = task.kind
