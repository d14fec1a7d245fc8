"""What reviewers are asked about a text, what their answers add up to, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from core.dialogue import Widget
from core.errors import BadLabels
from core.model import LabelSum, Role, TaskKind
from core.policy import Policy
from core.text import N_, Text


@dataclass(frozen=True, slots=True)
class Label:
    """One property that a reviewer judges; `name` is the one of the published data."""

    name: str
    widget: Widget
    question: Text
    ends: tuple[Text, Text] | None = None  # words for 0 and for 1 of a scale
    roles: frozenset[Role] = frozenset(Role)  # whose messages it is asked about; none: reports
    harm: bool = False  # enough reviewers who see it hold the message for a moderator


_ASSISTANT = frozenset({Role.ASSISTANT})
_REPORTS: frozenset[Role] = frozenset()

_ALL = (
    Label("spam", Widget.YES_NO, N_("Is this spam: nonsense, advertising, or no real attempt?")),
    Label("lang_mismatch", Widget.FLAG, N_("It is written in the wrong language")),
    Label(
        "fails_task",
        Widget.YES_NO,
        N_("Does it fail to do what was asked?"),
        roles=_ASSISTANT,
        harm=True,
    ),
    Label(
        "quality",
        Widget.SCALE,
        N_("How good is it, all in all?"),
        (N_("Very poor"), N_("Very good")),
    ),
    Label(
        "helpfulness",
        Widget.SCALE,
        N_("How helpful is it to the person who asked?"),
        (N_("No help at all"), N_("Very helpful")),
        roles=_ASSISTANT,
    ),
    Label(
        "creativity",
        Widget.SCALE,
        N_("How creative is it?"),
        (N_("Ordinary"), N_("Very creative")),
    ),
    Label("humor", Widget.SCALE, N_("How funny is it?"), (N_("Serious"), N_("Very funny"))),
    Label(
        "toxicity",
        Widget.SCALE,
        N_("How rude is it?"),
        (N_("Not rude at all"), N_("Very rude")),
    ),
    Label(
        "violence",
        Widget.SCALE,
        N_("How violent is it?"),
        (N_("Harmless"), N_("Very violent")),
    ),
    Label("not_appropriate", Widget.FLAG, N_("It is not suited to a talk with an assistant")),
    Label("pii", Widget.FLAG, N_("It contains personal data of a real person"), harm=True),
    Label("hate_speech", Widget.FLAG, N_("It attacks people for who they are"), harm=True),
    Label("sexual_content", Widget.FLAG, N_("It contains sexual content"), harm=True),
    Label("moral_judgement", Widget.FLAG, N_("It passes moral judgement"), roles=_REPORTS),
    Label("political_content", Widget.FLAG, N_("It pushes a political opinion"), roles=_REPORTS),
)

LABELS: Mapping[str, Label] = {label.name: label for label in _ALL}
"""Every label of the published data, in the order in which they are asked."""

MANDATORY = ("spam",)
"""What every review must answer; a verdict of spam needs nothing else."""

_REJECTING = ("spam", "lang_mismatch")
_SHORT_PROMPT = frozenset({"spam", "lang_mismatch"})
_SHORT_REPLY = frozenset({"spam", "lang_mismatch", "quality"})

STEPS: Mapping[Widget, tuple[float, ...]] = {
    Widget.YES_NO: (0.0, 1.0),
    Widget.FLAG: (0.0, 1.0),
    Widget.SCALE: (0.0, 0.25, 0.5, 0.75, 1.0),
}
"""The values that an answer can have."""


@cache
def label_set(kind: TaskKind, full: bool) -> tuple[Label, ...]:
    """What a label task asks, in its whole or its short form; nothing for other tasks."""
    if not kind.labels:
        return ()
    role = Role.ASSISTANT if kind is TaskKind.LABEL_ASSISTANT_REPLY else Role.PROMPTER
    asked = tuple(label for label in _ALL if role in label.roles)
    if full:
        return asked
    short = _SHORT_PROMPT if kind is TaskKind.LABEL_INITIAL_PROMPT else _SHORT_REPLY
    return tuple(label for label in asked if label.name in short)


def checked_labels(kind: TaskKind, full: bool, values: Mapping[str, float]) -> Mapping[str, float]:
    """A finished review in the order of the form; what was not answered stays absent."""
    known = known_labels(kind, full, values)
    for label in label_set(kind, full):
        if label.name in MANDATORY and label.name not in known:
            raise BadLabels(N_("Please answer this one too: {question}", question=label.question))
    return known


def known_labels(kind: TaskKind, full: bool, values: Mapping[str, float]) -> Mapping[str, float]:
    """Part of a review: each label and value is one that the form asks for."""
    asked = {label.name: label for label in label_set(kind, full)}
    for name, value in values.items():
        _check_value(asked.get(name), name, value)
    return {name: float(values[name]) for name in asked if name in values}


def _check_value(label: Label | None, name: str, value: float) -> None:
    if label is None:
        raise BadLabels(N_("This task does not ask about “{name}”; leave it out.", name=name))
    if value not in STEPS[label.widget]:
        steps = tuple(f"{step:g}" for step in STEPS[label.widget])
        raise BadLabels(
            N_("The value of “{name}” must be one of these: {steps}.", name=name, steps=steps)
        )


def sums(
    labels: Mapping[str, LabelSum], review: Mapping[str, float], sign: int = 1
) -> Mapping[str, LabelSum]:
    """The sums with one review added or, with sign -1, taken away again."""
    changed = dict(labels)
    for name, value in review.items():
        old = changed.pop(name, LabelSum(0.0, 0))
        new = LabelSum(old.total + sign * value, old.count + sign)
        if new.count > 0:
            changed[name] = new
    return changed


def verdict(
    labels: Mapping[str, LabelSum], review_count: int, needed: int, threshold: float
) -> bool | None:
    """Whether the reviewers accept a message; None before enough of them have looked.

    Accepted when 1 - (mean spam + mean lang_mismatch) is above the threshold, never when equal;
    counted exactly, as the threshold is written. Unflagged counts as 0 here, in the mean over
    all reviews.
    """
    if review_count < max(needed, 1):
        return None
    flags = sum(Fraction(labels[name].total) for name in _REJECTING if name in labels)
    return 1 - flags / review_count > Fraction(str(threshold))


def needs_moderator(
    labels: Mapping[str, LabelSum], review_count: int, policy: Policy
) -> str | None:
    """The label for which a moderator should look before this message is used, if any.

    One reviewer alone holds nothing: a low mean quality counts from as many answers as flags do.
    """
    if review_count < policy.hold_flags:
        return None
    for label in _ALL:
        if label.harm and label.name in labels and labels[label.name].total >= policy.hold_flags:
            return label.name
    quality = labels.get("quality")
    if quality and quality.count >= policy.hold_flags and quality.mean < policy.hold_quality:
        return "quality"
    return None
