"""What one interaction costs in CPU: the library's own share, and what Grove adds to it.

No socket is opened: interactions go into the library as the gateway would bring them, and what
it would send is thrown away. The desk's work is not in these figures; it answers at once.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.config import Settings
from bot.platforms.discord_client import Client
from cogs.ids import custom_id
from cogs.render import messages
from core.dialogue import AskLabels, Button, Event, LabelQuestion, Passage, Screen, press
from core.labels import LABELS
from core.people import Who
from core.text import N_

ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds for each interaction of one kind."""

    kind: str
    library: float  # parsing and dispatching, with nobody listening
    whole: float  # until the reply is handed over for sending

    @property
    def added(self) -> float:
        return self.whole - self.library


async def interaction_costs(rounds: int = ROUNDS) -> list[Cost]:
    """The cost of a command, a press and a form that came back."""
    sink = _Sink()
    async_context.set(sink)
    bare = discord.AutoShardedClient(intents=discord.Intents.none(), shard_count=1)
    served = Client(_Desk(), Settings(discord_shard_count=1))
    costs = []
    async with bare, served:
        await served.prepare()
        for kind, payload in _payloads().items():
            library = await _spent(bare, payload, rounds, None)
            costs.append(Cost(kind, library, await _spent(served, payload, rounds, sink)))
    return costs


class _Desk:
    """Asks for a review of a text of usual length, whatever the event."""

    async def handle(self, who: Who, event: Event, key: str | None) -> Screen:
        return _SCREEN


class _Sink(AsyncWebhookAdapter):
    """Takes what would be sent and says that it arrived."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.taken = asyncio.Event()

    async def request(self, *args: Any, **more: Any) -> Any:
        self.taken.set()
        return {"interaction": {"id": "1", "type": 2}}


_SCREEN = AskLabels(
    title=N_("Review"),
    passages=(
        Passage("Why is the sky blue, and why is it red in the evening? " * 4, N_("User")),
        Passage("Air scatters short waves more than long ones. " * 12, N_("Assistant")),
    ),
    buttons=(Button(press("skip", 1), N_("Skip")), Button(press("report", 1), N_("Report"))),
    task_id=1,
    questions=tuple(
        LabelQuestion(label.name, label.widget, label.question, label.ends)
        for label in LABELS.values()
    ),
)


async def _spent(
    client: discord.AutoShardedClient, payload: dict[str, Any], rounds: int, sink: _Sink | None
) -> float:
    """CPU milliseconds for each of so many interactions, one after the other."""
    numbers = count(1)
    began = time.process_time()
    for _ in range(rounds):
        event: Any = {**payload, "id": str(next(numbers))}
        client._connection.parse_interaction_create(event)
        await asyncio.sleep(0)
        if sink is not None:
            await sink.taken.wait()
            sink.taken.clear()
    return (time.process_time() - began) * 1000 / rounds


def _payloads() -> dict[str, dict[str, Any]]:
    (card,) = messages(_SCREEN)
    user = {"id": "7", "username": "ada", "discriminator": "0", "global_name": "Ada",
            "avatar": None}  # fmt: skip
    base = {
        "application_id": "9", "token": "t", "version": 1, "locale": "en-US", "user": user,
        "channel": {"id": "8", "type": 1, "recipients": [user]}, "attachment_size_limit": 1,
        "entitlements": [], "authorizing_integration_owners": {}, "context": 1,
    }  # fmt: skip
    message = {
        "id": "5", "channel_id": "8", "author": user, "content": "", "timestamp":
        "2026-01-05T12:00:00+00:00", "edited_timestamp": None, "tts": False,
        "mention_everyone": False, "mentions": [], "mention_roles": [], "embeds": [],
        "pinned": False, "type": 0, "flags": 64, "attachments": [],
        "components": [item.to_component_dict() for item in card.card().children],
    }  # fmt: skip
    form = [{"type": 18, "component": {"type": 21, "custom_id": "v:quality", "value": "0.5"}}]
    pressed = {"custom_id": custom_id("p", press("skip", 1)), "component_type": 2}
    submitted = {"custom_id": custom_id("l", 1, 0, 2), "components": form}
    return {
        "command": {**base, "type": 2, "data": {"id": "6", "name": "work", "type": 1}},
        "press": {**base, "type": 3, "data": pressed, "message": message},
        "form": {**base, "type": 5, "data": submitted, "message": message},
    }
