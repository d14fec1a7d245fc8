"""Whatever button a screen offers leads somewhere, wherever one has come from."""

from __future__ import annotations

from random import Random

from fakes.community import SMALL
from fakes.players import Grove
from fakes.wanderers import Wanderers

from core.desk import ADMIN_PRESSES, PRESS_HANDLERS
from core.people import Who
from core.testing import MemoryStore

_ROUNDS = 20
"""Some buttons are rare: they are looked for until all have been pressed."""


async def test_no_button_that_is_shown_is_refused_and_no_screen_is_a_dead_end() -> None:
    store = MemoryStore(SMALL, Random(1))
    in_private = [Who("terminal", name, name, "en") for name in "abcd"]
    in_a_group = [
        Who("telegram", name, name, "ar", community="g", community_name="مجموعة") for name in "efgh"
    ]
    moderators = [
        Who("telegram", name, name, "en", community="g", may_moderate=True) for name in "ij"
    ]
    owner = Who("terminal", "k", "k", "en", is_local=True)
    everybody = [*in_private, *in_a_group, *moderators, owner]
    people = Wanderers(Grove(store, SMALL, seed=1), store, everybody, Random(1))

    wanted = set(PRESS_HANDLERS) - ADMIN_PRESSES - {"show"}  # platforms make that one
    for _ in range(_ROUNDS):
        await people.wander(1000)
        if set(people.verbs) >= wanted:
            break

    assert not people.faults, "\n".join(people.faults)
    assert wanted <= set(people.verbs)
