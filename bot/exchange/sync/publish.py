"""`grove sync`: bring a training store up to date, bucket by bucket.

Data files are named by what is in them and never change. A bucket is written again when the list
of trees says that one of its trees changed. `current.json` is replaced when everything that it
names is there, and only then are files removed that it no longer names; so a reader finds a whole
store at any moment, and a sync that was killed goes on with the bucket at which it died.
"""

from __future__ import annotations

import asyncio
import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.exchange.errors import FileError
from bot.exchange.sync.bucket import Bucket, BucketWriter, DataFile
from bot.exchange.sync.card import card, messages_card
from bot.exchange.sync.figures import FIGURES, drawn_figures, figure_key
from bot.exchange.sync.manifest import Current, manifest_of
from bot.exchange.sync.plan import Plan, plans
from bot.exchange.sync.target import Target
from bot.exchange.sync.views import Viewer
from core.archive import TreeRecord
from core.policy import Policy
from storage.archive import records_of
from storage.open import SqlStore

BUCKETS = 32
"""Of a new training store; enough that a busy hour leaves some alone, few enough to be read."""
_TREES_AT_ONCE = 50
CARD, MESSAGES_CARD = "README.md", "data/messages/README.md"
_OURS = re.compile(
    r"(data/\w+/(train|validation)-\d{3}-[0-9a-f]{16}\.(jsonl|parquet)"
    r"|figures/\w+-[0-9a-f]{16}\.png|unfinished/\d{3}\.json)"
)

Progress = Callable[[int, int], None]  # buckets looked at, of all


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync came to."""

    trees: int
    messages: int
    generation: str
    written: int  # buckets that had changed
    removed: int  # files that nobody names any more

    @property
    def is_changed(self) -> bool:
        return bool(self.written or self.removed)


async def sync_store(
    store: SqlStore,
    target: Target,
    viewer: Viewer,
    policy: Policy,
    *,
    buckets: int = BUCKETS,
    progress: Progress | None = None,
) -> Synced:
    """Publish what changed since the last time; without changes nothing is written."""
    with target.session():
        content = target.read("current.json")
        before = None if content is None else Current.from_bytes(content, target.url)
        planned = await plans(store, viewer, len(before.buckets) if before else buckets)
        known = _Known(target, before)
        made: dict[str, Bucket] = {}
        for number, (name, plan) in enumerate(planned.items()):
            made[name] = known.bucket(name, plan.digest) or await _written(
                store, target, viewer, name, plan
            )
            if progress is not None:
                progress(number + 1, len(planned))
        return await asyncio.to_thread(_published, target, content, made, viewer, policy)


class _Known:
    """Buckets that need not be written: published ones, and those of a sync that was killed."""

    def __init__(self, target: Target, before: Current | None) -> None:
        self._sizes = target.sizes("data")
        self._target = target
        self._before = before.buckets if before else {}
        self._unfinished = target.sizes("unfinished")

    def bucket(self, name: str, digest: str) -> Bucket | None:
        """The bucket as it should be, if all of it is there."""
        candidates = [self._before.get(name), self._left(name)]
        return next((b for b in candidates if b and b.digest == digest and self._has(b)), None)

    def _left(self, name: str) -> Bucket | None:
        path = f"unfinished/{name}.json"
        content = self._target.read(path) if path in self._unfinished else None
        try:
            return None if content is None else Bucket.from_json(json.loads(content))
        except (ValueError, KeyError, TypeError):
            return None  # half a file, where files do not come whole

    def _has(self, bucket: Bucket) -> bool:
        return all(self._sizes.get(file.path) == file.size for file in bucket.files)


async def _written(
    store: SqlStore, target: Target, viewer: Viewer, name: str, plan: Plan
) -> Bucket:
    with target.spool() as spool, BucketWriter(name, spool) as writer:
        for page in _pages(plan.tree_ids):
            records = await store.read(partial(records_of, tree_ids=page))
            await asyncio.to_thread(_add, writer, viewer, records)
        return await asyncio.to_thread(_put, target, writer, plan.digest, spool)


def _pages(tree_ids: array[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(tree_ids), _TREES_AT_ONCE):
        yield tree_ids[begin : begin + _TREES_AT_ONCE].tolist()


def _add(writer: BucketWriter, viewer: Viewer, records: Sequence[TreeRecord]) -> None:
    for record in records:
        writer.add(viewer.sight(record))


def _put(target: Target, writer: BucketWriter, digest: str, spool: Path) -> Bucket:
    files: list[DataFile] = []
    for file, waiting in writer.finished():
        target.put(waiting, file.path)
        files.append(file)
    bucket = Bucket(digest, files, writer.counts)
    left = json.dumps(bucket.as_json(), ensure_ascii=False).encode()
    target.write(f"unfinished/{writer.name}.json", left, spool)
    return bucket


def _published(
    target: Target,
    before: bytes | None,
    buckets: Mapping[str, Bucket],
    viewer: Viewer,
    policy: Policy,
) -> Synced:
    """Card and figures first, `current.json` last; then what nobody names is removed."""
    counts = Current(buckets, {}).counts
    current = Current(buckets, manifest_of(counts, viewer.selection, policy))
    content = current.as_bytes()
    key = figure_key(counts)
    figures = {f"figures/{name}-{key}.png" for name in FIGURES}
    if content != before or _lacks(target, figures):
        _replace(target, current, key, content)
    named = {file.path for file in current.files} | figures
    there = [p for folder in ("data", "figures", "unfinished") for p in target.sizes(folder)]
    strays = [path for path in there if _OURS.fullmatch(path) and path not in named]
    for path in strays:
        target.remove(path)
    return Synced(
        trees=sum(counts.languages.values()),
        messages=sum(counts.platforms.values()),
        generation=current.generation,
        written=sum(path.startswith("unfinished/") for path in strays),
        removed=sum(path.startswith("data/") for path in strays),
    )


def _lacks(target: Target, figures: set[str]) -> bool:
    """Whether something is gone that goes with `current.json`."""
    return not figures <= set(target.sizes("figures")) or None in map(
        target.read, (CARD, MESSAGES_CARD)
    )


def _replace(target: Target, current: Current, key: str, content: bytes) -> None:
    with target.spool() as spool:
        for name, picture in drawn_figures(current.counts).items():
            target.write(f"figures/{name}-{key}.png", picture, spool)
        target.settle()
        target.write(CARD, card(current, key).encode(), spool)
        target.write(MESSAGES_CARD, messages_card(current).encode(), spool)
        target.write("current.json", content, spool)
        target.settle()


def checked_buckets(number: int) -> int:
    """As many buckets as three digits can name."""
    if not 1 <= number <= 999:
        raise FileError(f"{number} buckets cannot be; choose from 1 to 999.")
    return number
