"""A toy language with a known grade, so that losses and whole rounds can be judged by truth.

A prompt is a question about a topic, a reply an opener, some sentences and a closer. The grade
is +2 for a reply that speaks of the topic and +1 for a polite one. Simulated volunteers see the
grade through noise. Nothing here is meant to be useful to talk to.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count as numbers
from pathlib import Path
from typing import Any

from training.oasst import split_of
from training.rows import RankedList, Reply

TOPICS = ["bread", "rivers", "chess", "bees", "clouds", "violins", "volcanoes", "trains"]
TOPICS += ["tomatoes", "owls", "glaciers", "maps"]
QUESTIONS = (
    "Tell me about {}.",
    "What should I know about {}?",
    "Can you explain {} to me?",
    "Why do people like {}?",
    "How do I learn about {}?",
    "Give me a short note on {}.",
    "What is special about {}?",
    "I wonder about {}.",
    "Where do I begin with {}?",
    "Is there a story about {}?",
)
POLITE = ("Sure, happy to help!", "Of course, gladly.", "Thank you for asking.")
BLUNT = ("Well.", "Look it up.", "Again this.")
BODIES = (
    "People have cared for {} for ages.",
    "Many books speak of {}.",
    "The best thing about {} is patience.",
    "You can find {} nearly everywhere.",
)
LENGTHS = (0, 1, 1, 2)  # bodies; a judge that never saw a reply without one is fooled by it
HELD_OUT = 8  # one tree in so many
CLOSERS = ("That is all.", "I hope this helps.", "Ask me more.")


@dataclass(frozen=True)
class ToyReply:
    text: str
    model_name: str | None = None


@dataclass(frozen=True)
class ToyTree:
    tree_id: str
    prompt: str
    groups: list[list[ToyReply]]  # best first, as the volunteers see it
    agreement: float | None
    ballots: int


def topic_of(prompt: str) -> str:
    return next(topic for topic in TOPICS if topic in prompt)


def grade(prompt: str, text: str) -> float:
    """The truth: +2 relevant, +1 polite."""
    relevant = topic_of(prompt) in text
    return 2.0 * relevant + 1.0 * any(opener in text for opener in POLITE)


def write_reply(prompt: str, chance: random.Random) -> str:
    """A reply that is relevant three times in four and polite once in four."""
    topic = topic_of(prompt)
    if chance.random() > 0.75:
        topic = chance.choice([other for other in TOPICS if other != topic])
    opener = chance.choice(POLITE if chance.random() < 0.25 else BLUNT)
    bodies = [body.format(topic) for body in chance.sample(BODIES, chance.choice(LENGTHS))]
    return " ".join([opener, *bodies, chance.choice(CLOSERS)])


def rank(
    prompt: str, replies: list[ToyReply], chance: random.Random, *, noise: float, ballots: int
) -> tuple[list[list[ToyReply]], float | None]:
    """The volunteers' consensus (ties where their mean places are equal) and Kendall's W."""
    places = [0] * len(replies)
    for _ in range(ballots):
        seen = [grade(prompt, reply.text) + chance.gauss(0, noise) for reply in replies]
        order = sorted(range(len(replies)), key=lambda index: -seen[index])
        for place, index in enumerate(order):
            places[index] += place
    groups = [
        [reply for reply, own in zip(replies, places, strict=True) if own == place]
        for place in sorted(set(places))
    ]
    return groups, _kendalls_w(places, ballots)


def _kendalls_w(places: list[int], ballots: int) -> float | None:
    """The agreement behind sums of places; an only reply has none."""
    count, middle = len(places), sum(places) / len(places)
    spread = sum((place - middle) ** 2 for place in places)
    return 12 * spread / (ballots**2 * (count**3 - count)) if count > 1 else None


def trees(
    count: int,
    *,
    seed: int,
    replies: int = 4,
    noise: float = 0.5,
    ballots: int = 3,
    writer: Callable[[str, random.Random], str] = write_reply,
) -> list[ToyTree]:
    """Trees of one prompt and some ranked replies; the same seed gives the same trees.

    Every eighth is held out.
    """
    chance = random.Random(seed)
    made = []
    for number in range(count):
        prompt = chance.choice(QUESTIONS).format(chance.choice(TOPICS))
        written = [ToyReply(writer(prompt, chance)) for _ in range(replies)]
        groups, w = rank(prompt, written, chance, noise=noise, ballots=ballots)
        name = named(f"toy-{seed}-{replies}-{number}", held_out=number % HELD_OUT == 0)
        made.append(ToyTree(name, prompt, groups, w, ballots))
    return made


def named(stem: str, *, held_out: bool) -> str:
    """A name that puts a tree on one side of the split, which depends on the name alone."""
    side = "validation" if held_out else "train"
    tries = (f"{stem}-{number}" for number in numbers())
    return next(name for name in tries if split_of(name) == side)


def ranked_list(tree: ToyTree) -> RankedList:
    """A toy tree as the row a training store would hold."""
    groups = [
        [
            Reply(f"{tree.tree_id}-{place}-{index}", reply.text, reply.model_name)
            for index, reply in enumerate(group)
        ]
        for place, group in enumerate(tree.groups)
    ]
    return RankedList(
        tree_id=tree.tree_id,
        lang="en",
        platform="toy",
        template="toy",
        split=split_of(tree.tree_id),
        parent_id=tree.tree_id,
        prompt=[{"role": "user", "content": tree.prompt}],
        groups=groups,
        agreement=tree.agreement,
        ballots=tree.ballots,
    )


def by_grade(row: RankedList) -> RankedList:
    """The same list as the truth would rank it."""
    prompt = row.prompt[-1]["content"]
    graded = [(grade(prompt, reply.content), reply) for reply in row.replies]
    groups = [
        [reply for own, reply in graded if own == value]
        for value in sorted({own for own, _ in graded}, reverse=True)
    ]
    return replace(row, groups=groups)


def write_trees(path: Path, made: Iterable[ToyTree]) -> None:
    """Write trees as published OASST lines."""
    with path.open("w", encoding="utf-8") as file:
        for tree in made:
            file.write(json.dumps(_oasst(tree), ensure_ascii=False) + "\n")


def _oasst(tree: ToyTree) -> dict[str, Any]:
    row = ranked_list(tree)
    replies = [
        {
            "message_id": reply.message_id,
            "parent_id": tree.tree_id,
            "text": reply.content,
            "role": "assistant",
            "lang": "en",
            "review_result": True,
            "deleted": False,
            "rank": place,
            "synthetic": reply.model_name is not None,
            "model_name": reply.model_name,
            "replies": [],
        }
        for place, group in enumerate(row.groups)
        for reply in group
    ]
    prompt = {
        "message_id": tree.tree_id,
        "text": tree.prompt,
        "role": "prompter",
        "lang": "en",
        "review_result": True,
        "deleted": False,
        "synthetic": False,
        "replies": replies,
    }
    return {
        "message_tree_id": tree.tree_id,
        "tree_state": "ready_for_export",
        "prompt": prompt,
    }
