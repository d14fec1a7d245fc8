"""Names that many screens share: kinds of task, roles, buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.dialogue import Button, Emphasis, press
from core.model import Role, TaskKind
from core.text import N_, Text

# limit:45 title of a form, button
KIND_NAMES: Mapping[TaskKind, Text] = {
    TaskKind.INITIAL_PROMPT: N_("Write a first message"),
    TaskKind.PROMPTER_REPLY: N_("Reply as the user"),
    TaskKind.ASSISTANT_REPLY: N_("Reply as the assistant"),
    TaskKind.LABEL_INITIAL_PROMPT: N_("Review a first message"),
    TaskKind.LABEL_PROMPTER_REPLY: N_("Review a user's reply"),
    TaskKind.LABEL_ASSISTANT_REPLY: N_("Review an assistant's reply"),
    TaskKind.RANK_ASSISTANT_REPLIES: N_("Rank the assistant's replies"),
    TaskKind.RANK_PROMPTER_REPLIES: N_("Rank the user's replies"),
}

KIND_GOALS: Mapping[TaskKind, Text] = {
    TaskKind.INITIAL_PROMPT: N_(
        "Write the first message of a conversation with an assistant: ask for something real."
    ),
    TaskKind.PROMPTER_REPLY: N_("You are the user. Go on from the assistant's last message."),
    TaskKind.ASSISTANT_REPLY: N_(
        "You are the assistant. Reply to the last message as well as you can."
    ),
    TaskKind.LABEL_INITIAL_PROMPT: N_("Answer a few questions about this first message."),
    TaskKind.LABEL_PROMPTER_REPLY: N_("Answer a few questions about the user's last message."),
    TaskKind.LABEL_ASSISTANT_REPLY: N_("Answer a few questions about the assistant's last reply."),
    TaskKind.RANK_ASSISTANT_REPLIES: N_(
        "Put these replies to the last message in order, the best first."
    ),
    TaskKind.RANK_PROMPTER_REPLIES: N_("Put these replies of the user in order, the best first."),
}

# limit:45 heading
ROLE_NAMES: Mapping[Role, Text] = {
    Role.PROMPTER: N_("User"),
    Role.ASSISTANT: N_("Assistant"),
}


@dataclass(frozen=True, slots=True)
class SkipReason:
    name: str
    label: Text


SKIP_REASONS: tuple[SkipReason, ...] = (
    SkipReason("unsure", N_("I can't judge it")),
    SkipReason("language", N_("Not my language")),
    SkipReason("unclear", N_("It makes no sense")),
    SkipReason("boring", N_("Not interesting")),
    SkipReason("upsetting", N_("It upsets me")),
)

REPORT_REASONS: tuple[SkipReason, ...] = (
    SkipReason("spam", N_("Spam")),
    SkipReason("pii", N_("Personal data")),
    SkipReason("hate_speech", N_("Hate")),
    SkipReason("sexual_content", N_("Sexual content")),
    SkipReason("violence", N_("Violence or danger")),
    SkipReason("not_appropriate", N_("Something else")),
)


def take_task(label: Text | None = None) -> Button:
    return Button(press("work"), label or N_("Take a task"), Emphasis.PRIMARY)


def choose_kind() -> Button:
    return Button(press("choose"), N_("Choose a kind"))


def next_task() -> Button:
    return Button(press("next"), N_("Next task"), Emphasis.PRIMARY)
