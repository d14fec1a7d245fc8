"""Whose turn it is, over the wire: one person in several chats, and taps that come too late."""

import asyncio
import json
from datetime import UTC, datetime
from random import Random

import pytest
from fakes.telegram_people import title, words_on
from fakes.telegram_scene import QUICK, scene
from fakes.telegram_server import Json

from bot.platforms.telegram_limits import Pace
from core.desk import Desk
from core.dialogue import Command, Event, Screen
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import MemoryStore, ToldGuess

GROUP: Json = {"id": -100500, "type": "supergroup", "title": "Gardeners"}
QUESTION = "How do I keep basil alive over the winter?"


class SlowDesk:
    """A desk that takes its time for some commands, and knows in which order it was done."""

    def __init__(self, **seconds: float) -> None:
        policy = Policy()
        self._seconds = seconds
        world = World(policy, lambda: datetime.now(UTC), Random(7), ToldGuess())
        self._desk = Desk(MemoryStore(policy, Random(5)), world)
        self.done: list[tuple[str, str]] = []

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        name = event.name if isinstance(event, Command) else ""
        await asyncio.sleep(self._seconds.get(name, 0.0))
        if name == "undo":
            raise OSError("the store is gone")
        screen = await self._desk.handle(who, event, key)
        self.done.append((who.name, name))
        return screen


async def test_what_one_person_says_here_and_there_is_done_in_the_order_it_was_said() -> None:
    desk = SlowDesk(leaderboard=0.3, help=0.1)
    async with scene(desk=desk) as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana, ben = here.person("Ana"), here.person("Ben")
        said = ("leaderboard", "help", "me", "leaderboard", "privacy", "consent")

        for number, name in enumerate(said):
            ana.say(
                f"/{name}", GROUP if number % 2 == 0 and name in ("leaderboard", "me") else None
            )
        ben.say("/privacy")
        await here.tg.until(lambda: len(desk.done) == len(said) + 1)

        assert [name for who, name in desk.done if who == "Ana"] == list(said)
        assert desk.done[0] == ("Ben", "privacy")


async def test_a_store_that_fails_for_one_thing_does_not_hold_up_what_was_said_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.platforms.telegram_talk._PAUSE", 0.01)
    desk = SlowDesk(undo=0.05)
    async with scene(desk=desk) as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana = here.person("Ana")

        ana.say("/undo")
        ana.say("/leaderboard", GROUP)
        await here.tg.until(lambda: desk.done == [("Ana", "leaderboard")])

        await ana.reads("Something went wrong")
        assert len(ana.inbox()) == 1


@pytest.mark.parametrize("command", ["/leaderboard", "/work", "/me"])
async def test_a_group_that_may_be_told_nothing_more_keeps_nobody_from_their_private_chat(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("bot.platforms.telegram_app._DRAIN", 0.2)
    async with scene(pace=Pace(QUICK.overall, QUICK.person, group=(1, 60.0))) as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana = here.person("Ana")
        for _ in range(4):
            ana.say(command, GROUP)
        await here.tg.until(lambda: here.tg.confirmed)

        ana.say("/privacy")
        await ana.reads("/delete_my_data", seconds=4)

        assert sum(chat == GROUP["id"] for chat, _ in here.tg.messages) <= 1


async def test_a_second_tap_on_submit_leaves_the_thanks_their_buttons() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/work initial_prompt", "Send your text here")
        preview = json.loads(json.dumps(await ana.asks(QUESTION, "Your draft")))

        queries = [ana.touch("Submit", preview) for _ in range(3)]
        await here.tg.until(lambda: all(query in here.tg.answers for query in queries))
        thanks = await ana.reads("Thank you")
        await ana.asks("/me", "Streak")

        assert words_on(thanks) == ["Next task", "Undo"]


async def test_a_tap_on_a_form_that_was_just_handed_in_does_not_bring_it_back() -> None:
    policy = Policy(num_reviews_initial_prompt=1)
    async with scene(policy) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        await ana.asks("/work initial_prompt", "Send your text here")
        await ana.asks(QUESTION, "Your draft")
        await ana.tap("Submit")
        await ana.reads("Thank you")
        form = await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))
        form = json.loads(json.dumps(form))

        queries = [ben.touch(words, form) for words in ("○ No", "Submit", "○ 4")]
        await here.tg.until(lambda: all(query in here.tg.answers for query in queries))
        thanks = await ben.reads("Thank you")
        await asyncio.sleep(1.2)  # in which keyboards are drawn again

        assert "Next task" in words_on(thanks)
        assert here.tg.answers[queries[2]].get("show_alert") == "true"


NO_TAPS = (
    {},
    {"chat_instance": 5, "data": "1pwork"},
    {"message": {"message_id": "x"}, "data": "1pwork"},
    {"from": None, "data": "1pwork"},
    {"data": 7},
)


@pytest.mark.parametrize("odd", NO_TAPS)
async def test_a_tap_that_makes_no_sense_is_answered_all_the_same(odd: Json) -> None:
    async with scene() as here:
        ana = here.person("Ana")

        here.tg.queue("callback_query", {"id": "77", "from": ana.user, **odd})

        answer = await here.tg.until(lambda: here.tg.answers.get("77"))
        assert answer["show_alert"] == "true"


async def test_somebody_without_a_name_is_served_like_others() -> None:
    async with scene() as here:
        nobody = here.person("")

        assert await nobody.asks("/work", "Before you begin")
        await nobody.tap("I agree")
        assert await nobody.reads("You can begin")


async def test_a_tap_without_the_field_that_games_need_counts() -> None:
    async with scene() as here:
        ana = here.person("Ana")
        terms = await ana.asks("/work", "Before you begin")
        data = terms["reply_markup"]["inline_keyboard"][0][0]["callback_data"]

        tap = {"id": "77", "from": ana.user, "message": terms, "data": data}
        here.tg.queue("callback_query", tap)

        assert await ana.reads("You can begin")
