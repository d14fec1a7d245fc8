"""The program killed, polling and behind a webhook: nothing is lost, nothing is doubled."""

import asyncio
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import aiohttp
import pytest
from fakes.telegram_people import Volunteer
from fakes.telegram_process import Program, agreed, free_port, listens, program, rows
from fakes.telegram_server import Fault

QUESTION = "How do I keep basil alive over the winter?"
_PATIENCE = 900.0
"""Seconds; a start takes long on a busy machine, and people wait through several of them."""


def behind_webhook(secret: str = "s3cret") -> tuple[dict[str, str], str]:
    """The settings of a process behind a webhook, and where it listens."""
    port = free_port()
    settings = {
        "GROVE_TELEGRAM_WEBHOOK_URL": "https://grove.example.org/telegram",
        "GROVE_TELEGRAM_WEBHOOK_SECRET": secret,
        "GROVE_HTTP_PORT": str(port),
    }
    return settings, f"http://127.0.0.1:{port}/telegram"


async def called_back(running: Program, target: str) -> None:
    """Wait until the webhook is set and listens."""
    running.tg.webhook_targets = [target]
    await running.tg.until(lambda: running.tg.webhook["url"], seconds=30)
    await listens(int(running.more["GROVE_HTTP_PORT"]))


async def asked_to_write(running: Program, target: str) -> Volunteer:
    """Somebody who is asked for a first message, by a program behind a webhook."""
    await called_back(running, target)
    ana = await agreed(running.tg, 7, "Ana")
    await ana.asks("/work initial_prompt", "Send your text here")
    return ana


async def test_killed_behind_a_webhook_before_the_commit_it_is_called_again_and_counts_once(
    tmp_path: Path,
) -> None:
    settings, target = behind_webhook()
    async with program(tmp_path, **settings) as running:
        tg = running.tg
        ana = await asked_to_write(running, target)
        await ana.asks(QUESTION, "Your draft")

        with closing(sqlite3.connect(tmp_path / "data" / "grove.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            before = tg.posts
            query = ana.touch("Submit")
            await tg.until(lambda: tg.posts > before)
            await asyncio.sleep(0.3)
            await running.stop(signal.SIGKILL)
            lock.execute("ROLLBACK")
        assert rows(tmp_path, "SELECT count(*) FROM message") == [(0,)]
        assert tg.unanswered
        assert query not in tg.answers

        await running.start()
        await ana.reads("Thank you", seconds=30)
        await tg.until(lambda: not tg.unanswered)
        assert query in tg.answers
        assert rows(tmp_path, "SELECT text FROM message") == [(QUESTION,)]


async def test_killed_behind_a_webhook_after_the_commit_its_answer_is_given_again(
    tmp_path: Path,
) -> None:
    settings, target = behind_webhook()
    async with program(tmp_path, **settings) as running:
        tg = running.tg
        ana = await asked_to_write(running, target)

        tg.faults.append(Fault("sendMessage", "slow", seconds=60))
        ana.say(QUESTION)
        await tg.until(lambda: tg.faults[0].times == 0)
        assert rows(tmp_path, "SELECT draft FROM task") == [(QUESTION,)]
        assert tg.unanswered
        await running.restarted(signal.SIGKILL)

        await ana.reads("Your draft", seconds=30)
        await tg.until(lambda: not tg.unanswered)
        assert rows(tmp_path, "SELECT draft FROM task") == [(QUESTION,)]


async def test_a_changed_secret_is_told_to_telegram_and_the_old_one_opens_no_door(
    tmp_path: Path,
) -> None:
    settings, target = behind_webhook("before")
    async with program(tmp_path, **settings) as running:
        tg = running.tg
        await called_back(running, target)
        ana = await agreed(tg, 7, "Ana")
        await running.stop()

        ana.say("/me")  # with the secret that Telegram knows by now, until it is told another
        running.more["GROVE_TELEGRAM_WEBHOOK_SECRET"] = "after"
        await running.start()
        await ana.reads("Streak", seconds=30)

        assert [call.params["secret_token"] for call in tg.called("setWebhook")] == [
            "before",
            "after",
        ]
        update = {"update_id": 9, "message": tg.message(ana.user, ana.chat, "/privacy")}
        answers = []
        async with aiohttp.ClientSession() as web:
            for secret in ("before", "after"):
                header = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with web.post(target, json=update, headers=header) as answer:
                    answers.append(answer.status)
        assert answers == [403, 200]


class Killer:
    """Kills the program at random moments, and starts it again."""

    def __init__(self, running: Program, kills: int) -> None:
        self._running, self._kills, self._dice = running, kills, Random(11)
        self.is_done = False

    async def work(self) -> None:
        for number in range(self._kills):
            begun = self._so_far(number)
            await self._running.tg.until(
                lambda begun=begun, n=number: self._so_far(n) > begun, seconds=_PATIENCE
            )
            await asyncio.sleep(self._dice.uniform(0.0, 0.4))
            await self._running.restarted(signal.SIGKILL)
        self.is_done = True

    def _so_far(self, number: int) -> int:
        """What the program was told, or every other time what it has said."""
        tg = self._running.tg
        if number % 2:
            return sum(call.chat != 0 for call in tg.calls)
        return tg.asked + tg.posts


async def writes_on(person: Volunteer, killer: Killer) -> list[str]:
    """Write prompts until the killing is over; what was thanked for."""
    thanked: list[str] = []
    while not killer.is_done:
        text = f"What does {person.user['first_name']} ask as number {len(thanked)}?"
        await person.asks("/work initial_prompt", "Send your text here", seconds=_PATIENCE)
        await person.asks(text, text, seconds=_PATIENCE)
        person.touch("Submit", preview(person, text))
        await person.reads("Thank you", seconds=_PATIENCE)
        thanked.append(text)
    return thanked


def preview(person: Volunteer, text: str) -> dict[str, object]:
    """The last preview of a text in somebody's chat."""
    shown = [m for m in person.inbox() if text in m.get("text", "") and "reply_markup" in m]
    return shown[-1]


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.soak)])
@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_killed_again_and_again_while_people_write_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, way: str, kills: int
) -> None:
    settings, target = behind_webhook() if way == "webhook" else ({}, "")
    settings |= dict.fromkeys(
        ("GROVE_POLICY_MAX_INITIAL_PROMPT_REVIEW", "GROVE_POLICY_MAX_REQUESTS"), "100000"
    )
    async with program(tmp_path, **settings) as running:
        tg = running.tg
        tg.limited = False  # who was killed cannot know what they said a second ago
        if way == "webhook":
            await called_back(running, target)
        people = [await agreed(tg, 7 + number, f"P{number}") for number in range(4)]
        killer = Killer(running, kills)

        *thanked, _ = await asyncio.gather(
            *(writes_on(person, killer) for person in people), killer.work()
        )
        await tg.until(lambda: not tg.unanswered and not tg.updates, seconds=30)

        texts = [text for person in thanked if person for text in person]
        stored = Counter(text for (text,) in rows(tmp_path, "SELECT text FROM message"))
        assert len(texts) >= len(people)
        assert stored == Counter(texts)
        assert "ERROR" not in running.log
