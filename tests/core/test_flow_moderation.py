"""Moderators hold, release, reject, remove, restore, halt and resume; each act is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fakes.village import FEW, Village

from core.errors import Unknown
from core.flow import moderation, reporting
from core.flow.turn import Turn
from core.model import Fate, TaskKind, Tree

K = TaskKind
DEEP = replace(FEW, max_tree_depth=2, goal_tree_size=5)


async def act(village: Village, what: Callable[..., Tree], *args: Any) -> Tree:
    def work(turn: Turn) -> Tree:
        return what(turn, *args, "a reason")

    return await village.turn(work)


def acts(village: Village) -> list[str]:
    return [entry.act for entry in village.memory.tables.audit if entry.act != "state"]


@pytest.fixture
async def village() -> Village:
    return Village()


# ---------------------------------------------------------------- hold, release, reject


async def test_what_reviewers_flag_waits_for_a_moderator() -> None:
    village = Village(hold_flags=2)
    await village.replied(1)
    await village.reviewed(pii=1.0)

    assert village.replies[0].held
    assert village.tree.state == "growing"
    await act(village, moderation.release, village.replies[0].id)

    assert village.replies[0].is_accepted


async def test_a_held_reply_keeps_its_place_and_gets_no_reviews(village: Village) -> None:
    await village.replied(2)
    first = village.replies[0].id

    await act(village, moderation.hold, first)
    await village.reviewed()

    assert [m.held for m in village.replies] == [True, False]
    assert village.tree.messages[first].review_count == 0
    assert village.tree.state == "ready_for_export"  # nothing to rank among one
    await act(village, moderation.release, first)
    assert village.tree.state == "ranking"
    assert acts(village) == ["hold", "release"]


async def test_a_reviewer_of_what_is_held_is_let_go(village: Village) -> None:
    reviewer = await village.anybody_with(K.LABEL_INITIAL_PROMPT)

    await act(village, moderation.hold, village.tree.id)

    assert not village.memory.tables.tasks[reviewer.screen.task_id or 0].is_open
    assert village.tree.state == "initial_prompt_review"


async def test_holding_a_prompt_that_has_grown_halts_its_tree(village: Village) -> None:
    await village.growing()

    await act(village, moderation.hold, village.tree.id)

    assert village.tree.state == "halted_by_moderator"
    assert not village.tree.root.held


async def test_a_prompt_released_goes_on(village: Village) -> None:
    await village.prompt()

    await act(village, moderation.release, village.tree.id)

    assert village.tree.state == "growing"


async def test_a_reply_rejected_frees_its_place_and_takes_its_points(village: Village) -> None:
    author, _ = await village.replied(2)
    reply = village.replies[0].id
    await act(village, moderation.release, reply)
    assert village.points(author) == {"replies_assistant": 1, "accepted_replies_assistant": 1}
    village.clock.advance(days=40)  # taken from the month in which they were given

    await act(village, moderation.reject, reply)

    assert village.points(author) == {"replies_assistant": 1}
    assert all(
        counts.get("accepted_replies_assistant", 0) == 0
        for counts in village.memory.tables.tallies.values()
    )
    await village.with_task(K.ASSISTANT_REPLY)


async def test_a_prompt_rejected_ends_its_tree(village: Village) -> None:
    await village.prompt()

    await act(village, moderation.reject, village.tree.id)

    assert village.tree.state == "aborted_low_grade"


async def test_what_others_built_on_is_removed_rather_than_rejected() -> None:
    village = Village(DEEP)
    await village.replied(1)
    reply = village.replies[0].id
    await act(village, moderation.release, reply)
    follower = await village.with_task(K.PROMPTER_REPLY)
    await follower.writes("And at night?")

    for message_id in (reply, village.tree.id):
        with pytest.raises(Unknown, match="built on"):
            await act(village, moderation.reject, message_id)


@pytest.mark.parametrize("what", [moderation.hold, moderation.release, moderation.reject])
async def test_what_is_rejected_or_removed_has_lost_its_place(
    village: Village, what: Callable[..., Tree]
) -> None:
    await village.replied(1)
    reply = village.replies[0].id
    await act(village, moderation.reject, reply)

    with pytest.raises(Unknown, match="already"):
        await act(village, what, reply)


# ---------------------------------------------------------------- remove, restore


async def test_a_message_goes_with_all_below_it_and_comes_back_with_it() -> None:
    village = Village(DEEP)
    await village.replied(1)
    reply = village.replies[0].id
    await act(village, moderation.release, reply)
    follower = await village.with_task(K.PROMPTER_REPLY)
    await follower.writes("And at night?")

    await act(village, moderation.remove, reply)
    assert [m.fate for m in village.replies] == [Fate.DELETED, Fate.DELETED]
    assert village.points(follower) == {}
    await act(village, moderation.restore, reply)

    assert [m.fate for m in village.replies] == [Fate.PRESENT, Fate.PRESENT]
    assert village.points(follower) == {"replies_prompter": 1}
    assert acts(village)[-2:] == ["remove", "restore"]


async def test_a_removed_prompt_halts_its_tree_and_restored_it_goes_on(village: Village) -> None:
    await village.growing()

    await act(village, moderation.remove, village.tree.id)
    assert village.tree.state == "halted_by_moderator"
    await act(village, moderation.restore, village.tree.id)

    assert village.tree.state == "growing"


async def test_a_rejected_prompt_restored_is_accepted(village: Village) -> None:
    author = await village.prompt()
    await village.reviewed(spam=1.0)
    assert village.tree.state == "aborted_low_grade"

    await act(village, moderation.restore, village.tree.id)

    assert village.tree.state == "growing"
    assert village.points(author)["accepted_prompts"] == 1


async def test_a_removed_prompt_whose_tree_is_over_stays_over(village: Village) -> None:
    await village.prompt()
    await village.reviewed(spam=1.0)

    await act(village, moderation.remove, village.tree.id)

    assert village.tree.state == "aborted_low_grade"


async def test_a_ranked_reply_removed_and_restored_is_ranked_anew(village: Village) -> None:
    await village.finished()
    first = village.replies[0].id

    await act(village, moderation.remove, first)
    assert [m.rank for m in village.replies] == [None, None]
    assert village.tree.state == "ready_for_export"
    await act(village, moderation.restore, first)

    assert [m.rank for m in village.replies] == [0, 1]  # the ballots knew it
    assert village.tree.state == "ready_for_export"


async def test_a_reply_that_no_ballot_knows_asks_for_new_ones(village: Village) -> None:
    village = Village(goal_tree_size=4, max_children_count=3)
    await village.replied(3)
    late = village.replies[2].id
    await act(village, moderation.hold, late)
    await village.reviewed()
    for _ in range(2):
        await village.ranks(await village.with_task(K.RANK_ASSISTANT_REPLIES), 0, 1)
    assert village.tree.state == "ready_for_export"

    await act(village, moderation.release, late)

    assert village.tree.state == "ranking"
    assert village.tree.root.ballot_round == 1
    await village.with_task(K.RANK_ASSISTANT_REPLIES)


async def test_removal_settles_the_reports(village: Village) -> None:
    await village.replied(1)
    reply = village.replies[0].id
    person_id = village.person(await village.volunteer()).id
    await village.turn(lambda turn: reporting.report_message(turn, person_id, reply, "spam", None))

    await act(village, moderation.remove, reply)

    assert [report.resolved for report in village.memory.tables.reports.values()] == [True]


async def test_what_is_removed_cannot_be_removed_again(village: Village) -> None:
    await village.replied(1)
    reply = village.replies[0].id
    await act(village, moderation.remove, reply)

    with pytest.raises(Unknown, match="removed already"):
        await act(village, moderation.remove, reply)


async def test_what_its_author_took_back_cannot_be_restored(village: Village) -> None:
    author = await village.prompt()
    await author.does("withdraw")
    await author.press("gone")

    with pytest.raises(Unknown, match="not removed by a moderator"):
        await act(village, moderation.restore, village.tree.id)


# ---------------------------------------------------------------- halt, resume


async def test_a_halted_tree_hands_out_nothing_and_resumes_where_it_was(village: Village) -> None:
    writer = await village.anybody_with(K.ASSISTANT_REPLY)

    await act(village, moderation.halt, village.tree.id)
    assert village.memory.tables.slots == {}
    assert not village.memory.tables.tasks[writer.screen.task_id or 0].is_open
    await act(village, moderation.resume, village.tree.id)

    assert village.tree.state == "growing"
    await village.with_task(K.ASSISTANT_REPLY)
    moves = [(e.before, e.after) for e in village.memory.tables.audit if e.act == "state"]
    assert moves[-2:] == [("growing", "halted_by_moderator"), ("halted_by_moderator", "growing")]


async def test_only_what_goes_can_be_halted_and_only_what_is_halted_resumed(
    village: Village,
) -> None:
    await village.prompt()

    with pytest.raises(Unknown, match="not halted"):
        await act(village, moderation.resume, village.tree.id)
    await act(village, moderation.halt, village.tree.id)
    with pytest.raises(Unknown, match="not active"):
        await act(village, moderation.halt, village.tree.id)


@pytest.mark.parametrize("what", [moderation.halt, moderation.resume])
async def test_there_must_be_a_tree(village: Village, what: Callable[..., Tree]) -> None:
    with pytest.raises(Unknown, match="no such tree"):
        await act(village, what, 77)


@pytest.mark.parametrize(
    "what",
    [
        moderation.hold,
        moderation.release,
        moderation.reject,
        moderation.remove,
        moderation.restore,
    ],
)
async def test_there_must_be_a_text(village: Village, what: Callable[..., Tree]) -> None:
    with pytest.raises(Unknown, match="no such text"):
        await act(village, what, 77)
