"""Statements about texts that are changed in the chat, or come in several messages."""

import pytest
from fakes.players import Grove, Player

from core.dialogue import AskText, Origin, Press, Revised, Say, Typed
from core.model import Task, TaskState
from core.policy import Policy
from core.testing import MemoryStore

POLICY = Policy(max_text_length=100)
NOON = 1_800_000_000


@pytest.fixture
def grove() -> Grove:
    return Grove(MemoryStore(POLICY), POLICY)


def origin(number: int, at: int = NOON, *, may_go_on: bool = False) -> Origin:
    return Origin(str(number), at, may_go_on)


def tasks(grove: Grove) -> list[Task]:
    return list(grove.store.tables.tasks.values())


async def writer(grove: Grove) -> Player:
    """Somebody who is asked for a text."""
    player = await grove.volunteer()
    await player.takes("initial_prompt")
    return player


async def test_a_message_that_is_changed_is_a_new_draft(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("What is a good nam for a cat?", origin=origin(5)))

    await ana.send(Revised("What is a good name for a cat?", origin(5, NOON + 60)))
    await ana.press("submit")

    assert "Thank you" in ana.notes
    (tree,) = grove.store.tables.trees.values()
    assert tree.root.text == "What is a good name for a cat?"


async def test_a_message_that_is_changed_without_a_change_of_its_text_says_nothing(
    grove: Grove,
) -> None:
    ana = await writer(grove)
    shown = await ana.send(Typed("What is a good name for a cat?", origin=origin(5)))

    assert await ana.send(Revised("What is a good name for a cat?", origin(5))) == Say()
    submit = next(button.id for button in shown.buttons if button.id.startswith("submit"))
    await ana.send(Press(submit))
    assert "Thank you" in ana.notes
    assert await ana.send(Revised("What is a good name for a cat?", origin(5))) == Say()


async def test_what_was_submitted_is_not_changed_any_more(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("What is a good name for a cat?", origin=origin(5)))
    await ana.press("submit")
    await ana.takes("initial_prompt")

    await ana.send(Revised("What is a good name for a dog?", origin(5)))

    assert ana.screen.refused
    assert isinstance(ana.screen, AskText), "the next task stays in front"
    assert [task.draft for task in tasks(grove) if task.state is TaskState.OPEN] == [None]


async def test_a_draft_of_another_task_is_changed_where_it_belongs(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("How do bees find their way?", origin=origin(5)))
    await ana.takes("initial_prompt")
    await ana.press("skip")
    ben = await writer(grove)
    await ben.send(Typed("Other people's messages have the same numbers.", origin=origin(5)))

    await ana.send(Revised("How do bees find their way home?", origin(5)))

    assert ana.screen.refused, "its task was skipped"
    assert "same numbers" in (tasks(grove)[-1].draft or "")


async def test_a_refused_text_can_be_mended_where_it_stands(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("x" * 101, origin=origin(5)))
    assert ana.screen.refused

    await ana.send(Revised("x y z" * 3, origin(5)))

    assert not ana.screen.refused
    assert tasks(grove)[0].draft == "x y z" * 3


async def test_a_message_that_nobody_knows_is_to_be_sent_anew(grove: Grove) -> None:
    ana = await writer(grove)

    await ana.send(Revised("What is a good name for a cat?", origin(5)))

    assert "send it as a new message" in ana.notes
    assert tasks(grove)[0].draft is None


async def test_only_the_last_messages_are_remembered(grove: Grove) -> None:
    ana = await writer(grove)
    for number in range(20):
        await ana.send(Typed(f"This is text number {number}.", origin=origin(number)))

    await ana.send(Revised("The first one, but better.", origin(0)))

    assert "send it as a new message" in ana.notes
    assert len(grove.store.tables.sessions[ana_account(grove)].data["sent"]) < 200


def ana_account(grove: Grove) -> int:
    (account,) = grove.store.tables.accounts.values()
    return account.id


async def test_a_text_that_comes_in_two_messages_is_one(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("one and ", origin=origin(5, may_go_on=True)))

    await ana.send(Typed("two", origin=origin(6, NOON + 2)))

    assert tasks(grove)[0].draft == "one and two"
    for number in (5, 6):
        await ana.send(Revised("a part, changed", origin(number)))
        assert "send it as a new message" in ana.notes
    assert tasks(grove)[0].draft == "one and two"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (origin(5), origin(6)),
        (origin(5, may_go_on=True), origin(6, NOON + 60)),
        (origin(5, may_go_on=True), None),
    ],
)
async def test_texts_that_belong_not_together_are_not_joined(
    grove: Grove, first: Origin, second: Origin | None
) -> None:
    ana = await writer(grove)
    await ana.send(Typed("the first text", origin=first))

    await ana.send(Typed("the second text", origin=second))

    assert tasks(grove)[0].draft == "the second text"


async def test_the_end_of_a_refused_text_is_no_text_of_its_own(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("x" * 101, origin=origin(5, may_go_on=True)))

    await ana.send(Typed("and its end", origin=origin(6, NOON + 1)))

    assert ana.screen.refused
    assert "The beginning of this text was refused" in ana.notes
    assert tasks(grove)[0].draft is None


async def test_the_beginning_stays_a_draft_when_the_whole_is_too_long(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("x" * 90, origin=origin(5, may_go_on=True)))

    await ana.send(Typed("y" * 20, origin=origin(6)))

    assert ana.screen.refused
    assert tasks(grove)[0].draft == "x" * 90


async def test_a_refused_answer_to_a_question_is_no_draft_of_the_task(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.does("timezone")
    await ana.send(Typed("Mars/Olympus", origin=origin(5)))

    await ana.send(Revised("Europe/Madrid", origin(5)))

    assert "send it as a new message" in ana.notes


async def test_a_message_outlives_the_wish_for_another_task(grove: Grove) -> None:
    ana = await writer(grove)
    await ana.send(Typed("How do bees find their way?", origin=origin(5)))
    await ana.takes("initial_prompt")

    await ana.send(Revised("How do bees find their way home?", origin(5)))

    assert tasks(grove)[0].draft == "How do bees find their way home?"
