"""How good a text is, from 0 to 1: what simulated volunteers vote by and the desk never sees."""

import re
from itertools import pairwise

from bot.campaign.corpus import OUT_OF_PLACE_QUALITY, SPAM_QUALITY, Corpus, one_line
from bot.campaign.templates import template_of
from bot.campaign.topics import mentions, words_of

RULE_FLOOR = 0.1
"""What a well-formed reply without a single point of the rule is still worth."""
POLITE_WORDS = frozenset(
    ("please", "thank", "thanks", "happy", "glad", "lovely", "hope", "welcome", "luck", "sorry")
)
RUDE_WORDS = frozenset(("stupid", "idiot", "idiots", "fool", "lazy", "shut", "boring", "nonsense"))
POINTS = 3
"""Two for keeping to the topic, one for politeness."""
FRESH = 0.85
"""The share of word pairs that are new; below it a text repeats itself."""
SHORT_REPLY, FULL_REPLY = 6, 45
"""Words that make a reply, and words from which a longer one is not better."""
UNENDED = 0.6
"""What is left of a text that stops in the middle."""
GUESS_FLOOR, GUESS_CEILING = 0.1, 0.8
"""A text that nobody marked is neither damned nor praised."""
ENDINGS = tuple('.!?…。！？؟`)]}"”»“’|*:')
QUESTION_QUALITY, STRAY_QUESTION_QUALITY = 0.85, 0.4
SHOUT = re.compile(r"!!!|！！！|www\.|https?://")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def grade(prompt: str, text: str) -> float:
    """Judge any text as the answer to a prompt; a text that begins a tree has the prompt ""."""
    known = Corpus.load().quality(prompt, text)
    if known is not None:
        return known
    if not _units(text) or one_line(prompt) == one_line(text):
        return 0.0
    asked_topic = template_of(text)
    if asked_topic is not None:
        return _question_grade(prompt, asked_topic)
    if template_of(prompt) is not None:
        return _rule_grade(prompt, text)
    return _guess(prompt, text)


def relevant(prompt: str, text: str) -> bool:
    """Does the text keep to the prompt's topic? Naming other topics more often does not."""
    topic = template_of(prompt)
    if topic is None:
        return _overlap(prompt, text) > 0
    mentioned = mentions(words_of(text))
    return mentioned[topic] > 0 and mentioned[topic] == max(mentioned.values())


def polite(text: str) -> bool:
    """Does an English text hold a kind word and no rude one?"""
    words = set(words_of(text))
    return bool(words & POLITE_WORDS) and not words & RUDE_WORDS


def _rule_grade(prompt: str, text: str) -> float:
    points = 2 * relevant(prompt, text) + polite(text)
    return (RULE_FLOOR + (1 - RULE_FLOOR) * points / POINTS) * _form(text)


def _question_grade(prompt: str, topic: str) -> float:
    """A templated question begins a tree or follows a reply; it does not answer a question."""
    if template_of(prompt) is not None:
        return OUT_OF_PLACE_QUALITY
    if not prompt.strip() or mentions(words_of(prompt))[topic]:
        return QUESTION_QUALITY
    return STRAY_QUESTION_QUALITY


def _guess(prompt: str, text: str) -> float:
    """Word overlap and length stand in for judgement where nobody marked the text."""
    if SHOUT.search(text):
        return SPAM_QUALITY
    length = min(1.0, len(_units(text)) / FULL_REPLY)
    overlap = min(1.0, 4 * _overlap(prompt, text)) if prompt.strip() else 0.5
    worth = GUESS_FLOOR + (GUESS_CEILING - GUESS_FLOOR) * (0.5 * length + 0.5 * overlap)
    return worth * _form(text)


def _form(text: str) -> float:
    """Penalties, multiplied: too short to be an answer, repeating itself, not brought to an end."""
    units = _units(text)
    pairs = list(pairwise(units))
    fresh = len(set(pairs)) / len(pairs) if pairs else 1.0
    short = min(1.0, len(units) / SHORT_REPLY)
    ended = 1.0 if text.rstrip().endswith(ENDINGS) else UNENDED
    return short * min(1.0, fresh / FRESH) ** 2 * ended


def _overlap(prompt: str, text: str) -> float:
    """The share of the prompt's content words that the text takes up."""
    asked = _terms(prompt)
    return len(asked & _terms(text)) / len(asked) if asked else 0.0


def _terms(text: str) -> set[str]:
    """Beginnings of longer words, so that inflected forms meet; pairs of signs in CJK."""
    latin = {word[:5] for word in words_of(CJK.sub(" ", text)) if len(word) >= 4}
    signs = {run[at : at + 2] for run in CJK.findall(text) for at in range(len(run) - 1)}
    return latin | signs


def _units(text: str) -> list[str]:
    """Words, and in scripts without blanks single signs."""
    return words_of(CJK.sub(lambda run: " ".join(f" {run[0]} "), text))
