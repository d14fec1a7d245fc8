"""A store that is opened under another policy follows it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from fakes.planting import grow, moved, plant, someone

from core.model import Slot, TaskKind, TreeState
from core.policy import Policy
from core.ports import UnitOfWork
from storage.errors import StoreError
from storage.open import open_store

RANKING = TaskKind.RANK_PROMPTER_REPLIES


async def test_open_work_and_points_are_written_anew(sql_database: str, tmp_path: Path) -> None:
    def fill(unit: UnitOfWork) -> int:
        ada = someone(unit).id
        tree = plant(unit, state=TreeState.GROWING)
        reply = grow(unit, tree)
        for _ in range(2):
            now = unit.tree(tree.id)
            assert now is not None
            grow(unit, now, reply.id)
        moved(unit, tree.id, TreeState.RANKING)
        unit.tally(ada, ["*"], ["total"], {"rankings": 3, "prompts": 5})
        return ada

    def look(unit: UnitOfWork, person_id: int) -> tuple[Slot | None, int]:
        slot = unit.find_slot(person_id, [(RANKING, "en")])
        return slot, unit.board("*", "total", 1)[0].points

    before = Policy()
    store = await open_store(sql_database, tmp_path, before, Random(1), "s")
    ada = await store.transact(fill)
    assert await store.transact(lambda unit: look(unit, ada)) == (None, 3)
    await store.close()

    weights = {**before.points, "rankings": Fraction(5), "prompts": Fraction(1, 2)}
    after = replace(before, rank_prompter_replies=True, points=weights)
    store = await open_store(sql_database, tmp_path, after, Random(1), "s")
    slot, points = await store.transact(lambda unit: look(unit, ada))
    await store.close()

    assert slot is not None
    assert points == 3 * 5 + 2


async def test_points_for_something_that_nobody_counts_are_refused(tmp_path: Path) -> None:
    policy = replace(Policy(), points={"dancing": Fraction(1)})

    with pytest.raises(StoreError, match="dancing"):
        await open_store(None, tmp_path, policy, Random(1))
