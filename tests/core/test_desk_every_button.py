"""Whatever button a screen offers leads somewhere, wherever one has come from."""

from __future__ import annotations

from random import Random

from fakes.community import SMALL
from fakes.players import Grove
from fakes.wanderers import Wanderers

from core.desk import PRESS_HANDLERS
from core.people import Who
from core.testing import MemoryStore


async def test_no_button_that_is_shown_is_refused_and_no_screen_is_a_dead_end() -> None:
    store = MemoryStore(SMALL, Random(1))
    in_private = [Who("terminal", name, name, "en") for name in "abcd"]
    in_a_group = [
        Who("telegram", name, name, "ar", community="g", community_name="مجموعة") for name in "efgh"
    ]
    people = Wanderers(Grove(store, SMALL, seed=1), store, in_private + in_a_group, Random(1))

    await people.wander(2500)

    assert people.faults == []
    assert set(PRESS_HANDLERS) - set(people.verbs) == {"show"}  # platforms make that one
