"""The losses of the reward model, worked out by hand."""

import math

import pytest
import torch

from training import losses

RANKS = torch.tensor([0, 1, 2])


def minus_log_sigmoid(x: float) -> float:
    return math.log(1 + math.exp(-x))


def test_two_replies_cost_minus_log_sigmoid_of_their_gap() -> None:
    loss = losses.bradley_terry(torch.tensor([2.0, 0.5]), torch.tensor([0, 1]))

    assert loss.item() == pytest.approx(minus_log_sigmoid(1.5))


def test_a_list_costs_the_mean_over_its_pairs() -> None:
    loss = losses.bradley_terry(torch.tensor([3.0, 1.0, 0.0]), RANKS)

    pairs = [minus_log_sigmoid(gap) for gap in (2.0, 3.0, 1.0)]
    assert loss.item() == pytest.approx(sum(pairs) / 3)


def test_the_order_in_which_replies_stand_does_not_matter() -> None:
    loss = losses.bradley_terry(torch.tensor([0.0, 3.0, 1.0]), torch.tensor([2, 0, 1]))

    straight = losses.bradley_terry(torch.tensor([3.0, 1.0, 0.0]), RANKS)
    assert loss.item() == pytest.approx(straight.item())


def test_a_tie_is_half_a_win_each_way() -> None:
    loss = losses.bradley_terry(torch.tensor([1.0, 0.0]), torch.tensor([0, 0]))

    by_hand = 0.5 * minus_log_sigmoid(1.0) + 0.5 * minus_log_sigmoid(-1.0)
    assert loss.item() == pytest.approx(by_hand)


def test_tied_replies_are_drawn_together() -> None:
    scores = torch.tensor([1.0, 0.0], requires_grad=True)

    losses.bradley_terry(scores, torch.tensor([0, 0])).backward()

    assert scores.grad is not None
    assert scores.grad[0] > 0 > scores.grad[1]


def test_skipped_ties_leave_only_the_ordered_pairs() -> None:
    scores, ranks = torch.tensor([2.0, 1.0, 0.0]), torch.tensor([0, 0, 1])

    loss = losses.bradley_terry(scores, ranks, ties="skip")

    assert loss.item() == pytest.approx((minus_log_sigmoid(2.0) + minus_log_sigmoid(1.0)) / 2)


def test_a_list_of_ties_alone_teaches_nothing_when_ties_are_skipped() -> None:
    loss = losses.bradley_terry(torch.tensor([2.0, 1.0]), torch.tensor([0, 0]), ties="skip")

    assert loss.item() == 0.0


def test_a_margin_asks_for_a_wider_gap() -> None:
    loss = losses.bradley_terry(torch.tensor([2.0, 0.0]), torch.tensor([0, 1]), margin=0.5)

    assert loss.item() == pytest.approx(minus_log_sigmoid(1.5))


def test_plackett_luce_places_one_reply_after_the_other() -> None:
    scores = [3.0, 1.0, 0.0]

    loss = losses.plackett_luce(torch.tensor(scores), RANKS)

    first = math.exp(3) / sum(map(math.exp, scores))
    second = math.exp(1) / (math.exp(1) + math.exp(0))
    assert loss.item() == pytest.approx(-(math.log(first) + math.log(second)) / 2)


def test_plackett_luce_and_bradley_terry_agree_on_a_pair() -> None:
    scores, ranks = torch.tensor([0.3, -0.4]), torch.tensor([1, 0])

    assert losses.plackett_luce(scores, ranks).item() == pytest.approx(
        losses.bradley_terry(scores, ranks).item()
    )


def test_plackett_luce_lets_tied_replies_compete_alike() -> None:
    scores = torch.tensor([1.0, 1.0, 0.0])

    loss = losses.plackett_luce(scores, torch.tensor([0, 0, 1]))

    share = math.exp(1) / (2 * math.exp(1) + 1)
    assert loss.item() == pytest.approx(-math.log(share))


def test_centring_is_the_mean_square() -> None:
    assert losses.centring(torch.tensor([1.0, -3.0])).item() == 5.0


@pytest.mark.parametrize(
    ("agreement", "weight"), [(1.0, 1.0), (0.0, 0.5), (0.5, 0.75), (None, 1.0)]
)
def test_disputed_lists_weigh_less(agreement: float | None, weight: float) -> None:
    assert losses.agreement_weight(agreement, 0.5) == weight


@pytest.mark.parametrize(("agreement", "margin"), [(1.0, 0.5), (0.0, 0.0), (None, 0.0)])
def test_agreed_lists_ask_for_more(agreement: float | None, margin: float) -> None:
    assert losses.agreement_margin(agreement, 0.5) == margin
