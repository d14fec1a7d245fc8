"""What of the store goes to the training store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.exchange.errors import FileError
from core.archive import Choice, Wanted
from core.export import Json
from core.labels import LABELS
from core.model import TreeState

STATES = frozenset(
    {
        TreeState.PROMPT_LOTTERY_WAITING,
        TreeState.GROWING,
        TreeState.RANKING,
        TreeState.READY_FOR_EXPORT,
        TreeState.BACKLOG_RANKING,
    }
)
"""Trees whose prompt is accepted and that nobody halted; only finished ones give rankings."""

_BOUND = re.compile(r"(\w+)(>=|<=)([01](?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Bound:
    """Texts whose mean of a label lies beyond it stay here, with everything below them."""

    label: str
    least: float = 0.0
    most: float = 1.0

    @classmethod
    def from_words(cls, words: str) -> Bound:
        """`quality>=0.5`, `toxicity<=0.2`."""
        found = _BOUND.fullmatch(words.replace(" ", ""))
        if found is None or found[1] not in LABELS:
            known = ", ".join(LABELS)
            raise FileError(f"{words}: write it like quality>=0.5; the labels are {known}.")
        value = float(found[3])
        return cls(found[1], least=value) if found[2] == ">=" else cls(found[1], most=value)

    def admits(self, labels: Mapping[str, Json]) -> bool:
        """What nobody judged stays in."""
        given = labels.get(self.label)
        return given is None or self.least <= float(str(given["value"])) <= self.most


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters of a training store; without any, all that may be published."""

    languages: frozenset[str] | None = None
    platforms: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    minimum_agreement: float = 0.0  # of the ballots on a list; lists of one ballot have none
    bounds: Sequence[Bound] = ()

    def wanted(self, synthetic: Choice) -> Wanted:
        return Wanted(
            states=STATES,
            languages=self.languages,
            platforms=self.platforms,
            since=self.since,
            until=self.until,
            unlicensed=False,
            synthetic=synthetic,
            provenance=True,
        )

    def as_json(self) -> Json:
        return {
            "languages": None if self.languages is None else sorted(self.languages),
            "platforms": None if self.platforms is None else sorted(self.platforms),
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "minimum_agreement": self.minimum_agreement,
            "labels": [[bound.label, bound.least, bound.most] for bound in self.bounds],
        }
