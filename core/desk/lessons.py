"""What the tutorial teaches: three steps for each kind of work, each with a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.model import Role, TaskKind
from core.text import N_, Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a step's question, and what is said to those who choose it."""

    label: Text
    feedback: Text
    right: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Something to know, an example where one helps, and a question about it."""

    lesson: Text
    question: Text
    choices: tuple[Choice, ...]
    example: tuple[tuple[Role, Text], ...] = ()


LESSONS: Mapping[TaskKind, tuple[Step, ...]] = {
    TaskKind.INITIAL_PROMPT: (
        Step(
            lesson=N_("A first message asks for something that you, or somebody, really wants."),
            question=N_("Which of these is a good first message?"),
            choices=(
                Choice(N_("“hello”"), N_("It asks for nothing, so nobody can answer it well.")),
                Choice(
                    N_("“How do I get red wine out of a carpet?”"),
                    N_("Yes: a real need, clearly put."),
                    right=True,
                ),
            ),
        ),
    ),
}
