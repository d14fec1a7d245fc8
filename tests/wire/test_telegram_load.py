"""Many people at once, and one who sends too much: order kept, nothing lost, no limit broken."""

import asyncio

import pytest
from fakes.telegram_people import Volunteer, words_on
from fakes.telegram_scene import Scene, scene
from fakes.telegram_server import Json

from bot.platforms.telegram_draw import drawn
from bot.platforms.telegram_limits import PACE
from core.dialogue import AskLabels, Button, LabelQuestion, press
from core.labels import label_set
from core.model import TaskKind
from core.text import N_

FORM = AskLabels(
    task_id=77,
    questions=tuple(
        LabelQuestion(label.name, label.widget, label.question, label.ends)
        for label in label_set(TaskKind.LABEL_ASSISTANT_REPLY, full=False)
    ),
    buttons=(Button(press("skip", 77), N_("Skip")),),
)


def shown(here: Scene, person: Volunteer) -> Json:
    """The form in somebody's chat, as it was sent before a restart."""
    drawing = drawn(FORM)
    assert drawing.keyboard is not None
    me = {"id": 4242, "is_bot": True, "first_name": "Grove"}
    message = here.tg.message(me, person.chat, "Say what is true.")
    message["reply_markup"] = drawing.keyboard.to_dict()
    here.tg.messages[person.id, message["message_id"]] = message
    return message


@pytest.mark.soak
async def test_two_hundred_people_tap_at_once_and_every_tap_counts() -> None:
    async with scene(pace=PACE) as here:
        people = [here.person(f"P{number}") for number in range(200)]
        forms = {person.id: shown(here, person) for person in people}
        taps = ("○ No", "○ 2", "○ 5", "○ It is written in the wrong language", "○ 4")

        queries = [
            person.touch(words, dict(forms[person.id])) for person in people for words in taps
        ]
        await here.tg.until(lambda: len(here.tg.answers) == len(queries), seconds=30)
        answered = asyncio.get_running_loop().time()
        wanted = {"● No", "● 4", "● It is written in the wrong language", "Skip"}
        await here.tg.until(
            lambda: all(wanted <= set(words_on(form)) for form in forms.values()), seconds=40
        )

        assert [call for call in here.tg.calls if call.refused] == []
        assert asyncio.get_running_loop().time() - answered < 20
        assert len(here.tg.called("editMessageReplyMarkup")) <= 400


async def test_a_flooding_person_holds_up_nobody_and_is_answered_at_the_end() -> None:
    async with scene(pace=PACE) as here:
        eve, ana = await here.volunteer("Eve"), here.person("Ana")
        await asyncio.sleep(3)

        began = asyncio.get_running_loop().time()
        for number in range(300):  # to be answered one by one, they would take five minutes
            eve.say(f"spam {number}")
        eve.say("/privacy")
        await ana.asks("/work", "Before you begin")
        assert asyncio.get_running_loop().time() - began < 60
        await here.tg.until(lambda: "Privacy" in eve.inbox()[-1].get("text", ""), seconds=20)

        assert [call for call in here.tg.calls if call.refused] == []


async def test_a_group_gets_no_more_than_twenty_messages_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.platforms.telegram_app._DRAIN", 0.2)
    async with scene(pace=PACE) as here:
        group = {"id": -100500, "type": "supergroup", "title": "Gardeners"}
        here.tg.chats[group["id"]] = group
        people = [here.person(f"P{number}") for number in range(26)]

        for person in people:
            person.say("/leaderboard", group)
        await people[-1].asks("/work", "Before you begin")
        await asyncio.sleep(2)

        in_group = [call for call in here.tg.called("sendMessage") if call.chat == group["id"]]
        assert len(in_group) == 20
        assert [call for call in here.tg.calls if call.refused] == []
