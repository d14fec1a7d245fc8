"""What the tutorial teaches: three steps for each kind of work, each with a question."""

from __future__ import annotations

from collections.abc import Mapping

from core.desk.lessons import labelling, ranking, writing
from core.desk.lessons.step import Choice, Step
from core.model import TaskKind

__all__ = ["LESSONS", "Choice", "Step"]

LESSONS: Mapping[TaskKind, tuple[Step, ...]] = {
    TaskKind.INITIAL_PROMPT: writing.INITIAL_PROMPT,
    TaskKind.PROMPTER_REPLY: writing.PROMPTER_REPLY,
    TaskKind.ASSISTANT_REPLY: writing.ASSISTANT_REPLY,
    TaskKind.LABEL_INITIAL_PROMPT: labelling.INITIAL_PROMPT,
    TaskKind.LABEL_PROMPTER_REPLY: labelling.PROMPTER_REPLY,
    TaskKind.LABEL_ASSISTANT_REPLY: labelling.ASSISTANT_REPLY,
    TaskKind.RANK_ASSISTANT_REPLIES: ranking.ASSISTANT_REPLIES,
}
