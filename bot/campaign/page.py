"""The page that the demonstration ends with: what was gained, in figures and in samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.table import Table

from bot.campaign.grade import grade, polite, relevant
from training.markdown import cell

PAGE = "report.md"
_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, before and after."""

    what: str
    before: float
    after: float

    @property
    def gained(self) -> float:
        return self.after - self.before


class Page:
    """Reads what two rounds of training measured and tells it in one place."""

    def __init__(self, folder: Path, first: str, second: str) -> None:
        self.path = folder / PAGE
        self._folder, self._first, self._second = folder, first, second
        self._one = _json(folder / first / "metrics.json")
        self._two = _json(folder / second / "metrics.json")
        lines = (folder / first / "samples.jsonl").read_text("utf-8").splitlines()
        self._samples: list[dict[str, Any]] = [json.loads(line) for line in lines]

    @property
    def gains(self) -> Sequence[Figure]:
        """What reinforcement learning, and the second round, changed."""
        rl, own = self._one["rl"], self._two["reward"]["rounds"]["own_replies"]
        human = self._two["reward"]["rounds"]["human_replies"]
        return [
            Figure("mean reward, held-out prompts", rl["before"]["reward"], rl["after"]["reward"]),
            Figure("grade of those replies", *self._mean(grade)),
            Figure("keep to the topic", *self._mean(relevant)),
            Figure("are polite", *self._mean(polite)),
            Figure("reward model on the model's own replies", *_rounds(own)),
            Figure("reward model on people's replies", *_rounds(human)),
        ]

    @property
    def accuracy(self) -> tuple[float, float]:
        """The first reward model on held-out pairs: against the grade, and against the votes."""
        found = self._one["reward"]
        return _value(found["against_grade"]["model"]), _value(found["model"]["pairs"])

    def figures(self) -> Table:
        """For the screen."""
        table = Table(title="What came of it", header_style="bold")
        for column in ("measured", "before", "after", "gained"):
            table.add_column(column, justify="left" if column == "measured" else "right")
        for gain in self.gains:
            table.add_row(
                gain.what, f"{gain.before:.3f}", f"{gain.after:.3f}", f"{gain.gained:+.3f}"
            )
        return table

    def write(self) -> Page:
        self.path.write_text("\n".join(self._lines()) + "\n", "utf-8")
        return self

    def _lines(self) -> Iterator[str]:
        by_grade, by_votes = self.accuracy
        own = self._two["reward"]["rounds"]["own_replies"]
        yield "# From a campaign to a better model, and back\n"
        yield (
            "Simulated volunteers wrote, reviewed and ranked; a model of less than half a million"
            " weights learned from the\ntemplated part of it, whose truth is known: two points for"
            " keeping to the topic, one for politeness. All figures are\nof trees that no step"
            " learned from.\n"
        )
        yield (
            f"The first reward model orders {by_grade:.1%} of the pairs that differ in grade as the"
            f" grade does, and {by_votes:.1%}\nof all pairs as the volunteers did; a judge who knew"
            f" the truth would reach about {self._ceiling()} of the votes.\n"
        )
        yield "| | before | after | gained |\n| --- | ---: | ---: | ---: |"
        for gain in self.gains:
            yield f"| {gain.what} | {gain.before:.3f} | {gain.after:.3f} | {gain.gained:+.3f} |"
        yield (
            "\nThe first four rows compare the fine-tuned model with what reinforcement learning"
            " made of it. The last two compare\nthe first reward model with a second one, which"
            " learned on from the volunteers' rankings of the model's own replies\n"
            f"({own['lists']} held-out rankings, against the grade).\n"
        )
        for step, title in _CURVES.items():  # a run of very few steps has no curve
            picture = f"{self._first}/figures/{step}.png"
            if (self._folder / picture).is_file():
                yield f"![{title}]({picture})"
        yield "\n## Before and after\n\n| prompt | fine-tuned | after RL |\n| --- | --- | --- |"
        for sample in self._samples[:_SAMPLES]:
            asked = sample["prompt"][-1]["content"]
            yield f"| {cell(asked)} | {_told(sample, 'before')} | {_told(sample, 'after')} |"
        yield (
            f"\nThe number is the true grade of a reply, from 0 to 1. More: [first round]"
            f"({self._first}/report.md), [second round]({self._second}/report.md), [the training"
            " store](training-store/README.md)."
        )

    def _ceiling(self) -> str:
        found = self._one["reward"]["ceiling"]
        return f"{found['perfect_judge']:.1%}" if found else "an unknown share"

    def _mean(self, judge: Any) -> tuple[float, float]:
        before, after = (
            fmean(
                judge(sample["prompt"][-1]["content"], reply["text"])
                if judge is not polite
                else polite(reply["text"])
                for sample in self._samples
                for reply in sample[side]
            )
            for side in ("before", "after")
        )
        return before, after


_CURVES = {
    "sft": "Fine-tuning",
    "reward": "Reward model",
    "rl": "Reinforcement learning",
    "rewards": "Rewards before and after",
}


def _rounds(part: dict[str, Any]) -> tuple[float, float]:
    """Against the grade, the first reward model and the second."""
    first, second = (part[f"{turn}_against_grade"]["model"] for turn in ("first", "second"))
    return _value(first), _value(second)


def _value(found: dict[str, Any] | None) -> float:
    """Not a number where no two replies differ in grade."""
    return float(found["value"]) if found else nan


def _told(sample: dict[str, Any], side: str) -> str:
    prompt, text = sample["prompt"][-1]["content"], sample[side][0]["text"]
    return f"{cell(text)} ({grade(prompt, text):.2f})"


def _json(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told
