"""What a reward model is worth, in plain arithmetic: accuracy and its error, ceiling, calibration.

Shares of pairs are counted over all pairs of all lists, never as means of batch means. A score
that ties where the volunteers did not is half right.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class JudgedList:
    """One ranked list beside the scores a judge gave to its replies."""

    ranks: Sequence[float]  # 0 is the best; equal numbers are ties
    scores: Sequence[float]
    lang: str = "und"
    agreement: float | None = None
    ballots: int = 0


@dataclass(frozen=True)
class Accuracy:
    value: float
    standard_error: float
    pairs: int
    lists: int


def right_pairs(ranks: Sequence[float], scores: Sequence[float]) -> tuple[float, int]:
    """How many of the strictly ordered pairs the scores put right, and how many there are."""
    right, total = 0.0, 0
    for i, j in combinations(range(len(ranks)), 2):
        if ranks[i] == ranks[j]:
            continue
        better, worse = (i, j) if ranks[i] < ranks[j] else (j, i)
        total += 1
        right += (scores[better] > scores[worse]) + 0.5 * (scores[better] == scores[worse])
    return right, total


def pair_accuracy(lists: Iterable[JudgedList]) -> Accuracy | None:
    """The share of pairs put right. The error treats a list as one draw: its pairs go together."""
    counts = [right_pairs(judged.ranks, judged.scores) for judged in lists]
    counts = [(right, total) for right, total in counts if total]
    pairs = sum(total for _, total in counts)
    if not pairs:
        return None
    value = sum(right for right, _ in counts) / pairs
    spread = sum((right - value * total) ** 2 for right, total in counts)
    groups = len(counts)
    correction = groups / (groups - 1) if groups > 1 else 1.0
    return Accuracy(value, math.sqrt(correction * spread) / pairs, pairs, groups)


def best_against_worst(lists: Iterable[JudgedList]) -> Accuracy | None:
    """The original's accuracy: is the best reply scored above the worst?"""
    return pair_accuracy(_ends(judged) for judged in lists)


def _ends(judged: JudgedList) -> JudgedList:
    order = sorted(range(len(judged.ranks)), key=lambda index: judged.ranks[index])
    ends = (order[0], order[-1])
    return JudgedList([judged.ranks[i] for i in ends], [judged.scores[i] for i in ends])


def kendall_tau(ranks: Sequence[float], scores: Sequence[float]) -> float | None:
    """Kendall's τ-b between a ranking and scores; None where one side is all ties."""
    balance, ranked, scored = 0, 0, 0
    for i, j in combinations(range(len(ranks)), 2):
        by_rank = (ranks[j] > ranks[i]) - (ranks[j] < ranks[i])
        by_score = (scores[i] > scores[j]) - (scores[i] < scores[j])
        balance += by_rank * by_score
        ranked += by_rank != 0
        scored += by_score != 0
    return balance / math.sqrt(ranked * scored) if ranked and scored else None


def mean_tau(lists: Iterable[JudgedList]) -> float | None:
    values = [kendall_tau(judged.ranks, judged.scores) for judged in lists]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def by(lists: Iterable[JudgedList], key: Callable[[JudgedList], str]) -> dict[str, Accuracy]:
    """Pair accuracy for every value of a key."""
    parts: dict[str, list[JudgedList]] = {}
    for judged in lists:
        parts.setdefault(key(judged), []).append(judged)
    found = {name: pair_accuracy(part) for name, part in sorted(parts.items())}
    return {name: accuracy for name, accuracy in found.items() if accuracy}


# --- the ceiling: what the volunteers' own agreement allows ------------------------------------


@dataclass(frozen=True)
class Ceiling:
    """Two estimates from Kendall's W, if volunteers err independently and normally."""

    volunteer_pair: float  # two volunteers order a pair alike
    perfect_judge: float  # a judge who knows the truth agrees with the consensus
    lists: int


def ceiling(lists: Iterable[JudgedList]) -> Ceiling | None:
    """Mean over the lists whose agreement is known, weighted by their pairs."""
    known = [
        judged
        for judged in lists
        if judged.agreement is not None and judged.ballots >= 2 and len(judged.ranks) >= 2
    ]
    if not known:
        return None
    total, alike = 0.0, 0.0
    for judged in known:
        weight = len(judged.ranks) * (len(judged.ranks) - 1) / 2
        total += weight
        alike += weight * pair_agreement(judged.agreement or 0.0, judged.ballots, len(judged.ranks))
    share = alike / total
    ballots = round(sum(judged.ballots for judged in known) / len(known))
    return Ceiling(share, perfect_judge(share, ballots), len(known))


def pair_agreement(w: float, ballots: int, replies: int) -> float:
    """From W of m ballots over n replies to the share of pairs that two ballots order alike.

    The mean rank correlation is r = (m·W − 1) / (m − 1) (Kendall & Smith 1939). For normal noise
    E r = 6/(π(n+1)) · (asin ρ + (n−2) asin ρ/2) (Moran 1948) gives ρ, and τ = (2/π) asin ρ.
    """
    wanted = max(-1.0, min(1.0, (ballots * w - 1) / (ballots - 1)))
    low, high = -1.0, 1.0
    for _ in range(60):  # the left side grows with ρ
        rho = (low + high) / 2
        sines = math.asin(rho) + (replies - 2) * math.asin(rho / 2)
        low, high = (rho, high) if 6 / (math.pi * (replies + 1)) * sines < wanted else (low, rho)
    return (1 + (2 / math.pi) * math.asin(low)) / 2


def perfect_judge(alike: float, ballots: int) -> float:
    """How often the truth orders a pair as the mean of some ballots does.

    For worths of variance 1 and normal noise of variance s², two ballots' differences correlate
    by ρ = 1/(1 + s²), truth and mean by 1/√(1 + s²/m); the share is ½ + asin(correlation)/π.
    """
    rho = math.sin(math.pi * (alike - 0.5))
    if rho <= 0:
        return 0.5
    noise = 1 / rho - 1
    return 0.5 + math.asin(1 / math.sqrt(1 + noise / ballots)) / math.pi


# --- calibration ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bin:
    predicted: float  # mean of σ(r_i − r_j) in the bin
    observed: float  # share of those pairs in which i was ranked above j
    pairs: int


def calibration(lists: Iterable[JudgedList], bins: int = 10) -> tuple[list[Bin], float]:
    """Is a pair called 80 % sure right in 80 % of cases? The bins, and the expected error."""
    filled: list[list[tuple[float, float]]] = [[] for _ in range(bins)]
    for judged in lists:
        for i, j in combinations(range(len(judged.ranks)), 2):
            if judged.ranks[i] == judged.ranks[j]:
                continue
            gap = judged.scores[i] - judged.scores[j]
            won = 0.5 if gap == 0 else float(judged.ranks[i] < judged.ranks[j])
            if gap < 0:  # told from the side the judge favours: 0.5 … 1
                gap, won = -gap, 1.0 - won
            sure = 1 / (1 + math.exp(-min(gap, 60.0)))
            place = min(bins - 1, int((sure - 0.5) * 2 * bins))
            filled[place].append((sure, won))
    made = [_bin(pairs) for pairs in filled if pairs]
    total = sum(b.pairs for b in made)
    error = sum(b.pairs * abs(b.predicted - b.observed) for b in made) / total if total else 0.0
    return made, error


def _bin(pairs: list[tuple[float, float]]) -> Bin:
    count = len(pairs)
    return Bin(sum(p for p, _ in pairs) / count, sum(w for _, w in pairs) / count, count)


def mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else math.nan
