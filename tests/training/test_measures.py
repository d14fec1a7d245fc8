"""Accuracy, its error, τ, the volunteers' ceiling and calibration."""

import math
import random

import pytest

from training import measures
from training.measures import JudgedList


def judged(ranks: list[float], scores: list[float], **more: object) -> JudgedList:
    return JudgedList(ranks, scores, **more)  # type: ignore[arg-type]


def test_accuracy_counts_every_ordered_pair() -> None:
    found = measures.pair_accuracy([judged([0, 1, 2], [3.0, 1.0, 2.0])])

    assert found is not None
    assert (found.value, found.pairs) == (pytest.approx(2 / 3), 3)


def test_pairs_the_volunteers_tied_do_not_count() -> None:
    found = measures.pair_accuracy([judged([0, 0, 1], [1.0, 2.0, 0.0])])

    assert found is not None
    assert (found.value, found.pairs) == (1.0, 2)


def test_equal_scores_are_half_right() -> None:
    found = measures.pair_accuracy([judged([0, 1], [1.0, 1.0])])

    assert found is not None
    assert found.value == 0.5


def test_there_is_no_accuracy_without_ordered_pairs() -> None:
    assert measures.pair_accuracy([judged([0, 0], [1.0, 2.0])]) is None


def test_long_lists_weigh_by_their_pairs() -> None:
    right = judged([0, 1, 2, 3], [4.0, 3.0, 2.0, 1.0])  # six pairs
    wrong = judged([0, 1], [0.0, 1.0])  # one pair

    found = measures.pair_accuracy([right, wrong])

    assert found is not None
    assert found.value == pytest.approx(6 / 7)


def test_the_standard_error_of_single_pairs_is_the_binomial_one() -> None:
    lists = [judged([0, 1], [float(n < 30), 0.5]) for n in range(40)]

    found = measures.pair_accuracy(lists)

    assert found is not None
    assert found.standard_error == pytest.approx(math.sqrt(0.75 * 0.25 / 39))


def test_pairs_of_one_list_do_not_pass_for_independent_ones() -> None:
    lists = [judged([0, 1, 2], [2.0, 1.0, 0.0][:: 1 if n < 30 else -1]) for n in range(40)]

    found = measures.pair_accuracy(lists)

    assert found is not None
    assert found.pairs == 120
    assert found.standard_error == pytest.approx(math.sqrt(0.75 * 0.25 / 39))


def test_best_against_worst_ignores_the_middle() -> None:
    found = measures.best_against_worst([judged([0, 1, 2], [1.0, 5.0, 0.0])])

    assert found is not None
    assert (found.value, found.pairs) == (1.0, 1)


@pytest.mark.parametrize(
    ("ranks", "scores", "tau"),
    [
        ([0, 1, 2], [3.0, 2.0, 1.0], 1.0),
        ([0, 1, 2], [1.0, 2.0, 3.0], -1.0),
        ([0, 1, 2], [3.0, 1.0, 2.0], 1 / 3),
        ([0, 0, 1], [2.0, 1.0, 0.0], 2 / math.sqrt(2 * 3)),
        ([0, 0], [1.0, 2.0], None),
    ],
)
def test_kendall_tau_b(ranks: list[float], scores: list[float], tau: float | None) -> None:
    found = measures.kendall_tau(ranks, scores)

    assert found == (None if tau is None else pytest.approx(tau))


def test_accuracy_is_told_per_language() -> None:
    lists = [judged([0, 1], [1.0, 0.0], lang="en"), judged([0, 1], [0.0, 1.0], lang="de")]

    parts = measures.by(lists, lambda one: one.lang)

    assert {name: part.value for name, part in parts.items()} == {"de": 0.0, "en": 1.0}


def test_volunteers_in_full_agreement_put_the_ceiling_at_one() -> None:
    found = measures.ceiling([judged([0, 1, 2], [0, 0, 0], agreement=1.0, ballots=3)])

    assert found is not None
    assert found.volunteer_pair == pytest.approx(1.0)
    assert found.perfect_judge == pytest.approx(1.0)


def test_volunteers_at_random_put_it_at_one_half() -> None:
    found = measures.ceiling([judged([0, 1, 2], [0, 0, 0], agreement=1 / 3, ballots=3)])

    assert found is not None
    assert found.volunteer_pair == pytest.approx(0.5)
    assert found.perfect_judge == pytest.approx(0.5)


def test_two_replies_and_two_ballots_are_exact() -> None:
    """W is 1 where they agree and 0 where they do not, so its mean is the share."""
    lists = [judged([0, 1], [0, 0], agreement=float(n < 7), ballots=2) for n in range(10)]

    found = measures.ceiling(lists)

    assert found is not None
    assert found.volunteer_pair == pytest.approx(0.7)


def test_the_ceiling_is_unknown_without_ballots() -> None:
    assert measures.ceiling([judged([0, 1], [0, 0], agreement=None, ballots=0)]) is None


def simulated(noise: float, seed: int = 0) -> tuple[list[JudgedList], float, float]:
    """Lists judged through noise; how often two volunteers, and truth and consensus, agree."""
    chance = random.Random(seed)
    lists, truth_right, volunteers_right = [], [0.0, 0], [0.0, 0]
    for _ in range(400):
        worth = [chance.gauss(0, 1) for _ in range(4)]
        seen = [[value + chance.gauss(0, noise) for value in worth] for _ in range(3)]
        orders = [sorted(range(4), key=lambda i, own=own: -own[i]) for own in seen]
        places = [[order.index(i) for i in range(4)] for order in orders]
        sums = [sum(place[i] for place in places) for i in range(4)]
        spread = sum((value - 7.5 + 3) ** 2 for value in sums)
        w = 12 * spread / (9 * 60)
        lists.append(judged(sums, worth, agreement=w, ballots=3))
        for pair, (ranks, scores) in (
            (truth_right, (sums, worth)),
            (volunteers_right, (places[0], [-p for p in places[1]])),
        ):
            right, total = measures.right_pairs(ranks, scores)
            pair[0], pair[1] = pair[0] + right, pair[1] + total
    return lists, volunteers_right[0] / volunteers_right[1], truth_right[0] / truth_right[1]


@pytest.mark.parametrize("noise", [0.3, 0.8, 1.5])
def test_the_estimated_ceiling_is_near_the_simulated_one(noise: float) -> None:
    lists, volunteers, truth = simulated(noise)

    found = measures.ceiling(lists)

    assert found is not None
    assert found.volunteer_pair == pytest.approx(volunteers, abs=0.03)
    assert found.perfect_judge == pytest.approx(truth, abs=0.05)


def test_an_honest_judge_is_calibrated() -> None:
    chance = random.Random(1)
    lists = []
    for _ in range(4000):
        gap = chance.uniform(-3, 3)
        won = chance.random() < 1 / (1 + math.exp(-gap))
        lists.append(judged([0, 1] if won else [1, 0], [gap, 0.0]))

    _, error = measures.calibration(lists)

    assert error < 0.04


def test_a_boastful_judge_is_not() -> None:
    lists = [judged([0, 1] if n % 2 else [1, 0], [5.0, 0.0]) for n in range(100)]

    bins, error = measures.calibration(lists)

    assert error == pytest.approx(1 / (1 + math.exp(-5)) - 0.5)
    assert [part.pairs for part in bins] == [100]


def test_a_judge_that_cannot_tell_is_calibrated_whichever_reply_stands_first() -> None:
    lists = [judged([0, 1], [1.0, 1.0])] * 3 + [judged([1, 0], [1.0, 1.0])]

    bins, error = measures.calibration(lists)

    assert error == 0.0
    assert [(part.predicted, part.observed) for part in bins] == [(0.5, 0.5)]
