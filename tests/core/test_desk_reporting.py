"""Reports are kept with their reasons, take the task away, and remove what many report."""

from __future__ import annotations

import pytest
from fakes.players import Player
from fakes.village import Village

from core.dialogue import AskChoice, AskText, Press, Typed, press
from core.errors import Unknown
from core.flow import reporting
from core.model import Fate, TaskKind, TaskState
from core.people import Who

K = TaskKind


@pytest.fixture
async def village() -> Village:
    return Village()


def reasons(village: Village) -> list[tuple[int, str]]:
    return [(r.message_id, r.reason) for r in village.memory.tables.reports.values()]


async def test_the_text_under_review_is_reported_with_a_reason(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id or 0

    await player.press("report")
    assert [p.text for p in player.screen.passages] == ["How do bees find their way?"]
    await player.press(press("flag", task_id, "0.pii"))

    assert player.notes == "Thank you. Moderators will look at it."
    assert reasons(village) == [(village.tree.id, "pii")]
    assert village.tree.root.emojis == {"red_flag": 1}
    task = village.memory.tables.tasks[task_id]
    assert (task.state, task.skip_reason) == (TaskState.SKIPPED, "reported")


async def test_of_several_texts_the_one_meant_is_chosen(village: Village) -> None:
    player = await village.anybody_with(K.RANK_ASSISTANT_REPLIES)
    task_id = player.screen.task_id or 0
    shown = village.memory.tables.tasks[task_id].shown

    await player.press("report")
    assert isinstance(player.screen, AskChoice)
    names = [str(button.label) for button in player.screen.buttons]
    assert names == ["The last message", "Reply 1", "Reply 2", "Back"]
    await player.press(press("reported", task_id, 2))
    await player.press(press("flag", task_id, "2.spam"))

    assert reasons(village) == [(shown[1], "spam")]


async def test_a_reason_in_ones_own_words(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    await player.press("report")
    await player.press("ownwords")
    assert isinstance(player.screen, AskText)

    await player.send(Typed("   "))
    assert player.notes == "Say in a few words what is wrong with it."
    assert isinstance(player.screen, AskText)  # asked again
    await player.send(Typed("  It names my neighbour. " + "x" * 1000))

    assert reasons(village)[0][1].startswith("It names my neighbour. xxx")
    assert len(reasons(village)[0][1]) == 500


async def test_a_reason_with_what_cannot_be_stored_is_refused(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    await player.press("report")
    await player.press("ownwords")

    await player.send(Typed("It is \x00 wrong."))

    assert "U+0000" in player.notes
    assert reasons(village) == []


async def test_a_report_by_command_needs_one_line(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)

    await player.does("report", reason="It is about me.")

    assert reasons(village) == [(village.tree.id, "It is about me.")]


async def test_a_report_by_command_asks_where_it_is_not_clear(village: Village) -> None:
    player = await village.anybody_with(K.RANK_ASSISTANT_REPLIES)

    await player.does("report", reason="It is about me.")
    assert "Which text do you want to report?" in map(str, player.screen.body)
    await player.press("back")

    assert player.screen.kind is K.RANK_ASSISTANT_REPLIES
    assert reasons(village) == []


async def test_there_must_be_a_text_to_report(village: Village) -> None:
    player = await village.volunteer()
    await player.does("report")
    assert player.notes.startswith("There is no text in front of you to report.")

    await player.takes("initial_prompt")
    await player.does("report")

    assert player.notes.startswith("There is no text in front of you to report.")


async def test_the_same_report_twice_is_one_and_another_reason_is_another(
    village: Village,
) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id

    for reason in ("spam", "spam", "pii"):
        await player.send(Press(press("flag", task_id, f"0.{reason}")))

    assert [reason for _, reason in reasons(village)] == ["spam", "pii"]
    assert village.tree.root.emojis == {"red_flag": 1}  # one person


async def test_a_text_can_be_reported_after_it_was_judged(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id
    await village.labels(player)

    await player.send(Press(press("report", task_id)))
    await player.press("home")
    assert player.notes == "Nothing was changed."
    await player.send(Press(press("flag", task_id, "0.spam")))

    assert village.memory.tables.tasks[task_id or 0].state is TaskState.ANSWERED
    assert len(reasons(village)) == 1


async def test_reporting_another_text_leaves_the_task_in_view_there(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    review = player.screen.task_id
    await player.takes("initial_prompt")
    writing = player.screen.task_id

    await player.send(Press(press("flag", review, "0.spam")))
    await player.send(Typed("What do wasps eat in winter?"))

    assert player.screen.task_id == writing


async def test_a_question_about_a_text_that_went_away_is_dropped(village: Village) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    await player.press("report")
    await player.press("ownwords")
    tables = village.memory.tables
    tables.tasks.clear()

    await player.send(Press("show"))

    assert str(player.screen.body[0]) == "You have no open task."


@pytest.mark.parametrize("verb", ["flag", "reported", "ownwords"])
@pytest.mark.parametrize("argument", ["7", "7.spam", "x", "0.nonsense", "-1.spam"])
async def test_a_text_that_was_not_shown_cannot_be_reported(
    village: Village, verb: str, argument: str
) -> None:
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)

    await player.send(Press(press(verb, player.screen.task_id, argument)))

    assert player.screen.refused
    assert reasons(village) == []


# ---------------------------------------------------------------- many


async def reported_by(village: Village, message_id: int, count: int) -> list[Player]:
    people = [await village.volunteer() for _ in range(count)]
    for player in people:
        person_id = village.person(player).id
        await village.turn(
            lambda turn, who=person_id: reporting.report_message(turn, who, message_id, "x", None)
        )
    return people


async def test_a_reply_that_many_report_is_removed_until_a_moderator_looks() -> None:
    village = Village(auto_mod_red_flags=3)
    await village.replied(1)
    (reply,) = village.replies

    await reported_by(village, reply.id, 2)
    assert village.replies[0].is_present
    await reported_by(village, reply.id, 2)

    assert village.replies[0].fate is Fate.DELETED
    assert village.replies[0].emojis == {"red_flag": 4}


async def test_what_a_moderator_kept_is_removed_by_as_many_others_alone() -> None:
    village = Village(auto_mod_red_flags=2)
    await village.replied(1)
    (reply,) = village.replies
    people = await reported_by(village, reply.id, 2)
    owner = Player(village, Who("terminal", "root", "Root", "en", is_local=True))
    await owner.does("mod", action="keep", what=f"#{reply.id}", reason="it is fine")
    assert village.replies[0].is_present

    for who in [village.person(player).id for player in people]:
        await village.turn(
            lambda turn, who=who: reporting.report_message(turn, who, reply.id, "again", None)
        )
    await reported_by(village, reply.id, 1)
    assert village.replies[0].is_present
    await reported_by(village, reply.id, 1)

    assert not village.replies[0].is_present


async def test_complaints_of_people_who_left_count_no_more() -> None:
    village = Village(auto_mod_red_flags=2)
    await village.replied(1)
    (reply,) = village.replies
    (player,) = await reported_by(village, reply.id, 1)
    await player.press("forget::profile!")

    await reported_by(village, reply.id, 1)
    assert village.replies[0].is_present
    await reported_by(village, reply.id, 1)

    assert not village.replies[0].is_present


async def test_a_prompt_that_many_report_ends_its_tree() -> None:
    village = Village(auto_mod_red_flags=2)
    author = await village.prompt()

    await reported_by(village, village.tree.id, 3)

    assert village.tree.state == "aborted_low_grade"
    await author.does("mine")
    assert "its conversation was stopped" in str(author.screen.passages[0].heading)


async def test_what_is_not_there_cannot_be_reported(village: Village) -> None:
    person_id = village.person(await village.volunteer()).id

    with pytest.raises(Unknown):
        await village.turn(lambda turn: reporting.report_message(turn, person_id, 77, "spam", None))
