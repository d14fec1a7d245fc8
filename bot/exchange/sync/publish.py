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
from hashlib import sha256
from pathlib import Path

from bot.exchange.errors import FileError
from bot.exchange.sync.bucket import Bucket, BucketWriter, DataFile, bucket_of
from bot.exchange.sync.card import card, messages_card
from bot.exchange.sync.figures import FIGURES, drawn_figures, figure_key
from bot.exchange.sync.manifest import FORMAT, Current, manifest_of
from bot.exchange.sync.target import Target
from bot.exchange.sync.views import Viewer
from core.archive import TreeRecord
from core.policy import Policy
from storage.archive import records_of
from storage.open import SqlStore
from storage.publication import Mark, marks, silent_people

BUCKETS = 32
"""Of a new training store; enough that a busy hour leaves some alone, few enough to be read."""
_MARKS_AT_ONCE = 2000
_TREES_AT_ONCE = 50
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """A bucket as it should be: which trees, and a digest of how they stand."""

    digest: str
    tree_ids: array[int]


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
        plans = await _plans(store, viewer, len(before.buckets) if before else buckets)
        known = _Known(target, before)
        made: dict[str, Bucket] = {}
        for number, (name, plan) in enumerate(plans.items()):
            made[name] = known.bucket(name, plan.digest) or await _written(
                store, target, viewer, name, plan
            )
            if progress is not None:
                progress(number + 1, len(plans))
        return await asyncio.to_thread(_published, target, content, made, viewer, policy)


async def _plans(store: SqlStore, viewer: Viewer, buckets: int) -> Mapping[str, _Plan]:
    """One look at the list of trees; eight bytes for each are kept."""
    ids = [array("q") for _ in range(buckets)]
    made_from = [FORMAT, viewer.selection.as_json(), viewer.names.of_person(0)]
    digests = [sha256(json.dumps(made_from).encode()) for _ in range(buckets)]
    silent = await store.read(silent_people)
    after = 0
    while page := await store.read(partial(marks, after=after, limit=_MARKS_AT_ONCE)):
        for mark in page:
            bucket = bucket_of(_tree_name(mark, viewer), buckets)
            ids[bucket].append(mark.tree_id)
            about = (mark.tree_id, mark.touched, mark.state, silent.get(mark.tree_id))
            digests[bucket].update(repr(about).encode())
        after = page[-1].tree_id
    return {f"{n:03}": _Plan(digests[n].hexdigest(), ids[n]) for n in range(buckets)}


def _tree_name(mark: Mark, viewer: Viewer) -> str:
    return mark.public_id if mark.from_file else viewer.names.of_text(mark.public_id)


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
    store: SqlStore, target: Target, viewer: Viewer, name: str, plan: _Plan
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
    if content != before:
        _replace(target, current, key, content)
    named = {file.path for file in current.files} | {f"figures/{n}-{key}.png" for n in FIGURES}
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


def _replace(target: Target, current: Current, key: str, content: bytes) -> None:
    with target.spool() as spool:
        for name, picture in drawn_figures(current.counts).items():
            target.write(f"figures/{name}-{key}.png", picture, spool)
        target.settle()
        target.write("README.md", card(current, key).encode(), spool)
        target.write("data/messages/README.md", messages_card(current).encode(), spool)
        target.write("current.json", content, spool)
        target.settle()


def checked_buckets(number: int) -> int:
    """As many buckets as three digits can name."""
    if not 1 <= number <= 999:
        raise FileError(f"{number} buckets cannot be; choose from 1 to 999.")
    return number
