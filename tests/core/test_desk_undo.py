"""Answers and texts are taken back while nobody has built on them, and never afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes.players import Player
from fakes.village import Village

from core.dialogue import AskChoice, AskLabels, AskOrder, AskText, Labelled, Press, Typed, press
from core.flow import moderation
from core.model import Fate, TaskKind

K = TaskKind
NOTHING = "There is nothing to take back: you can undo within 15 minutes."
BUILT_ON = "This answer has been put to use already, so it can no longer be taken back."


async def test_a_prompt_taken_back_is_a_draft_again() -> None:
    village = Village()
    author = await village.prompt("How do bees find their way?")

    screen = await author.press("undo")

    assert author.notes == "Taken back. You can answer again."
    assert isinstance(screen, AskChoice)
    assert screen.passages[-1].text == "How do bees find their way?"
    assert village.tree.root.fate is Fate.WITHDRAWN
    assert village.points(author) == {}
    await author.press("submit")
    assert len(village.memory.tables.trees) == 2


async def test_a_reply_taken_back_frees_nothing_for_others_until_it_is_skipped() -> None:
    village = Village(max_children_count=1)
    await village.growing()
    author = await village.reply("They follow the sun.")

    await author.press("undo")

    other = await village.volunteer()
    await other.takes("assistant_reply")
    assert other.screen.kind is None
    await author.press("skip")
    await other.takes("assistant_reply")
    assert other.screen.kind is K.ASSISTANT_REPLY


async def test_a_review_taken_back_leaves_no_trace_and_can_be_given_again() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    await village.labels(player, spam=1.0, quality=0.5)

    screen = await player.press("undo")

    assert isinstance(screen, AskLabels)
    assert {q.name: q.value for q in screen.questions if q.value is not None} == {
        "spam": 1.0,
        "quality": 0.5,
    }
    assert (village.tree.root.review_count, village.tree.root.labels) == (0, {})
    assert village.points(player) == {}
    await village.labels(player)
    assert village.tree.root.review_count == 1
    assert village.points(player) == {"labels_full": 1}


async def test_a_ballot_taken_back_takes_the_authors_points_along() -> None:
    village = Village()
    first, second = await village.ranking()
    voter = await village.with_task(K.RANK_ASSISTANT_REPLIES)
    await village.ranks(voter, 1, 0)

    screen = await voter.press("undo")

    assert isinstance(screen, AskOrder)
    assert "ranked_1" not in village.points(second)
    assert "ranked_2" not in village.points(first)
    assert village.points(voter) == {}
    await village.ranks(voter, 0, 1)
    assert village.points(first)["ranked_1"] == 1


async def test_undo_by_command_takes_back_the_newest_answer() -> None:
    village = Village()
    await village.prompt("The first question.")
    await village.prompt("The second question.")
    player = await village.with_task(K.LABEL_INITIAL_PROMPT)
    await village.labels(player)
    await player.press("next")
    newest = player.screen.task_id
    await village.labels(player)

    await player.does("undo")

    assert player.screen.task_id == newest


async def test_an_older_button_takes_back_the_answer_that_it_stood_below() -> None:
    village = Village()
    await village.prompt("The first question.")
    await village.prompt("The second question.")
    player = await village.with_task(K.LABEL_INITIAL_PROMPT)
    older = player.screen.task_id
    await village.labels(player)
    undo = next(b for b in player.buttons if b.startswith("undo"))
    await player.press("next")
    await village.labels(player)

    await player.send(Press(undo))

    assert player.screen.task_id == older


async def test_undo_ends_after_fifteen_minutes() -> None:
    village = Village()
    author = await village.prompt()
    village.clock.advance(minutes=15, seconds=1)
    undo = next(b for b in author.buttons if b.startswith("undo"))

    for event in (Press(undo), Press(undo)):
        await author.send(event)
        assert author.notes == NOTHING
    await author.does("undo")

    assert author.notes == NOTHING
    assert village.tree.root.is_present


async def test_undo_pressed_twice_takes_back_once() -> None:
    village = Village()
    author = await village.prompt()
    undo = next(b for b in author.buttons if b.startswith("undo"))

    await author.send(Press(undo))
    await author.send(Press(undo))

    assert author.screen.refused
    assert author.screen.passages[-1].text == "How do bees find their way?"


async def test_what_others_have_judged_stays() -> None:
    village = Village()
    author = await village.prompt()
    undo = next(b for b in author.buttons if b.startswith("undo"))
    await village.labels(await village.with_task(K.LABEL_INITIAL_PROMPT))

    await author.send(Press(undo))

    assert author.notes == BUILT_ON
    assert village.tree.root.is_present


async def test_a_review_that_made_the_verdict_or_came_before_it_stays() -> None:
    village = Village()
    await village.prompt()
    reviewers = [await village.with_task(K.LABEL_INITIAL_PROMPT) for _ in range(2)]
    for reviewer in reviewers:
        await village.labels(reviewer)

    for reviewer in reviewers:
        await reviewer.does("undo")
        assert reviewer.notes == BUILT_ON

    assert village.tree.root.review_count == 2


async def stopped(village: Village) -> Player:
    """Somebody who has just reviewed, in a conversation that was stopped then."""
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    await village.labels(player)
    await village.turn(lambda turn: moderation.halt(turn, village.tree.id))
    return player


async def test_an_answer_in_a_conversation_that_was_stopped_is_taken_back_for_good() -> None:
    village = Village()
    player = await stopped(village)

    await player.press("undo")

    assert player.notes == "Taken back."
    assert player.screen.kind is None
    assert village.tree.root.review_count == 0


async def test_taking_back_gives_time_to_answer_again() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    village.clock.advance(minutes=59)
    await village.labels(player)
    village.clock.advance(minutes=10)

    await player.press("undo")

    task = village.memory.tables.tasks[player.screen.task_id or 0]
    assert (task.expires_at - village.clock()).total_seconds() == 3600


async def test_what_was_taken_back_otherwise_cannot_be_taken_back_again() -> None:
    village = Village()
    author = await village.prompt()
    undo = next(b for b in author.buttons if b.startswith("undo"))
    await author.does("withdraw")
    await author.press("gone")

    await author.send(Press(undo))

    assert author.notes == "You have no such text. See /mine."


async def test_an_answer_before_a_text_that_was_withdrawn_can_be_taken_back() -> None:
    village = Village()
    author = await village.prompt("How do bees find their way?")
    await author.takes("initial_prompt")
    await author.writes("Why is the sky blue?")
    await author.does("withdraw")
    assert author.screen.passages[-1].text == "Why is the sky blue?"
    await author.press("gone")

    await author.does("undo")

    assert author.notes == "Taken back. You can answer again."
    assert author.screen.passages[-1].text == "How do bees find their way?"


# ---------------------------------------------------------------- own texts


@pytest.fixture
async def village() -> Village:
    return Village()


async def test_a_text_can_be_changed_until_somebody_reviews_it(village: Village) -> None:
    author = await village.prompt()

    await author.does("edit")
    assert isinstance(author.screen, AskText)
    assert author.screen.draft == "How do bees find their way?"
    await author.send(Typed("How do ants find their way?"))

    assert author.notes == "Changed."
    assert (village.tree.root.text, village.tree.root.edited) == (
        "How do ants find their way?",
        True,
    )


async def test_a_text_is_not_changed_under_the_eyes_of_a_reviewer(village: Village) -> None:
    author = await village.prompt()
    await author.does("edit")
    await village.with_task(K.LABEL_INITIAL_PROMPT)

    await author.send(Typed("How do ants find their way?"))

    assert author.notes == "Somebody is reviewing this text right now. Try again a little later."
    assert author.screen.passages[-1].text == "How do ants find their way?"
    assert isinstance(author.screen, AskText)  # still asked


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (moderation.remove, "A moderator has removed this text, so it can no longer be changed."),
        (moderation.hold, "This text waits for a moderator, so it can't be changed now."),
    ],
)
async def test_a_text_that_a_moderator_has_taken_in_hand_is_not_changed(
    village: Village, act: Callable[..., object], said: str
) -> None:
    author = await village.prompt()
    await village.turn(lambda turn: act(turn, village.tree.id))

    for command in ("edit", "withdraw"):
        await author.does(command, text="1")
        assert author.notes == said


async def test_a_change_that_comes_after_a_review_comes_back(village: Village) -> None:
    author = await village.prompt()
    await author.does("edit")
    await village.labels(await village.with_task(K.LABEL_INITIAL_PROMPT))

    await author.send(Typed("How do ants find their way?"))

    assert author.notes.startswith("This text has been reviewed already")
    assert author.screen.passages[-1].text == "How do ants find their way?"
    await author.send(Typed("Anybody there?"))
    assert author.notes == "I wasn't expecting a text. Take a task first."


@pytest.mark.parametrize("verb", ["editown", "takeback", "gone"])
async def test_a_reviewed_text_can_no_longer_be_changed(village: Village, verb: str) -> None:
    author = await village.prompt()
    await village.labels(await village.with_task(K.LABEL_INITIAL_PROMPT))

    await author.send(Press(press(verb, None, village.tree.id)))

    assert author.notes.startswith("This text has been reviewed already")


async def test_a_text_too_short_leaves_the_question_open(village: Village) -> None:
    author = await village.prompt()
    await author.does("edit")

    await author.send(Typed("?!"))
    assert author.notes.startswith("Your text is too short.")
    assert isinstance(author.screen, AskText)
    await author.send(Typed("And how do ants?"))

    assert village.tree.root.text == "And how do ants?"


@pytest.mark.parametrize("way_out", ["own", "me"])
async def test_whoever_does_something_else_has_stopped_editing(
    village: Village, way_out: str
) -> None:
    author = await village.prompt()
    await author.does("edit")

    if way_out == "own":
        await author.press("own")
    else:
        await author.does(way_out)
    await author.send(Typed("Thanks, that was interesting!"))

    assert village.tree.root.text == "How do bees find their way?"


async def test_an_open_task_is_still_there_after_an_edit(village: Village) -> None:
    author = await village.prompt()
    await author.takes("initial_prompt")
    task_id = author.screen.task_id or 0
    await author.does("edit", text="1")
    await author.send(Typed("How do ants find their way?"))

    await author.send(Typed("What do wasps eat?"))

    assert village.memory.tables.tasks[task_id].draft == "What do wasps eat?"


async def test_text_that_names_its_task_is_no_answer_to_the_question(village: Village) -> None:
    author = await village.prompt()
    await author.takes("initial_prompt")
    task_id = author.screen.task_id or 0
    await author.does("edit", text="1")

    await author.send(Typed("What do wasps eat?", task_id))

    assert village.memory.tables.tasks[task_id].draft == "What do wasps eat?"
    assert village.tree.root.text == "How do bees find their way?"


async def test_a_withdrawn_text_frees_its_place_and_is_not_asked_for_again(
    village: Village,
) -> None:
    await village.growing()
    author = await village.reply("They follow the sun.")

    await author.does("withdraw")
    assert author.screen.passages[-1].text == "They follow the sun."
    await author.press("gone")

    assert author.notes == "Taken back."
    assert village.replies[0].fate is Fate.WITHDRAWN
    assert village.points(author) == {}
    await author.takes("assistant_reply")
    assert author.screen.kind is None
    await village.with_task(K.ASSISTANT_REPLY)


async def test_a_withdrawal_can_be_thought_better_of(village: Village) -> None:
    author = await village.prompt()
    await author.does("withdraw", text="1")

    await author.press("own")

    assert village.tree.root.is_present
    assert str(author.screen.title) == "Your text"


async def test_a_reviewer_of_a_text_that_is_withdrawn_loses_nothing_but_the_task(
    village: Village,
) -> None:
    author = await village.prompt()
    reviewer = await village.with_task(K.LABEL_INITIAL_PROMPT)
    task_id = reviewer.screen.task_id or 0
    await reviewer.send(Labelled(task_id, {"quality": 0.5}, done=False))
    await author.does("withdraw")
    await author.press("gone")

    await reviewer.takes()

    assert reviewer.screen.kind is not K.LABEL_INITIAL_PROMPT
