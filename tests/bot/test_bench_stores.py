"""What is measured is a store in which there is work of every sort, beside many finished trees."""

from __future__ import annotations

from pathlib import Path

from bot.bench.stores import FINISHED, Place, active_trees, enlarge, grow
from core.languages import LANGUAGES
from core.model import TreeState


async def test_trees_at_work_are_copied_along_with_the_finished_ones(tmp_path: Path) -> None:
    place = Place(tmp_path)
    have = await grow(place, "seed", seed=1)
    await enlarge(place, "seed", "many", copies=3, people=200, progress=lambda share: None)
    store = await place.open("many")
    try:
        active = await active_trees(store)
        work = await store.read(lambda unit: unit.open_work(200, list(LANGUAGES), 10**6))
        finished = await store.read(lambda unit: unit.state_count("en", TreeState.READY_FOR_EXPORT))
    finally:
        await store.close()

    assert finished == 3 * FINISHED
    assert 0 < active <= 3 * (have - FINISHED)
    assert {kind.labels for kind in work} == {True, False}, work


async def test_a_drained_store_has_nothing_left_to_do(tmp_path: Path) -> None:
    place = Place(tmp_path)
    have = await grow(place, "done", seed=2, drained=True)
    store = await place.open("done")
    try:
        active = await active_trees(store)
    finally:
        await store.close()

    assert active == 0
    assert have >= FINISHED
