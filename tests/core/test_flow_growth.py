"""Trees grow as places allow, and what nobody presses a button for happens all the same."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from fakes.planting import grow, moved, plant
from fakes.village import FEW, Village

from core.dialogue import Command
from core.flow import growth, housekeeping, moderation
from core.flow.handing import expire_lease
from core.flow.turn import Turn
from core.model import Ballot, TaskKind, TreeState
from core.policy import Policy

K = TaskKind
S = TreeState


def states(village: Village) -> list[str]:
    return [tree.state.value for tree in village.memory.tables.trees.values()]


# ---------------------------------------------------------------- the lottery


async def test_an_accepted_prompt_grows_at_once_while_there_is_a_place() -> None:
    village = Village()

    await village.growing()

    assert states(village) == ["growing"]
    assert village.tree.grows_since == village.clock()


async def test_no_more_trees_grow_than_places_allow_and_an_end_makes_room() -> None:
    village = Village(max_active_trees=1)
    await village.growing()
    await village.prompt("What do wasps eat?")
    await village.reviewed()
    assert states(village) == ["growing", "prompt_lottery_waiting"]

    first = min(village.memory.tables.trees)
    await village.turn(lambda turn: moderation.halt(turn, first))

    assert states(village) == ["halted_by_moderator", "growing"]


async def test_prompts_of_blocked_people_wait() -> None:
    village = Village(max_active_trees=1)
    await village.growing()
    author = await village.prompt("What do wasps eat?")
    await village.reviewed()
    person_id = village.person(author).id
    await village.turn(lambda turn: moderation.block(turn, person_id, "spam"))

    first = min(village.memory.tables.trees)
    await village.turn(lambda turn: moderation.halt(turn, first))

    assert states(village)[1] == "prompt_lottery_waiting"


async def test_where_prompts_alone_are_wanted_an_accepted_prompt_is_a_finished_tree() -> None:
    village = Village(max_tree_depth=0)

    await village.growing()

    assert village.tree.state is S.READY_FOR_EXPORT


async def test_a_tree_that_another_transaction_holds_is_passed_over() -> None:
    village = Village(max_active_trees=2)
    await village.turn(lambda turn: plant(turn.unit, state=S.PROMPT_LOTTERY_WAITING))
    await village.turn(lambda turn: plant(turn.unit, state=S.PROMPT_LOTTERY_WAITING))
    held = min(village.memory.tables.trees)

    def draw(turn):  # type: ignore[no-untyped-def]
        free_tree = turn.unit.free_tree
        turn.unit.free_tree = lambda tree_id: None if tree_id == held else free_tree(tree_id)
        return growth.draw_lottery(turn, "en")

    assert await village.turn(draw) == 1
    assert village.memory.tables.trees[held].state is S.PROMPT_LOTTERY_WAITING


# ---------------------------------------------------------------- the backlog


async def imported(village: Village, replies: int = 2) -> int:
    """A tree from a file, waiting for its turn to be ranked."""

    def work(turn: Turn) -> int:
        tree = plant(turn.unit, state=S.GROWING)
        for _ in range(replies):
            grow(turn.unit, tree)
        moved(turn.unit, tree.id, S.BACKLOG_RANKING)
        return tree.id

    return await village.turn(work)


async def end_a_tree(village: Village) -> None:
    await village.growing()
    newest = max(i for i, tree in village.memory.tables.trees.items())
    await village.turn(lambda turn: moderation.halt(turn, newest))


async def test_the_end_of_a_tree_may_wake_an_imported_one() -> None:
    village = Village(p_activate_backlog_tree=1.0)
    tree_id = await imported(village)

    await end_a_tree(village)

    assert village.memory.tables.trees[tree_id].state is S.RANKING
    await village.with_task(K.RANK_ASSISTANT_REPLIES)


async def test_ballots_that_came_in_a_file_count_too() -> None:
    village = Village()
    tree_id = await imported(village)
    replies = [i for i in village.memory.tables.trees[tree_id].messages if i != tree_id]
    order = Ballot(groups=tuple((i,) for i in replies), shown=tuple(replies))
    await village.turn(lambda turn: turn.unit.add_ballot(tree_id, order))
    await village.turn(lambda turn: growth.wake_tree(turn, tree_id))

    await village.ranks(await village.with_task(K.RANK_ASSISTANT_REPLIES), 0, 1)

    assert village.memory.tables.trees[tree_id].state is S.READY_FOR_EXPORT
    assert [village.memory.tables.trees[tree_id].messages[i].rank for i in replies] == [0, 1]


async def test_voters_of_an_ended_vote_are_compared_with_the_others_once() -> None:
    village = Village(min_rankings=3, max_rankings=3)
    await village.ranking()
    voters = []
    for order in [(0, 1), (0, 1), (1, 0)]:
        voters.append(await village.with_task(K.RANK_ASSISTANT_REPLIES))
        await village.ranks(voters[-1], *order)

    def concords() -> list[tuple[int, int]]:
        tallies = village.memory.tables.tallies
        rows = [tallies["*", "total", village.person(voter).id] for voter in voters]
        return [(row.get("compared", 0), row.get("agreed", 0)) for row in rows]

    assert village.tree.state is S.READY_FOR_EXPORT
    assert concords() == [(0, 0), (0, 0), (1, 0)]  # the others of the first two are divided
    await village.turn(lambda turn: moderation.halt(turn, village.tree.id, "a look"))
    await village.turn(lambda turn: moderation.resume(turn, village.tree.id, "all is well"))
    assert village.tree.state is S.READY_FOR_EXPORT
    assert concords() == [(0, 0), (0, 0), (1, 0)]


async def test_voters_earn_by_agreement_where_the_policy_says_so() -> None:
    worth = {**Policy().points, "agreed": Fraction(3)}
    village = Village(min_rankings=3, max_rankings=3, points=worth)
    await village.ranking()
    voters = [await village.with_task(K.RANK_ASSISTANT_REPLIES) for _ in range(3)]

    for voter in voters:
        await village.ranks(voter, 0, 1)

    assert [village.points(voter)["agreed"] for voter in voters] == [2, 2, 2]
    screen = await voters[0].does("me")
    assert screen.table is not None
    assert ["Agreement with other voters", "2", "6"] in [
        [str(c) for c in r] for r in screen.table.rows
    ]


async def test_hostile_votes_count_less() -> None:
    village = Village(min_rankings=2, max_rankings=2)
    await village.ranking()
    friend = await village.with_task(K.RANK_ASSISTANT_REPLIES)
    hostile = await village.with_task(K.RANK_ASSISTANT_REPLIES)
    known = {"compared": 100, "agreed": 10}
    person_id = village.person(hostile).id
    await village.turn(lambda turn: turn.unit.tally(person_id, ["*"], ["total"], known))

    await village.ranks(friend, 0, 1)
    await village.ranks(hostile, 1, 0)

    assert [reply.rank for reply in village.replies] == [0, 1]


async def test_imported_trees_sleep_on_where_enough_is_ranked() -> None:
    village = Village(p_activate_backlog_tree=0.0)
    tree_id = await imported(village)

    await end_a_tree(village)

    assert village.memory.tables.trees[tree_id].state is S.BACKLOG_RANKING


async def test_imported_trees_wake_where_too_little_is_ranked() -> None:
    village = Village(p_activate_backlog_tree=0.0, min_active_rankings=1)
    tree_id = await imported(village)

    await end_a_tree(village)

    assert village.memory.tables.trees[tree_id].state is S.RANKING


async def test_an_imported_tree_with_nothing_to_rank_is_finished_when_it_wakes() -> None:
    village = Village()
    tree_id = await imported(village, replies=1)

    assert await village.turn(lambda turn: growth.wake_tree(turn, tree_id))
    assert not await village.turn(lambda turn: growth.wake_tree(turn, tree_id))

    assert village.memory.tables.trees[tree_id].state is S.READY_FOR_EXPORT


async def test_an_imported_tree_can_be_halted_and_goes_back_to_work() -> None:
    village = Village()
    tree_id = await imported(village)

    await village.turn(lambda turn: moderation.halt(turn, tree_id))
    assert village.memory.tables.trees[tree_id].state is S.HALTED_BY_MODERATOR

    await village.turn(lambda turn: moderation.resume(turn, tree_id))
    assert village.memory.tables.trees[tree_id].state is not S.HALTED_BY_MODERATOR


async def test_a_removed_imported_prompt_stays_in_the_backlog_until_it_is_restored() -> None:
    village = Village()
    tree_id = await imported(village)

    await village.turn(lambda turn: moderation.remove(turn, tree_id))
    await village.turn(lambda turn: moderation.restore(turn, tree_id))

    assert village.memory.tables.trees[tree_id].state is S.BACKLOG_RANKING


# ---------------------------------------------------------------- housekeeping


async def test_with_nothing_to_do_nothing_is_done() -> None:
    tended = await Village().turn(housekeeping.tend)

    assert tended == 0


async def test_leases_that_ran_out_free_their_places() -> None:
    village = Village()
    for kind in (K.ASSISTANT_REPLY, K.INITIAL_PROMPT):
        await village.anybody_with(kind)
    village.clock.advance(hours=5)

    tended = await village.turn(housekeeping.tend)

    assert tended == 2
    assert not any(task.is_open for task in village.memory.tables.tasks.values())
    await village.with_task(K.ASSISTANT_REPLY)


async def test_a_lease_that_still_runs_is_not_ended() -> None:
    village = Village()
    await village.with_task(K.INITIAL_PROMPT)
    (task,) = village.memory.tables.tasks

    assert await village.turn(lambda turn: expire_lease(turn, task)) == 0
    assert village.memory.tables.tasks[task].is_open


async def test_no_more_leases_end_at_once_than_others_would_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "_AT_ONCE", 2)
    village = Village()
    for _ in range(3):
        await village.with_task(K.INITIAL_PROMPT)
    village.clock.advance(hours=5)

    assert await village.turn(housekeeping.tend) == 2
    assert await village.turn(housekeeping.tend) == 1


async def voted(village: Village, *orders: tuple[int, int]) -> None:
    await village.ranking()
    for order in orders:
        await village.ranks(await village.with_task(K.RANK_ASSISTANT_REPLIES), *order)


async def test_a_vote_that_nobody_goes_on_with_is_closed_with_its_ties() -> None:
    village = Village(min_rankings=2, max_rankings=7)
    await voted(village, (0, 1), (1, 0))
    assert village.tree.state is S.RANKING
    village.clock.advance(hours=25)

    assert await village.turn(housekeeping.tend) == 1
    assert village.tree.state is S.READY_FOR_EXPORT
    assert [m.rank for m in village.replies] == [0, 0]


async def test_a_vote_without_the_least_number_of_ballots_stays_open() -> None:
    village = Village(min_rankings=2, max_rankings=7)
    await voted(village, (0, 1))
    village.clock.advance(hours=25)

    assert await village.turn(housekeeping.tend) == 0
    assert village.tree.state is S.RANKING


async def test_a_vote_that_goes_on_is_left_alone() -> None:
    village = Village(min_rankings=2, max_rankings=7)
    await voted(village, (0, 1), (1, 0))
    village.clock.advance(hours=23)

    assert (await village.turn(housekeeping.tend)) == 0


async def test_a_vote_cannot_be_closed_in_a_tree_that_is_not_ranked() -> None:
    village = Village()
    await village.growing()

    assert not await village.turn(lambda turn: housekeeping.close_votes(turn, village.tree.id))


async def test_prompts_left_waiting_are_let_grow_where_there_is_room() -> None:
    village = Village()
    await village.turn(lambda turn: plant(turn.unit, state=S.PROMPT_LOTTERY_WAITING))

    assert (await village.turn(housekeeping.tend)) == 1
    assert village.tree.state is S.GROWING


async def test_keys_of_events_are_forgotten_after_two_days() -> None:
    village = Village()
    player = await village.volunteer()
    await player.send(Command("help"), "k1")
    village.clock.advance(hours=49)
    await player.send(Command("help"), "k2")

    assert (await village.turn(housekeeping.tend)) == 1
    assert set(village.memory.tables.seen) == {"k2"}


# ---------------------------------------------------------------- replies of the user


@pytest.mark.parametrize("wanted", [True, False])
async def test_replies_of_the_user_are_ranked_where_the_policy_says_so(wanted: bool) -> None:
    policy = replace(
        FEW,
        max_tree_depth=2,
        max_children_count=1,
        num_prompter_replies=2,
        goal_tree_size=4,
        rank_prompter_replies=wanted,
    )
    village = Village(policy)
    await village.replied(1)
    await village.reviewed()
    for text in ("And at night?", "And in the rain?"):
        follower = await village.with_task(K.PROMPTER_REPLY)
        await follower.writes(text)
    await village.reviewed()

    assert village.tree.state == ("ranking" if wanted else "ready_for_export")
    if wanted:
        voter = await village.with_task(K.RANK_PROMPTER_REPLIES)
        await village.ranks(voter, 0, 1)
        assert voter.notes == "Thank you! 1 point."
