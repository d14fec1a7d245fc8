"""What a lesson is made of: something to know, an example, a question with its answers."""

from __future__ import annotations

from dataclasses import dataclass

from core.model import Role
from core.text import Text


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
