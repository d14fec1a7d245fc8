"""What simulated volunteers have to say: nobody writes what somebody wrote before in that place."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from bot.campaign import small_talk
from bot.campaign.corpus import Corpus
from bot.campaign.templates import (
    template_of,
    templated_follow_up,
    templated_prompts,
    templated_reply,
)
from bot.campaign.volunteers import SPAMMERS_WRITE_SPAM, Volunteer, chosen_draft

TEMPLATED_SHARE = 0.8
"""Of the prompts in English, for a small model to learn from."""
UNCHOSEN_TRIES = 3
"""Where nobody chooses among drafts, the first that is new in its place is sent."""
_FROM_THE_TOP = 3
"""A reply is chosen among so many of the corpus's best that are left; by the careless, worst."""

Thread = tuple[str, ...]
"""The texts of a conversation, from the prompt on."""


class Writers:
    """Texts for every writing task, each used once below the same text.

    Volunteers who are not choosy send templated replies as they come, good or bad, so that what
    is ranked, and learned from, is of all kinds.
    """

    def __init__(self, rng: Random, *, choosy: bool = True) -> None:
        self._choosy = choosy
        self._corpus = Corpus.load()
        self._rng = rng
        self._used: set[Thread] = set()
        self._prompts = {
            language: self._shuffled(prompt.text for prompt in self._corpus.prompts(language))
            for language in self._corpus.languages()
        }
        self._templated = self._shuffled(templated_prompts())

    def prompt(self, volunteer: Volunteer) -> str | None:
        """A prompt that began no tree yet; None when there is none left."""
        if spam := self._spam(volunteer):
            return spam
        real = self._prompts[volunteer.language]
        templated = self._templated if volunteer.language == "en" else []
        if templated and (not real or self._rng.random() < TEMPLATED_SHARE):
            return templated.pop()
        return real.pop() if real else None

    def reply(self, volunteer: Volunteer, thread: Thread) -> str | None:
        """An assistant's answer to the last message of a thread."""
        if spam := self._spam(volunteer):
            return spam
        if template_of(thread[-1]) is not None:
            count = abs(volunteer.habits.drafts) if self._choosy else UNCHOSEN_TRIES
            drafts = self._left(
                thread, (templated_reply(thread[-1], self._rng) for _ in [0] * count)
            )
            return self._chosen(volunteer, thread, drafts if self._choosy else drafts[:1])
        return self._chosen(volunteer, thread, self._remembered(volunteer, thread))

    def follow_up(self, volunteer: Volunteer, thread: Thread) -> str | None:
        """What the prompter says after the last reply of a thread."""
        if spam := self._spam(volunteer):
            return spam
        if template_of(thread[-2]) is not None:
            return templated_follow_up(thread[-2], self._rng)
        asked = [follow_up.text for follow_up in self._corpus.follow_ups(thread[-2], thread[-1])]
        drafts = self._left(thread, asked) or self._left(
            thread, self._rng.sample(small_talk.follow_ups(volunteer.language), 2)
        )
        return self._chosen(volunteer, thread, drafts)

    def _remembered(self, volunteer: Volunteer, thread: Thread) -> list[str]:
        """Replies that the corpus has, or that take up what was said before."""
        count = abs(volunteer.habits.drafts)
        left = self._left(thread, (reply.text for reply in self._corpus.replies(thread[-1])))
        if left:
            careless = volunteer.habits.drafts < 0
            reachable = left[-_FROM_THE_TOP:] if careless else left[:_FROM_THE_TOP]
        else:
            said = thread[-2] if len(thread) > 1 else thread[-1]
            reachable = self._left(thread, small_talk.answers(volunteer.language, said))
        return self._rng.sample(reachable, min(count, len(reachable)))

    def _left(self, thread: Thread, texts: Iterable[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if (*thread, text) not in self._used]

    def _chosen(self, volunteer: Volunteer, thread: Thread, drafts: list[str]) -> str | None:
        if not drafts:
            return None
        text = chosen_draft(volunteer, thread[-1], drafts)
        self._used.add((*thread, text))
        return text

    def _spam(self, volunteer: Volunteer) -> str | None:
        texts = self._corpus.spam(volunteer.language)
        if volunteer.spams and texts and self._rng.random() < SPAMMERS_WRITE_SPAM:
            return self._rng.choice(texts).text
        return None

    def _shuffled(self, texts: Iterable[str]) -> list[str]:
        deck = list(texts)
        self._rng.shuffle(deck)
        return deck
