"""From the first word in a terminal to what training reads, over a real store and real files."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bot.config import Settings
from bot.exchange.export import export_store
from bot.platforms.terminal.conversation import Conversation
from bot.platforms.terminal.plain import PlainPage
from bot.store import opened
from core.archive import Wanted
from core.desk import Desk
from core.export import Pseudonyms
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, ToldGuess
from training.data import open_source

SMALL = Policy(
    goal_tree_size=3,
    max_tree_depth=1,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
)
HELLO = ("/consent", "agree")
LABEL = ("/work label", "spam=n quality=4")


class Typist:
    """A keyboard on which these lines are typed."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._left = list(lines)

    def unfinished(self) -> str:
        return ""

    async def next(self, prompt: str) -> str | None:
        return self._left.pop(0) if self._left else None


async def typed(desk: Desk, folder: Path, *lines: str) -> None:
    await Conversation(
        desk,
        PlainPage(),
        Typist(lines),
        asyncio.Event(),
        name="ana",
        locale=None,
        folder=folder,
    ).run()


async def test_what_three_people_type_is_what_training_reads(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", policy=SMALL)
    file = tmp_path / "trees.jsonl"
    async with opened(settings, Random(1)) as store:
        desk = Desk(store, World(SMALL, ManualClock(), Random(1), ToldGuess()))
        await typed(
            desk, tmp_path,
            *HELLO, "/prompt", "Why is the sky blue?", "s",
            "/as ben", *HELLO, *LABEL, "/work reply", "Because air scatters blue light most.", "s",
            "/as cleo", *HELLO, "/work reply", "It is painted that way.", "s", *LABEL,
            "/as ben", *LABEL,
            "/as ana", "/work rank", "1", "/mine",
        )  # fmt: skip
        exported = await export_store(store, Wanted(), file, Pseudonyms("seed"))

    assert (exported.trees, exported.messages) == (1, 3)
    source = open_source(str(file))
    (ranked,) = source.read("lists")
    assert [turn["content"] for turn in ranked.prompt] == ["Why is the sky blue?"]
    assert {reply.content for group in ranked.groups for reply in group} == {
        "Because air scatters blue light most.",
        "It is painted that way.",
    }
    (pair,) = source.read("pairs")
    assert pair.chosen["content"] == ranked.groups[0][0].content
    assert "ana" not in file.read_text("utf-8")
