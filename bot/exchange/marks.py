"""The list of trees, a page at a time: which there are, and how they are called in files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from core.export import Pseudonyms
from storage.open import SqlStore
from storage.publication import Mark, marks
from storage.seen import SeenNames

_AT_ONCE = 2000


async def every_mark(store: SqlStore) -> AsyncIterator[Mark]:
    """All trees, in order of id."""
    after = 0
    while page := await store.read(partial(marks, after=after, limit=_AT_ONCE)):
        for mark in page:
            yield mark
        after = page[-1].tree_id


async def meet_names(store: SqlStore, names: Pseudonyms, seen: SeenNames) -> None:
    """Remember what the trees that were begun here are called in every file."""
    met: list[str] = []
    async for mark in every_mark(store):
        if not mark.from_file:
            met.append(name_of(mark, names))
        if len(met) == _AT_ONCE:
            seen.add(met)
            met.clear()
    seen.add(met)


def name_of(mark: Mark, names: Pseudonyms) -> str:
    """The name that the tree has in every file."""
    return mark.public_id if mark.from_file else names.of_text(mark.public_id)
