"""Reminders over real sockets: private, with a way to stop them; silence after a no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fakes.discord_bot import ScriptedDesk, discord
from fakes.discord_people import Card, Member
from fakes.discord_server import DiscordServer, Fault
from fakes.telegram_people import Volunteer
from fakes.telegram_scene import served, wrong_calls
from fakes.telegram_server import FakeTelegram
from fakes.telegram_server import Fault as TelegramFault

from bot.herald import Herald, PostLater, Unwelcome
from core.dialogue import Button, Press, Say, press
from core.text import N_

REMINDER = Say(
    title=N_("Your streak ends tonight"),
    body=(N_("You have helped {count} days in a row. One task today keeps it up.", count=5),),
    buttons=(
        Button(press("work"), N_("Take a task")),
        Button(press("remind", None, "off"), N_("No more reminders")),
    ),
)


@asynccontextmanager
async def on_discord(
    folder: Path, desk: ScriptedDesk | None = None
) -> AsyncIterator[tuple[DiscordServer, Herald]]:
    heralds: list[Herald] = []
    async with discord(desk or ScriptedDesk(), folder, heralds=heralds) as server:
        yield server, heralds[0]


@asynccontextmanager
async def on_telegram(
    desk: ScriptedDesk | None = None,
) -> AsyncIterator[tuple[FakeTelegram, Herald]]:
    heralds: list[Herald] = []
    async with FakeTelegram() as tg, served(tg, desk or ScriptedDesk(), announce=heralds.append):
        await tg.until(lambda: heralds)
        yield tg, heralds[0]
        assert wrong_calls(tg) == []


async def test_discord_shows_it_in_private_with_a_button_that_stops_them(tmp_path: Path) -> None:
    desk = ScriptedDesk(Say())
    async with on_discord(tmp_path, desk) as (server, herald):
        await herald.remind("4711", REMINDER)

        (opened,) = server.sent("/users/@me/channels")
        assert str(opened.body["recipient_id"]) == "4711"
        (sent,) = server.sent("/channels/4711/messages")
        assert "One task today keeps it up" in str(sent.body)
        assert sent.body["allowed_mentions"]["parse"] == []
        (message,) = server.messages.values()
        person = Member(server, "Ada", guild=None)
        await person.press(Card(message), "No more reminders")
        await server.until(lambda: desk.events)
        assert desk.events == [Press("remind::off")]


@pytest.mark.parametrize(
    ("on", "status", "code"),
    [
        ("/channels/4711/messages", 403, 50007),
        ("/users/@me/channels", 404, 10013),
        ("/users/@me/channels", 403, 50278),
    ],
)
async def test_somebody_who_closed_their_door_on_discord_is_told_apart(
    tmp_path: Path, on: str, status: int, code: int
) -> None:
    async with on_discord(tmp_path) as (server, herald):
        server.faults.append(
            Fault(on, status, body={"code": code, "message": "Cannot send messages to this user"})
        )

        with pytest.raises(Unwelcome):
            await herald.remind("4711", REMINDER)


async def test_telegram_shows_it_in_private_with_a_button_that_stops_them() -> None:
    desk = ScriptedDesk(Say())
    async with on_telegram(desk) as (tg, herald):
        ana = Volunteer(tg, 7, "Ana")
        await herald.remind("7", REMINDER)

        assert "One task today keeps it up" in ana.latest()["text"]
        await ana.tap("No more reminders")
        await tg.until(lambda: desk.events)
        assert desk.events == [Press("remind::off")]


async def test_somebody_who_blocked_the_bot_on_telegram_is_told_apart() -> None:
    async with on_telegram() as (tg, herald):
        tg.blocked.add(7)

        for _ in range(2):
            with pytest.raises(Unwelcome):
                await herald.remind("7", REMINDER)

        assert len(tg.called("sendMessage")) <= 1


async def test_a_limit_on_telegram_is_heeded_and_nothing_is_sent_twice() -> None:
    async with on_telegram() as (tg, herald):
        tg.faults.append(TelegramFault("sendMessage", "429", seconds=7))

        with pytest.raises(PostLater) as told:
            await herald.remind("7", REMINDER)

        assert told.value.seconds >= 7
        assert len(tg.called("sendMessage")) <= 1


async def test_people_on_discord_are_written_to_one_after_the_other(tmp_path: Path) -> None:
    async with on_discord(tmp_path) as (server, herald):
        began = asyncio.get_running_loop().time()

        await asyncio.gather(*(herald.remind(str(4711 + n), REMINDER) for n in range(8)))

        assert asyncio.get_running_loop().time() - began >= 8 * 0.25
        assert len(server.sent("/users/@me/channels")) == 8
