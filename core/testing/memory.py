"""The `Store` port in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import TypeVar

from core.policy import Policy
from core.ports import UnitOfWork
from core.testing.casework import Casework
from core.testing.tables import Tables

T = TypeVar("T")


class MemoryStore:
    """The `Store` port in memory; one transaction at a time, undone when it raises."""

    def __init__(self, policy: Policy, rng: Random | None = None) -> None:
        self.policy = policy
        self.rng = rng or Random(0)
        self.tables = Tables()
        self._lock = asyncio.Lock()

    async def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        async with self._lock:
            before = self.tables.snapshot()
            try:
                return work(MemoryUnit(self.tables, self.policy, self.rng))
            except BaseException:
                self.tables = before
                raise

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self.transact(work)

    async def close(self) -> None:
        """Nothing to close."""


class MemoryUnit(Casework):
    """The `UnitOfWork` port over tables in memory."""
