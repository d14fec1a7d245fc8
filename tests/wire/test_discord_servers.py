"""Servers on Discord that let the bot in, remove it or fall silent: what was set is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from fakes.discord_bot import connected
from fakes.discord_payloads import GUILD, guild
from fakes.discord_people import MANAGE_GUILD, SEND, Member
from fakes.discord_server import DiscordServer

from core.community import rules_of
from core.desk import Desk
from core.people import Community
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess


class Town:
    """A server whose admin has set a quota and a board, and the store that knows of it."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.store = MemoryStore(Policy(), Random(2))
        self.desk = Desk(self.store, World(Policy(), ManualClock(), Random(1), ToldGuess()))

    async def settle(self) -> None:
        admin = Member(self.server, "Ada", permissions=SEND | MANAGE_GUILD)
        for setting, value in (("quota", "5"), ("day", "9")):
            await (await admin.slash("config", setting=setting, value=value)).card()

    @property
    def community(self) -> Community:
        (found,) = self.store.tables.communities.values()
        return found

    @property
    def moves(self) -> list[str | None]:
        return [entry.after for entry in self.store.tables.audit if entry.reason == "bot"]

    def is_set_up(self) -> bool:
        (schedule,) = self.store.tables.schedules.values()
        return rules_of(self.community).daily_quota == 5 and schedule.hour == 9


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    server = await DiscordServer().start()
    yield Town(server)
    await server.close()


@pytest.mark.parametrize("unavailable", [{}, {"unavailable": False}])
async def test_a_server_that_removes_the_bot_finds_its_settings_when_it_lets_it_in_again(
    town: Town, tmp_path: Path, unavailable: dict[str, bool]
) -> None:
    async with connected(town.desk, town.server, tmp_path):
        await town.settle()

        await town.server.dispatch("GUILD_DELETE", {"id": GUILD})
        await town.server.until(lambda: not town.community.active)
        let_in = {key: what for key, what in guild().items() if key != "unavailable"}
        await town.server.dispatch("GUILD_CREATE", let_in | unavailable)
        await town.server.until(lambda: town.community.active)

    assert town.moves == ["out", "in"]
    assert town.is_set_up()
    assert not town.server.complaints


async def test_an_admin_names_channels_of_their_own_server_alone(
    town: Town, tmp_path: Path
) -> None:
    async with connected(town.desk, town.server, tmp_path):
        await town.settle()
        admin = Member(town.server, "Ada", permissions=SEND | MANAGE_GUILD)
        for value, said in (("555", "a channel of this community"), ("<#900>", "Saved")):
            card = await (await admin.slash("config", setting="board_channel", value=value)).card()
            assert said in card.text

    assert rules_of(town.community).board_channel == "900"


async def test_a_server_that_is_not_available_for_a_while_has_removed_nobody(
    town: Town, tmp_path: Path
) -> None:
    async with connected(town.desk, town.server, tmp_path):
        await town.settle()

        await town.server.dispatch("GUILD_DELETE", {"id": GUILD, "unavailable": True})
        await town.server.dispatch("GUILD_CREATE", guild())
        await (await Member(town.server, "Ben").slash("leaderboard")).card()

    assert town.community.active
    assert town.moves == []
    assert town.is_set_up()


async def test_a_server_that_removed_the_bot_while_it_was_away_keeps_its_settings(
    town: Town, tmp_path: Path
) -> None:
    async with connected(town.desk, town.server, tmp_path):
        await town.settle()
    async with connected(town.desk, town.server, tmp_path):
        await (await Member(town.server, "Ben").slash("leaderboard")).card()

    assert town.moves == []
    assert town.is_set_up()
