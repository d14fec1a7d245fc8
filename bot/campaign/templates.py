"""Templated English conversations whose best reply follows a rule that a small model can learn.

A reply that speaks of the prompt's topic is worth two points, a polite one a third.
"""

import random
from dataclasses import dataclass
from functools import cache

from bot.campaign.corpus import Corpus, one_line
from bot.campaign.topics import TOPICS, Topic

RELEVANT_SHARE = 0.75
"""Most demonstrations must keep to the topic, or a small model never learns to copy it."""
POLITE_SHARE = 0.5
TEMPLATED, CORPUS = "templated", "corpus"
"""Tags of trees that begin with a templated prompt, or with one of the corpus."""
BODY_LENGTHS = (0, 1, 1, 2, 2)
"""Sentences between opener and closer; a reply without any is rarer than the others."""


QUESTIONS = {
    "How do I start {doing}?": "Start {doing} with one small step and repeat it often.",
    "What is the most common mistake in {doing}?": "Most people hurry in {doing}; slow down.",
    "What do I need for {doing}?": "For {doing} you need less than the shops tell you.",
    "How much time does {doing} take?": "Two hours of {doing} a week are plenty at first.",
    "Is {doing} expensive?": "If you borrow what you need, {doing} is cheap.",
    "How can I teach {doing} to a child?": "Show {doing} as a game and stop while it is fun.",
    "Am I too old for {doing} at sixty?": "Sixty is a fine age for {doing}; go gently.",
    "Why do so many people enjoy {doing}?": "People enjoy {doing} because progress is easy to see.",
    "How do I get better at {doing}?": "Work on one weak point of {doing} at a time.",
    "Is {doing} more fun alone or with friends?": "Alone, {doing} is calm; friends keep you going.",
    "I keep failing at {doing}. What should I change?": "Change one thing in {doing} at a time.",
    "Can you explain {doing} in simple words?": "In short, {doing} is a chain of small steps.",
    "What is a good present for someone who loves {doing}?": "Give a free day for {doing}.",
    "What should my first hour of {doing} look like?": "Use the first hour of {doing} to play.",
}
FOLLOW_UPS = {
    "What comes after the first month of {doing}?": "After a month, make {doing} a fixed habit.",
    "How do I see that I make progress in {doing}?": "Keep a diary of {doing} and compare.",
    "What if I lose interest in {doing}?": "Rest from {doing} for a week and begin again.",
    "Could you give me one exercise for {doing}?": "Repeat the easiest part of {doing} ten times.",
    "Is there a risk in {doing}?": "The risk in {doing} is small if you stop when you are tired.",
}
PROMPT_FRAMES = (
    "{question}",
    "Hello! {question}",
    "I am a complete beginner. {question}",
    "A friend asked me this today: {question}",
    "I only have the weekends. {question}",
    "I am curious. {question}",
    "Tell me briefly: {question}",
)
FOLLOW_UP_FRAMES = ("{question}", "I see. {question}", "Good to know. {question}")

POLITE_OPENERS = (
    "Thank you for asking about {name}!",
    "I am happy to help with {name}.",
    "What a lovely question about {name}!",
)
POLITE_VAGUE_OPENERS = ("Thank you for the question!", "I am happy to help.", "I am glad you ask!")
CURT_OPENERS = ("So, {name}.", "Right, {name} then.", "About {name}.")
CURT_VAGUE_OPENERS = ("Well.", "Listen.", "Not this again.", "Everybody knows that.")
POLITE_CLOSERS = (
    "I hope this helps!",
    "Please ask again if something is unclear.",
    "Good luck with it!",
    "You are welcome to ask more.",
)
CURT_CLOSERS = ("That is all.", "Now you know.", "Do what you like.", "Find out the rest yourself.")
VAGUE_SENTENCES = (
    "It depends on many things.",
    "There is a lot to say about this.",
    "Everybody has to find their own way.",
    "Opinions differ, as they always do.",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    topic: Topic
    answer: str


def templated_prompt(rng: random.Random) -> str:
    return rng.choice(templated_prompts())


def templated_follow_up(prompt: str, rng: random.Random) -> str:
    """A further question about the prompt's topic."""
    question = rng.choice(tuple(FOLLOW_UPS)).format(doing=_asked(prompt).topic.doing)
    return rng.choice(FOLLOW_UP_FRAMES).format(question=question)


def templated_reply(prompt: str, rng: random.Random) -> str:
    """A reply of random worth: opener, none to two sentences, closer."""
    asked = _asked(prompt)
    polite = rng.random() < POLITE_SHARE
    if rng.random() < RELEVANT_SHARE:
        words = _relevant_words(asked, polite, rng)
    else:
        words = _stray_words(asked, polite, rng)
    closer = rng.choice(POLITE_CLOSERS if polite else CURT_CLOSERS)
    return " ".join([*words, closer])


@cache
def templated_prompts() -> tuple[str, ...]:
    """Every prompt that can begin a templated tree."""
    return tuple(text for text, _ in _instances(QUESTIONS, PROMPT_FRAMES))


def template_of(text: str) -> str | None:
    """The topic of a templated prompt or follow-up; None for any other text."""
    asked = _table().get(one_line(text))
    return asked.topic.name if asked else None


def text_tag(prompt: str) -> str | None:
    """What tags a tree that simulated volunteers wrote; None for the prompts of real ones."""
    if template_of(prompt) is not None:
        return TEMPLATED
    return CORPUS if Corpus.load().quality("", prompt) is not None else None


def _relevant_words(asked: _Asked, polite: bool, rng: random.Random) -> list[str]:
    body = rng.choice(BODY_LENGTHS)
    sentences = [_filled(asked.answer, asked.topic), rng.choice(asked.topic.facts)]
    told = rng.sample(sentences, body)
    openers: tuple[str, ...] = POLITE_OPENERS if polite else CURT_OPENERS
    if told and rng.random() < 0.5:
        openers = POLITE_VAGUE_OPENERS if polite else CURT_VAGUE_OPENERS
    return [_filled(rng.choice(openers), asked.topic), *told]


def _stray_words(asked: _Asked, polite: bool, rng: random.Random) -> list[str]:
    """Sentences about nothing, or about another topic."""
    other = rng.choice([topic for topic in TOPICS if topic != asked.topic])
    sentences = rng.choice((VAGUE_SENTENCES, (_filled(asked.answer, other), *other.facts)))
    opener = rng.choice(POLITE_VAGUE_OPENERS if polite else CURT_VAGUE_OPENERS)
    return [opener, *rng.sample(sentences, rng.choice(BODY_LENGTHS))]


def _asked(prompt: str) -> _Asked:
    try:
        return _table()[one_line(prompt)]
    except KeyError:
        raise ValueError(f"this prompt is not templated: {prompt!r}") from None


@cache
def _table() -> dict[str, _Asked]:
    return dict([*_instances(QUESTIONS, PROMPT_FRAMES), *_instances(FOLLOW_UPS, FOLLOW_UP_FRAMES)])


def _instances(questions: dict[str, str], frames: tuple[str, ...]) -> list[tuple[str, _Asked]]:
    return [
        (frame.format(question=_filled(question, topic)), _Asked(topic, answer))
        for frame in frames
        for question, answer in questions.items()
        for topic in TOPICS
    ]


def _filled(sentence: str, topic: Topic) -> str:
    return sentence.format(name=topic.name, doing=topic.doing)
