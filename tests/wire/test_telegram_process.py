"""The program itself, serving Telegram: killed, stopped, behind a webhook; nothing is lost."""

import asyncio
import json
import signal
import sqlite3
import time
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from fakes.telegram_people import Volunteer, title, words_on
from fakes.telegram_process import Program, agreed, free_port, listens, program, rows
from fakes.telegram_server import TOKEN, FakeTelegram, Fault

QUESTION = "How do I keep basil alive over the winter?"


async def previewed(ana: Volunteer, text: str) -> None:
    await ana.asks("/work initial_prompt", "Send your text here")
    await ana.asks(text, "Your draft")


async def test_killed_before_or_after_the_commit_an_update_is_handled_once_after_the_restart(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as running:
        tg = running.tg
        ana = await agreed(tg, 7, "Ana")
        await ana.asks("/work initial_prompt", "Send your text here")

        tg.faults.append(Fault("sendMessage", "slow", seconds=60))
        ana.say(QUESTION)
        await tg.until(lambda: tg.faults[0].times == 0)
        assert rows(tmp_path, "SELECT draft FROM task") == [(QUESTION,)]
        await running.restarted(signal.SIGKILL)
        await ana.reads("Your draft", seconds=30)

        lock = sqlite3.connect(tmp_path / "data" / "grove.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")

        query = ana.touch("Submit")
        await tg.until(lambda: tg.delivered >= tg.updates[-1]["update_id"])
        await asyncio.sleep(0.3)
        assert running.process is not None
        running.process.send_signal(signal.SIGKILL)
        await running.process.wait()
        lock.execute("ROLLBACK")
        lock.close()
        assert rows(tmp_path, "SELECT count(*) FROM message") == [(0,)]
        assert query not in tg.answers

        await running.start()
        await tg.until(lambda: query in tg.answers, seconds=30)
        await ana.reads("Thank you")
        assert rows(tmp_path, "SELECT text FROM message") == [(QUESTION,)]


async def test_restarts_in_the_middle_of_every_screen_lose_nothing(tmp_path: Path) -> None:
    more = {"GROVE_POLICY_GOAL_TREE_SIZE": "4", "GROVE_POLICY_MAX_CHILDREN_COUNT": "3"}
    async with program(tmp_path, **more) as running:
        tg = running.tg
        people = [await agreed(tg, number, f"Volunteer {number}") for number in range(7, 12)]
        ana, ben, eva, ida, uli = people
        new = Volunteer(tg, 99, "New")
        await write(ana, "initial_prompt", QUESTION)
        await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))
        await ben.tap("○ No")
        await tg.until(lambda: "● No" in words_on(ben.latest()))
        await ana.asks("/work initial_prompt", "Send your text here")
        terms = await new.asks("/work", "Before you begin")

        await running.restarted(signal.SIGKILL)
        await ben.tap("○ 5")
        await tg.until(lambda: {"● No", "● 5"} <= set(words_on(ben.latest())), seconds=30)
        await ben.tap("Submit")
        await ben.reads("Thank you")
        await new.tap("I agree", terms)
        await new.reads("You can begin")
        written = ana.say("Written across a restrat")
        await ana.reads("Your draft")
        for writer in (ben, eva, ida):
            await write(writer, "assistant_reply", f"{writer.user['first_name']} answers.")
        for reviewer in (ana, uli, new):
            await approve(reviewer)
        await uli.asks("/work rank_assistant_replies", "Tap the best reply first")
        await uli.tap("3")
        await tg.until(lambda: "= 1" in words_on(uli.latest()))

        await running.restarted(signal.SIGTERM)
        ana.change(written, "Written across a restart")
        await ana.reads("across a restart", seconds=30)
        await ana.tap("Submit", preview(ana))
        await tg.until(lambda: len(rows(tmp_path, "SELECT id FROM tree")) == 2, seconds=30)
        await uli.tap("1")
        await tg.until(lambda: "Submit: 3 > 1 > 2" in words_on(uli.latest()), seconds=30)
        await uli.tap("Submit: 3 > 1 > 2")
        await uli.reads("Thank you")

        states = rows(tmp_path, "SELECT state FROM tree ORDER BY id")
        assert states == [("ready_for_export",), ("initial_prompt_review",)]
        texts = rows(tmp_path, "SELECT text FROM message")
        assert ("Written across a restart",) in texts
        assert "ERROR" not in running.log
        assert TOKEN.partition(":")[2] not in running.log
        assert "basil" not in running.log


async def write(person: Volunteer, kind: str, text: str) -> None:
    await person.asks(f"/work {kind}", "Send your text here")
    await person.asks(text, "Your draft")
    await person.tap("Submit")
    await person.reads("Thank you")


async def approve(person: Volunteer) -> None:
    await person.asks("/work label_assistant_reply", title("label_assistant_reply"))
    form = json.loads(json.dumps(person.latest()))
    for words in ("○ No", "Submit"):
        await person.tap(words, form)
    await person.reads("Thank you")


def preview(person: Volunteer) -> dict[str, object]:
    """The last preview in somebody's chat."""
    return [message for message in person.inbox() if "Edit" in words_on(message)][-1]


@pytest.mark.soak
async def test_told_to_stop_it_finishes_and_the_rest_is_answered_after_the_restart(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as running:
        tg = running.tg
        await agreed(tg, 7, "Ana")
        people = [Volunteer(tg, 100 + n, f"P{n}") for n in range(60)]

        for person in people:
            person.say("/work")
        await tg.until(lambda: people[0].inbox())
        began = time.monotonic()
        assert await running.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 20
        await running.start()
        await tg.until(lambda: all(person.inbox() for person in people), seconds=30)

        assert {len(person.inbox()) for person in people} == {1}
        assert "ERROR" not in running.log


@pytest.mark.soak
async def test_a_wrong_token_ends_the_program_with_one_line(tmp_path: Path) -> None:
    async with FakeTelegram() as tg:
        tg.token = "1:another"
        running = Program(tg, tmp_path)

        await running.start()
        assert running.process is not None
        code = await asyncio.wait_for(running.process.wait(), 30)

        assert code != 0
        assert len(running.log.strip().splitlines()) == 1
        assert "GROVE_TELEGRAM_TOKEN" in running.log
        assert TOKEN not in running.log


async def test_an_api_that_is_down_at_the_start_is_waited_for_and_what_came_is_answered(
    tmp_path: Path,
) -> None:
    tg = FakeTelegram()
    tg.port = free_port()
    running = Program(tg, tmp_path)
    await running.start()
    await asyncio.sleep(2.0)
    assert running.process is not None
    assert running.process.returncode is None
    async with tg:
        try:
            ana = Volunteer(tg, 7, "Ana")
            ana.say("/work")
            assert await ana.reads("Before you begin", seconds=30)
        finally:
            await running.stop()


async def held(url: str, sql: str) -> list[tuple[object, ...]]:
    """What a store on PostgreSQL holds."""
    database = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await database.fetch(sql)]
    finally:
        await database.close()


async def test_two_workers_behind_one_webhook_answer_everything_once(
    tmp_path: Path, postgres_url: str
) -> None:
    ports = (free_port(), free_port())
    async with FakeTelegram() as tg:
        tg.webhook_targets = [f"http://127.0.0.1:{port}/telegram" for port in ports]
        workers = []
        for port in ports:
            more = {
                "GROVE_TELEGRAM_WEBHOOK_URL": "https://grove.example.org/telegram",
                "GROVE_TELEGRAM_WEBHOOK_SECRET": "s3cret",
                "GROVE_TELEGRAM_WEBHOOK_WORKERS": "2",
                "GROVE_HTTP_PORT": str(port),
                "GROVE_DATABASE_URL": postgres_url,
            }
            workers.append(Program(tg, tmp_path, more))
            await workers[-1].start()
        try:
            await tg.until(lambda: tg.webhook["url"], seconds=30)
            for port in ports:
                await listens(port)
            people = [Volunteer(tg, 100 + n, f"P{n}") for n in range(10)]
            for person in people:
                person.say("/work")
            await tg.until(lambda: all(person.inbox() for person in people), seconds=30)
            for person in people:
                person.touch("I agree")
            await tg.until(lambda: len(tg.answers) == 10)
            await tg.until(lambda: not tg.unanswered)
            given = "SELECT count(*) FROM consent WHERE act = 'given'"
            assert await held(postgres_url, given) == [(10,)]

            ana, text = people[0], "🌱" * 2500 + "?"  # an app counts 5001, and sends two messages
            await ana.asks("/work initial_prompt", "Send your text here")
            ana.say(text[:2048])
            ana.say(text[2048:])
            await tg.until(lambda: not tg.unanswered)
            assert await held(postgres_url, "SELECT draft FROM task") == [(text,)]

            forged = {"update_id": 1, "message": {}}
            async with aiohttp.ClientSession() as web:
                for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                    answer = await web.post(tg.webhook_targets[0], json=forged, headers=headers)
                    assert answer.status == 403
                right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
                answer = await web.post(tg.webhook_targets[0], data=b"{]", headers=right)
                assert answer.status == 400
            assert [call for call in tg.calls if "Too Many" in call.refused] == []
        finally:
            for worker in workers:
                assert await worker.stop() == 0
