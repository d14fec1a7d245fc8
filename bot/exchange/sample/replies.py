"""Completions of a model, put into the store to be ranked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.exchange.errors import FileError
from bot.exchange.files import lines
from bot.exchange.sample.prompts import trees_named
from core.export import Pseudonyms, json_line
from core.flow.growth import wake_tree
from core.flow.joining import Joined, Prompt, begin_tree, join_replies
from core.flow.turn import Turn
from core.ports import UnitOfWork, World
from storage.open import SqlStore


@dataclass(frozen=True, slots=True)
class Completed:
    """A prompt with what a model replied."""

    tree_id: str
    prompt: str
    lang: str
    texts: Sequence[str]
    model_name: str
    sampling: str


@dataclass(frozen=True, slots=True)
class PutUp:
    """How replies whose prompt no tree of the store begins with are taken in."""

    origin: str  # what the new trees are said to come from
    licence: str | None = None  # without one they are ranked here and never published
    at_once: bool = False  # to be ranked now, not when there is little else


def completions(path: Path) -> Iterator[Completed]:
    """The lines of a file of completions."""
    for number, line in lines(path):
        try:
            yield _completed(json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise FileError(f"{path}, line {number} is no completion: {error!r}.") from error


def _completed(told: Any) -> Completed:
    texts = [made["text"] for made in told["completions"]]
    words = (told["tree_id"], told["prompt"][0]["content"], told["lang"], told["model_name"])
    if len(told["prompt"]) != 1 or not all(isinstance(word, str) for word in (*words, *texts)):
        raise ValueError("a prompt is one message, a reply is one text")
    tree_id, prompt, lang, model_name = words
    return Completed(tree_id, prompt, lang, texts, model_name, json_line(told["sampling"]))


async def put_up(
    store: SqlStore, world: World, path: Path, names: Pseudonyms, how: PutUp
) -> Joined:
    """Every completion of a file joins its tree; the same file again changes nothing.

    The whole file is read before anything is stored, so a broken one leaves nothing.
    """
    wanted = frozenset(completed.tree_id for completed in completions(path))
    trees = await trees_named(store, names, wanted)
    came = Joined()
    for completed in completions(path):
        work = partial(
            _join, world=world, completed=completed, tree_id=trees.get(completed.tree_id), how=how
        )
        came += await store.transact(work)
    return came


def _join(
    unit: UnitOfWork, world: World, completed: Completed, tree_id: int | None, how: PutUp
) -> Joined:
    turn, is_new = Turn(unit, world, world.clock()), tree_id is None
    if tree_id is None:
        prompt = Prompt(
            completed.tree_id, completed.prompt, completed.lang, how.origin, how.licence
        )
        tree_id = begin_tree(turn, prompt)
    if tree_id is None:
        return Joined(refused=len(completed.texts))
    came = join_replies(
        turn,
        tree_id,
        completed.texts,
        model_name=completed.model_name,
        sampling=completed.sampling,
    )
    if is_new and how.at_once:
        wake_tree(turn, tree_id)
    return came
