"""`grove loop`: rounds of training, each on what volunteers said about the model before.

A round is four steps: sync, train, sample, rank. `loop.json` names those that are done; every
step takes up its own work again, so a loop that was stopped anywhere goes on there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.config import Settings
from bot.errors import SettingsError
from bot.exchange.errors import FileError
from bot.exchange.files import written
from bot.exchange.sample import command as sampling
from bot.exchange.sample.prompts import states_named
from bot.exchange.sample.replies import completions
from bot.exchange.sync import command as syncing
from bot.store import opened, pseudonyms
from bot.trainer import run_training
from core.model import TreeState
from training.alone import alone_in
from training.config import RlSettings, load_settings
from training.errors import Refusal

DONE, DATA = "loop.json", "data"
STEPS = ("sync", "train", "sample", "rank")
LAST_STEPS = ("sync", "train")
"""Of the last round: nobody would learn from what its model says."""
_WAITING = (TreeState.RANKING, TreeState.BACKLOG_RANKING)


@dataclass(frozen=True, slots=True)
class Order:
    """How many rounds, with which model, and where they lie."""

    folder: Path
    config: str = "tiny"
    sets: Sequence[str] = ()  # KEY=VALUE, as `grove train --set`
    rounds: int = 2
    prompts: str = "ready:100"
    n: int = 4
    ranked: float = 0.9  # the share of trees whose new ranking is waited for
    every: float | None = None  # seconds between two looks; None: do not wait


class Loop:
    """Carries out an order, step by step."""

    def __init__(self, settings: Settings, order: Order) -> None:
        self._settings, self._order = settings, order
        self._asked = _policy_of(order)
        self._done = _read(order.folder / DONE)

    async def go(self) -> None:
        """Every step that is not done; ends early where volunteers have to work first."""
        for number in range(1, self._order.rounds + 1):
            steps = STEPS if number < self._order.rounds else LAST_STEPS
            for step in steps:
                if step in self._done.get(number, ()):
                    continue
                print(f"Round {number}: {step}", flush=True)
                if not await self._step(step, number):
                    return
                self._mark(number, step)
        print(f"{self._order.rounds} rounds are done: {self._round(self._order.rounds)}/report.md")

    async def _step(self, step: str, number: int) -> bool:
        match step:
            case "sync":
                order = syncing.Order(str(self._data))
                syncing.tell(order.target, await syncing.synced(self._settings, order))
            case "train":
                run_training("all", *self._words(number))
            case "sample":
                sampling.tell(await sampling.sample(self._settings, self._sample(number)))
            case _:
                return await self._are_ranked(number)
        return True

    def _words(self, number: int) -> list[str]:
        words = [f"--data={self._data}", f"--out={self._round(number)}"]
        words += [f"--config={self._order.config}"]
        words += [f"--set={setting}" for setting in self._order.sets]
        if number > 1:  # always from the same fine-tuned model, or the leash would wander
            words += [f"--previous={self._round(number - 1)}"]
            words += [f"--sft={self._round(1) / 'sft' / 'model'}"]
        return words

    def _sample(self, number: int) -> sampling.Order:
        """The policy is asked as it was in training."""
        model = str(self._round(number) / "rl" / "model")
        return sampling.Order(
            model=model,
            model_name=sampling.name_of(model),
            prompts=self._order.prompts,
            folder=self._round(number) / "samples",
            sampling=sampling.Sampling(
                self._order.n,
                self._asked.temperature,
                self._asked.top_p,
                self._asked.max_new_tokens,
            ),
        )

    async def _are_ranked(self, number: int) -> bool:
        while True:
            left, all_ = await self._unranked(number)
            print(f"{all_ - left} of {all_} trees with the model's replies are ranked", flush=True)
            if left <= (1 - self._order.ranked) * all_:
                return True
            if self._order.every is None:
                print("It is the volunteers' turn; the same command goes on afterwards.")
                return False
            await asyncio.sleep(self._order.every)

    async def _unranked(self, number: int) -> tuple[int, int]:
        """How many trees with replies of this round are still being ranked, of how many."""
        path = self._round(number) / "samples" / sampling.COMPLETIONS
        wanted = frozenset(completed.tree_id for completed in completions(path))
        async with opened(self._settings, Random()) as store:
            names = await pseudonyms(self._settings, store)
            states = await states_named(store, names, wanted)
        return sum(state in _WAITING for state in states.values()), len(states)

    @property
    def _data(self) -> Path:
        return self._order.folder / DATA

    def _round(self, number: int) -> Path:
        return self._order.folder / f"round-{number}"

    def _mark(self, number: int, step: str) -> None:
        self._done = {**self._done, number: [*self._done.get(number, ()), step]}
        with written(self._order.folder / DONE) as file:
            file.write(f"{json.dumps(self._done, indent=2)}\n".encode())


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One loop at a time in a folder."""
    try:
        with alone_in(folder):
            yield
    except Refusal as error:
        raise SettingsError(str(error)) from error


def _policy_of(order: Order) -> RlSettings:
    """How the model is asked; a typo in the settings is found before anything is done."""
    try:
        return load_settings(order.config, order.sets).rl
    except Refusal as error:
        raise SettingsError(str(error)) from error


def _read(path: Path) -> Mapping[int, Sequence[str]]:
    if not path.exists():
        return {}
    try:
        return {int(number): list(steps) for number, steps in json.loads(path.read_text()).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise FileError(f"{path} is no list of steps that are done: {error}.") from error
