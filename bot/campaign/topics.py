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
        "Good bread needs time more than work, so let the dough rest overnight.",
        "A bread with a dark crust keeps fresh for longer.",
        "Tap the loaf from below: bread that sounds hollow is done.",
        "Weigh the flour and the water, and your bread turns out the same each week.",
    ),
    _topic(
        "playing chess",
        "chess pawn pawns checkmate",
        "In chess, look at what your opponent wants before you move.",
        "Solve a few chess puzzles every day rather than many on Sunday.",
        "A lost chess game teaches more than a won one if you look at it again.",
        "Bring out your pieces early and keep the king safe, that wins many chess games.",
    ),
    _topic(
        "growing tomatoes",
        "tomatoes tomato",
        "Tomatoes love sun, a deep drink in the morning and dry leaves.",
        "Pinch out the side shoots, and the tomatoes become larger.",
        "Put tomatoes outside only after the last cold night.",
        "A roof of glass or foil protects tomatoes from rain and rot.",
    ),
    _topic(
        "cycling",
        "cycling bicycle bicycles bike bikes cyclist",
        "Cycling is easier with a saddle at the height of your hip.",
        "Oil the chain of your bike once a month and listen to it.",
        "In traffic, cycling well means being seen and being predictable.",
        "Pump up the tyres first: a soft tyre makes cycling hard work.",
    ),
    _topic(
        "brewing tea",
        "tea teas teapot",
        "Green tea turns bitter in boiling water, so wait two minutes.",
        "Black tea needs three to five minutes and a warm teapot.",
        "Keep tea dry, dark and far away from spices.",
        "Good tea leaves may be used twice, and the second cup is softer.",
    ),
    _topic(
        "playing the guitar",
        "guitar guitars chord chords",
        "Tune the guitar before you play, every single time.",
        "With three chords on the guitar you can play a hundred songs.",
        "Slow guitar practice with a steady beat beats fast practice with errors.",
        "New guitar players get sore fingers, and after three weeks it is over.",
    ),
    _topic(
        "swimming",
        "swimming swim swims swimmer swimmers",
        "In swimming, breathe out slowly under water and the panic goes.",
        "Lie flat and long: calm swimming is faster than wild swimming.",
        "Short lengths with breaks make swimming easier to learn.",
        "Go swimming only where somebody can see you.",
    ),
    _topic(
        "painting",
        "painting paintings paint paints brush brushes",
        "Begin a painting with large shapes and leave the details for later.",
        "Mix less than you think: three colours are enough for a first painting.",
        "Look at your painting in a mirror, and you see what is crooked.",
        "Wash the brush at once, dry paint ruins it.",
    ),
    _topic(
        "knitting",
        "knitting knit knits yarn",
        "A scarf of thick yarn is the kindest start into knitting.",
        "Count the stitches after each row and knitting holds few surprises.",
        "Loose hands make knitting even; tight ones make it hard.",
        "If a row goes wrong, knitting forgives you: undo it and go on.",
    ),
    _topic(
        "taking photos",
        "photos photo camera cameras photographer",
        "Soft light in the morning makes better photos than any camera.",
        "Go one step closer, and most photos improve.",
        "Take ten photos of one thing before you move on.",
        "Clean the lens: a third of all dull photos are only dusty.",
    ),
    _topic(
        "camping",
        "camping camp camps tent tents",
        "For camping choose a dry, flat place a little above the water.",
        "Put up the tent once at home before you go camping.",
        "Cold comes from below, so camping needs a good mat.",
        "Take all rubbish home and nobody minds your camping.",
    ),
    _topic(
        "making pottery",
        "pottery clay potter potters",
        "Press the air out of the clay, or your pottery may burst in the kiln.",
        "Pottery dries slowly: a week under a cloth prevents cracks.",
        "Start pottery with your hands alone, and use the wheel later.",
        "Thin, even walls are the secret of light pottery.",
    ),
)


def mentions(words: Sequence[str]) -> dict[str, int]:
    """How many of the words belong to each topic."""
    return {topic.name: sum(word in topic.words for word in words) for topic in TOPICS}


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
