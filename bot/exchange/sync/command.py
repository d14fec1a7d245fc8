"""What `grove sync` does: once, or again and again."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from random import Random

from rich.progress import Progress

from bot.campaign.templates import text_tag
from bot.config import Settings, policy_from
from bot.counted import counted, trees_and_messages
from bot.errors import SettingsError
from bot.exchange.sync.choice import Selection
from bot.exchange.sync.publish import Synced, checked_buckets, sync_store
from bot.exchange.sync.target import Target
from bot.exchange.sync.views import Viewer
from bot.store import existing, pseudonyms

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be synced, and where to."""

    target: str
    selection: Selection = field(default_factory=Selection)
    buckets: int = 32
    every: float | None = None  # seconds


def seconds_from(words: str) -> float:
    """`90s`, `10m`, `2h`, `1d`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", words.strip())
    if found is None or float(found[1]) <= 0:
        raise SettingsError(f"{words} is no span of time; write it like 90s, 10m, 2h or 1d.")
    return float(found[1]) * _SECONDS[found[2]]


async def sync(settings: Settings, order: Order) -> None:
    """Sync and say what changed; with `every`, until the program is stopped."""
    while True:
        tell(order.target, await synced(settings, order))
        if order.every is None:
            return
        await asyncio.sleep(order.every)


async def synced(settings: Settings, order: Order) -> Synced:
    """One sync of the store that the settings name."""
    async with existing(settings, Random()) as store:
        viewer = Viewer(order.selection, await pseudonyms(settings, store), text_tag)
        with Progress(transient=True) as bar:
            task = bar.add_task("sync")
            return await sync_store(
                store,
                Target(order.target),
                viewer,
                policy_from(settings),
                buckets=checked_buckets(order.buckets),
                progress=lambda done, all_: bar.update(task, completed=done, total=all_),
            )


def tell(target: str, done: Synced) -> None:
    what = f"{counted(done.written, 'bucket')} changed" if done.is_changed else "nothing new"
    print(f"{target}: {what}; {trees_and_messages(done.trees, done.messages)}", flush=True)
