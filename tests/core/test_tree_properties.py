"""Whatever a community does, in whatever order, its trees stay what they should be."""

from collections.abc import Sequence

from fakes.community import SMALL
from fakes.lives import Lives
from hypothesis import HealthCheck, Phase, settings

from core.ports import Store
from core.testing import MemoryStore


class LivesInMemory(Lives):
    def stores(self) -> Sequence[Store]:
        return [MemoryStore(SMALL)]


TestLivesInMemory = LivesInMemory.TestCase
TestLivesInMemory.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
