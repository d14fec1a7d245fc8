"""`grove export`: the trees of a store into one file, a page of them at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from bot.exchange.files import is_table, require_known_ending, written
from bot.exchange.parquet import ParquetTable
from bot.exchange.sheets import JsonLines, Sheet
from core.archive import TreeRecord, Wanted
from core.export import Json, Pseudonyms, message_lines, tree_line
from storage.archive import tree_records
from storage.open import SqlStore
from storage.unit import SqlUnit

TREES_IN_A_PAGE = 100

Progress = Callable[[int], None]  # trees so far


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to."""

    trees: int
    messages: int


async def export_store(
    store: SqlStore,
    wanted: Wanted,
    target: Path | IO[bytes],
    names: Pseudonyms,
    progress: Progress | None = None,
) -> Exported:
    """Write what is wanted; by the target's name as JSONL, packed JSONL or Parquet.

    A path takes its new content at the very end and whole; a stream gets plain JSONL.
    """
    as_table = isinstance(target, Path) and is_table(target)
    if isinstance(target, Path):
        require_known_ending(target)
    flat = as_table or wanted.is_flat
    trees = messages = 0
    with _sheet(target, as_table) as sheet:
        async for record in records(store, wanted):
            lines = _lines(record, wanted, names, flat=flat)
            if not lines:
                continue
            sheet.add(lines)
            trees += 1
            messages += len(lines) if flat else sum(map(_size, lines))
            if progress is not None:
                progress(trees)
            if trees == wanted.limit:
                break
    return Exported(trees, messages)


async def records(store: SqlStore, wanted: Wanted) -> AsyncIterator[TreeRecord]:
    """Every tree that may hold something wanted, in order of id; each whole and of one moment."""
    after = 0
    while True:
        page = await store.read(partial(_page, wanted=wanted, after=after))
        for record in page:
            yield record
        if len(page) < TREES_IN_A_PAGE:
            return
        after = page[-1].tree.id


def _page(unit: SqlUnit, wanted: Wanted, after: int) -> Sequence[TreeRecord]:
    return tree_records(unit, wanted, after, TREES_IN_A_PAGE)


def _lines(record: TreeRecord, wanted: Wanted, names: Pseudonyms, *, flat: bool) -> Sequence[Json]:
    if flat:
        return message_lines(record, wanted, names)
    line = tree_line(record, wanted, names)
    return [] if line is None else [line]


def _size(line: Json) -> int:
    """Messages in a tree line."""
    size, waiting = 0, [line["prompt"]]
    while waiting:
        node = waiting.pop()
        assert isinstance(node, dict)
        waiting += node["replies"]
        size += 1
    return size


@contextmanager
def _sheet(target: Path | IO[bytes], as_table: bool) -> Iterator[Sheet]:
    if not isinstance(target, Path):
        yield JsonLines(target)
        return
    with written(target) as file:
        sheet = ParquetTable(file) if as_table else JsonLines(file)
        yield sheet
        sheet.close()
