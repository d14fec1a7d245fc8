"""Tasks are handed out as people wish, taken up again, given back, and never piled up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core.desk import Desk
from core.dialogue import SHOW, AskText, Press, Screen, Typed, press
from core.flow import housekeeping, moderation
from core.model import TaskKind, TaskState

K = TaskKind


def labels_of(screen: Screen) -> list[str]:
    return [str(button.label) for button in screen.buttons]


# ---------------------------------------------------------------- wishes


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("label", {K.LABEL_INITIAL_PROMPT}),
        ("LABEL-initial prompt", {K.LABEL_INITIAL_PROMPT}),
        ("prompt", {K.INITIAL_PROMPT}),
        ("initial_prompt", {K.INITIAL_PROMPT}),
        ("rank, label", {K.LABEL_INITIAL_PROMPT}),
        ("review", {K.LABEL_INITIAL_PROMPT}),
        ("random", {K.LABEL_INITIAL_PROMPT, K.INITIAL_PROMPT}),
        ("", {K.LABEL_INITIAL_PROMPT, K.INITIAL_PROMPT}),
    ],
)
async def test_a_kind_is_asked_for_by_any_of_its_names(word: str, kinds: set[TaskKind]) -> None:
    village = Village()
    await village.prompt()
    player = await village.volunteer()

    await player.takes(word)

    assert player.screen.kind in kinds


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("word", "kind"), [("reply", K.ASSISTANT_REPLY), ("label", K.LABEL_ASSISTANT_REPLY)]
)
async def test_to_reply_is_to_write_and_not_to_review_replies(
    word: str, kind: TaskKind, seed: int
) -> None:
    village = Village(seed=seed)
    await village.replied(1)  # it waits for reviews, and a second one may be written
    player = await village.volunteer()

    await player.takes(word)

    assert player.screen.kind is kind


async def test_a_kind_that_there_is_none_of_is_answered_with_those_there_are() -> None:
    village = Village()
    await village.prompt()
    player = await village.volunteer()

    screen = await player.takes("rank")

    assert player.notes == "There is no task of this kind for you in English right now."
    assert not screen.refused
    assert labels_of(screen) == [
        "Write a first message (99+)",
        "Review a first message (1)",
        "Languages",
    ]
    await player.press("work::label_initial_prompt.en")
    assert player.screen.kind is K.LABEL_INITIAL_PROMPT


async def test_work_in_a_language_asked_for_once_is_offered_in_that_language() -> None:
    village = Village()
    await village.prompt()
    player = await village.volunteer(languages="de")

    await player.does("work", kind="rank", language="en")
    await player.press("work::label_initial_prompt.en")

    assert player.screen.kind is K.LABEL_INITIAL_PROMPT


async def test_who_can_do_nothing_is_told_so() -> None:
    village = Village(max_initial_prompt_review=1, max_active_trees=1)
    author = await village.prompt()
    other = await village.volunteer()
    await other.takes("initial_prompt")

    screen = await author.takes()

    assert author.notes == "There is nothing to do in English right now."
    assert labels_of(screen) == ["Languages"]
    assert not screen.refused


async def test_who_takes_what_is_needed_is_told_that_prompts_can_be_written() -> None:
    village = Village(max_active_trees=1, max_initial_prompt_review=5)
    author = await village.prompt()

    screen = await author.takes()

    assert author.notes == "There is nothing to do in English right now."
    assert "You can write a first message" in str(screen.body[0])
    await author.press("work::initial_prompt")
    assert author.screen.kind is K.INITIAL_PROMPT


async def test_looking_at_what_there_is_to_do_changes_nothing() -> None:
    village = Village()
    await village.prompt()
    player = await village.volunteer()
    before = village.snapshot()

    screen = await player.press("choose")

    assert labels_of(screen)[:2] == ["Write a first message (99+)", "Review a first message (1)"]
    assert village.snapshot() == before


async def test_nothing_to_choose_from_is_said() -> None:
    village = Village(max_initial_prompt_review=1, max_active_trees=1, num_reviews_initial_prompt=1)
    await village.prompt()
    await village.with_task(K.INITIAL_PROMPT)
    await village.with_task(K.LABEL_INITIAL_PROMPT)
    player = await village.volunteer()

    await player.press("choose")

    assert player.notes == "There is nothing to do in English right now."


async def test_several_languages_are_served_and_others_are_not() -> None:
    village = Village()
    author = await village.volunteer(languages="fr")
    await author.takes("initial_prompt")
    await author.writes("Comment les abeilles trouvent-elles leur chemin ?")
    both = await village.volunteer(languages="en,fr")
    english = await village.volunteer(languages="en")

    await both.takes("label")
    await english.takes("label")

    assert both.screen.kind is K.LABEL_INITIAL_PROMPT
    assert english.screen.kind is None


async def test_the_next_task_is_of_the_kind_and_language_of_the_last() -> None:
    village = Village()
    for number in range(3):
        await village.prompt(f"Question number {number}, about bees?")
    player = await village.volunteer()
    await player.takes("label")

    for _ in range(2):
        await village.labels(player)
        await player.press("next")
        assert player.screen.kind is K.LABEL_INITIAL_PROMPT


async def test_a_first_message_is_asked_for_in_the_language_named() -> None:
    village = Village()
    player = await village.volunteer(languages="en,de")

    await player.does("prompt", language="german")

    assert player.screen.kind is K.INITIAL_PROMPT
    assert str(player.screen.body[1]) == "Language: Deutsch"


async def test_a_lasting_wish_for_kinds_is_kept_to() -> None:
    village = Village()
    await village.prompt()
    player = await village.volunteer()

    wishful = replace(village.person(player), kinds=(K.LABEL_INITIAL_PROMPT,))
    await village.turn(lambda turn: turn.unit.save_person(wishful))

    await player.takes()

    assert player.screen.kind is K.LABEL_INITIAL_PROMPT


# ---------------------------------------------------------------- taken up again


async def test_the_open_task_is_shown_again_after_a_restart() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    task_id = player.screen.task_id
    await player.send(Typed("They follow the sun.", task_id))

    player.grove.desk = Desk(village.store, village.world)
    await player.takes()

    assert player.notes == "You still have this task open."
    assert player.screen.task_id == task_id
    assert player.screen.passages[-1].text == "They follow the sun."


async def test_asking_twice_for_a_kind_gives_one_task() -> None:
    village = Village()
    player = await village.volunteer()
    await player.takes("initial_prompt")
    first = player.screen.task_id

    await player.takes("initial_prompt")
    assert player.screen.task_id == first
    await player.does("prompt")
    assert player.screen.task_id == first
    await player.takes("label")
    assert player.screen.task_id != first


async def test_a_task_whose_time_has_just_run_out_is_held_on_to() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    task_id = player.screen.task_id
    village.clock.advance(hours=5)

    await player.takes()
    await village.turn(housekeeping.tend)

    assert player.screen.task_id == task_id
    assert village.memory.tables.tasks[task_id or 0].is_open


async def test_the_screen_of_a_task_can_be_asked_for_at_any_time() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    shown = player.screen
    before = village.snapshot()

    assert await player.send(Press(press(SHOW, shown.task_id))) == shown
    assert await player.send(Press(press(SHOW))) == shown
    assert village.snapshot() == before


async def test_without_a_task_the_place_where_one_stands_is_shown() -> None:
    village = Village()
    player = await village.volunteer()

    screen = await player.send(Press(press(SHOW)))

    assert str(screen.body[0]) == "You have no open task."


# ---------------------------------------------------------------- late


async def late(village: Village) -> Player:
    """Somebody whose time to reply has run out, and been given back."""
    writer = await village.anybody_with(K.ASSISTANT_REPLY)
    await writer.send(Typed("An early draft of a reply.", writer.screen.task_id))
    village.clock.advance(hours=5)
    await village.turn(housekeeping.tend)
    return writer


async def test_a_late_answer_is_kept_while_there_is_room() -> None:
    village = Village()
    writer = await late(village)

    await writer.press("submit")

    assert writer.notes == "Thank you! 4 points."
    assert [m.text for m in village.replies] == ["An early draft of a reply."]


async def test_a_late_text_comes_back_when_its_place_is_taken() -> None:
    village = Village()
    writer = await late(village)
    task_id = writer.screen.task_id
    await village.reply("Quicker than the other one.")
    await village.reply("Quicker than the other one, too.")
    before = village.snapshot()

    await writer.send(Typed("A later and better draft.", task_id))

    assert writer.screen.refused
    assert writer.notes.startswith("Sorry, this is no longer needed")
    assert writer.screen.passages[-1].text == "A later and better draft."
    await writer.send(Press(f"submit:{press('x', task_id)[2:]}:1"))
    assert writer.screen.passages[-1].text == "An early draft of a reply."
    assert village.snapshot() == before


async def test_a_late_review_is_refused_when_it_is_needed_no_more() -> None:
    village = Village()
    reviewer = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = reviewer.screen.task_id or 0
    village.clock.advance(hours=2)
    await village.turn(housekeeping.tend)
    await village.reviewed()

    reviewer.screen = await reviewer.send(Press(press("back", task_id)))

    assert reviewer.notes.startswith("Sorry, this is no longer needed")


async def test_work_offered_again_goes_on_with_the_draft() -> None:
    village = Village()
    writer = await late(village)

    await writer.takes("assistant_reply")

    assert writer.screen.passages[-1].text == "An early draft of a reply."
    await writer.press("submit")
    assert [m.text for m in village.replies] == ["An early draft of a reply."]


async def test_a_button_of_the_lapsed_lease_does_not_send_the_draft_that_went_on() -> None:
    village = Village()
    writer = await late(village)
    old = next(b for b in writer.buttons if b.startswith("submit"))
    await writer.takes("assistant_reply")
    await writer.send(Press(old))

    assert writer.notes == "You have changed this text since then. Send this one?"


async def test_a_prompt_that_took_long_is_kept() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    task_id = player.screen.task_id
    village.clock.advance(days=2)
    await village.turn(housekeeping.tend)

    await player.send(Typed("Why is the sky blue, really?", task_id))
    await player.press("submit")

    assert village.tree.root.text == "Why is the sky blue, really?"


# ---------------------------------------------------------------- limits


async def test_eight_open_tasks_are_enough_for_anybody() -> None:
    village = Village(max_open_tasks=8)
    player = await village.volunteer()
    for code in ("en", "de", "fr", "es", "it", "pt-BR", "nl", "pl"):
        await player.does("prompt", language=code)
        assert player.screen.kind is K.INITIAL_PROMPT

    await player.does("prompt", language="ru")

    assert player.screen.refused
    assert "You already have 8 open tasks" in player.notes
    await player.takes()
    assert player.screen.kind is K.INITIAL_PROMPT  # one of those that are open
    village.clock.advance(seconds=301)
    await player.does("prompt", language="ru")
    assert not player.screen.refused


async def test_a_slot_that_is_held_is_offered_to_nobody_else() -> None:
    village = Village(max_children_count=1)
    await village.growing()
    await village.with_task(K.ASSISTANT_REPLY)
    other = await village.volunteer()

    await other.takes("assistant_reply")

    assert other.screen.kind is None


async def test_open_work_that_is_behind_its_tree_is_put_right() -> None:
    village = Village()
    await village.growing()
    tables = village.memory.tables
    (key,) = [key for key in tables.slots if key[1] is K.ASSISTANT_REPLY]
    slot = tables.slots[key]
    tree = village.tree
    limits = replace(tree.limits, max_children=0)
    tables.trees[tree.id] = replace(tree, limits=limits)
    player = await village.volunteer()

    await player.takes("assistant_reply")

    assert player.screen.kind is None
    assert tables.slots.get(key) != slot


# ---------------------------------------------------------------- skip


async def test_a_skipped_task_is_never_offered_again_and_its_place_is_free() -> None:
    village = Village(max_children_count=1)
    player = await village.anybody_with(K.ASSISTANT_REPLY)

    await player.press("skip")

    assert player.notes == "Skipped. You won't see it again."
    await player.takes("assistant_reply")
    assert player.screen.kind is None
    await village.with_task(K.ASSISTANT_REPLY)


async def test_skipping_a_first_message_promises_nothing_about_a_text() -> None:
    player = await Village().anybody_with(K.INITIAL_PROMPT)

    await player.press("skip")

    assert player.notes == "Skipped."


async def test_a_reason_for_skipping_may_be_added_once() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id or 0
    await player.press("skip")
    reasons = player.screen

    await player.press(press("why", task_id, "boring"))
    player.screen = reasons
    await player.press(press("why", task_id, "unsure"))

    assert player.notes == "Noted, thank you."
    assert village.memory.tables.tasks[task_id].skip_reason == "boring"


async def test_a_reason_without_a_skip_is_no_reason() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)

    await player.send(Press(press("why", player.screen.task_id, "boring")))

    assert player.screen.refused


async def test_skipping_by_command_skips_the_task_in_view() -> None:
    village = Village()
    player = await village.volunteer()
    await player.does("skip")
    assert player.notes == "There is no task to skip."

    await player.takes("initial_prompt")
    task_id = player.screen.task_id or 0
    await player.does("skip")

    assert village.memory.tables.tasks[task_id].state is TaskState.SKIPPED


async def test_skipping_another_task_leaves_the_one_in_view_there() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    review = player.screen.task_id
    await player.takes("initial_prompt")
    assert isinstance(player.screen, AskText)
    writing = player.screen.task_id

    await player.send(Press(press("skip", review)))
    await player.send(Typed("What do wasps eat in winter?"))

    assert player.screen.task_id == writing


async def test_an_answered_task_cannot_be_skipped() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    skip = next(b for b in player.buttons if b.startswith("skip"))
    await village.labels(player)

    await player.send(Press(skip))

    assert player.notes == "This task is done already. Get the next one with /work."


async def test_a_skipped_task_takes_no_answer() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    task_id = player.screen.task_id
    await player.press("skip")

    await player.send(Typed("I changed my mind about this.", task_id))

    assert player.notes == "You skipped or took back this task. Get another one with /work."
    assert player.screen.passages[-1].text == "I changed my mind about this."


async def test_a_text_that_many_skip_stops_until_a_moderator_looks_and_then_again() -> None:
    village = Village(auto_mod_skips=2, num_reviews_initial_prompt=9)
    await village.prompt()

    async def skips() -> None:
        player = await village.with_task(K.LABEL_INITIAL_PROMPT)
        await player.press("skip")

    await skips()
    assert village.tree.state == "initial_prompt_review"
    await skips()
    assert village.tree.state == "halted_by_moderator"

    await village.turn(lambda turn: moderation.resume(turn, village.tree.id))
    await skips()
    assert village.tree.state == "initial_prompt_review"
    await skips()
    assert village.tree.state == "halted_by_moderator"


# ---------------------------------------------------------------- nothing asked


async def test_text_out_of_the_blue_is_answered_with_a_way_on() -> None:
    player = await Village().volunteer()

    screen = await player.send(Typed("Hello there, what is this?"))

    assert player.notes == "I wasn't expecting a text. Take a task first."
    assert labels_of(screen) == ["Take a task", "Choose a kind"]
