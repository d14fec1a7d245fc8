"""`grove import`: the trees of a file into the store, as they are, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from bot.exchange.errors import BrokenFile, Fault
from bot.exchange.reading import trees
from core.archive import TreeRecord
from core.imported import Missing, put_up_for_ranking
from core.model import TreeState
from core.policy import Policy
from storage.archive import add_record, known_ids
from storage.open import SqlStore
from storage.unit import SqlUnit

TREES_AT_ONCE = 50
"""Trees stored in one transaction; others may write in between."""

Progress: TypeAlias = Callable[[int], None]  # trees so far
_Numbered: TypeAlias = tuple[int, TreeRecord]  # a tree and its line
_Item: TypeAlias = _Numbered | Fault
_Page: TypeAlias = Sequence[_Item]


@dataclass(frozen=True, slots=True)
class Intake:
    """How a file is to be taken in."""

    licence: str | None = None  # marks the trees that name none as publishable under this one
    origin: str | None = None  # otherwise the name of the file
    lang: str | None = None  # of messages that name none
    model_name: str | None = None  # of model-written messages that name none
    rank: bool = False  # finished trees wait to be ranked here
    rank_at_once: int = 0  # so many of those do not wait
    keep_good: bool = False  # leave broken lines out instead of importing nothing
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to, or would come to."""

    trees: int = 0
    messages: int = 0
    known: int = 0  # trees that were stored before and stay as they are
    to_rank: int = 0  # trees put up for ranking
    faults: tuple[Fault, ...] = ()


async def import_file(
    store: SqlStore,
    path: Path,
    intake: Intake,
    *,
    policy: Policy,
    now: datetime,
    progress: Progress | None = None,
) -> Imported:
    """Read the whole file first, then store it; a broken line leaves nothing or is left out.

    A tree whose prompt is stored already is passed over, so an interrupted import is ended by
    running it again.
    """
    source = _Source(path, intake, policy, now)
    found = Imported()
    for page in source.pages():
        work = partial(_looked_at, page=page, source=source, before=found)
        found = await store.read(work)
    if found.faults and not intake.keep_good:
        raise BrokenFile(path, found.faults)
    if intake.dry_run:
        return found
    stored = Imported()
    for page in source.pages():
        stored = await store.transact(partial(_stored, page=page, source=source, before=stored))
        if progress is not None:
            progress(stored.trees + stored.known)
    return stored


@dataclass(frozen=True, slots=True)
class _Source:
    """A file and how it is taken in."""

    path: Path
    intake: Intake
    policy: Policy
    now: datetime

    def pages(self) -> Iterator[_Page]:
        missing = Missing(
            created_at=self.now,
            lang=self.intake.lang,
            model_name=self.intake.model_name,
            origin=self.intake.origin or self.path.name,
            licence=self.intake.licence,
        )
        found = trees(self.path, missing)
        while page := list(islice(found, TREES_AT_ONCE)):
            yield page

    def ready(self, record: TreeRecord, ranked: int) -> TreeRecord:
        """The tree as it is to be stored, after so many were put up for ranking."""
        if not self.intake.rank:
            return record
        at_once = ranked < self.intake.rank_at_once
        state = TreeState.RANKING if at_once else TreeState.BACKLOG_RANKING
        return put_up_for_ranking(record, self.policy, state)


def _stored(unit: SqlUnit, page: _Page, source: _Source, before: Imported) -> Imported:
    after, fresh = _sorted_out(unit, page, source, before)
    for record in fresh:
        add_record(unit, record)
    return after


def _looked_at(unit: SqlUnit, page: _Page, source: _Source, before: Imported) -> Imported:
    return _sorted_out(unit, page, source, before)[0]


def _sorted_out(
    unit: SqlUnit, page: _Page, source: _Source, before: Imported
) -> tuple[Imported, Sequence[TreeRecord]]:
    """The trees to be stored, and the counts with them."""
    stored = known_ids(unit, [name for item in page for name in _names(item)])
    counts, fresh = before, list[TreeRecord]()
    for item in page:
        checked = item if isinstance(item, Fault) else _unless_clashing(item, stored)
        if isinstance(checked, Fault):
            counts = replace(counts, faults=(*counts.faults, checked))
        elif checked.tree.root.public_id in stored:
            counts = replace(counts, known=counts.known + 1)
        else:
            record = source.ready(checked, counts.to_rank)
            fresh.append(record)
            counts = replace(
                counts,
                trees=counts.trees + 1,
                messages=counts.messages + len(record.tree.messages),
                to_rank=counts.to_rank + (record is not checked),
            )
    return counts, fresh


def _names(item: _Item) -> Sequence[str]:
    if isinstance(item, Fault):
        return ()
    return [message.public_id for message in item[1].tree.messages.values()]


def _unless_clashing(item: _Numbered, stored: frozenset[str]) -> TreeRecord | Fault:
    """A new tree cannot hold a message that another one holds."""
    root, *others = _names(item)
    held = next((name for name in others if name in stored), None)
    if root in stored or held is None:
        return item[1]
    return Fault(item[0], f"message {held} is stored in another tree")
