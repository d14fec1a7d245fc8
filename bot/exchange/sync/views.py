"""A tree as the rows of every view: what is published of it, and what is learned from it.

The rows that training reads are derived from the published tree by training's own reader, so that
the training store and plain tree files teach the same. Added here is what a published tree does
not hold: the volunteers' agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.exchange.sync.choice import Selection
from core.agreement import kendalls_w
from core.archive import Choice, TreeRecord
from core.export import Json, Pseudonyms, tree_line
from core.model import Ballot, Fate, Message
from training.oasst import rows_of_tree, split_of
from training.rows import PreferencePair, Prompt, RankedList, Split

VIEWS = ("trees", "messages", "sft", "pairs", "lists", "prompts")

Tag = Callable[[str], str | None]
"""From a prompt to the tag of the simulated text that it is; None for what people wrote."""


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a tree gives to the training store."""

    tree_id: str
    split: Split
    rows: Mapping[str, Sequence[Json]]  # by view
    withdrawn: Sequence[str] = ()  # texts that may have been published before


@dataclass(frozen=True, slots=True)
class Viewer:
    """Looks at trees through one selection, under one set of pseudonyms."""

    selection: Selection
    names: Pseudonyms
    tag: Tag = field(default=lambda _: None)

    def sight(self, record: TreeRecord) -> Sight:
        tree = record.tree
        tree_id = self.names.of_message(tree.root)
        withdrawn = [self.names.of_message(m) for m in tree.messages.values()
                     if _was_taken_back(m, record)]  # fmt: skip
        line = self._line(record, Choice.WITH)
        rows = {} if line is None else self._rows(record, line)
        return Sight(tree_id, split_of(tree_id), rows, withdrawn)

    def _rows(self, record: TreeRecord, line: Json) -> Mapping[str, Sequence[Json]]:
        by_people = line
        if any(m.synthetic for m in record.tree.messages.values()):
            by_people = self._line(record, Choice.WITHOUT) or {}
        learned = list(self._learned(record, line))
        return {
            "trees": [line],
            "messages": list(_flat(line)),
            "sft": list(_demonstrations(by_people)),
            "pairs": [row for view, row in learned if view == "pairs"],
            "lists": [row for view, row in learned if view == "lists"],
            "prompts": [row for view, row in learned if view == "prompts"],
        }

    def _line(self, record: TreeRecord, synthetic: Choice) -> Json | None:
        line = tree_line(record, self.selection.wanted(synthetic), self.names)
        if line is None or not self._admits(line["prompt"]):
            return None
        self._prune(line["prompt"])
        return {**line, "template": self.tag(record.tree.root.text)}

    def _prune(self, node: Any) -> None:
        if self.selection.bounds:
            node["replies"] = [reply for reply in node["replies"] if self._admits(reply)]
            for reply in node["replies"]:
                self._prune(reply)

    def _admits(self, node: Any) -> bool:
        labels = node.get("labels") or {}
        return all(bound.admits(labels) for bound in self.selection.bounds)

    def _learned(self, record: TreeRecord, line: Json) -> Iterator[tuple[str, Json]]:
        """Lists with their agreement, each followed by its pairs, and the prompt."""
        names = {self.names.of_message(m): m for m in record.tree.messages.values()}
        is_agreed = True
        for view, row in rows_of_tree(line):
            match row:
                case RankedList():
                    told = _list_row(row, names, record)
                    is_agreed = self._is_agreed(told)
                    if is_agreed:
                        yield view, told
                case PreferencePair() if is_agreed:
                    pair = {"chosen": [row.chosen], "rejected": [row.rejected]}
                    yield view, {**_base(row), "prompt": row.prompt, **pair, "margin": row.margin}
                case Prompt():
                    parent = {"parent_id": row.source["parent_id"]}
                    yield view, {**_base(row), **parent, "prompt": row.prompt}

    def _is_agreed(self, told: Json) -> bool:
        least, found = self.selection.minimum_agreement, told["agreement"]
        return least <= 0 or (isinstance(found, float) and found >= least)


def _demonstrations(line: Json) -> Iterator[Json]:
    """Models are to learn from people, not from models."""
    for view, row in rows_of_tree(line) if line else ():
        if view == "sft":
            yield {**_base(row), "messages": asdict(row)["messages"]}


def _base(row: Any) -> Json:
    names = ("tree_id", "lang", "platform", "template")
    return {name: getattr(row, name) for name in names}


def _list_row(row: RankedList, names: Mapping[str, Message], record: TreeRecord) -> Json:
    ids = [names[reply.message_id].id for reply in row.replies]
    ballots = [b for b in _ballots(record, names[row.parent_id]) if b.ids.issuperset(ids)]
    return {
        **_base(row),
        "parent_id": row.parent_id,
        "prompt": row.prompt,
        "groups": [[asdict(reply) for reply in group] for group in row.groups],
        "agreement": _rounded(kendalls_w(ballots, ids)),
        "ballots": len(ballots),
    }


def _ballots(record: TreeRecord, parent: Message) -> Sequence[Ballot]:
    given = record.ballots.get(parent.id, ())
    return [ballot for ballot in given if ballot.person_id not in record.without_consent]


def _rounded(agreement: float | None) -> float | None:
    """Between 0 and 1 for certain: the sum behind it may err in its last bit."""
    return None if agreement is None else round(min(max(agreement, 0.0), 1.0), 6)


def _flat(line: Json) -> Iterator[Json]:
    """Every message as a line of its own that names its tree."""
    place = {name: line[name] for name in ("message_tree_id", "tree_state", "platform")}
    waiting: list[Any] = [line["prompt"]]
    while waiting:
        node = waiting.pop()
        yield {**place, **{name: value for name, value in node.items() if name != "replies"}}
        waiting += reversed(node["replies"])


def _was_taken_back(message: Message, record: TreeRecord) -> bool:
    if message.accepted is not True:
        return False
    return message.fate is Fate.WITHDRAWN or message.author_id in record.without_consent
