"""The program posts boards on Telegram: never twice; of what nobody can know, admins are told."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from fakes.due import HASTE, fates, has_earned, make_due, scheduled
from fakes.telegram_people import Volunteer, words_on
from fakes.telegram_process import Program, agreed, program
from fakes.telegram_server import FakeTelegram, Fault

GROUP: dict[str, Any] = {"id": -100500, "type": "supergroup", "title": "Gardeners"}
LOG: dict[str, Any] = {"id": -100600, "type": "supergroup", "title": "Moderators"}


async def settled(running: Program, folder: Path) -> Volunteer:
    """An admin who wants a board every day."""
    tg = running.tg
    tg.chats |= {GROUP["id"]: GROUP, LOG["id"]: LOG}
    admin = await agreed(tg, 7, "Boss <3")
    tg.members[GROUP["id"], admin.id] = tg.members[LOG["id"], admin.id] = "administrator"
    for words in (f"log_channel {LOG['id']}", "day 9"):
        admin.say(f"/config {words}", GROUP)
        await admin.reads("Saved")
    await tg.until(lambda: scheduled(folder) == 1)
    return admin


def photos(tg: FakeTelegram) -> list[dict[str, Any]]:
    """The boards that members see."""
    return [m for (chat, _), m in tg.messages.items() if chat == GROUP["id"] and "document" in m]


def told(tg: FakeTelegram) -> list[str]:
    return [m["text"] for (chat, _), m in tg.messages.items() if chat == LOG["id"]]


async def test_a_board_arrives_once_as_a_photo_whose_caption_says_what_is_in_it(tmp_path: Path):
    async with program(tmp_path) as running:
        await settled(running, tmp_path)
        has_earned(tmp_path, "Boss <3", 3)
        make_due(tmp_path)

        await running.tg.until(lambda: "sent" in fates(tmp_path), 60)
        await running.restarted(signal.SIGTERM)

        (call,) = running.tg.called("sendPhoto")
        (picture,) = call.files.values()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 300_000
        assert call.params["caption"].startswith("Leaderboard of the day")
        assert "1. Boss &lt;3 (3)" in call.params["caption"]
        assert len(photos(running.tg)) == 1
        assert "ERROR" not in running.log


@pytest.mark.parametrize(
    ("kind", "came"),
    [("held", 1), pytest.param("slow", 0, marks=pytest.mark.soak)],
    ids=["after it arrived", "before it arrived"],
)
async def test_killed_in_the_middle_of_a_send_only_an_admin_can_have_it_sent_again(
    tmp_path: Path, kind: str, came: int
):
    async with program(tmp_path, **HASTE) as running:
        tg = running.tg
        admin = await settled(running, tmp_path)
        tg.faults.append(Fault("sendPhoto", kind, seconds=3000))
        make_due(tmp_path)
        await tg.until(lambda: tg.called("sendPhoto"), 60)
        assert fates(tmp_path) == ["sending"]

        await running.restarted(signal.SIGKILL)
        await tg.until(lambda: fates(tmp_path) == ["unknown"], 60)
        await tg.until(lambda: any("may or may not have arrived" in words for words in told(tg)))
        assert len(photos(tg)) == came

        admin.say("/config", GROUP)
        shown = await admin.reads("may or may not have arrived")
        (send,) = [words for words in words_on(shown) if words.startswith("Send ")]
        await running.restarted(signal.SIGKILL)
        forged = json.loads(json.dumps(shown))
        eve = Volunteer(tg, 66, "Eve")
        tapped = eve.touch(send, forged)
        await tg.until(lambda: tapped in tg.answers, 60)
        assert fates(tmp_path) == ["unknown"]

        await admin.tap(send, shown)
        await tg.until(lambda: fates(tmp_path) == ["sent"], 60)
        assert len(photos(tg)) == came + 1
