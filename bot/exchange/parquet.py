"""Parquet files with the columns of the published OASST tables, one message to a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from bot.exchange.errors import Fault, FileError
from core.export import Json, parquet_row

ROWS_IN_A_GROUP = 4_000
_ROWS_AT_ONCE = 1_000

_TOXICITY = (
    "toxicity",
    "severe_toxicity",
    "obscene",
    "identity_attack",
    "insult",
    "threat",
    "sexual_explicit",
)

_NO_LISTS = "emojis and labels must be lists of names, each once, and of values, of one length"

_COUNTS = pa.list_(pa.int32())
_NAMES = pa.list_(pa.string())

SCHEMA = pa.schema(
    {
        "message_id": pa.string(),
        "parent_id": pa.string(),
        "user_id": pa.string(),
        "created_date": pa.string(),
        "text": pa.string(),
        "role": pa.string(),
        "lang": pa.string(),
        "review_count": pa.int32(),
        "review_result": pa.bool_(),
        "deleted": pa.bool_(),
        "rank": pa.int32(),
        "synthetic": pa.bool_(),
        "model_name": pa.string(),
        "detoxify": pa.struct([(name, pa.float64()) for name in _TOXICITY]),
        "message_tree_id": pa.string(),
        "tree_state": pa.string(),
        "emojis": pa.struct([("name", _NAMES), ("count", _COUNTS)]),
        "labels": pa.struct(
            [("name", _NAMES), ("value", pa.list_(pa.float64())), ("count", _COUNTS)]
        ),
    }
)


class ParquetTable:
    """Takes message lines and writes them a group of rows at a time.

    Rows wait as columns, which take a small part of the memory that lines do.
    """

    def __init__(
        self,
        file: IO[bytes] | BufferedIOBase,
        schema: pa.Schema = SCHEMA,
        row: Callable[[Json], Json] = parquet_row,
    ) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._schema, self._row = schema, row
        self._lines: list[Json] = []
        self._columns: list[pa.RecordBatch] = []

    def add(self, lines: Sequence[Json]) -> None:
        self._lines += map(self._row, lines)
        if len(self._lines) >= _ROWS_AT_ONCE:
            self._pack()
        if sum(map(len, self._columns)) >= ROWS_IN_A_GROUP:
            self._write()

    def close(self) -> None:
        self._pack()
        self._write()
        self._writer.close()

    def _pack(self) -> None:
        if self._lines:
            self._columns.append(pa.RecordBatch.from_pylist(self._lines, schema=self._schema))
            self._lines = []

    def _write(self) -> None:
        if self._columns:
            self._writer.write_table(pa.Table.from_batches(self._columns))
            self._columns = []
            pa.default_memory_pool().release_unused()


def message_rows(path: Path) -> Iterator[tuple[int, Json] | Fault]:
    """The rows of a table as message lines, numbered from 1 on."""
    number = 0
    try:
        with pq.ParquetFile(path) as table:
            for batch in table.iter_batches(_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield _message_line(number, row)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FileError(f"{path} is no Parquet file that can be read: {error}.") from error


def _message_line(number: int, row: Json) -> tuple[int, Json] | Fault:
    line = {name: value for name, value in row.items() if value is not None}
    try:
        line |= {name: _mapping(line[name]) for name in ("emojis", "labels") if name in line}
    except (TypeError, ValueError):
        return Fault(number, _NO_LISTS, line.get("message_tree_id"))
    return number, line


def _mapping(columns: object) -> object:
    """Parallel lists as a mapping, the way back of `core.export.parquet_row`; null is empty."""
    if not isinstance(columns, dict) or "name" not in columns:
        return columns
    lists = {name: values or [] for name, values in columns.items()}
    names = lists.pop("name")
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError("a name that is no text, or stands twice")
    rows = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    values = [row["count"] if set(row) == {"count"} else row for row in rows]
    return dict(zip(names, values, strict=True))
