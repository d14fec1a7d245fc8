"""The twelve topics of the templated conversations, and the words that mention them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    doing: str
    words: frozenset[str]
    """Any of these words, and only these, mentions the topic."""
    facts: tuple[str, ...]


def _topic(doing: str, words: str, *facts: str) -> Topic:
    name = words.split()[0]
    return Topic(name, doing, frozenset(words.split()), facts)


TOPICS = (
    _topic(
        "baking bread",
        "bread breads dough loaf loaves",
        "Good bread needs time more than work.",
        "A dark crust keeps bread fresh for longer.",
        "Tap from below: bread that sounds hollow is done.",
        "Weigh the flour, and your bread turns out the same.",
    ),
    _topic(
        "playing chess",
        "chess pawn pawns checkmate",
        "In chess, look at what your opponent wants.",
        "A few chess puzzles a day are enough.",
        "A lost game of chess teaches more than a won one.",
        "Keep the king safe, that wins many games of chess.",
    ),
    _topic(
        "growing tomatoes",
        "tomatoes tomato",
        "Sun and dry leaves keep tomatoes healthy.",
        "Pinch out side shoots, and the tomatoes grow larger.",
        "Put tomatoes outside after the last cold night.",
        "A small roof protects tomatoes from rain.",
    ),
    _topic(
        "cycling",
        "cycling bicycle bicycles bike bikes cyclist",
        "A saddle at hip height makes cycling easier.",
        "Oil the chain, and cycling becomes quiet.",
        "In traffic, cycling well means being seen.",
        "Pump up the tyres, or cycling is hard work.",
    ),
    _topic(
        "brewing tea",
        "tea teas teapot",
        "Boiling water makes green tea bitter, so wait a little.",
        "Black tea needs three to five minutes.",
        "Keep tea dry, dark and far from spices.",
        "A second cup of good tea is softer.",
    ),
    _topic(
        "playing the guitar",
        "guitar guitars chord chords",
        "Tune the guitar before you play, every time.",
        "Three chords on the guitar are enough for a hundred songs.",
        "Slow practice on the guitar beats fast practice.",
        "Sore fingers from the guitar are over after three weeks.",
    ),
    _topic(
        "swimming",
        "swimming swim swims swimmer swimmers",
        "Breathe out under water, and swimming becomes calm.",
        "Lie flat and long, that makes swimming faster.",
        "Short lengths with breaks make swimming easier.",
        "Go swimming only where somebody can see you.",
    ),
    _topic(
        "painting",
        "painting paintings paint paints brush brushes",
        "Begin a painting with large shapes.",
        "Three colours are enough for a first painting.",
        "In a mirror a painting shows what is crooked.",
        "Leave the details of a painting for the end.",
    ),
    _topic(
        "knitting",
        "knitting knit knits yarn",
        "A thick scarf is the best start into knitting.",
        "Count each row, and knitting holds few surprises.",
        "Loose hands make knitting even.",
        "If a row goes wrong, knitting lets you undo it.",
    ),
    _topic(
        "taking photos",
        "photos photo camera cameras photographer",
        "Soft morning light makes better photos.",
        "Go one step closer, and most photos improve.",
        "Take ten photos of one thing before you move on.",
        "A clean lens saves many dull photos.",
    ),
    _topic(
        "camping",
        "camping camp camps tent tents",
        "Choose a dry and flat place for camping.",
        "Try everything at home before you go camping.",
        "Cold comes from below, so camping needs a good mat.",
        "Take all rubbish home after camping.",
    ),
    _topic(
        "making pottery",
        "pottery clay potter potters",
        "Press the air out before your pottery goes to the kiln.",
        "A week under a cloth keeps pottery from cracking.",
        "Use your hands alone at first in pottery.",
        "Even walls are the secret of light pottery.",
    ),
)


def mentions(words: Sequence[str]) -> dict[str, int]:
    """How many of the words belong to each topic."""
    return {topic.name: sum(word in topic.words for word in words) for topic in TOPICS}


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
