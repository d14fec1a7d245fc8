"""What a bucket holds, in numbers that can be added up: for the manifest, the card, the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.exchange.sync.views import Sight
from core.export import Json

AGREEMENT_STEPS = 10
"""Columns of the picture of agreement, from 0 to 1."""

_NAMES = (
    "rows", "trees", "languages", "platforms", "licences", "models",
    "lengths", "agreement", "agreement_sums", "agreement_counts", "label_sums", "label_counts",
)  # fmt: skip


@dataclass(slots=True)
class Counts:
    """Sums over trees; keys are words, joined by a bar where two belong together."""

    rows: Counter[str] = field(default_factory=Counter)  # view|split
    trees: Counter[str] = field(default_factory=Counter)  # language|state
    languages: Counter[str] = field(default_factory=Counter)  # trees
    platforms: Counter[str] = field(default_factory=Counter)  # messages
    licences: Counter[str] = field(default_factory=Counter)  # trees, of imported ones
    models: Counter[str] = field(default_factory=Counter)  # messages that one wrote
    lengths: Counter[str] = field(default_factory=Counter)  # role|power of two
    agreement: Counter[str] = field(default_factory=Counter)  # tenths; none
    agreement_sums: Counter[str] = field(default_factory=Counter)  # by language, in millionths
    agreement_counts: Counter[str] = field(default_factory=Counter)  # lists, by language
    label_sums: Counter[str] = field(default_factory=Counter)  # means in millionths
    label_counts: Counter[str] = field(default_factory=Counter)  # messages
    withdrawn: list[str] = field(default_factory=list)

    def add(self, sight: Sight) -> None:
        """One more tree."""
        self.withdrawn += sight.withdrawn
        for view, rows in sight.rows.items():
            self.rows[f"{view}|{sight.split}"] += len(rows)
        for tree in sight.rows.get("trees", ()):
            self._add_tree(tree)
        for message in sight.rows.get("messages", ()):
            self._add_message(message)
        for told in sight.rows.get("lists", ()):
            self._add_agreement(str(told["lang"]), told["agreement"])

    def _add_agreement(self, lang: str, found: object) -> None:
        if not isinstance(found, float):
            self.agreement["none"] += 1
            return
        self.agreement[_step(found)] += 1
        self.agreement_sums[lang] += round(found * 1_000_000)
        self.agreement_counts[lang] += 1

    def _add_tree(self, tree: Mapping[str, Any]) -> None:
        lang = tree["prompt"]["lang"]
        self.trees[f"{lang}|{tree['tree_state']}"] += 1
        self.languages[lang] += 1
        if "origin" in tree:
            self.licences[tree["licence"]] += 1

    def _add_message(self, message: Mapping[str, Any]) -> None:
        self.platforms[message["platform"]] += 1
        self.lengths[f"{message['role']}|{len(message['text']).bit_length()}"] += 1
        if message.get("synthetic"):
            self.models[message.get("model_name", "unnamed")] += 1
        for name, given in (message.get("labels") or {}).items():
            self.label_sums[name] += round(given["value"] * 1_000_000)
            self.label_counts[name] += 1

    def as_json(self) -> Json:
        told: Json = {name: dict(sorted(getattr(self, name).items())) for name in _NAMES}
        return {**told, "withdrawn": sorted(self.withdrawn)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Counts:
        sums = {name: Counter[str](told[name]) for name in _NAMES}
        return cls(**sums, withdrawn=list(told["withdrawn"]))

    @classmethod
    def of_all(cls, parts: Iterable[Counts]) -> Counts:
        whole = cls()
        for part in parts:
            for name in _NAMES:
                getattr(whole, name).update(getattr(part, name))
            whole.withdrawn += part.withdrawn
        whole.withdrawn.sort()
        return whole


def _step(agreement: float) -> str:
    return str(min(int(agreement * AGREEMENT_STEPS), AGREEMENT_STEPS - 1))
