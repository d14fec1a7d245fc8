"""Reads the training store, or plain OASST tree files, and refuses what cannot be learned from.

A training store is a folder (or any fsspec URL) that `grove sync` publishes. `current.json` is
the one small file that is replaced last; it names everything else, so a reader never sees half:

    {"format": 1, "generation": "<hash of the contents>",
     "files": [{"view": "trees|messages|sft|pairs|lists|prompts", "split": "train|validation",
                "bucket": "007", "path": "data/lists/train-007-<sha256[:16]>.jsonl",
                "rows": 12, "sha256": "..."}],
     "manifest": {"counts": {}, "policy": {}, "consent_version": 1, "languages": {"en": 12},
                  "platforms": {"discord": 12}, "withdrawn": []}}

`messages` is Parquet, every other view JSON lines. Rows of the views that training reads:

    sft      {"tree_id", "lang", "platform", "template", "messages": [{"role", "content"}]}
    pairs    {"tree_id", "lang", "platform", "prompt": [..], "chosen": [one assistant message],
              "rejected": [one assistant message], "margin": 0.5}
    lists    {"tree_id", "parent_id", "lang", "platform", "prompt": [..],
              "groups": [[{"message_id", "content", "model_name"}]], "agreement", "ballots"}
    prompts  {"tree_id", "lang", "platform", "prompt": [.. ending with a user turn]}

Roles are `user` and `assistant`. In `lists` the best group comes first and ties share a group;
`agreement` is Kendall's W or null. `template` is the tag of simulated text or null; a view
without it takes it from the `sft` row of the same tree. Other keys are allowed and ignored.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any, Literal, Protocol

import fsspec

from training.config import DataSettings
from training.errors import BadData, Refusal
from training.oasst import TreeFiles
from training.rows import PARSERS, RankedList, Row, Split, View, lines_of, parsed_line, reason_of


class Source(Protocol):
    """Where rows come from: a training store, or plain tree files."""

    generation: str  # a hash of the contents, for the run card
    name: str

    def read(self, view: View) -> list[Any]: ...


def open_source(path: str) -> Source:
    """Recognise what lies at a folder, file or URL."""
    try:
        fs, root = fsspec.core.url_to_fs(str(path))
        is_store = fs.exists(f"{root}/current.json")
        is_there = is_store or fs.exists(root)
    except (ValueError, ImportError, OSError) as error:
        raise Refusal(f"{path}: cannot be opened: {error}") from error
    if is_store:
        return Store(fs, root)
    if is_there:
        return TreeFiles(fs, root)
    raise Refusal(f"{path}: nothing there; run `grove sync {path}` first")


def rows_of(source: Source, view: View, filters: DataSettings, split: Split) -> list[Any]:
    """The rows of one view and split that pass the filters."""
    return [row for row in source.read(view) if row.split == split and _passes(row, filters)]


def rows_to_learn_from(source: Source, view: View, filters: DataSettings) -> list[Any]:
    """The training rows of a view; a refusal that says why when there are none."""
    if rows := rows_of(source, view, filters, "train"):
        return rows
    reason = f"{source.name}: nothing to learn from in view {view}, split train"
    if there := sum(row.split == "train" for row in source.read(view)):
        kept = ", ".join(f"{name}={value}" for name, value in asdict(filters).items() if value)
        reason += f": of {there} rows none passes the filters of [data], {kept}"
    raise Refusal(reason)


def comparisons(
    source: Source, mode: Literal["lists", "pairs"], filters: DataSettings
) -> list[Any]:
    """The rankings to learn from, whole or as pairs; refused when none tells a better reply."""
    rows = rows_to_learn_from(source, mode, filters)
    if mode == "lists" and not any(len(row.groups) > 1 for row in rows):
        raise Refusal(f"{source.name}: in every ranking all replies are tied: nothing to learn")
    return rows


def _passes(row: Row, filters: DataSettings) -> bool:
    if filters.languages and row.lang not in filters.languages:
        return False
    if filters.platforms and row.platform not in filters.platforms:
        return False
    if filters.templates and row.template not in filters.templates:
        return False
    if isinstance(row, RankedList):
        if row.ballots < filters.minimum_ballots:
            return False
        return (row.agreement or 0.0) >= filters.minimum_agreement
    return True


class Store:
    """A published training store."""

    def __init__(self, fs: Any, root: str) -> None:
        self.fs, self.root, self.name = fs, root, root
        self._read: dict[View, list[Any]] = {}
        self._sides: dict[str, Split] = {}  # of every tree met so far, in whatever view
        try:
            self.current = json.loads(fs.cat_file(f"{root}/current.json"))
            if not isinstance(self.current, dict):
                raise TypeError("not a JSON object")
            self.generation = str(self.current["generation"])
            self.manifest = dict(self.current.get("manifest", {}))
            files = self.current["files"]
            if self.current["format"] != 1:
                raise ValueError(f"format {self.current['format']} is not known; this reads 1")
            self.files = [(str(f["view"]), str(f["path"]), f) for f in files]
        except (ValueError, KeyError, TypeError) as error:
            raise BadData(f"{root}/current.json", reason_of(error)) from error
        except OSError as error:
            raise BadData(f"{root}/current.json", f"cannot be read: {error.strerror}") from error

    def read(self, view: View) -> list[Any]:
        if view not in self._read:
            rows = list(self._rows(view))
            self._check_splits(rows)
            self._read[view] = rows
        return self._read[view]

    def _check_splits(self, rows: Iterable[Row]) -> None:
        """One tree on both sides would make every held-out figure a lie."""
        for row in rows:
            if self._sides.setdefault(row.tree_id, row.split) != row.split:
                reason = f"tree {row.tree_id} is in train and in validation"
                raise BadData(f"{self.root}/current.json", reason)

    def _rows(self, view: View) -> Iterator[Row]:
        for kind, path, entry in self.files:
            if kind != view:
                continue
            for row, has_template in self._file(view, path, entry):
                yield row if has_template else replace(row, template=self._tag(view, row.tree_id))

    def _tag(self, view: View, tree_id: str) -> str | None:
        return None if view == "sft" else self._templates.get(tree_id)

    @cached_property
    def _templates(self) -> dict[str, str | None]:
        return {row.tree_id: row.template for row in self.read("sft")}

    def _file(self, view: View, path: str, entry: dict[str, Any]) -> Iterator[tuple[Row, bool]]:
        if entry.get("split") not in ("train", "validation"):
            raise BadData(path, f"split must be train or validation; it is {entry.get('split')!r}")
        if path.startswith("/") or ".." in path.split("/"):
            raise BadData(path, "a store's files lie inside its own folder")
        digest, count = hashlib.sha256(), 0
        for number, line in lines_of(self.fs, f"{self.root}/{path}", path):
            digest.update(line)
            count += 1
            values = parsed_line(line, path, number)
            try:
                yield PARSERS[view](values, entry["split"]), "template" in values
            except (ValueError, KeyError, TypeError) as error:
                raise BadData(path, reason_of(error), number) from error
        if digest.hexdigest() != entry.get("sha256"):
            raise BadData(path, "differs from its checksum in current.json; sync again")
        if count != entry.get("rows"):
            raise BadData(path, f"has {count} rows, current.json says {entry.get('rows')}")
