"""The corpus that simulated volunteers write from: prompts, replies of every quality, spam.

One file a language under `corpus/`, one JSON object a line: a prompt with its replies and
follow-ups, or a text that has no place in any tree.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict

PROMPT_QUALITY = 0.9
FOLLOW_UP_QUALITY = 0.85
SPAM_QUALITY = 0.02
OUT_OF_PLACE_QUALITY = 0.1
"""What a good reply is worth under somebody else's prompt."""
GOOD_ENOUGH_TO_FOLLOW = 0.6
"""From this quality on a reply invites the corpus's follow-up."""


@unique
class SpamKind(StrEnum):
    ADVERT = "advert"
    NONSENSE = "nonsense"
    ABUSE = "abuse"
    WRONG_LANGUAGE = "wrong_language"


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    quality: float
    """0 (harmful or off topic) to 1 (nothing to add), as its writer meant it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    text: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    text: str
    language: str
    replies: tuple[Reply, ...]
    follow_ups: tuple[FollowUp, ...]

    @property
    def asked(self) -> tuple["Prompt | FollowUp", ...]:
        """Everything of it that wants replies: the prompt itself and its follow-ups."""
        return (self, *self.follow_ups)


@dataclass(frozen=True, slots=True)
class Spam:
    text: str
    language: str
    """The language whose volunteers receive it, not always the one it is written in."""
    kind: SpamKind


@dataclass(frozen=True, slots=True)
class _Written:
    """What the corpus knows about one of its texts."""

    quality: float
    parents: frozenset[str] | None = None
    """Where it belongs (the empty text begins a tree); None when anywhere is as good."""


class _ReplyLine(TypedDict):
    text: str
    quality: float


class _FollowUpLine(TypedDict):
    text: str
    replies: list[_ReplyLine]


class _Line(TypedDict):
    prompt: NotRequired[str]
    replies: NotRequired[list[_ReplyLine]]
    follow_ups: NotRequired[list[_FollowUpLine]]
    spam: NotRequired[str]
    kind: NotRequired[str]


class Corpus:
    """Everything the project wrote for its campaign, found again by text."""

    def __init__(
        self, prompts: Mapping[str, tuple[Prompt, ...]], spam: Mapping[str, tuple[Spam, ...]]
    ) -> None:
        self._prompts = prompts
        self._spam = spam
        everything = [prompt for shelf in prompts.values() for prompt in shelf]
        self._by_text = {one_line(prompt.text): prompt for prompt in everything}
        self._replies: dict[str, tuple[Reply, ...]] = {
            one_line(asked.text): asked.replies for prompt in everything for asked in prompt.asked
        }
        self._written = dict(_written(everything, spam))

    @staticmethod
    def load() -> "Corpus":
        """The corpus that ships with the program, read at the first call."""
        return _shipped()

    def languages(self) -> tuple[str, ...]:
        return tuple(self._prompts)

    def prompts(self, language: str) -> tuple[Prompt, ...]:
        return self._prompts.get(language, ())

    def spam(self, language: str) -> tuple[Spam, ...]:
        return self._spam.get(language, ())

    def replies(self, prompt: str) -> tuple[Reply, ...]:
        """The replies to a prompt or to a follow-up, best first; none to foreign texts."""
        return self._replies.get(one_line(prompt), ())

    def follow_ups(self, prompt: str, reply: str) -> tuple[FollowUp, ...]:
        """What a prompter says next; a poor reply gets none."""
        asked = self._by_text.get(one_line(prompt))
        quality = self.quality(prompt, reply)
        if asked is None or (quality is not None and quality < GOOD_ENOUGH_TO_FOLLOW):
            return ()
        return asked.follow_ups

    def quality(self, prompt: str, text: str) -> float | None:
        """What the corpus says of this text in this place; None when it did not write it.

        The prompt of a text that begins a tree is the empty text.
        """
        written = self._written.get(one_line(text))
        if written is None:
            return None
        if written.parents is None or one_line(prompt) in written.parents:
            return written.quality
        return OUT_OF_PLACE_QUALITY


def one_line(text: str) -> str:
    """The text with every run of white space made one blank: how corpus texts are compared."""
    return " ".join(text.split())


def _written(
    prompts: list[Prompt], spam: Mapping[str, tuple[Spam, ...]]
) -> Iterator[tuple[str, _Written]]:
    beginning = frozenset({""})
    for prompt in prompts:
        yield one_line(prompt.text), _Written(PROMPT_QUALITY, beginning)
        for follow_up in prompt.follow_ups:
            yield one_line(follow_up.text), _Written(FOLLOW_UP_QUALITY)
        for asked in prompt.asked:
            place = frozenset({one_line(asked.text)})
            for reply in asked.replies:
                yield one_line(reply.text), _Written(reply.quality, place)
    for shelf in spam.values():
        for text in shelf:
            yield one_line(text.text), _Written(SPAM_QUALITY)


@cache
def _shipped() -> Corpus:
    prompts: dict[str, tuple[Prompt, ...]] = {}
    spam: dict[str, tuple[Spam, ...]] = {}
    folder = files("bot.campaign").joinpath("corpus")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        language, _, ending = file.name.partition(".")
        if ending != "jsonl":
            continue
        lines: list[_Line] = [
            json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()
        ]
        prompts[language] = tuple(_prompt(line, language) for line in lines if "prompt" in line)
        spam[language] = tuple(
            Spam(line["spam"], language, SpamKind(line["kind"])) for line in lines if "spam" in line
        )
    return Corpus(prompts, spam)


def _prompt(line: _Line, language: str) -> Prompt:
    follow_ups = tuple(
        FollowUp(asked["text"], _replies(asked["replies"])) for asked in line["follow_ups"]
    )
    return Prompt(line["prompt"], language, _replies(line["replies"]), follow_ups)


def _replies(lines: list[_ReplyLine]) -> tuple[Reply, ...]:
    replies = (Reply(line["text"], line["quality"]) for line in lines)
    return tuple(sorted(replies, key=lambda reply: -reply.quality))
