"""`grove import`: the trees of a file into the store, as they are, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from bot.exchange.errors import BrokenFile, Fault
from bot.exchange.marks import meet_names
from bot.exchange.reading import trees
from core.archive import TreeRecord
from core.export import Pseudonyms
from core.imported import Missing, living_on, put_up_for_ranking
from core.model import TreeState
from core.policy import Policy
from storage.archive import add_record, known_ids
from storage.open import SqlStore
from storage.seen import SeenNames
from storage.unit import SqlUnit

TREES_AT_ONCE = 50
"""Trees stored in one transaction; others may write in between."""

Progress: TypeAlias = Callable[[int], None]  # trees so far
Tell: TypeAlias = Callable[[Fault], None]  # of a line that is left out
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
    states: frozenset[TreeState] | None = None  # trees in these states only; None: all
    rank: bool = False  # finished trees wait to be ranked here
    rank_at_once: int = 0  # so many of those do not wait
    keep_good: bool = False  # leave broken lines out instead of importing nothing
    dry_run: bool = False

    def takes(self, state: TreeState) -> bool:
        return self.states is None or state in self.states


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to, or would come to."""

    trees: int = 0
    messages: int = 0
    known: int = 0  # trees that were stored before and stay as they are
    left_out: int = 0  # trees in states that were not asked for
    to_rank: int = 0  # trees put up for ranking
    faults: int = 0  # lines that are no published trees
    first_fault: Fault | None = None


async def import_file(
    store: SqlStore,
    path: Path,
    intake: Intake,
    *,
    policy: Policy,
    now: datetime,
    names: Pseudonyms | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda fault: None,
) -> Imported:
    """Read the whole file first, then store it; a broken line leaves nothing or is left out.

    What is left out is told line by line, and not kept: there may be very many.

    A tree whose prompt is stored already is passed over, so an interrupted import is ended by
    running it again; with the names under which this store is published, so are the trees that
    were begun here and come back. Finished trees rest here; those that were not finished live on.
    """
    with closing(SeenNames()) as begun_here:
        if names is not None:
            await meet_names(store, names, begun_here)
        source = _Source(path, intake, policy, now, begun_here)
        return await _import(store, source, progress, tell)


async def _import(
    store: SqlStore, source: _Source, progress: Progress | None, tell: Tell
) -> Imported:
    intake, found = source.intake, Imported()
    for page in source.pages():
        sorted_out = await store.read(partial(_sorted_out, page=page, source=source, before=found))
        found = sorted_out.counts
        if intake.keep_good and intake.dry_run:
            _tell_all(sorted_out, tell)
    if found.first_fault is not None and not intake.keep_good:
        raise BrokenFile(source.path, found.first_fault, found.faults)
    if intake.dry_run:
        return found
    stored = Imported()
    for page in source.pages():
        sorted_out = await store.transact(partial(_stored, page=page, source=source, before=stored))
        stored = sorted_out.counts
        _tell_all(sorted_out, tell)
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
    begun_here: SeenNames

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

    def came_back(self, page: _Page) -> frozenset[str]:
        """The prompts that were written here and left under these names."""
        roots = [_names(item)[0] for item in page if not isinstance(item, Fault)]
        return frozenset(name for name in roots if self.begun_here.first_of([name]))

    def ready(self, record: TreeRecord, ranked: int) -> tuple[TreeRecord, bool]:
        """The tree as it is to be stored, and whether it is to be ranked.

        So many were put up for ranking before.
        """
        prepared = alive = living_on(record, self.policy)
        if self.intake.rank:
            at_once = ranked < self.intake.rank_at_once
            state = TreeState.RANKING if at_once else TreeState.BACKLOG_RANKING
            prepared = put_up_for_ranking(alive, self.policy, state)
        tree = replace(prepared.tree, touched_at=self.now)
        return replace(prepared, tree=tree), prepared is not alive


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """A page of a file, held against the store."""

    fresh: Sequence[TreeRecord]  # to be stored
    faults: Sequence[Fault]
    counts: Imported  # of this page and those before


def _tell_all(page: _SortedOut, tell: Tell) -> None:
    for fault in page.faults:
        tell(fault)


def _stored(unit: SqlUnit, page: _Page, source: _Source, before: Imported) -> _SortedOut:
    sorted_out = _sorted_out(unit, page, source, before)
    for record in sorted_out.fresh:
        add_record(unit, record)
    return sorted_out


def _sorted_out(unit: SqlUnit, page: _Page, source: _Source, before: Imported) -> _SortedOut:
    stored = known_ids(unit, [name for item in page for name in _names(item)])
    stored |= source.came_back(page)
    checked = [_unless_clashing(item, stored) for item in page]
    faults = [item for item in checked if isinstance(item, Fault)]
    read = [item for item in checked if not isinstance(item, Fault)]
    asked = [record for record in read if source.intake.takes(record.tree.state)]
    new = [record for record in asked if record.tree.root.public_id not in stored]
    fresh, to_rank = list[TreeRecord](), before.to_rank
    for record in new:
        prepared, is_ranked = source.ready(record, to_rank)
        to_rank += is_ranked
        fresh.append(prepared)
    counts = Imported(
        trees=before.trees + len(new),
        messages=before.messages + sum(len(record.tree.messages) for record in new),
        known=before.known + len(asked) - len(new),
        left_out=before.left_out + len(read) - len(asked),
        to_rank=to_rank,
        faults=before.faults + len(faults),
        first_fault=before.first_fault or next(iter(faults), None),
    )
    return _SortedOut(fresh, faults, counts)


def _names(item: _Item) -> Sequence[str]:
    if isinstance(item, Fault):
        return ()
    return [message.public_id for message in item[1].tree.messages.values()]


def _unless_clashing(item: _Item, stored: frozenset[str]) -> TreeRecord | Fault:
    """A new tree cannot hold a message that another one holds."""
    if isinstance(item, Fault):
        return item
    root, *others = _names(item)
    held = next((name for name in others if name in stored), None)
    if root in stored or held is None:
        return item[1]
    return Fault(item[0], f"message {held} is stored in another tree")
