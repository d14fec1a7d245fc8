"""Trees as the published OASST files write them: tree lines, message lines, Parquet rows.

The same store always gives the same bytes: the order of keys, replies, labels and ballots is
fixed. Nothing that names a person leaves; see `Pseudonyms`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf, nextafter
from typing import TypeAlias
from uuid import UUID

from core.archive import Choice, TreeRecord, Wanted, departing, is_wanted_tree
from core.labels import LABELS
from core.model import Ballot, Fate, LabelSum, Message

__all__ = [
    "PARQUET_COLUMNS",
    "Choice",
    "Json",
    "Pseudonyms",
    "TreeRecord",
    "Wanted",
    "departing",
    "is_wanted_tree",
    "json_line",
    "label_mean",
    "label_sum",
    "message_lines",
    "parquet_row",
    "tree_line",
]

Json: TypeAlias = dict[str, object]

_LABEL_ORDER = {name: place for place, name in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names for people and messages that only the holder of the seed can trace back.

    One scheme for all ids (a keyed SHA-256, shaped as a UUID), so that every reference in a file
    leads to what it means, and the same seed gives the same names for ever. What came out of a
    file keeps the names it had there.
    """

    seed: str

    def of_person(self, person_id: int) -> str:
        return self._name(f"person {person_id}")

    def of_message(self, message: Message) -> str:
        return message.public_id if message.from_file else self.of_text(message.public_id)

    def of_text(self, public_id: str) -> str:
        """The name of a text that was written here."""
        return self._name(public_id)

    def _name(self, value: str) -> str:
        digest = hmac.digest(self.seed.encode(), value.encode(), "sha256")
        return str(UUID(bytes=digest[:16], version=4))


def tree_line(record: TreeRecord, wanted: Wanted, names: Pseudonyms) -> Json | None:
    """A tree as one object; None when nothing of it is to leave."""
    sheet = _Sheet.of(record, wanted, names)
    if not sheet.messages:
        return None
    nodes = {message.id: sheet.node(message) for message in sheet.messages}
    replies: dict[int, list[Json]] = {message.id: [] for message in sheet.messages}
    for message in sheet.messages[1:]:
        replies[message.parent_id or 0].append(nodes[message.id])
    for message_id, node in nodes.items():
        node["replies"] = replies[message_id]
    prompt = nodes[record.tree.id]
    return {
        "message_tree_id": prompt["message_id"],
        "tree_state": str(record.tree.state),
        "prompt": prompt,
        **sheet.provenance(),
    }


def message_lines(record: TreeRecord, wanted: Wanted, names: Pseudonyms) -> list[Json]:
    """The messages of a tree, each an object that names its tree; parents first."""
    sheet = _Sheet.of(record, wanted, names)
    place = {
        "message_tree_id": names.of_message(record.tree.root),
        "tree_state": str(record.tree.state),
        **sheet.provenance(),
    }
    return [{**sheet.node(m), **place, **sheet.platform(m)} for m in sheet.messages]


def json_line(value: Json) -> str:
    """One line of a JSONL file, without its end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def label_mean(label: LabelSum) -> float:
    """The mean of a label's values, written as short as it came.

    A sum that was read from a file may be that of a short decimal (0.7 three times), which
    dividing does not give back; `label_sum` is the way back.
    """
    mean = label.mean
    short = float(f"{mean:.12g}")
    return short if short * label.count == label.total else mean


def label_sum(mean: float, count: int) -> LabelSum:
    """The sum of a label's values of which a file tells the mean: the simplest that gives it.

    Exact for means of the five steps and for decimals of up to 12 digits; any other may lose its
    last bit.
    """
    total = mean * count
    quarters = round(total * 4) / 4  # what five steps add up to
    for near in (quarters, total, nextafter(total, inf), nextafter(total, -inf)):
        if label_mean(LabelSum(near, count)) == mean:
            return LabelSum(near, count)
    return LabelSum(total, count)


# ---------------------------------------------------------------- nodes


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One tree about to be written."""

    record: TreeRecord
    wanted: Wanted
    names: Pseudonyms
    messages: tuple[Message, ...]
    public: Mapping[int, str]  # the names of those messages

    @classmethod
    def of(cls, record: TreeRecord, wanted: Wanted, names: Pseudonyms) -> _Sheet:
        messages = departing(record, wanted)
        public = {message.id: names.of_message(message) for message in messages}
        return cls(record, wanted, names, messages, public)

    def node(self, message: Message) -> Json:
        """A message in the order of the published fields; what is unknown is left out."""
        parent = self.record.tree.messages.get(message.parent_id or 0)
        node: Json = {
            "message_id": self.public[message.id],
            "parent_id": parent and self.names.of_message(parent),
            "user_id": self._author(message),
            "created_date": _date(message.created_at),
            "text": message.text,
            "role": str(message.role),
            "lang": message.lang,
            "review_count": message.review_count,
            "review_result": message.accepted,
            "deleted": message.fate is Fate.DELETED,
            "rank": message.rank,
            "synthetic": message.synthetic,
            "model_name": message.model_name,
            "sampling": None if message.sampling is None else json.loads(message.sampling),
            "emojis": {name: message.emojis[name] for name in sorted(message.emojis)},
            "labels": _labels(message.labels) if self.wanted.labels else None,
            "events": self._events(message) if self.wanted.events else None,
            **self._own_platform(message),
        }
        return {name: value for name, value in node.items() if value is not None}

    def provenance(self) -> Json:
        """Where the tree comes from; the platform is that of its prompt."""
        if not self.wanted.provenance:
            return {}
        tree = self.record.tree
        known = {"origin": tree.origin, "licence": tree.licence, "platform": tree.root.platform}
        return {name: value for name, value in known.items() if value is not None}

    def platform(self, message: Message) -> Json:
        """Where a message was written, for a line of its own."""
        return {"platform": message.platform} if self.wanted.provenance else {}

    def _own_platform(self, message: Message) -> Json:
        return {} if message.platform == self.record.tree.root.platform else self.platform(message)

    def _author(self, message: Message) -> str | None:
        if message.author_id is None:
            return message.pseudonym
        return self.names.of_person(message.author_id)

    def _events(self, message: Message) -> Json | None:
        ballots = self.record.ballots.get(message.id, ())
        events = [event for ballot in ballots if (event := self._ranking(message, ballot))]
        return {"ranking": sorted(events, key=_event_order)} if events else None

    def _ranking(self, parent: Message, ballot: Ballot) -> Json | None:
        """A ballot, about those replies that are in the file.

        `ranking` and `ranked_message_ids` name tied replies in the order in which they were
        shown; only `groups` tells that they are tied.
        """
        if ballot.person_id in self.record.without_consent:
            return None
        groups = _within(ballot.groups, self.public)
        shown = [i for i in ballot.shown if i in self.public]
        shown += [i for group in groups for i in group if i not in shown]
        ranked = [i for group in groups for i in sorted(group, key=shown.index)]
        if not ranked:
            return None
        event: Json = {
            "type": "ranking",
            "user_id": self._voter(ballot),
            "created_date": None if ballot.at is None else _date(ballot.at),
            "ranking": [shown.index(i) for i in ranked],
            "ranked_message_ids": [self.public[i] for i in ranked],
            "ranking_parent_id": self.public[parent.id],
            "message_tree_id": self.names.of_message(self.record.tree.root),
            "not_rankable": ballot.all_bad,
            "groups": [[self.public[i] for i in sorted(g, key=shown.index)] for g in groups],
            "method": ballot.method,
        }
        return {name: value for name, value in event.items() if value is not None}

    def _voter(self, ballot: Ballot) -> str | None:
        if ballot.person_id is None:
            return ballot.pseudonym
        return self.names.of_person(ballot.person_id)


def _within(groups: Iterable[Iterable[int]], public: Mapping[int, str]) -> list[list[int]]:
    kept = ([i for i in group if i in public] for group in groups)
    return [group for group in kept if group]


def _event_order(event: Json) -> tuple[str, str, str]:
    return (str(event.get("created_date", "")), str(event.get("user_id", "")), json_line(event))


def _labels(labels: Mapping[str, LabelSum]) -> Json:
    known = sorted(labels, key=lambda name: (_LABEL_ORDER.get(name, len(_LABEL_ORDER)), name))
    return {
        name: {"value": label_mean(labels[name]), "count": labels[name].count} for name in known
    }


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


# ---------------------------------------------------------------- Parquet

PARQUET_COLUMNS: Sequence[str] = (
    "message_id",
    "parent_id",
    "user_id",
    "created_date",
    "text",
    "role",
    "lang",
    "review_count",
    "review_result",
    "deleted",
    "rank",
    "synthetic",
    "model_name",
    "detoxify",
    "message_tree_id",
    "tree_state",
    "emojis",
    "labels",
)
"""The columns of the published Parquet files; `detoxify` is not computed here and stays empty."""


def parquet_row(line: Json) -> Json:
    """A message line as a row of the published table."""
    row = {name: line.get(name) for name in PARQUET_COLUMNS}
    return {
        **row,
        "emojis": _columns(line.get("emojis"), ("count",)),
        "labels": _columns(line.get("labels"), ("value", "count")),
    }


def _columns(values: object, names: Sequence[str]) -> Json | None:
    """A mapping as parallel lists; nothing for none."""
    if not isinstance(values, dict) or not values:
        return None
    columns: Json = {"name": list(values)}
    for name in names:
        columns[name] = [v[name] if isinstance(v, dict) else v for v in values.values()]
    return columns
