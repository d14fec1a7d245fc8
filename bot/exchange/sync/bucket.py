"""One bucket: the files of its trees, written row by row and named by what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyarrow as pa

from bot.exchange.parquet import SCHEMA, ParquetTable
from bot.exchange.sheets import JsonLines, Sheet
from bot.exchange.sync.counts import Counts
from bot.exchange.sync.views import VIEWS, Sight
from core.export import Json, parquet_row
from training.rows import Split

SPLITS: tuple[Split, ...] = ("train", "validation")
_HASH_SHOWN = 16
_MESSAGES = SCHEMA.append(pa.field("platform", pa.string()))


def bucket_of(tree_id: str, buckets: int) -> int:
    """Where a tree lies; it depends on its name alone, and not on the side of the split."""
    return int(hashlib.sha256(tree_id.encode()).hexdigest()[8:16], 16) % buckets


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of the training store, as `current.json` tells of it."""

    view: str
    split: str
    bucket: str
    path: str
    rows: int
    size: int
    sha256: str

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> DataFile:
        return cls(**{name: told[name] for name in cls.__slots__})

    def as_json(self) -> Json:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as it was last published."""

    digest: str  # of what it was made from
    files: Sequence[DataFile]
    counts: Counts

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Bucket:
        files = [DataFile.from_json(file) for file in told["files"]]
        return cls(told["digest"], files, Counts.from_json(told["counts"]))

    def as_json(self) -> Json:
        files = [file.as_json() for file in self.files]
        return {"digest": self.digest, "files": files, "counts": self.counts.as_json()}


def _row(line: Json) -> Json:
    return {**parquet_row(line), "platform": line["platform"]}


@dataclass(slots=True)
class BucketWriter:
    """Takes trees one by one and writes the rows of each view into a file of its own.

    Memory does not grow with the bucket: rows go to files below `spool` at once.
    """

    name: str
    spool: Path
    counts: Counts = field(default_factory=Counts)
    _files: dict[tuple[str, Split], IO[bytes]] = field(default_factory=dict)
    _sheets: dict[tuple[str, Split], Sheet] = field(default_factory=dict)
    _rows: dict[tuple[str, Split], int] = field(default_factory=dict)

    def __enter__(self) -> BucketWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, sight: Sight) -> None:
        self.counts.add(sight)
        for view, rows in sight.rows.items():
            if rows:
                key = (view, sight.split)
                self._sheet(key).add(rows)
                self._rows[key] = self._rows.get(key, 0) + len(rows)

    def _sheet(self, key: tuple[str, Split]) -> Sheet:
        if key not in self._sheets:
            file = self._files[key] = self._path(key).open("wb")
            is_table = key[0] == "messages"
            self._sheets[key] = ParquetTable(file, _MESSAGES, _row) if is_table else JsonLines(file)
        return self._sheets[key]

    def _path(self, key: tuple[str, Split]) -> Path:
        return self.spool / f"{key[0]}-{key[1]}-{self.name}"

    def finished(self) -> Iterator[tuple[DataFile, Path]]:
        """Every file with the place where it lies until it is put into the store."""
        for view in VIEWS:
            for split in SPLITS:
                if (key := (view, split)) in self._sheets:
                    self._sheets[key].close()
                    self._files[key].close()
                    yield self._named(key), self._path(key)

    def _named(self, key: tuple[str, Split]) -> DataFile:
        view, split = key
        with self._path(key).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        ending = "parquet" if view == "messages" else "jsonl"
        return DataFile(
            view=view,
            split=split,
            bucket=self.name,
            path=f"data/{view}/{split}-{self.name}-{digest[:_HASH_SHOWN]}.{ending}",
            rows=self._rows[key],
            size=self._path(key).stat().st_size,
            sha256=digest,
        )
