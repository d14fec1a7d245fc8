"""Statements about single trees: verdicts, growth, ranking, removal."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Fate, Lease, Message, Role, TaskKind, TreeState
from core.testing.samples import FULL, LIMITS, NOW, POLICY, ROOT, ballot, message, tree
from core.tree import (
    RESTORES,
    TRANSITIONS,
    advanced,
    growth_is_complete,
    implied_state,
    judged,
    lost_leases,
    next_state,
    replies_to_rank,
    room,
    standing,
    stands,
    takes_reply,
    takes_reviews,
    with_ballots,
    with_closed_votes,
    with_fate,
    with_hold,
    with_larger_set,
    with_review,
    with_reviews,
    without_review,
)

S = TreeState


def test_the_chart_in_the_docs_is_the_table_of_moves() -> None:
    chart = Path("docs/tree-states.md").read_text(encoding="utf-8")
    edges = set(re.findall(r"^ +(\w+) --> (\w+)$", chart, re.MULTILINE))

    assert edges == {(a.value, b.value) for a, others in TRANSITIONS.items() for b in others}


def test_an_aborted_tree_is_left_by_restoring_alone() -> None:
    assert not TRANSITIONS[S.ABORTED_LOW_GRADE]
    assert S.GROWING in RESTORES
    assert S.ABORTED_LOW_GRADE not in RESTORES


@pytest.mark.parametrize(
    ("root", "state"),
    [
        (message(1, accepted=None), S.INITIAL_PROMPT_REVIEW),
        (message(1, accepted=None, held=True), S.INITIAL_PROMPT_REVIEW),
        (message(1, accepted=False), S.ABORTED_LOW_GRADE),
        (message(1), S.PROMPT_LOTTERY_WAITING),
        (message(1, fate=Fate.DELETED), S.HALTED_BY_MODERATOR),
    ],
)
def test_the_verdict_on_the_prompt_decides_about_a_young_tree(root: Message, state: S) -> None:
    young = tree(root, state=S.INITIAL_PROMPT_REVIEW, grows_since=None)

    assert next_state(young, POLICY) is state


def test_a_tree_grows_until_goal_is_reached_and_nothing_waits_for_a_verdict() -> None:
    undecided = replace(FULL[3], accepted=None)

    assert next_state(tree(*FULL[:3]), POLICY) is S.GROWING
    assert next_state(tree(*FULL[:3], undecided), POLICY) is S.GROWING
    assert next_state(tree(*FULL), POLICY) is S.RANKING


def test_a_held_reply_keeps_its_place_and_blocks_nothing() -> None:
    held = replace(FULL[3], accepted=None, held=True)

    assert room(tree(*FULL[:3], held)).total == LIMITS.goal_size - 4
    assert next_state(tree(*FULL[:3], held), POLICY) is S.RANKING


def test_a_tree_whose_messages_can_take_no_reply_is_grown() -> None:
    low = replace(LIMITS, max_depth=1)
    shallow = replace(tree(*FULL[:3]), limits=low)

    assert growth_is_complete(shallow)


def test_a_tree_in_which_somebody_still_writes_is_not_grown() -> None:
    low = replace(LIMITS, max_depth=1)
    lease = Lease(7, TaskKind.ASSISTANT_REPLY, 1, 5)
    shallow = replace(tree(ROOT, message(2, 1)), limits=low).with_lease(lease)

    assert not growth_is_complete(shallow)


def test_a_grown_tree_with_nothing_to_rank_is_finished_at_once() -> None:
    line = (
        ROOT,
        message(2, 1),
        message(3, 2, role=Role.PROMPTER, depth=2),
        message(4, 3, depth=3),
    )

    assert next_state(tree(*line), POLICY) is S.READY_FOR_EXPORT


@pytest.mark.parametrize("state", [S.ABORTED_LOW_GRADE, S.HALTED_BY_MODERATOR, S.BACKLOG_RANKING])
def test_only_an_act_ends_a_halt_an_abortion_or_a_backlog(state: S) -> None:
    assert next_state(tree(*FULL, state=state), POLICY) is state


def test_a_ranked_tree_whose_prompt_is_gone_is_halted() -> None:
    gone = with_fate(tree(*FULL, state=S.RANKING), [1, 2, 3, 4], Fate.DELETED)

    assert next_state(gone, POLICY) is S.HALTED_BY_MODERATOR


def test_a_rejected_or_removed_reply_gives_its_place_back() -> None:
    both = tree(*FULL[:3])

    assert ROOT.id not in room(both).below
    assert room(judged(both, 3, False, NOW)).below[ROOT.id] == 1
    assert room(with_fate(both, [3], Fate.DELETED)).below[ROOT.id] == 1


def test_nothing_stands_below_a_message_that_is_elsewhere_or_below_itself() -> None:
    orphan, first, second = message(2, 99), message(3, 4), message(4, 3)
    damaged = tree(ROOT, orphan, first, second)

    assert stands(damaged, ROOT)
    assert not any(stands(damaged, m) for m in (orphan, first, second))
    assert set(standing(damaged)) == {ROOT.id}


def test_an_assistant_message_takes_one_prompter_reply_and_the_deepest_takes_none() -> None:
    grown = tree(*FULL[:3])

    assert room(grown).below[2] == 1
    deep = message(4, 2, role=Role.PROMPTER, depth=3)
    assert deep.id not in room(grown.with_message(deep)).below


def test_a_reply_fits_only_while_its_parent_and_the_goal_have_room() -> None:
    lease = Lease(7, TaskKind.ASSISTANT_REPLY, 1, 5)
    growing = tree(*FULL[:2]).with_lease(lease)

    assert takes_reply(growing, 1, leased=True)
    assert not takes_reply(growing, 1, leased=False)
    assert not takes_reply(growing, 99, leased=True)
    assert not takes_reply(replace(growing, state=S.RANKING), 1, leased=True)
    tight = replace(growing, limits=replace(LIMITS, goal_size=2))
    assert not takes_reply(tight, 1, leased=True)


def test_three_reviews_decide_about_a_message() -> None:
    growing = tree(ROOT, message(2, 1, accepted=None))
    for _ in range(2):
        growing = with_review(growing, 2, {"spam": 0.0}, POLICY, NOW)
    assert growing.messages[2].is_undecided

    accepted = with_review(growing, 2, {"spam": 0.0}, POLICY, NOW).messages[2]

    assert accepted.accepted is True
    assert accepted.review_count == 3
    assert accepted.decided_at == NOW


def test_two_reviewers_who_flag_harm_hold_the_message() -> None:
    growing = tree(ROOT, message(2, 1, accepted=None))
    for pii in (1.0, 1.0, 0.0):
        growing = with_review(growing, 2, {"spam": 0.0, "pii": pii}, POLICY, NOW)

    assert growing.messages[2].held
    assert growing.messages[2].accepted is None


def test_a_rejected_message_is_rejected_whatever_else_is_flagged() -> None:
    growing = tree(ROOT, message(2, 1, accepted=None))
    for _ in range(3):
        growing = with_review(growing, 2, {"spam": 1.0, "pii": 1.0}, POLICY, NOW)

    assert growing.messages[2].accepted is False
    assert not growing.messages[2].held


def test_reviews_after_the_verdict_do_not_change_it() -> None:
    growing = tree(ROOT, message(2, 1, accepted=True, review_count=3))

    assert with_review(growing, 2, {"spam": 1.0}, POLICY, NOW).messages[2].accepted is True


def test_a_review_taken_back_leaves_no_trace() -> None:
    growing = tree(ROOT, message(2, 1, accepted=None))
    reviewed = with_review(growing, 2, {"spam": 0.0, "quality": 0.75}, POLICY, NOW)

    assert without_review(reviewed, 2, {"spam": 0.0, "quality": 0.75}) == growing


def test_reviews_counted_anew_change_an_open_verdict_and_leave_a_used_one() -> None:
    accepted = message(2, 1, review_count=3, decided_at=NOW)
    growing = tree(ROOT, accepted)

    assert with_reviews(growing, 2, [], POLICY, NOW).messages[2].accepted is None
    built_on = growing.with_message(message(3, 2, role=Role.PROMPTER, depth=2))
    assert with_reviews(built_on, 2, [], POLICY, NOW).messages[2].accepted is True
    model = replace(accepted, synthetic=True)
    assert (
        with_reviews(growing.with_message(model), 2, [], POLICY, NOW).messages[2].review_count == 3
    )


def test_reviews_are_taken_for_prompts_in_review_and_replies_in_growing_trees() -> None:
    reply = message(2, 1, accepted=None)

    assert takes_reviews(tree(ROOT, reply), reply)
    assert not takes_reviews(tree(ROOT, reply, state=S.RANKING), reply)
    fresh = message(1, accepted=None)
    assert takes_reviews(tree(fresh, state=S.INITIAL_PROMPT_REVIEW), fresh)
    assert not takes_reviews(tree(fresh), fresh)


def test_prompter_replies_are_ranked_only_where_the_policy_says_so() -> None:
    two = tree(*FULL, message(5, 2, role=Role.PROMPTER, depth=2), state=S.RANKING)

    assert replies_to_rank(two, 2, POLICY) == ()
    assert len(replies_to_rank(two, 2, replace(POLICY, rank_prompter_replies=True))) == 2


def test_agreeing_ballots_rank_the_replies_and_finish_the_tree() -> None:
    ranked = with_ballots(
        tree(*FULL, state=S.RANKING), 1, [ballot((3,), (2,)), ballot((3,), (2,))], POLICY
    )

    assert [ranked.messages[i].rank for i in (2, 3)] == [1, 0]
    assert next_state(ranked, POLICY) is S.READY_FOR_EXPORT


def test_an_unsettled_order_asks_for_one_more_ballot_up_to_the_most() -> None:
    apart = [ballot((3,), (2,)), ballot((2,), (3,))]
    asked = with_ballots(tree(*FULL, state=S.RANKING), 1, apart, POLICY)
    assert asked.messages[1].ballots_needed == 3
    assert next_state(asked, POLICY) is S.RANKING

    most = with_ballots(asked, 1, apart * 2, POLICY)

    assert next_state(most, POLICY) is S.READY_FOR_EXPORT
    assert most.messages[2].rank == most.messages[3].rank == 0


def test_votes_that_nobody_adds_to_are_closed_with_their_ties() -> None:
    apart = [ballot((3,), (2,)), ballot((2,), (3,))]
    asked = with_ballots(tree(*FULL, state=S.RANKING), 1, apart, POLICY)

    closed = with_closed_votes(asked, {1: apart}, POLICY)

    assert next_state(closed, POLICY) is S.READY_FOR_EXPORT
    assert closed.messages[2].rank == closed.messages[3].rank == 0


def test_votes_below_the_least_number_are_not_closed() -> None:
    one = [ballot((3,), (2,))]
    asked = with_ballots(tree(*FULL, state=S.RANKING), 1, one, POLICY)

    assert with_closed_votes(asked, {1: one}, POLICY) == asked


def test_a_reply_that_joins_a_ranked_set_asks_for_ballots_again() -> None:
    ballots = [ballot((3,), (2,)), ballot((3,), (2,))]
    done = with_ballots(tree(*FULL, state=S.READY_FOR_EXPORT), 1, ballots, POLICY)
    joined = with_larger_set(done.with_message(message(5, 1)), 1)

    asked = with_ballots(joined, 1, ballots, POLICY)

    assert asked.messages[1].ballots == 0
    assert asked.messages[1].ballot_round == 1
    assert next_state(asked, POLICY) is S.RANKING


def test_ballots_that_knew_a_removed_reply_still_rank_the_rest() -> None:
    three = tree(*FULL, message(5, 1), state=S.READY_FOR_EXPORT)
    ballots = [ballot((5,), (3,), (2,))] * 2
    removed = with_fate(with_ballots(three, 1, ballots, POLICY), [5], Fate.DELETED)

    left = with_ballots(removed, 1, ballots, POLICY)

    assert [left.messages[i].rank for i in (2, 3, 5)] == [1, 0, None]
    assert next_state(left, POLICY) is S.READY_FOR_EXPORT


def test_a_set_of_one_has_nothing_to_rank() -> None:
    alone = with_ballots(tree(*FULL[:2], state=S.RANKING), 1, [], POLICY)

    assert alone.messages[1].ballots_needed == 0
    assert alone.messages[2].rank is None


def test_leases_lose_their_point_with_what_they_were_about() -> None:
    undecided = message(2, 1, accepted=None)
    leases = (
        Lease(1, TaskKind.LABEL_ASSISTANT_REPLY, 2, 5),
        Lease(2, TaskKind.ASSISTANT_REPLY, 1, 5),
        Lease(3, TaskKind.RANK_ASSISTANT_REPLIES, 1, 5),
    )
    growing = tree(ROOT, undecided, leases=leases)

    assert lost_leases(growing, POLICY) == (3,)
    assert lost_leases(judged(growing, 2, True, NOW), POLICY) == (1, 3)
    assert lost_leases(replace(growing, state=S.HALTED_BY_MODERATOR), POLICY) == (1, 2, 3)
    assert lost_leases(tree(*FULL, state=S.RANKING, leases=leases), POLICY) == (1, 2)


def test_a_halted_tree_resumes_where_its_contents_put_it() -> None:
    halted = tree(*FULL[:3], state=S.HALTED_BY_MODERATOR)

    assert implied_state(halted, POLICY) is S.GROWING
    assert implied_state(tree(*FULL, state=S.HALTED_BY_MODERATOR), POLICY) is S.RANKING


def test_a_hold_is_a_mark_on_the_message() -> None:
    assert with_hold(tree(*FULL), 2).messages[2].held


def test_advancing_notes_the_moment() -> None:
    assert advanced(tree(*FULL), POLICY, NOW).touched_at == NOW


def test_a_thread_runs_from_the_root_and_descendants_below() -> None:
    grown = tree(*FULL)

    assert [m.id for m in grown.thread(4)] == [1, 2, 4]
    assert [m.id for m in grown.descendants(1)] == [2, 3, 4]
    assert grown.descendants(3) == ()
    assert grown.without_lease(5) == grown
