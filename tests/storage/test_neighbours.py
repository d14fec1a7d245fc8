"""One community on three stores side by side, at random: the same everywhere, points included."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from fakes.community import SMALL
from fakes.lives import Lives
from fakes.postgres import Databases
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core.ports import Store
from core.testing import MemoryStore
from storage.invariants import broken_invariants
from storage.open import SqlStore, open_store


class LivesOnAllStores(Lives):
    """In memory, in a file and on a server; at its end, both databases fit together."""

    def __init__(self, template: Path, servers: Databases) -> None:
        self._template, self._servers = template, servers
        self._lent = ExitStack()
        super().__init__()

    def stores(self) -> Sequence[Store]:
        folder = Path(self._lent.enter_context(TemporaryDirectory()))
        shutil.copy(self._template, folder / "grove.db")
        urls = (None, self._lent.enter_context(self._servers.lent()))
        self._databases = [self._opened(url, folder) for url in urls]
        return [MemoryStore(SMALL, Random(1)), *self._databases]

    def _opened(self, url: str | None, folder: Path) -> SqlStore:
        return self.runner.run(open_store(url, folder, SMALL, Random(1), "a secret for tests"))

    def teardown(self) -> None:
        try:
            for database in self._databases:
                proof = broken_invariants(database, SMALL, lambda looked_at: None)
                assert list(self.runner.run(proof)) == []
        finally:
            super().teardown()
            self._lent.close()


@pytest.mark.parametrize("lives", [3, pytest.param(150, marks=pytest.mark.soak)])
def test_whatever_happens_all_stores_tell_the_same(
    lives: int, sqlite_template: Path, postgres: Databases
) -> None:
    run_state_machine_as_test(
        lambda: LivesOnAllStores(sqlite_template, postgres),
        settings=settings(
            max_examples=lives,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
