"""The circle closed: the campaign's trees make a model, and its replies come back to be ranked.

Every step is one that a maintainer would take: `grove sync`, `grove train`, `grove sample`, the
volunteers, `grove sync`, `grove train` again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.campaign.demo import Demo
from bot.campaign.grade import grade
from bot.campaign.page import Page
from bot.campaign.phases import RANKING
from bot.campaign.templates import TEMPLATED, text_tag
from bot.counted import trees_and_messages
from bot.errors import StartError
from bot.exchange.sample.command import COMPLETIONS, PROMPTS, Order, Sampling
from bot.exchange.sample.prompts import Asked, asked_from, write_prompts
from bot.exchange.sample.replies import PutUp, put_up
from bot.exchange.sync.choice import Selection
from bot.exchange.sync.publish import sync_store
from bot.exchange.sync.target import Target
from bot.exchange.sync.views import Viewer
from bot.store import pseudonyms
from bot.trainer import run_training
from training.oasst import split_of

STORE, FIRST, SECOND = "training-store", "round-1", "round-2"
GRADES = "grades.jsonl"
BUCKETS = 8
PROMPTS_SAMPLED, REPLIES_SAMPLED = 350, 6
LONGEST_REPLY = 56
"""Tokens; few templated replies are longer."""

SETTINGS: Mapping[str, str] = {
    "data.templates": json.dumps([TEMPLATED]),  # what a small model can learn
    "rl.max_new_tokens": str(LONGEST_REPLY),
    "eval.max_new_tokens": str(LONGEST_REPLY),
}


class Circle:
    """One round of training on a demonstration's store, and the reward model of a second."""

    def __init__(self, demo: Demo, settings: Mapping[str, str] = SETTINGS) -> None:
        self._demo, self._folder = demo, demo.folder
        self._seed = demo.plan.seed
        self._settings = settings

    async def close(self) -> Path:
        """All steps; returns the page that tells what came of it."""
        await self._sync("The campaign's trees become a training store.")
        self._check_held_out()
        self._say("One model learns from replies, one from rankings; the second judges the first.")
        self._train("all", FIRST, self._graded)
        await self._sample()
        self._say("Volunteers rank the model's replies, which nobody told them are a model's.")
        await self._demo.rank()
        await self._sync("What is new goes to the training store.")
        self._say("A second reward model learns from the old and the new rankings.")
        self._train("reward", SECOND, f"--previous={self._folder / FIRST}", self._graded)
        page = Page(self._folder, FIRST, SECOND).write()
        self._demo.console.print(page.figures())
        return page.path

    def _say(self, sentence: str) -> None:
        self._demo.console.print(f"\n[bold]{sentence}[/bold]")

    async def _sync(self, sentence: str) -> None:
        self._say(sentence)
        async with self._demo.store(RANKING) as store:
            names = await pseudonyms(self._demo.settings(RANKING), store)
            viewer = Viewer(Selection(), names, text_tag)
            target = Target(str(self._folder / STORE))
            done = await sync_store(store, target, viewer, RANKING, buckets=BUCKETS)
        self._demo.console.print(f"{trees_and_messages(done.trees, done.messages)}: {target.url}")
        write_grades(self._folder / STORE, self._folder / GRADES)

    def _train(self, step: str, out: str, *more: str) -> None:
        data, place = self._folder / STORE, self._folder / out
        settings = {"seed": str(self._seed), **self._settings}
        sets = [f"--set={name}={value}" for name, value in settings.items()]
        run_training(step, f"--data={data}", f"--out={place}", "--config=tiny", *sets, *more)

    @property
    def _graded(self) -> str:
        return f"--grades={self._folder / GRADES}"

    async def _sample(self) -> None:
        self._say("The trained model replies to prompts of the store.")
        folder = self._folder / "samples"
        folder.mkdir(exist_ok=True)
        order = Order(
            model=str(self._folder / FIRST / "rl" / "model"),
            model_name=f"tiny-{FIRST}",
            prompts=str(self._folder / STORE),
            folder=folder,
            sampling=Sampling(REPLIES_SAMPLED, max_new_tokens=LONGEST_REPLY, seed=self._seed),
        )
        async with self._demo.store(RANKING) as store:
            names = await pseudonyms(self._demo.settings(RANKING), store)
            chosen = await self._prompts(order, store, names)
            write_prompts(folder / PROMPTS, chosen)
        run_training(*order.words())
        async with self._demo.store(RANKING) as store:
            world = self._demo.world(RANKING)
            came = await put_up(store, world, folder / COMPLETIONS, names, PutUp("demo"))
        self._demo.console.print(f"{came.stored} replies are put up for ranking.")

    async def _prompts(self, order: Order, store: Any, names: Any) -> list[Asked]:
        """Held-out ones first, by which the second reward model is judged; then unranked ones."""
        ranked = {row["tree_id"] for row in view_rows(self._folder / STORE, "lists")}
        found = await asked_from(order.prompts, store, names)
        templated = [asked for asked in found if asked.template == TEMPLATED]
        templated.sort(key=lambda x: (split_of(x.tree_id) == "train", x.tree_id in ranked))
        return templated[:PROMPTS_SAMPLED]

    def _check_held_out(self) -> None:
        """Nothing could be measured, after minutes of training."""
        rows = view_rows(self._folder / STORE, "lists")
        mine = [row for row in rows if row["template"] == TEMPLATED]
        if not any(split_of(row["tree_id"]) == "validation" for row in mine):
            raise StartError(
                f"{len(mine)} rankings are too few to hold any of them out: play a longer campaign,"
                " with --comparisons 100 or more, or one without training, with --no-training."
            )


def view_rows(store: Path, view: str) -> Iterator[dict[str, Any]]:
    """The rows of a view of a local training store."""
    for file in json.loads((store / "current.json").read_text("utf-8"))["files"]:
        if file["view"] == view:
            with (store / file["path"]).open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def write_grades(store: Path, path: Path) -> None:
    """What every ranked reply is truly worth, which only the simulation knows."""
    with path.open("w", encoding="utf-8") as file:
        for row in view_rows(store, "lists"):
            prompt = row["prompt"][-1]["content"]
            for reply in (reply for group in row["groups"] for reply in group):
                known = {"message_id": reply["message_id"]}
                file.write(json.dumps({**known, "grade": grade(prompt, reply["content"])}) + "\n")
