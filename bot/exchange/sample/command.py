"""What `grove sample` does: choose prompts, let a model answer, put its replies up for ranking."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from bot.app import world_from
from bot.config import Settings
from bot.errors import SettingsError
from bot.exchange.errors import FileError
from bot.exchange.sample.prompts import asked_from, write_prompts
from bot.exchange.sample.replies import PutUp, put_up
from bot.language import LanguageHint
from bot.store import opened, pseudonyms
from bot.trainer import run_training
from core.flow.joining import Joined
from training.generate import name_of_model

ORDER, PROMPTS, COMPLETIONS = "order.json", "prompts.jsonl", "completions.jsonl"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is asked."""

    n: int = 4
    temperature: float = 1.0
    top_p: float = 1.0
    max_new_tokens: int = 256
    seed: int = 0

    def words(self) -> list[str]:
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class Order:
    """Which model answers what, and where the files of it lie."""

    model: str  # a folder or a URL
    model_name: str  # as it is called in exported files
    prompts: str
    folder: Path
    sampling: Sampling = field(default_factory=Sampling)
    limit: int = 0
    lang: str = "en"  # of prompts in files that don't say
    licence: str | None = None
    at_once: bool = False
    key_variable: str = ""

    def words(self) -> list[str]:
        """The command of training that samples."""
        return [
            "sample",
            f"--model={self.model}",
            f"--model-name={self.model_name}",
            f"--prompts={self.folder / PROMPTS}",
            f"--out={self.folder / COMPLETIONS}",
            f"--limit={self.limit}",
            f"--key-variable={self.key_variable}",
            *self.sampling.words(),
        ]


def name_of(model: str) -> str:
    """What a model in a folder is called when nobody says."""
    if "://" in model:
        raise SettingsError("A server knows its models by name; say which with --model-name.")
    return name_of_model(model)


async def sample(settings: Settings, order: Order) -> Joined:
    """All of it; stopped anywhere, the same command goes on there."""
    await choose_prompts(settings, order)
    run_training(*order.words())
    return await put_up_file(settings, order, order.folder / COMPLETIONS)


async def choose_prompts(settings: Settings, order: Order) -> None:
    """Once: a tree that is being ranked again would not be chosen a second time."""
    chosen, how = order.folder / PROMPTS, order.folder / ORDER
    asked = json.dumps({"prompts": order.prompts, **asdict(order.sampling)}) + "\n"
    if chosen.exists():
        if how.exists() and how.read_text("utf-8") != asked:
            raise FileError(
                f"{order.folder} holds replies that were asked for otherwise ({ORDER} tells how): "
                "choose another --out, or ask as before to go on there."
            )
        return
    async with opened(settings, Random()) as store:
        names = await pseudonyms(settings, store)
        found = await asked_from(order.prompts, store, names, lang=order.lang)
    try:
        order.folder.mkdir(parents=True, exist_ok=True)
        how.write_text(asked, "utf-8")
        write_prompts(chosen, found)
    except OSError as error:
        raise FileError(f"{order.folder} takes no files: {error.strerror}.") from error


async def put_up_file(settings: Settings, order: Order, completions: Path) -> Joined:
    """The replies join their trees."""
    how = PutUp(Path(order.prompts).name, order.licence, order.at_once)
    async with opened(settings, Random()) as store:
        names = await pseudonyms(settings, store)
        world = world_from(settings, LanguageHint())
        return await put_up(store, world, completions, names, how)


def tell(came: Joined) -> None:
    print(f"{came.stored} replies are put up for ranking.")
    if came.known:
        print(f"{came.known} stood there before, word by word.")
    if came.unfit:
        print(f"{came.unfit} were empty or cannot be stored.")
    if came.refused:
        print(f"{came.refused} answer prompts that take no replies of models now.")
