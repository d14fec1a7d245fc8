"""Simulated volunteers: how people of different diligence write, label and rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from random import Random

from bot.campaign.grade import grade
from core.dialogue import LabelQuestion, Widget


@unique
class Diligence(StrEnum):
    CAREFUL = "careful"
    AVERAGE = "average"
    CARELESS = "careless"
    SPAMMING = "spamming"


@dataclass(frozen=True, slots=True)
class Habits:
    """What a degree of diligence means."""

    share: float  # of all volunteers
    noise: float  # standard deviation of what they think of a text, around its grade
    drafts: int  # texts they choose the best from; below 0: the worst
    answers: float  # the share of optional labels they answer
    distinguishes: float  # texts whose worth differs by less are a tie to them
    skips: float  # the share of tasks they skip


HABITS: Mapping[Diligence, Habits] = {
    Diligence.CAREFUL: Habits(0.35, 0.06, 3, 0.95, 0.04, 0.01),
    Diligence.AVERAGE: Habits(0.4, 0.14, 2, 0.6, 0.03, 0.03),
    Diligence.CARELESS: Habits(0.18, 0.35, -2, 0.2, 0.0, 0.08),
    Diligence.SPAMMING: Habits(0.07, 1.0, 1, 0.05, 0.0, 0.0),
}

SPAM_BELOW = 0.08
"""What is thought to be worth less is called spam."""
FAILS_BELOW = 0.12
"""What is thought to be worth less is said to fail its task."""
ALL_BAD_BELOW = 0.15
"""Replies that are all thought to be worth less are all called bad."""
SPAMMERS_WRITE_SPAM = 0.7
SPAMMERS_SEE_SPAM = 0.2


@dataclass(frozen=True, slots=True)
class Volunteer:
    name: str
    language: str
    diligence: Diligence

    @property
    def habits(self) -> Habits:
        return HABITS[self.diligence]

    @property
    def spams(self) -> bool:
        return self.diligence is Diligence.SPAMMING


def crowd(languages: Sequence[str], size: int, rng: Random) -> tuple[Volunteer, ...]:
    """So many volunteers; half of them speak the first language, the others share the rest."""
    first, *others = languages
    spoken = [
        first if n % 2 == 0 or not others else others[n // 2 % len(others)] for n in range(size)
    ]
    shares = [habits.share for habits in HABITS.values()]
    return tuple(
        Volunteer(f"Volunteer {number}", language, rng.choices(list(HABITS), shares)[0])
        for number, language in enumerate(spoken, start=1)
    )


def chosen_draft(volunteer: Volunteer, prompt: str, drafts: Sequence[str]) -> str:
    """The text that this volunteer sends, of those they thought of."""
    ordered = sorted(drafts, key=lambda text: grade(prompt, text))
    return ordered[0] if volunteer.habits.drafts < 0 else ordered[-1]


def opinion(volunteer: Volunteer, prompt: str, text: str, rng: Random) -> float:
    """What this volunteer thinks a text is worth."""
    return min(1.0, max(0.0, rng.gauss(grade(prompt, text), volunteer.habits.noise)))


def labels(
    volunteer: Volunteer,
    questions: Sequence[LabelQuestion],
    prompt: str,
    text: str,
    rng: Random,
) -> Mapping[str, float]:
    """The labels that this volunteer gives."""
    worth = opinion(volunteer, prompt, text, rng)
    if volunteer.spams:
        return {"spam": float(rng.random() < SPAMMERS_SEE_SPAM)}
    if worth < SPAM_BELOW:
        return {"spam": 1.0}
    answered = [q for q in questions if q.mandatory or rng.random() < volunteer.habits.answers]
    return {q.name: _value(q, worth, rng) for q in answered}


def _value(question: LabelQuestion, worth: float, rng: Random) -> float:
    if question.widget is not Widget.SCALE:
        return float(question.name == "fails_task" and worth < FAILS_BELOW)
    match question.name:
        case "quality" | "helpfulness":
            meant = worth
        case "toxicity" | "violence":
            meant = 0.0
        case _:
            meant = rng.triangular(0.0, 1.0, worth)
    return round(meant * 4) / 4


def order(
    volunteer: Volunteer, prompt: str, candidates: Sequence[str], rng: Random
) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Positions in groups, best first, and whether all are bad."""
    if volunteer.spams:
        return tuple((position,) for position in range(len(candidates))), False
    worths = [opinion(volunteer, prompt, text, rng) for text in candidates]
    best_first = sorted(range(len(candidates)), key=lambda position: -worths[position])
    groups: list[list[int]] = []
    for position in best_first:
        near = groups and (
            worths[groups[-1][0]] - worths[position] < volunteer.habits.distinguishes
        )
        if near:
            groups[-1].append(position)
        else:
            groups.append([position])
    return tuple(map(tuple, groups)), max(worths) < ALL_BAD_BELOW
