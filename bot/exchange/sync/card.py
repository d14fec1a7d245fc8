"""The data card: what the training store holds, for people and for `datasets.load_dataset`.

Its header names every file, so that a reader who opens the folder sees one whole state too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.exchange.sync.bucket import SPLITS, DataFile
from bot.exchange.sync.counts import Counts
from bot.exchange.sync.figures import FIGURES
from bot.exchange.sync.manifest import Current
from bot.exchange.sync.views import VIEWS
from core.export import Json
from core.languages import LANGUAGES

_TABLE = "messages"
"""A view in a format of its own has a card of its own: `datasets` reads one format per folder."""

_TURNS: Json = {"list": [{"name": n, "dtype": "string"} for n in ("role", "content")]}
_REPLY = [{"name": n, "dtype": "string"} for n in ("message_id", "content", "model_name")]
_BASE = {"tree_id": "string", "lang": "string", "platform": "string", "template": "string"}

COLUMNS: Mapping[str, Mapping[str, object]] = {
    "trees": {
        "message_tree_id": "string",
        "tree_state": "string",
        "prompt": "json",
        "origin": "string",
        "licence": "string",
        "platform": "string",
        "template": "string",
    },
    "sft": {**_BASE, "messages": _TURNS},
    "pairs": {
        **_BASE,
        "prompt": _TURNS,
        "chosen": _TURNS,
        "rejected": _TURNS,
        "margin": "float64",
    },
    "lists": {
        **_BASE,
        "parent_id": "string",
        "prompt": _TURNS,
        "groups": {"list": {"list": _REPLY}},
        "agreement": "float64",
        "ballots": "int64",
    },
    "prompts": {**_BASE, "parent_id": "string", "prompt": _TURNS},
}
"""The columns of each view in JSON lines, as `datasets` wants to be told."""

_TOLD = {
    "trees": "published OASST trees, one to a line; `tree_state` says how far they are",
    "messages": "every message of those trees, in the published OASST columns (Parquet)",
    "sft": "`messages`: conversations along the best replies, written by people alone",
    "pairs": "`prompt`, `chosen`, `rejected`, `margin`: one row for two replies that differ",
    "lists": "`prompt`, `groups`: whole ranked lists, best group first, ties share a group; "
    "`agreement` is Kendall's W of the `ballots` that order the whole list",
    "prompts": "`prompt`: what a model may be asked, also of unfinished trees",
}

_ABOUT = """
# Conversation trees for training

Written, labelled and ranked by volunteers; grown and published with Grove. A tree begins with a
prompt; replies branch from it; volunteers ranked replies to the same message against each other.

"""
_READING = """
## How to read it

```python
from datasets import load_dataset

lists = load_dataset("path/to/this/folder", "lists")  # or any other view but messages
messages = load_dataset("path/to/this/folder/data/messages")
```

`current.json` names every file with its number of rows and its SHA-256. It is replaced as a whole,
last, whenever the store is published anew; a program that reads it first never sees half of one
state and half of another. A tree is on one side of the split for ever.

## Whose words these are

Every text was given by somebody who agreed to its publication, and accepted by reviewers, or came
in a file whose licence allows it. People and texts bear pseudonyms. `platform` says where a text
was written, since platforms differ in what they allow training on. Texts of a model name it in
`model_name`, with its settings in `sampling`; those who ranked them did not know. `template`
marks simulated text.
"""


def card(current: Current, key: str) -> str:
    """README.md of the training store."""
    counts = current.counts
    views = [view for view in VIEWS if view != _TABLE and _of(current.files, view)]
    return "".join(
        (
            _header(current.files, views, counts),
            _ABOUT.lstrip("\n"),
            _table(("view", "a row holds", "train", "validation"), _view_rows(counts)),
            *(f"\n![{name}](figures/{name}-{key}.png)\n" for name in FIGURES),
            "\n## What is in it\n\n",
            _table(("language", "trees", "lists by several", "mean W"), _languages(counts)),
            "\n",
            _table(("platform of origin", "messages"), _sorted(counts.platforms)),
            *_optional("licence of imported trees", "trees", counts.licences),
            *_optional("model", "messages", counts.models),
            _READING,
            _taken_back(counts),
        )
    )


def messages_card(current: Current) -> str:
    """README.md beside the table of messages."""
    return _header(current.files, [_TABLE] if _of(current.files, _TABLE) else [], None) + (
        "\nThe messages of the trees, in the published OASST columns and with the `platform` of"
        " origin.\nThe whole training store is described two folders above.\n"
    )


def _header(files: Sequence[DataFile], views: Sequence[str], counts: Counts | None) -> str:
    return "".join(f"{line}\n" for line in ("---", *_yaml(files, views, counts), "---"))


def _yaml(files: Sequence[DataFile], views: Sequence[str], counts: Counts | None) -> Iterator[str]:
    if counts is not None:
        yield f"language: {json.dumps(sorted(counts.languages))}"
    if views:
        yield "configs:"
    for view in views:
        yield f"- config_name: {view}"
        yield from ("  default: true",) if view == views[0] else ()
        yield "  data_files:"
        for split in SPLITS:
            paths = [file.path for file in _of(files, view) if file.split == split]
            if paths:
                yield from (f"  - split: {split}", "    path:")
                yield from (f"    - {path.removeprefix(_folder(view))}" for path in paths)
    described = [view for view in views if view in COLUMNS]
    if described:
        yield "dataset_info:"
    for view in described:
        yield f"- config_name: {view}"
        yield "  features:"
        yield from (f"  - {json.dumps(_column(*column))}" for column in COLUMNS[view].items())


def _folder(view: str) -> str:
    return f"data/{view}/" if view == _TABLE else ""


def _column(name: str, kind: object) -> Json:
    return {"name": name, **(kind if isinstance(kind, dict) else {"dtype": kind})}


def _of(files: Sequence[DataFile], view: str) -> Sequence[DataFile]:
    return [file for file in files if file.view == view]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _view_rows(counts: Counts) -> Iterator[Sequence[object]]:
    for view in VIEWS:
        rows = (counts.rows[f"{view}|{split}"] for split in SPLITS)
        yield [f"`{view}`", _TOLD[view], *rows]


def _languages(counts: Counts) -> Iterator[Sequence[object]]:
    for code, number in _sorted(counts.languages):
        known = LANGUAGES.get(code)
        lists, sum_of_w = counts.agreement_counts[code], counts.agreement_sums[code]
        mean = f"{sum_of_w / lists / 1_000_000:.2f}" if lists else "–"
        yield [f"{known.english_name} (`{code}`)" if known else f"`{code}`", number, lists, mean]


def _sorted(counter: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


def _optional(what: str, number: str, counter: Mapping[str, int]) -> Iterator[str]:
    if counter:
        yield "\n" + _table((what, number), _sorted(counter))


def _taken_back(counts: Counts) -> str:
    if not counts.withdrawn:
        return ""
    return (
        f"\n{len(counts.withdrawn)} texts were taken back by those who wrote them. They are gone"
        " from here, and\n`current.json` names them under `withdrawn`: please remove them, and"
        " what stands below them,\nfrom copies that you made before.\n"
    )
