"""The program posts boards on Discord: once, as a picture and in words, whenever it is killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from fakes.discord_people import ADMINISTRATOR, Member
from fakes.discord_process import Program, program
from fakes.discord_server import Fault, Request
from fakes.discord_volunteer import agreed
from fakes.due import HASTE, fates, has_earned, make_due

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


async def test_where_it_may_not_post_the_admins_are_told_and_send_it_later(tmp_path: Path):
    async with program(tmp_path) as running:
        admin = await scheduled(running)
        refusal = {"message": "Missing Permissions", "code": 50013}
        running.server.faults.append(Fault(POSTS, 403, body=refusal))
        make_due(tmp_path)
        await running.server.until(lambda: fates(tmp_path) == ["refused"], 60)
        await running.server.until(lambda: running.server.sent(WORD))
        (told,) = running.server.sent(WORD)
        assert "Missing Permissions" in told.body["content"]

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
