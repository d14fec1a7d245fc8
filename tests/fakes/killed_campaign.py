"""A campaign to be killed: plays on a store and says which answers the desk has acknowledged.

python killed_campaign.py FOLDER NUMBER
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

from bot.campaign.campaign import BEGINNING, Campaign, SimulatedClock
from bot.campaign.volunteers import crowd
from bot.config import Settings
from bot.store import opened
from core.desk import Desk
from core.dialogue import Event, Labelled, Ordered, Press, Screen, press_parts
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ToldGuess

POLICY = Policy(goal_tree_size=5, max_active_trees=4, min_rankings=2, max_rankings=3)


class Telling(Desk):
    """A desk whose acknowledgements are printed once its screen is out."""

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        screen = await super().handle(who, event, key)
        task_id = answered_task(event)
        if task_id is not None and not screen.refused and screen.task_id is None:
            print(task_id, flush=True)
        return screen


def answered_task(event: Event) -> int | None:
    """The task that this event answers for good."""
    match event:
        case Ordered(task_id=task_id) | Labelled(task_id=task_id, done=True):
            return task_id
        case Press(id=press_id) if press_id.startswith(("submit:", "anyway:")):
            return press_parts(press_id)[1]
    return None


async def play(folder: Path, number: int) -> None:
    rng, clock = Random(number), SimulatedClock(BEGINNING + timedelta(days=number))
    async with opened(Settings(data_dir=folder, policy=POLICY), rng) as store:
        desk = Telling(store, World(POLICY, clock, rng, ToldGuess()))
        people = crowd(("en", "de"), 30, Random(0))
        print("ready", flush=True)
        await Campaign(desk, people, clock, rng, name=f"campaign {number}").play(_always)


async def _always() -> bool:
    return True


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1]), int(sys.argv[2])))
