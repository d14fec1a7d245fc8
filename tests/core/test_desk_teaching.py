"""Lessons tell right from wrong, and the help tells each person what they may do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core import commands, desk
from core.commands import COMMANDS, Audience, CommandSpec
from core.desk.lessons import LESSONS
from core.dialogue import Press, Say
from core.model import TaskKind
from core.text import N_


@pytest.fixture
async def player() -> Player:
    return await Village().volunteer()


def village_of(player: Player) -> Village:
    assert isinstance(player.grove, Village)
    return player.grove


async def finish(player: Player, kind: TaskKind) -> None:
    """Choose the right answer in every step."""
    place = list(LESSONS).index(kind)
    for number, step in enumerate(LESSONS[kind]):
        right = [choice.right for choice in step.choices].index(True)
        await player.press(f"learn::{place}.{number}.{right}")
        assert player.notes == str(step.choices[right].feedback)
        await player.press("learn")


@pytest.mark.parametrize("kind", LESSONS)
async def test_every_lesson_can_be_finished_and_leads_to_real_work(
    player: Player, kind: TaskKind
) -> None:
    await player.does("tutorial", kind=kind.value.replace("_", "-").upper())
    assert str(player.screen.title).endswith("step 1 of 3")

    await finish(player, kind)

    assert player.notes.startswith("Well done!")
    assert village_of(player).person(player).tutorials == (kind.value,)
    assert player.buttons[0] == f"work::{kind.value}"


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("reply", ["Reply as the user", "Reply as the assistant"]),
        ("Review", ["Review a first message", "Review a user's reply",
                    "Review an assistant's reply"]),
    ],
)  # fmt: skip
async def test_a_word_that_kinds_share_leads_to_the_lessons_and_the_help_of_each(
    player: Player, word: str, names: list[str]
) -> None:
    lessons = await player.does("tutorial", kind=word)
    assert [str(button.label) for button in lessons.buttons] == names

    told = await player.does("help", topic=word)
    assert [str(line).partition(":")[0] for line in told.body] == names


async def test_one_lesson_for_a_word_begins_at_once(player: Player) -> None:
    for word, title in {"prompt": "Write a first message", "rank": "Rank the assistant"}.items():
        await player.does("tutorial", kind=word)
        assert str(player.screen.title).startswith(title)
        assert str(player.screen.title).endswith("step 1 of 3")


async def test_a_wrong_choice_is_explained_and_asked_again(player: Player) -> None:
    kind = next(iter(LESSONS))
    wrong = [choice.right for choice in LESSONS[kind][0].choices].index(False)
    await player.does("tutorial", kind=kind.value)

    await player.press(f"learn::0.0.{wrong}")

    feedback = str(LESSONS[kind][0].choices[wrong].feedback)
    assert [str(note) for note in player.screen.notes] == [feedback, "Try again."]
    assert str(player.screen.title).endswith("step 1 of 3")


async def test_finished_lessons_are_ticked_and_counted_once(player: Player) -> None:
    kind = next(iter(LESSONS))
    for _ in range(2):
        await player.does("tutorial", kind=kind.value)
        await finish(player, kind)

    await player.press("learn")

    assert str(player.screen.buttons[0].label).startswith("✓ ")
    assert village_of(player).person(player).tutorials == (kind.value,)


async def test_the_help_lists_what_a_volunteer_may_do(player: Player) -> None:
    await player.does("help")

    for_volunteers = [s for s in COMMANDS if s.audience in {Audience.ANYONE, Audience.VOLUNTEER}]
    assert len(player.screen.body) == len(for_volunteers)
    assert "/work: Get a task" in map(str, player.screen.body)


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("work", "/work"),
        ("/Export_My_Data", "/export-my-data"),
        ("rank assistant replies", "Rank the assistant's replies"),
        ("initial-prompt", "Write a first message"),
    ],
)
async def test_a_topic_is_a_command_or_a_kind_of_task(
    player: Player, topic: str, title: str
) -> None:
    await player.does("help", topic=topic)

    assert str(player.screen.title) == title


async def test_the_help_can_be_left_for_the_list(player: Player) -> None:
    await player.does("help", topic="work")
    assert "kind: The kind of task: prompt, reply, review, rank or random" in map(
        str, player.screen.body
    )

    await player.press("help")

    assert str(player.screen.title) == "What you can do here"


# ---------------------------------------------------------------- who may


@pytest.fixture
def restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two commands that not everybody may use."""
    specs = (
        CommandSpec("hold-it", N_("Hold a text"), Audience.MODERATOR),
        CommandSpec("set-up", N_("Set up the community"), Audience.ADMIN),
    )
    monkeypatch.setattr("core.desk.teaching.COMMANDS", (*COMMANDS, *specs))
    for spec in specs:
        monkeypatch.setitem(commands.BY_NAME, spec.name, spec)
        monkeypatch.setitem(desk.COMMAND_HANDLERS, spec.name, _did)


def _did(visit: object, args: object) -> Say:
    return Say(notes=(N_("Done."),))


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        ({}, []),
        ({"may_moderate": True}, ["hold-it"]),
        ({"may_manage": True}, ["hold-it", "set-up"]),
    ],
)
@pytest.mark.usefixtures("restricted")
async def test_commands_are_for_those_who_may_whatever_a_platform_shows(
    player: Player, rights: dict[str, bool], may: list[str]
) -> None:
    player.who = replace(player.who, community="home", **rights)
    done = []

    for name in ("hold-it", "set-up"):
        await player.does(name)
        assert player.screen.refused == (name not in may)
        done += [name] if player.notes == "Done." else []
    await player.does("help")

    assert done == may
    listed = {str(line).partition(":")[0][1:] for line in player.screen.body}
    assert listed & {"hold-it", "set-up"} == set(may)


async def test_lessons_need_no_consent() -> None:
    stranger = Village().stranger()

    await stranger.send(Press("learn"))

    assert str(stranger.screen.title) == "Tutorial"
