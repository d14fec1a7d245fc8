"""Statements about open work, its urgency, and who gets which kind."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from core.model import Lease, TaskKind, TreeState
from core.policy import Policy
from core.ports import WaitingAuthor
from core.selection import (
    asks_for_full_form,
    is_open,
    kinds_in_order,
    lottery_winner,
    open_work,
    prompt_places,
    prompts_are_missing,
)
from core.testing.samples import FULL, POLICY, ROOT, message, tree

K = TaskKind


def test_a_prompt_in_review_asks_for_its_reviews_less_those_done_and_leased() -> None:
    fresh = message(1, accepted=None, review_count=1)
    lease = Lease(1, K.LABEL_INITIAL_PROMPT, 1, 5)
    review = tree(fresh, state=TreeState.INITIAL_PROMPT_REVIEW, leases=(lease,))

    (slot,) = open_work(review, POLICY).values()

    assert (slot.kind, slot.free, slot.author_id) == (K.LABEL_INITIAL_PROMPT, 1, 10)


def test_a_growing_tree_asks_for_replies_and_reviews() -> None:
    growing = tree(ROOT, message(2, 1), message(3, 1, accepted=None))

    work = open_work(growing, POLICY)

    assert set(work) == {(2, K.PROMPTER_REPLY), (3, K.LABEL_ASSISTANT_REPLY)}


def test_leases_and_goal_bound_the_replies_of_the_whole_tree() -> None:
    lease = Lease(1, K.ASSISTANT_REPLY, 1, 5)
    growing = tree(ROOT, message(2, 1))
    assert {s.free for s in open_work(growing, POLICY).values()} == {1}

    assert set(open_work(growing.with_lease(lease), POLICY)) == {(2, K.PROMPTER_REPLY)}
    two = growing.with_lease(lease).with_lease(Lease(2, K.PROMPTER_REPLY, 2, 6))
    assert open_work(two, POLICY) == {}


@pytest.mark.parametrize(
    "state", [TreeState.INITIAL_PROMPT_REVIEW, TreeState.GROWING, TreeState.RANKING]
)
def test_a_place_asked_for_alone_is_open_where_it_is_among_all_open_work(state: TreeState) -> None:
    fresh = message(1, accepted=None)
    held = Lease(1, K.RANK_ASSISTANT_REPLIES, 1, 5)
    for made in (
        tree(fresh, state=state),
        tree(ROOT, message(2, 1), message(3, 1, accepted=None), state=state),
        tree(*FULL, state=state),
        tree(*FULL, state=state, leases=(held,)),
        tree(*FULL, state=state, leases=(held, replace(held, task_id=2), replace(held, task_id=3))),
    ):
        work = open_work(made, POLICY)
        open_alone = {
            (message_id, kind)
            for message_id in made.messages
            for kind in TaskKind
            if kind is not K.INITIAL_PROMPT and is_open(made, message_id, kind, 0, POLICY)
        }
        assert open_alone == set(work)


def test_no_place_is_open_on_a_message_that_is_not_there() -> None:
    assert not is_open(tree(*FULL, state=TreeState.GROWING), 99, K.ASSISTANT_REPLY, 0, POLICY)


def test_kinds_of_no_weight_come_last_and_prompts_first_among_them() -> None:
    few = replace(POLICY, weight_ranking=0.0, weight_prompt=0.0)

    order = kinds_in_order(few, Random(5))

    assert order[-3] is K.INITIAL_PROMPT
    assert all(kind.ranks for kind in order[-2:])


def test_a_place_is_not_open_for_an_earlier_round_of_a_vote() -> None:
    again = tree(replace(ROOT, ballot_round=2), *FULL[1:], state=TreeState.RANKING)

    assert is_open(again, 1, K.RANK_ASSISTANT_REPLIES, 2, POLICY)
    assert not is_open(again, 1, K.RANK_ASSISTANT_REPLIES, 1, POLICY)


def test_a_tree_in_ranking_asks_for_the_missing_ballots() -> None:
    lease = Lease(1, K.RANK_ASSISTANT_REPLIES, 1, 5)
    ranking = tree(*FULL, state=TreeState.RANKING)

    (slot,) = open_work(ranking, POLICY).values()

    assert (slot.target_id, slot.kind, slot.free) == (1, K.RANK_ASSISTANT_REPLIES, 2)
    assert slot.author_id is None
    (left,) = open_work(ranking.with_lease(lease), POLICY).values()
    assert left.free == 1


@pytest.mark.parametrize(
    "state",
    [
        TreeState.PROMPT_LOTTERY_WAITING,
        TreeState.READY_FOR_EXPORT,
        TreeState.ABORTED_LOW_GRADE,
        TreeState.HALTED_BY_MODERATOR,
        TreeState.BACKLOG_RANKING,
    ],
)
def test_trees_at_rest_offer_no_work(state: TreeState) -> None:
    assert open_work(tree(*FULL, state=state), POLICY) == {}


def test_nearly_finished_trees_come_first() -> None:
    young = open_work(tree(ROOT), POLICY)[1, K.ASSISTANT_REPLY]
    old = open_work(tree(*FULL[:2], message(3, 1, accepted=None)), POLICY)[2, K.PROMPTER_REPLY]

    assert old.urgency < young.urgency


def test_most_lonely_parents_come_before_others_of_the_same_tree() -> None:
    shares = [_is_preferred(id) for id in range(100, 1100)]

    assert 0.70 < sum(shares) / len(shares) < 0.80


def _is_preferred(id: int) -> bool:
    """Whether the prompter message with this id, having one reply, is preferred."""
    root = replace(message(1), id=id, tree_id=id)
    child = replace(message(2, 1), parent_id=id, tree_id=id)
    lonely = replace(tree(root), id=id, messages={id: root, 2: child})
    work = open_work(lonely, POLICY)
    return work[id, K.ASSISTANT_REPLY].urgency < work[2, K.PROMPTER_REPLY].urgency


def test_random_work_follows_the_weights_whatever_kinds_there_are() -> None:
    rng, draws = Random(1), 10_000
    there = {K.RANK_ASSISTANT_REPLIES, K.ASSISTANT_REPLY}

    first = Counter(
        next(kind for kind in kinds_in_order(POLICY, rng) if kind in there) for _ in range(draws)
    )

    assert first[K.RANK_ASSISTANT_REPLIES] / draws == pytest.approx(10 / 12, abs=0.015)


def test_every_kind_is_drawn_once() -> None:
    assert sorted(kinds_in_order(POLICY, Random(3))) == sorted(TaskKind)


def test_all_kinds_are_drawn_with_the_published_shares() -> None:
    rng, draws = Random(2), 20_000
    first = Counter(kinds_in_order(POLICY, rng)[0] for _ in range(draws))
    ranking = first[K.RANK_ASSISTANT_REPLIES] + first[K.RANK_PROMPTER_REPLIES]

    assert ranking / draws == pytest.approx(0.4543, abs=0.015)
    assert first[K.LABEL_INITIAL_PROMPT] / draws == pytest.approx(0.2272, abs=0.012)
    assert first[K.INITIAL_PROMPT] / draws < 0.004


def test_weights_of_nothing_still_draw_a_kind() -> None:
    nothing = Policy(
        weight_ranking=0,
        weight_label_reply=0,
        weight_label_prompt=0,
        weight_reply=0,
        weight_prompt=0,
    )

    assert sorted(kinds_in_order(nothing, Random(0))) == sorted(TaskKind)


def test_a_chosen_kind_asks_for_the_full_form_and_a_random_one_by_its_share() -> None:
    rng = Random(4)
    asked = [
        asks_for_full_form(K.LABEL_PROMPTER_REPLY, chosen=False, policy=POLICY, rng=rng)
        for _ in range(4000)
    ]

    assert sum(asked) / len(asked) == pytest.approx(0.25, abs=0.03)
    assert asks_for_full_form(K.LABEL_PROMPTER_REPLY, chosen=True, policy=POLICY, rng=rng)
    assert asks_for_full_form(K.LABEL_INITIAL_PROMPT, chosen=False, policy=POLICY, rng=rng)
    assert asks_for_full_form(K.ASSISTANT_REPLY, chosen=False, policy=POLICY, rng=rng)


@pytest.mark.parametrize(
    ("growing", "waiting", "places"), [(10, 198, 52), (8, 200, 50), (10, 250, 0)]
)
def test_prompts_find_places_by_the_published_rule(growing: int, waiting: int, places: int) -> None:
    assert prompt_places(growing=growing, in_review=40, waiting=waiting, policy=POLICY) == places


def test_prompts_are_asked_for_only_where_trees_are_missing() -> None:
    assert prompts_are_missing(growing=8, on_the_way=1, policy=POLICY)
    assert not prompts_are_missing(growing=8, on_the_way=2, policy=POLICY)


def test_the_lottery_prefers_authors_of_good_replies_whatever_they_have_waiting() -> None:
    rng = Random(5)
    good, many = WaitingAuthor(1, (11,), 9), WaitingAuthor(2, tuple(range(20, 60)), 0)

    won = Counter(lottery_winner([good, many], rng) for _ in range(11_000))

    assert won[11] / 11_000 == pytest.approx(10 / 11, abs=0.01)


def test_a_lottery_without_prompts_has_no_winner() -> None:
    assert lottery_winner([], Random(0)) is None
