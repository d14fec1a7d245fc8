"""Which prompts a model is to answer: of the store, of a training store, or of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from bot.exchange.errors import FileError
from bot.exchange.files import lines, written
from bot.exchange.marks import every_mark, name_of
from bot.exchange.sheets import JsonLines
from bot.exchange.sync.target import Target
from core.archive import TreeRecord
from core.export import Json, Pseudonyms
from core.model import TreeState
from storage.archive import records_of
from storage.open import SqlStore
from storage.publication import Mark


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt for a model, under the name that its tree has in published files."""

    tree_id: str
    text: str
    lang: str
    platform: str = "import"
    template: str | None = None

    def tree_line(self) -> Json:
        """A tree of the prompt alone, as the training package reads it."""
        prompt = {
            "message_id": self.tree_id,
            "text": self.text,
            "role": "prompter",
            "lang": self.lang,
            "replies": [],
        }
        return {
            "message_tree_id": self.tree_id,
            "prompt": prompt,
            "platform": self.platform,
            "template": self.template,
        }


async def asked_from(
    words: str, store: SqlStore, names: Pseudonyms, *, lang: str = "en"
) -> Sequence[Asked]:
    """`ready:100`, `FOLDER` or `FOLDER#validation` of a training store, or a file of prompts."""
    if words.startswith("ready:"):
        found = await _ready(words.removeprefix("ready:"), store, names)
    else:
        found = list(_of_place(words, lang))
    if not found:
        raise FileError(f"{words} holds no prompt.")
    return found


def _of_place(words: str, lang: str) -> Iterator[Asked]:
    place, _, split = words.partition("#")
    if Path(words).is_file():
        return _of_file(Path(words), lang)
    if split in ("", "train", "validation"):
        return _of_training_store(place, split)
    raise FileError(f"{words}: there are #train and #validation.")


async def trees_named(
    store: SqlStore, names: Pseudonyms, wanted: frozenset[str]
) -> Mapping[str, int]:
    """The numbers of the trees that bear these names in published files."""
    found = await _marks_named(store, names, wanted)
    return {name: mark.tree_id for name, mark in found.items()}


async def states_named(
    store: SqlStore, names: Pseudonyms, wanted: frozenset[str]
) -> Mapping[str, str]:
    """The states of the trees that bear these names in published files."""
    found = await _marks_named(store, names, wanted)
    return {name: mark.state for name, mark in found.items()}


async def _marks_named(
    store: SqlStore, names: Pseudonyms, wanted: frozenset[str]
) -> Mapping[str, Mark]:
    found: dict[str, Mark] = {}
    async for mark in every_mark(store):
        name = name_of(mark, names)
        if name in wanted:
            found[name] = mark
    return found


async def _ready(number: str, store: SqlStore, names: Pseudonyms) -> Sequence[Asked]:
    """So many finished trees; which ones depends on their names, not on their age."""
    if not number.isdigit() or int(number) < 1:
        raise FileError(f"ready:{number}: write how many finished trees, such as ready:100.")
    ready = [m async for m in every_mark(store) if m.state == TreeState.READY_FOR_EXPORT]
    ready.sort(key=lambda mark: sha256(mark.public_id.encode()).digest())
    found: list[TreeRecord] = []
    ids = [mark.tree_id for mark in ready[: int(number)]]
    for begin in range(0, len(ids), 50):
        found += await store.read(partial(records_of, tree_ids=ids[begin : begin + 50]))
    return [
        Asked(
            names.of_message(record.tree.root),
            record.tree.root.text,
            record.tree.lang,
            record.tree.root.platform,
        )
        for record in found
        if record.tree.root.author_id not in record.without_consent
    ]


def _of_training_store(place: str, split: str) -> Iterator[Asked]:
    target = Target(place)
    content = target.read("current.json")
    if content is None:
        raise FileError(f"{place} is neither a file of prompts nor a training store.")
    for file in json.loads(content)["files"]:
        if file["view"] == "prompts" and split in ("", file["split"]):
            for line in (target.read(file["path"]) or b"").splitlines():
                row = json.loads(line)
                first = row["prompt"][-1]["content"]
                known = {name: row.get(name) for name in ("tree_id", "lang", "platform")}
                yield Asked(**known, text=first, template=row.get("template"))


def _of_file(path: Path, lang: str) -> Iterator[Asked]:
    """One prompt a line, or one JSON object with a `prompt`, and a `lang` where it differs."""
    for number, line in lines(path):
        try:
            told = json.loads(line) if path.name.endswith((".jsonl", ".jsonl.gz")) else None
            text = told["prompt"] if told else line.decode().strip()
            if not isinstance(text, str):
                raise TypeError("a prompt is one text")
            asked = Asked("", text, str(told.get("lang", lang)) if told else lang)
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{path}, line {number}: {error!r}.") from error
        yield replace(asked, tree_id=_id_of(asked))


def _id_of(asked: Asked) -> str:
    """The same prompt is the same tree, from whatever file."""
    told = f"{asked.lang}\n{asked.text}".encode(errors="surrogatepass")
    return str(UUID(bytes=sha256(told).digest()[:16], version=4))


def write_prompts(path: Path, asked: Sequence[Asked]) -> None:
    """Trees of one message each, whole or not at all."""
    with written(path) as file:
        JsonLines(file).add([one.tree_line() for one in asked])
