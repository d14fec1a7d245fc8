"""Whatever a community does, in whatever order, its trees stay what they should be."""

from collections.abc import Sequence

from fakes.community import SMALL
from fakes.ledger import counted, recounted
from fakes.lives import Lives
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant

from core.ports import Store
from core.testing import MemoryStore


class LivesInMemory(Lives):
    def stores(self) -> Sequence[Store]:
        self.store = MemoryStore(SMALL)
        return [self.store]

    @invariant()
    def points_are_what_the_work_that_stands_is_worth(self) -> None:
        assert counted(self.store.tables) == recounted(self.store.tables)


TestLivesInMemory = LivesInMemory.TestCase
TestLivesInMemory.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
