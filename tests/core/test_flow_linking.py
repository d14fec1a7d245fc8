"""Two accounts become one person: nothing counts twice, and nobody judges their own text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core.dialogue import Labelled
from core.flow import moderation
from core.model import TaskKind, TaskState
from core.people import Streak, Who
from core.tree import with_hold

K = TaskKind


@pytest.fixture
async def village() -> Village:
    return Village()


async def code_for(player: Player) -> str:
    await player.does("link")
    return str(player.screen.body[1])


async def link(kept: Player, gone: Player) -> None:
    """`gone` turns out to be `kept`, on another platform."""
    await gone.does("link", code=await code_for(kept))
    assert gone.notes == "Your accounts are linked: points, limits and settings are now shared."


async def two(village: Village) -> tuple[Player, Player]:
    other = Player(village, Who("telegram", "9", "Ana", "en"))
    await other.press("agree")
    return await village.volunteer("ana"), other


# ---------------------------------------------------------------- codes


async def test_a_code_joins_an_account_of_another_platform(village: Village) -> None:
    here, there = await two(village)
    await here.does("language", languages="de,fr")

    await link(here, there)

    assert village.person(here) == village.person(there)
    await there.does("language")
    assert str(there.screen.body[0]) == "You get tasks in: Deutsch, français"


async def test_a_code_is_typed_in_any_case(village: Village) -> None:
    here, there = await two(village)
    code = await code_for(here)

    await there.does("link", code=f"  {code.lower()} ")

    assert not there.screen.refused


@pytest.mark.parametrize("minutes", [10, 11])
async def test_a_code_ends_after_ten_minutes(village: Village, minutes: int) -> None:
    here, there = await two(village)
    code = await code_for(here)
    village.clock.advance(minutes=minutes)

    await there.does("link", code=code)

    assert there.notes.startswith("That code is wrong or too old.")


async def test_a_code_works_once(village: Village) -> None:
    here, there = await two(village)
    third = await village.volunteer()
    code = await code_for(here)
    await there.does("link", code=code)

    await third.does("link", code=code)

    assert third.screen.refused


async def test_ones_own_code_links_nothing_and_is_not_used_up(village: Village) -> None:
    here, there = await two(village)
    code = await code_for(here)

    await here.does("link", code=code)
    assert here.notes == "That code is yours. Enter it on your other platform."
    await there.does("link", code=code)

    assert not there.screen.refused


async def test_the_code_of_somebody_who_left_is_worth_nothing(village: Village) -> None:
    here, there = await two(village)
    code = await code_for(here)
    tables = village.memory.tables
    links = dict(tables.links)
    await here.press("forget::profile!")
    tables = village.memory.tables
    tables.links.update(links)  # as if a store had kept it

    await there.does("link", code=code)

    assert there.notes.startswith("That code is wrong or too old.")


# ---------------------------------------------------------------- what is shared


async def test_points_and_texts_are_those_of_both(village: Village) -> None:
    await village.growing()
    here, there = await two(village)
    await here.takes("initial_prompt")
    await here.writes("What do wasps eat?")
    await there.takes("assistant_reply")
    await there.writes("They follow the sun.")

    await link(here, there)

    assert village.points(here) == {"prompts": 1, "replies_assistant": 1}
    await there.does("mine")
    assert len(there.screen.passages) == 2


async def test_the_better_streak_and_all_lessons_are_kept(village: Village) -> None:
    here, there = await two(village)
    long, short = Streak(days=5, best=9), Streak(days=1, best=30)
    for player, streak, lessons in ((here, short, ("a", "b")), (there, long, ("b", "c"))):
        person = replace(village.person(player), streak=streak, tutorials=lessons)
        await village.turn(lambda turn, person=person: turn.unit.save_person(person))

    await link(here, there)

    assert village.person(here).streak == Streak(days=5, best=30)
    assert village.person(here).tutorials == ("a", "b", "c")


def asked_for(village: Village, player: Player) -> tuple[str, int] | None:
    """Where and at which hour somebody is reminded."""
    person = village.person(player)
    reminder = village.memory.tables.reminders.get(person.id)
    return (reminder.platform, reminder.hour) if reminder and person.reminders else None


@pytest.mark.parametrize(
    ("of_kept", "of_gone", "where"),
    [
        (("9", "off"), ("20",), ("telegram", 20)),
        (("9",), ("20", "off"), ("discord", 9)),
        (("9",), ("20",), ("discord", 9)),
        ((), ("20",), ("telegram", 20)),
        (("9", "off"), ("20", "off"), None),
        ((), (), None),
    ],
)
async def test_reminders_come_where_they_are_wished_for(
    village: Village, of_kept: tuple[str, ...], of_gone: tuple[str, ...], where: object
) -> None:
    here = Player(village, Who("discord", "7", "Ana", "en"))
    await here.press("agree")
    _, there = await two(village)
    for player, words in ((here, of_kept), (there, of_gone)):
        for word in words:
            await player.does("remind", hour=word)

    await link(here, there)

    assert asked_for(village, here) == where


async def test_the_hour_of_a_reminder_is_one_of_the_person_s_day(village: Village) -> None:
    here, there = await two(village)
    await here.does("timezone", zone="Asia/Tokyo")
    await there.does("remind", hour="20")

    await link(here, there)

    reminder = village.memory.tables.reminders[village.person(here).id]
    assert (reminder.next_run.hour, reminder.person_id) == (11, village.person(here).id)


@pytest.mark.parametrize("who", [0, 1])
async def test_who_hides_or_is_warned_on_one_account_does_and_is_on_both(
    village: Village, who: int
) -> None:
    both = await two(village)
    number = village.person(both[who]).id
    await both[who].does("hide")
    code = await code_for(both[0])
    await village.turn(lambda turn: moderation.warn(turn, number, "be kind"))

    await both[1].does("link", code=code)

    merged = village.person(both[0])
    assert (merged.hidden, merged.warning) == (True, "be kind")


async def test_a_bar_does_not_end_by_linking(village: Village) -> None:
    here, there = await two(village)
    there.who = replace(there.who, community="7")
    await there.takes("initial_prompt")
    (community,) = village.memory.tables.communities.values()
    there_id = village.person(there).id
    await village.turn(
        lambda turn: moderation.block(turn, there_id, "rude", community_id=community.id)
    )
    there.who = replace(there.who, community=None)

    await link(here, there)

    there.who = replace(there.who, community="7")
    await there.takes()
    assert there.notes == "You have been blocked and can no longer contribute in this community."


async def test_an_open_task_can_be_finished_on_the_other_platform(village: Village) -> None:
    await village.growing()
    here, there = await two(village)
    await there.takes("assistant_reply")
    task_id = there.screen.task_id
    await link(here, there)

    await here.takes()

    assert here.screen.task_id == task_id
    await here.writes("They follow the sun.")
    assert len(village.replies) == 1


# ---------------------------------------------------------------- given twice


async def test_of_two_reviews_of_one_text_the_later_counts_no_more(village: Village) -> None:
    village = Village(num_reviews_initial_prompt=3)
    await village.prompt()
    here, there = await two(village)
    for player, spam in ((there, 0.0), (here, 1.0)):
        await player.takes("label")
        await village.labels(player, spam=spam)
        village.clock.advance(minutes=1)

    await link(here, there)

    root = village.tree.root
    assert (root.review_count, root.labels["spam"].total) == (1, 0.0)
    assert village.points(here) == {"labels_full": 1}


async def test_a_verdict_that_rested_on_a_second_opinion_is_open_again(village: Village) -> None:
    await village.replied(1)
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player, spam=0.0)
    assert village.replies[0].is_accepted

    await link(here, there)

    assert village.replies[0].is_undecided
    assert village.replies[0].review_count == 1
    await here.takes("label")
    assert here.screen.kind is None
    await village.with_task(K.LABEL_ASSISTANT_REPLY)


async def test_a_verdict_that_others_have_built_on_stays(village: Village) -> None:
    await village.prompt()
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player)
    assert village.tree.state == "growing"

    await link(here, there)

    assert village.tree.root.is_accepted
    assert village.tree.root.review_count == 1
    assert village.tree.state == "growing"


async def test_a_rejected_reply_whose_place_is_taken_stays_rejected() -> None:
    village = Village(max_children_count=1)
    await village.replied(1)
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player, spam=1.0)
    await village.reply("Another one, by the sun.")

    await link(here, there)

    assert [m.accepted for m in village.replies] == [False, None]


async def test_a_rejected_reply_whose_place_is_free_is_reviewed_again() -> None:
    village = Village(max_children_count=1)
    await village.replied(1)
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player, spam=1.0)

    await link(here, there)

    assert village.replies[0].is_undecided


async def test_a_held_text_is_not_judged_anew(village: Village) -> None:
    await village.replied(1)
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player)
    reply = village.replies[0].id
    await village.turn(lambda turn: turn.unit.save_tree(with_hold(village.tree, reply)))

    await link(here, there)

    assert (village.replies[0].accepted, village.replies[0].held) == (True, True)


async def test_reviews_of_ones_own_text_count_no_more(village: Village) -> None:
    here, there = await two(village)
    await here.takes("initial_prompt")
    await here.writes("How do bees find their way?")
    await there.takes("label")
    await village.labels(there)
    assert village.points(there) == {"labels_full": 1}

    await link(here, there)

    assert village.tree.root.review_count == 0
    assert village.points(here) == {"prompts": 1}


async def test_ballots_on_ones_own_replies_count_no_more(village: Village) -> None:
    first, second = await village.ranking()
    voters = [await village.with_task(K.RANK_ASSISTANT_REPLIES) for _ in range(2)]
    for voter in voters:
        await village.ranks(voter, 0, 1)
    assert village.tree.state == "ready_for_export"
    assert village.points(first)["ranked_1"] == 2

    await link(first, voters[0])

    assert village.points(first)["ranked_1"] == 1
    assert village.points(second)["ranked_2"] == 1
    assert "rankings" not in village.points(first)
    assert village.tree.state == "ranking"
    await village.with_task(K.RANK_ASSISTANT_REPLIES)


async def test_only_the_first_three_places_are_given_back() -> None:
    village = Village(goal_tree_size=5, max_children_count=4)
    authors = await village.replied(4)
    await village.reviewed()
    voter = await village.with_task(K.RANK_ASSISTANT_REPLIES)
    await village.ranks(voter, 0, 1, 2, 3)

    await link(authors[3], voter)

    assert [set(village.points(a)) & {"ranked_1", "ranked_2", "ranked_3"} for a in authors] == [
        set()
    ] * 4


async def test_a_task_in_hand_on_what_is_ones_own_is_gone(village: Village) -> None:
    here, there = await two(village)
    await here.takes("initial_prompt")
    await here.writes("How do bees find their way?")
    await there.takes("label")
    task_id = there.screen.task_id or 0

    await link(here, there)
    await there.send(Labelled(task_id, {"spam": 0.0}))

    assert there.notes == "You skipped or took back this task. Get another one with /work."
    assert village.tree.root.review_count == 0


async def test_of_two_tasks_in_hand_on_one_text_one_is_kept(village: Village) -> None:
    await village.prompt()
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")

    await link(here, there)

    open_tasks = [t for t in village.memory.tables.tasks.values() if t.is_open]
    assert len(open_tasks) == 1
    assert len(village.tree.messages) == 1
    await village.with_task(K.LABEL_INITIAL_PROMPT)  # the other place is free


async def test_two_replies_to_one_message_stay_two_texts(village: Village) -> None:
    here, there = await village.replied(2)

    await link(here, there)

    assert [m.author_id for m in village.replies] == [village.person(here).id] * 2
    states = [t.state for t in village.memory.tables.tasks.values() if t.kind is K.ASSISTANT_REPLY]
    assert sorted(states) == [TaskState.ANSWERED, TaskState.WITHDRAWN]


async def test_counts_that_came_in_a_file_are_not_counted_anew(village: Village) -> None:
    await village.replied(1)
    here, there = await two(village)
    for player in (here, there):
        await player.takes("label")
        await village.labels(player)
    tables = village.memory.tables
    tree = village.tree
    reply = replace(village.replies[0], author_id=None)
    tables.trees[tree.id] = replace(tree.with_message(reply), origin="a file")

    await link(here, there)

    assert village.replies[0].review_count == 2
