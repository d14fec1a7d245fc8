"""The program posts boards on Discord: once, as a picture and in words, whenever it is killed."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from fakes.boards import community
from fakes.discord_people import ADMINISTRATOR, Member
from fakes.discord_process import Program, program
from fakes.discord_server import Fault, Request
from fakes.discord_volunteer import agreed
from fakes.due import HASTE, fates, has_earned, make_due

from core.policy import Policy
from core.ports import UnitOfWork
from storage.open import open_store

BOARDS, LOG = "800", "900"
POSTS, WORD = f"/channels/{BOARDS}/messages", f"/channels/{LOG}/messages"


async def scheduled(running: Program) -> Member:
    """An admin who wants a board every day."""
    admin = Member(running.server, "Boss", permissions=ADMINISTRATOR)
    for setting, value in (("board_channel", BOARDS), ("log_channel", LOG), ("day", "9")):
        card = await (await admin.slash("config", setting=setting, value=value)).card()
        assert "Saved" in card.text
    return admin


def arrived(running: Program) -> list[dict[str, object]]:
    """What members see in the channel."""
    return [m for m in running.server.messages.values() if m["channel_id"] == BOARDS]


def tried(running: Program) -> list[Request]:
    return [request for request in running.server.requests if request.path == POSTS]


async def test_a_board_arrives_once_as_a_picture_that_is_described_and_in_words(tmp_path: Path):
    async with program(tmp_path) as running:
        await agreed(Member(running.server, "Ada *Love*"))
        await scheduled(running)
        has_earned(tmp_path, "Ada *Love*", 3)
        second = await Program(running.server, tmp_path).start()
        make_due(tmp_path)

        await running.server.until(lambda: "sent" in fates(tmp_path), 60)
        await second.stop()
        await running.restarted(signal.SIGTERM)

        (request,) = tried(running)
        ((_, picture),) = request.files
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 300_000
        (attached,) = request.body["attachments"]
        assert attached["description"] == "Leaderboard: 1. Ada *Love* (3)"
        assert "Ada \\*Love\\* \\(3\\)" in request.body["content"]
        assert request.body["enforce_nonce"] is True
        assert request.body["allowed_mentions"]["parse"] == []
        assert len(arrived(running)) == 1
        assert "ERROR" not in running.log


@pytest.mark.parametrize(
    "fault",
    [
        Fault(POSTS, "reset", delay=600),
        pytest.param(Fault(POSTS, "held"), marks=pytest.mark.soak),
    ],
    ids=["before it arrived", "after it arrived"],
)
async def test_killed_in_the_middle_of_a_send_the_program_sends_the_same_nonce_again(
    tmp_path: Path, fault: Fault
):
    async with program(tmp_path, **HASTE) as running:
        await scheduled(running)
        running.server.faults.append(fault)
        make_due(tmp_path)
        await running.server.until(lambda: tried(running), 60)
        assert fates(tmp_path) == ["sending"]

        await running.restarted(signal.SIGKILL)
        await running.server.until(lambda: fates(tmp_path) == ["sent"], 60)

        first, *_, last = tried(running)
        assert first.body["nonce"] == last.body["nonce"]
        assert len(arrived(running)) == 1


@pytest.mark.soak
async def test_the_first_post_of_the_day_of_a_thousand_communities_hurries_nobody(tmp_path: Path):
    count, data = 1000, tmp_path / "data"
    store = await open_store(None, data, Policy(), Random(1))
    now = datetime.now(UTC)

    def settle(unit: UnitOfWork) -> None:
        for number in range(count):
            community(unit, str(5000 + number), "discord", now, board_channel=str(9000 + number))

    await store.transact(settle)
    await store.close()
    async with program(tmp_path) as running:
        make_due(tmp_path)
        await running.server.until(lambda: fates(tmp_path).count("sent") == count, 500)

        channels = [message["channel_id"] for message in running.server.messages.values()]
        assert len(set(channels)) == len(channels) == count
        assert all(message["attachments"] for message in running.server.messages.values())
        assert running.server.hurried == 0


async def test_where_it_may_not_post_the_admins_are_told_and_send_it_later(tmp_path: Path):
    async with program(tmp_path) as running:
        admin = await scheduled(running)
        refusal = {"message": "Missing Permissions", "code": 50013}
        running.server.faults.append(Fault(POSTS, 403, body=refusal))
        make_due(tmp_path)
        await running.server.until(lambda: fates(tmp_path) == ["refused"], 60)
        await running.server.until(
            lambda: any("Missing Permissions" in str(x.body) for x in running.server.sent(WORD))
        )

        card = await (await admin.slash("config")).card()
        (send,) = [words for words in card.buttons if words.startswith("Send ")]
        await running.restarted(signal.SIGKILL)
        stranger = Member(running.server, "Eve")
        refused = await (await stranger.press(card, send)).card()
        assert "Only people who manage" in refused.text
        assert fates(tmp_path) == ["refused"]

        await (await admin.press(card, send)).card()
        await running.server.until(lambda: fates(tmp_path) == ["sent"], 60)
        assert len(arrived(running)) == 1
