"""What goes wrong between the bot and Telegram, and what people notice of it: a delay at most."""

import asyncio
import logging
from datetime import UTC, datetime
from random import Random

import pytest
from fakes.telegram_people import words_on
from fakes.telegram_scene import Scene, scene, served
from fakes.telegram_server import TOKEN, FakeTelegram, Fault
from pydantic import SecretStr

from bot.config import Settings
from bot.errors import WrongToken
from bot.platforms.telegram_app import serve
from core.desk import Desk
from core.dialogue import Event, Screen
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import MemoryStore, ToldGuess


def a_desk() -> tuple[Desk, MemoryStore]:
    policy = Policy()
    store = MemoryStore(policy, Random(5))
    return Desk(store, World(policy, lambda: datetime.now(UTC), Random(7), ToldGuess())), store


class FailingDesk:
    """A desk whose store fails now and then."""

    def __init__(self, failures: int) -> None:
        self.desk, self.store = a_desk()
        self.failures = failures

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        if self.failures > 0:
            self.failures -= 1
            raise OSError(f"the disk is full, with {event} on it")
        return await self.desk.handle(who, event, key)


KINDS = ("500", "502", "html", "page", "no page", "refused", "drop", "429")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_that_fails_is_sent_again(kind: str) -> None:
    async with scene() as here:
        ana = here.person("Ana")
        here.tg.faults.append(Fault("sendMessage", kind, times=2, seconds=1))

        await ana.asks("/work", "Before you begin")

        assert len(ana.inbox()) == 1
        assert len(here.tg.called("sendMessage")) == 3


async def test_a_reply_whose_fate_is_unknown_is_sent_again_rather_than_lost() -> None:
    async with scene() as here:
        ana = here.person("Ana")
        here.tg.faults.append(Fault("sendMessage", "lost"))

        ana.say("/work")
        await here.tg.until(lambda: len(ana.inbox()) == 2)

        assert len({message["text"] for message in ana.inbox()}) == 1


async def test_polling_outlives_every_fault_of_the_server() -> None:
    async with scene() as here:
        for kind in ("html", "no page", "refused", "drop", "409"):
            here.tg.faults.append(Fault("getUpdates", kind, seconds=1))
        ana = here.person("Ana")

        ana.say("/work")

        assert await ana.reads("Before you begin", seconds=20)
        assert all(fault.times == 0 for fault in here.tg.faults)
        assert {poll.method for poll in here.tg.polls} == {"getUpdates"}


NOW = 1_800_000_000
PRIVATE = {"id": 66, "type": "private", "first_name": "Mal"}
MAL = {"id": 66, "is_bot": False, "first_name": "Mal"}
NONSENSE = (
    {},
    "words",
    {"message_id": 1},
    {"message_id": 1, "date": "noon", "chat": PRIVATE, "from": MAL, "text": "/work"},
    {"message_id": 1, "date": NOW, "chat": PRIVATE, "from": MAL, "text": 5},
    {"message_id": "1", "date": NOW, "chat": PRIVATE, "from": MAL, "text": "/work"},
    {"message_id": 1, "date": NOW, "chat": PRIVATE, "from": {**MAL, "id": "66"}, "text": "/work"},
    {"message_id": 1, "date": NOW, "chat": {**PRIVATE, "id": None}, "from": MAL, "text": "/work"},
    {"message_id": 1, "date": NOW, "chat": PRIVATE, "text": "from nobody"},
    {"message_id": 1, "date": NOW, "chat": PRIVATE, "from": MAL, "text": "\ud800"},
)


async def test_updates_that_make_no_sense_hold_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with scene() as here:
        ana = here.person("Ana")
        for content in NONSENSE:
            here.tg.queue("message", content)
        for kind in ("callback_query", "my_chat_member", "edited_message", "channel_post", "new"):
            here.tg.queue(kind, {"id": 5, "from": MAL})
        await ana.asks("/work", "Before you begin")

        await here.tg.until(lambda: here.tg.updates == [])

    assert "an update (message) could not be read" in caplog.text.lower()
    assert "/work" not in caplog.text


async def test_a_server_that_answers_at_once_with_nothing_is_not_asked_without_end() -> None:
    async with scene() as here:
        here.tg.waits = 0.0
        await asyncio.sleep(0.2)
        before = here.tg.asked

        await asyncio.sleep(1.0)

        assert 0 < here.tg.asked - before < 25


async def test_another_poller_is_complained_about_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram_poll._CONFLICT_PAUSE", 0.1)
    with caplog.at_level(logging.WARNING):
        async with scene() as here:
            here.tg.faults.append(Fault("getUpdates", "409", times=2))
            ana = here.person("Ana")
            await ana.asks("/work", "Before you begin")

    assert sum("Another program polls" in message for message in caplog.messages) == 1


async def test_somebody_who_blocked_the_bot_harms_nobody_and_can_come_back() -> None:
    async with scene() as here:
        ana, ben = await here.volunteer("Ana"), here.person("Ben")
        here.tg.blocked.add(ana.id)

        ana.say("/work")
        await ben.asks("/work", "Before you begin")
        sent = [call for call in here.tg.called("sendMessage") if call.chat == ana.id]
        here.tg.blocked.clear()

        await ana.asks("/me", "Streak")
        now = [call for call in here.tg.called("sendMessage") if call.chat == ana.id]
        assert len(now) == len(sent) + 1


async def test_somebody_who_never_started_the_bot_is_shown_the_way_in_the_group() -> None:
    async with scene() as here:
        group = {"id": -7, "type": "group", "title": "Gardeners"}
        here.tg.chats[-7] = group
        ana = here.person("Ana")
        unknown = Fault(
            "sendMessage", "400", chat=ana.id, description="Bad Request: chat not found"
        )
        here.tg.faults.append(unknown)

        ana.say("/me", group)
        shown = await here.tg.until(
            lambda: next((m for (chat, _), m in here.tg.messages.items() if chat == -7), None)
        )

        assert words_on(shown) == ["Open the private chat"]


async def test_a_message_that_is_refused_is_sent_in_plain_words() -> None:
    async with scene() as here:
        group = {"id": -7, "type": "supergroup", "title": "Gardeners", "is_forum": True}
        here.tg.chats[-7] = group
        ana = await here.volunteer("Ana")
        gone = "Bad Request: message thread not found"
        here.tg.faults.append(Fault("sendMessage", "400", description=gone))

        ana.say("/leaderboard", group, message_thread_id=5, is_topic_message=True)
        shown = await here.tg.until(
            lambda: next((m for (chat, _), m in here.tg.messages.items() if chat == -7), None)
        )

        assert "<" not in shown["text"]
        assert "message_thread_id" not in shown


async def test_an_answer_follows_a_group_that_became_a_supergroup() -> None:
    async with scene() as here:
        old = {"id": -7, "type": "group", "title": "Gardeners"}
        new = {"id": -1007, "type": "supergroup", "title": "Gardeners"}
        here.tg.chats |= {-7: {**old, "moved_to": -1007}, -1007: new}
        ana = await here.volunteer("Ana")

        ana.say("/leaderboard", old)

        await here.tg.until(lambda: any(chat == -1007 for chat, _ in here.tg.messages))
        assert not any(chat == -7 for chat, _ in here.tg.messages)


async def test_a_vanished_message_is_replaced_by_a_new_one() -> None:
    async with scene() as here:
        ana = here.person("Ana")
        asked = await ana.asks("/consent", "Before you begin")
        gone = dict(asked)
        here.tg.messages.clear()

        ana.touch("I agree", gone)

        shown = await ana.reads("You can begin")
        assert "Take a task" in words_on(shown)


async def test_a_failing_store_is_asked_again_and_counts_once() -> None:
    desk = FailingDesk(failures=2)
    async with scene(desk=desk) as here:
        ana = here.person("Ana")

        await ana.asks("/work", "Before you begin")

        assert len(desk.store.tables.accounts) == 1


async def test_a_store_that_stays_broken_is_admitted_with_an_error_id(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.platforms.telegram_talk._PAUSE", 0.01)
    async with scene(desk=FailingDesk(failures=10_000)) as here:
        ana = here.person("Ana")

        ana.say("a canary sings")
        shown = await ana.reads("Something went wrong")

        assert "Error id" in shown["text"]
        assert "OSError" in caplog.text
        assert "canary" not in caplog.text
        assert "disk" not in caplog.text


async def test_a_slow_desk_does_not_keep_a_tap_waiting() -> None:
    class SlowDesk(FailingDesk):
        async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
            if key is not None and len(self.store.tables.accounts):
                await asyncio.sleep(2.5)
            return await self.desk.handle(who, event, key)

    async with scene(desk=SlowDesk(0)) as here:
        ana = here.person("Ana")
        await ana.asks("/work", "Before you begin")

        began = asyncio.get_running_loop().time()
        await ana.tap("I agree")
        assert asyncio.get_running_loop().time() - began < 2.4
        await ana.reads("You can begin")


async def test_start_waits_for_telegram_to_come_back_and_answers_what_came_meanwhile() -> None:
    desk, store = a_desk()
    async with FakeTelegram() as tg:
        tg.faults += [Fault("getMe", "drop"), Fault("getMe", "html"), Fault("getMe", "500")]
        ana = Scene(tg, store).person("Ana")
        ana.say("/work")

        async with served(tg, desk):
            assert await ana.reads("Before you begin")
            assert all(fault.times == 0 for fault in tg.faults)


async def test_a_wrong_token_ends_the_start() -> None:
    desk, _ = a_desk()
    async with FakeTelegram() as tg:
        settings = Settings(telegram_token=SecretStr("1:wrong"), telegram_api_base=tg.base)

        with pytest.raises(WrongToken, match="GROVE_TELEGRAM_TOKEN"):
            await serve(desk, settings, asyncio.Event())


async def test_a_stop_during_the_start_ends_it() -> None:
    desk, _ = a_desk()
    stop = asyncio.Event()
    settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_base="http://127.0.0.1:9")
    starting = asyncio.create_task(serve(desk, settings, stop))
    await asyncio.sleep(0.2)

    stop.set()

    await asyncio.wait([starting], timeout=2)
    assert starting.done()


async def test_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with scene() as here:
            for kind in ("drop", "html"):
                here.tg.faults.append(Fault("*", kind))
            ana = here.person("Ana")
            await ana.asks("/work", "Before you begin")

    assert caplog.messages
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
