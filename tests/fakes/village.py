"""A village of volunteers on a store in memory, brought to wherever a story begins."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from fakes.players import Grove, Player

from core.dialogue import AskLabels, Labelled, Ordered, Screen
from core.model import Message, TaskKind, Tree
from core.people import Person
from core.policy import Policy
from core.testing import MemoryStore, Tables

FEW = Policy(
    goal_tree_size=3,
    max_tree_depth=1,
    max_children_count=2,
    num_reviews_initial_prompt=2,
    num_reviews_reply=2,
    min_rankings=2,
    max_rankings=3,
    shuffle_seconds=0,
)
"""A policy under which a prompt, its two replies and two ballots are a whole tree."""

_UNSEEN = frozenset({"seen", "allowances"})


class Village(Grove):
    """A grove whose store can be looked into."""

    def __init__(self, policy: Policy = FEW, *, seed: int = 0, **changes: Any) -> None:
        self.memory = MemoryStore(replace(policy, **changes), Random(seed))
        super().__init__(self.memory, self.memory.policy, seed=seed)

    # ------------------------------------------------------------ stories

    async def prompt(self, text: str = "How do bees find their way?") -> Player:
        """A prompt under review, and who wrote it."""
        author = await self.volunteer()
        await author.takes("initial_prompt")
        await author.writes(text)
        return author

    async def growing(self) -> Player:
        """A tree that waits for replies, and who wrote its prompt."""
        author = await self.prompt()
        await self.reviewed()
        return author

    async def replied(self, replies: int = 2) -> list[Player]:
        """A tree with replies under review, and who wrote them."""
        await self.growing()
        return [await self.reply(f"Reply number {i}: by the sun.") for i in range(1, replies + 1)]

    async def reply(self, text: str) -> Player:
        author = await self.volunteer()
        await author.takes("assistant_reply")
        await author.writes(text)
        return author

    async def ranking(self) -> list[Player]:
        """A tree whose two replies wait to be ranked, and who wrote them."""
        authors = await self.replied()
        await self.reviewed()
        return authors

    async def finished(self) -> list[Player]:
        """A finished tree, and who wrote its replies."""
        authors = await self.ranking()
        while self.tree.state == "ranking":
            await self.ranks(await self.with_task(TaskKind.RANK_ASSISTANT_REPLIES), 0, 1)
        return authors

    async def reviewed(self, **labels: float) -> None:
        """Whatever waits for reviews gets them all."""
        while True:
            reviewer = await self.volunteer()
            await reviewer.takes("label")
            if not isinstance(reviewer.screen, AskLabels):
                return
            await self.labels(reviewer, **labels)

    async def with_task(self, kind: TaskKind) -> Player:
        """A new volunteer with a task of this kind in front of them."""
        player = await self.volunteer()
        await player.takes(kind.value)
        assert player.screen.kind is kind, player.screen
        return player

    async def anybody_with(self, kind: TaskKind) -> Player:
        """The same, after whatever must have happened before."""
        match kind:
            case TaskKind.LABEL_INITIAL_PROMPT:
                await self.prompt()
            case TaskKind.ASSISTANT_REPLY:
                await self.growing()
            case TaskKind.LABEL_ASSISTANT_REPLY:
                await self.replied()
            case TaskKind.RANK_ASSISTANT_REPLIES:
                await self.ranking()
        return await self.with_task(kind)

    # ------------------------------------------------------------ acts

    async def labels(self, player: Player, **labels: float) -> Screen:
        assert player.screen.task_id is not None
        return await player.send(Labelled(player.screen.task_id, {"spam": 0.0} | labels))

    async def ranks(self, player: Player, *order: int) -> Screen:
        """Put the replies in this order, by what they say and not by where they stand."""
        assert player.screen.task_id is not None
        task = self.memory.tables.tasks[player.screen.task_id]
        by_age = sorted(task.shown)
        groups = tuple((task.shown.index(by_age[place]),) for place in order)
        return await player.send(Ordered(player.screen.task_id, groups))

    # ------------------------------------------------------------ what is there

    @property
    def tree(self) -> Tree:
        """The only tree."""
        (tree,) = self.memory.tables.trees.values()
        return tree

    @property
    def replies(self) -> list[Message]:
        return [m for m in self.tree.messages.values() if not m.is_root]

    def person(self, player: Player) -> Person:
        account = self.memory.tables.accounts[player.who.platform, player.who.external_id]
        return self.memory.tables.people[account.person_id]

    def points(self, player: Player) -> dict[str, int]:
        """What somebody has been given points for, all in all."""
        counts = self.memory.tables.tallies.get(("*", "total", self.person(player).id), {})
        worth = self.memory.policy.points
        return {name: count for name, count in counts.items() if count and worth.get(name)}

    def snapshot(self) -> dict[str, object]:
        """All rows but the keys of events seen and what limits count, to be compared later."""
        return {name: rows for name, rows in vars(self.copy()).items() if name not in _UNSEEN}

    def copy(self) -> Tables:
        return self.memory.tables.snapshot()
