"""The list of trees, a page at a time: which there are, and how they are called in files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from core.export import Pseudonyms
from storage.open import SqlStore
from storage.publication import Mark, marks

_AT_ONCE = 2000


async def every_mark(store: SqlStore) -> AsyncIterator[Mark]:
    """All trees, in order of id."""
    after = 0
    while page := await store.read(partial(marks, after=after, limit=_AT_ONCE)):
        for mark in page:
            yield mark
        after = page[-1].tree_id


def name_of(mark: Mark, names: Pseudonyms) -> str:
    """The name that the tree has in every file."""
    return mark.public_id if mark.from_file else names.of_text(mark.public_id)
