"""The losses of the reward model, as pure functions of the scores of one ranked list.

    Bradley & Terry (1952): P(i over j) = σ(r_i − r_j).
    InstructGPT (Ouyang et al. 2022, eq. 1): the mean of −log σ(r_i − r_j) over all pairs of ONE
    prompt, so that a long list weighs no more than a short one.
    Plackett (1975), Luce (1959): P(ranking) = Π_i exp r_i / Σ_{j not yet placed} exp r_j.

Shapes: `scores` is (replies,), `ranks` is (replies,) with 0 the best and equal numbers for ties.
Left out: Davidson's and Rao-Kupper's extra parameter for ties; here a tie is half a win each way.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def bradley_terry(
    scores: Tensor, ranks: Tensor, *, ties: str = "half", margin: float = 0.0
) -> Tensor:
    """The mean over all pairs of the list; `ties` are half a win each way or skipped."""
    first, second = torch.combinations(torch.arange(len(scores), device=scores.device), 2).T
    sign = torch.sign(ranks[second] - ranks[first]).to(scores.dtype)  # +1: first is better
    gap = scores[first] - scores[second]
    strict = -F.logsigmoid(sign * gap - margin)
    if ties == "skip":
        return (strict * sign.abs()).sum() / sign.abs().sum().clamp(min=1.0)
    tied = -0.5 * (F.logsigmoid(gap) + F.logsigmoid(-gap))
    return torch.where(sign == 0, tied, strict).mean()


def plackett_luce(scores: Tensor, ranks: Tensor) -> Tensor:
    """−log P(ranking), per placed reply; tied replies each compete with all not yet placed."""
    order = torch.argsort(ranks, stable=True)
    scores, ranks = scores[order], ranks[order]
    contest = ranks[None, :] >= ranks[:, None]  # (placed, not yet placed)
    rivals = torch.where(contest, scores[None, :], torch.full_like(scores, -torch.inf)[None, :])
    terms = torch.logsumexp(rivals, dim=1) - scores
    decided = contest.sum(dim=1) > 1  # the last one alone has nobody to beat
    return terms[decided].mean()


def centring(scores: Tensor) -> Tensor:
    """Keeps the scores of a batch near zero: only differences are learned otherwise."""
    return (scores**2).mean()


def agreement_weight(agreement: float | None, strength: float) -> float:
    """A list the volunteers disagreed on counts less; unknown agreement counts in full."""
    return 1.0 if agreement is None else 1.0 - strength * (1.0 - agreement)


def agreement_margin(agreement: float | None, strength: float) -> float:
    """A list the volunteers agreed on must be told apart by more; unknown agreement: by none."""
    return 0.0 if agreement is None else strength * agreement
