"""What leaves and what comes takes no more memory when there is more of it."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fakes.archive import ALL, NAMES
from fakes.exchange import imported
from fakes.synced import synced, with_trees

from bot.exchange.export import export_store, records
from storage.open import SqlStore

FEW, MANY = 160, 480  # whole pages, so that the last ones are alike
MOST_KEPT = 1_500
"""Bytes for each further tree: what Python itself keeps for a while, but never a tree."""

NewStore = Callable[[], Awaitable[SqlStore]]
Work = Callable[[SqlStore, str], Awaitable[object]]
FORMS = ["trees.jsonl", "trees.jsonl.gz", "trees.parquet"]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that even few trees fill, so that what is kept of each tree shows."""
    monkeypatch.setattr("bot.exchange.marks._AT_ONCE", 20)
    monkeypatch.setattr("bot.exchange.export.TREES_IN_A_PAGE", 20)
    monkeypatch.setattr("bot.exchange.sync.publish._TREES_AT_ONCE", 20)
    monkeypatch.setattr("bot.exchange.intake.TREES_AT_ONCE", 20)
    monkeypatch.setattr("bot.exchange.parquet._ROWS_AT_ONCE", 50)
    monkeypatch.setattr("bot.exchange.parquet.ROWS_IN_A_GROUP", 100)


async def peak(work: Awaitable[object]) -> int:
    """The most memory that Python's objects had while something was done."""
    gc.collect()
    gc.freeze()  # what other tests have left is not looked through each time
    often, before = (700, 1, 1), gc.get_threshold()
    gc.set_threshold(*often)  # Python keeps emptied tuples for a while, which would count
    tracemalloc.start()
    try:
        await work
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.set_threshold(*before)
        gc.unfreeze()


def kept_for_each(few: int, many: int) -> float:
    return (many - few) / (MANY - FEW)


async def peaks(new_store: NewStore, work: Work) -> list[int]:
    """Of the same work on a store of few trees and on one of many; the first time is for caches."""
    small = await with_trees(await new_store(), FEW)
    large = await with_trees(await new_store(), MANY)
    await work(small, "warm")
    return [await peak(work(store, name)) for store, name in ((small, "few"), (large, "many"))]


async def test_a_sync_keeps_nothing_of_the_trees_it_has_written(
    new_store: NewStore, tmp_path: Path
) -> None:
    few, many = await peaks(
        new_store, lambda store, name: synced(store, tmp_path / name, buckets=1)
    )

    assert kept_for_each(few, many) < MOST_KEPT


@pytest.mark.parametrize("form", FORMS)
async def test_an_export_keeps_nothing_of_the_trees_it_has_written(
    new_store: NewStore, tmp_path: Path, form: str
) -> None:
    few, many = await peaks(
        new_store, lambda store, name: export_store(store, ALL, tmp_path / f"{name}-{form}", NAMES)
    )

    assert kept_for_each(few, many) < MOST_KEPT


@pytest.mark.parametrize("form", FORMS)
async def test_an_import_keeps_nothing_of_the_trees_it_has_stored(
    new_store: NewStore, tmp_path: Path, form: str
) -> None:
    def files(store: SqlStore, name: str) -> Awaitable[object]:
        return export_store(store, ALL, tmp_path / f"{name}-{form}", NAMES)

    await peaks(new_store, files)
    await imported(await new_store(), tmp_path / f"warm-{form}")
    few = await peak(imported(await new_store(), tmp_path / f"few-{form}"))
    many = await peak(imported(await new_store(), tmp_path / f"many-{form}"))

    assert kept_for_each(few, many) < MOST_KEPT


async def test_an_import_keeps_nothing_of_the_lines_it_leaves_out(
    new_store: NewStore, tmp_path: Path
) -> None:
    for name, count in (("warm", FEW), ("few", FEW), ("many", MANY)):
        (tmp_path / name).write_text("".join(f'{{"line": {n}}}\n' for n in range(count)))

    await imported(await new_store(), tmp_path / "warm", keep_good=True)
    few = await peak(imported(await new_store(), tmp_path / "few", keep_good=True))
    many = await peak(imported(await new_store(), tmp_path / "many", keep_good=True))

    assert kept_for_each(few, many) < MOST_KEPT


async def test_the_measure_sees_it_when_trees_are_kept(new_store: NewStore) -> None:
    async def kept(store: SqlStore, _: str) -> object:
        return [record async for record in records(store, ALL)]

    few, many = await peaks(new_store, kept)

    assert kept_for_each(few, many) > 2 * MOST_KEPT
