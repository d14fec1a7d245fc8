"""How far volunteers agree: about a set of replies, and each of them with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.model import Ballot
from core.policy import Policy
from core.ranking import Groups, opinion, places_of


def middle_ranks(groups: Groups) -> Mapping[int, float]:
    """Ranks from 1 on; tied replies share the middle of the places that they fill."""
    ranks: dict[int, float] = {}
    for group in groups:
        middle = len(ranks) + (len(group) + 1) / 2
        ranks.update(dict.fromkeys(group, middle))
    return ranks


def kendalls_w(ballots: Sequence[Ballot], ids: Sequence[int]) -> float | None:
    """Kendall's coefficient of concordance, corrected for ties: 1 full agreement, 0 none.

    M. G. Kendall, "Rank Correlation Methods", 1948, chapter 6. It needs complete rankings, so
    ballots that lack one of `ids` are left out; None with fewer than two ballots or replies, or
    when every ballot ties everything.
    """
    wanted = frozenset(ids)
    kept = [_only(ballot.groups, wanted) for ballot in ballots if wanted <= ballot.ids]
    judges, replies = len(kept), len(wanted)
    ties = sum(size**3 - size for groups in kept for size in map(len, groups))
    most = judges**2 * (replies**3 - replies) - judges * ties
    if judges < 2 or most == 0:
        return None
    rankings = [middle_ranks(groups) for groups in kept]
    totals = [sum(ranks[i] for ranks in rankings) for i in wanted]
    mean = judges * (replies + 1) / 2
    return 12 * sum((total - mean) ** 2 for total in totals) / most


def krippendorffs_alpha(units: Iterable[Sequence[float]]) -> float | None:
    """Krippendorff's alpha for ordinal values: 1 full agreement, 0 as by chance.

    K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011. A unit is the values that
    one thing was given, by however many people; units with one value say nothing and are left
    out. None when there is nothing to disagree about.
    """
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    totals = sum(paired, Counter[float]())
    distance = _ordinal_distances(totals)
    observed = sum(
        unit[low] * unit[high] * far / (unit.total() - 1)
        for unit in paired
        for (low, high), far in distance.items()
    )
    expected = sum(totals[low] * totals[high] * far for (low, high), far in distance.items())
    return 1 - (totals.total() - 1) * observed / expected if expected else None


def units_from_ballots(ballots: Sequence[Ballot]) -> list[list[float]]:
    """The ranks that each reply was given, for `krippendorffs_alpha`.

    Units of several parents may be put together: of a tree, of a language.
    """
    given: dict[int, list[float]] = {}
    for ballot in ballots:
        for i, rank in middle_ranks(ballot.groups).items():
            given.setdefault(i, []).append(rank)
    return list(given.values())


def _ordinal_distances(totals: Mapping[float, int]) -> Mapping[tuple[float, float], float]:
    """The squared number of values between two, each end counted half."""
    distances: dict[tuple[float, float], float] = {}
    values = sorted(totals)
    for start, low in enumerate(values):
        between = totals[low] / 2
        for high in values[start + 1 :]:
            distances[low, high] = (between + totals[high] / 2) ** 2
            between += totals[high]
    return distances


def _only(groups: Groups, wanted: frozenset[int]) -> Groups:
    kept = (tuple(i for i in group if i in wanted) for group in groups)
    return tuple(group for group in kept if group)


# ---------------------------------------------------------------- each volunteer


@dataclass(frozen=True, slots=True)
class Concord:
    """How often a volunteer and the majority of the others told two replies apart alike."""

    pairs: int  # on which the others have a majority
    halves: int  # half agreements: 2 for the same opinion, 1 for calling the pair equal


def concords(sets: Iterable[Sequence[Ballot]]) -> Mapping[int, Concord]:
    """For each volunteer (by person id), over sets of ballots about the same replies.

    Each ballot is compared with all the others of its set, itself left out, one pair of replies
    at a time; ballots that hold only some of the replies speak of those.
    """
    found: dict[int, Concord] = {}
    for ballots in sets:
        for ballot in ballots:
            if ballot.person_id is not None:
                others = [other for other in ballots if other.person_id != ballot.person_id]
                before = found.get(ballot.person_id, Concord(0, 0))
                found[ballot.person_id] = _with_ballot(before, ballot, others)
    return {person: concord for person, concord in found.items() if concord.pairs}


def vote_weight(concord: Concord, policy: Policy) -> float:
    """What a volunteer's vote counts: 1 for a usual voter, little for one no better than chance.

    The share of agreement is shrunk towards the usual one (after B. Efron and C. Morris, "Stein's
    Paradox in Statistics", 1977), so that few votes neither raise nor silence anybody. Left out:
    the usual share is the policy's and not estimated, so that a weight needs one row alone.
    """
    usual, prior = policy.usual_concord, policy.prior_concord_pairs
    share = (concord.halves / 2 + prior * usual) / (concord.pairs + prior)
    weight = (share - 0.5) / (usual - 0.5)
    return min(max(weight, policy.lightest_vote), policy.heaviest_vote)


def _with_ballot(before: Concord, ballot: Ballot, others: Sequence[Ballot]) -> Concord:
    own, theirs = places_of(ballot), [places_of(other) for other in others]
    pairs, halves = before.pairs, before.halves
    for pair in combinations(sorted(own), 2):
        majority = sum(opinion(places, pair) for places in theirs)
        if majority:
            pairs += 1
            halves += 1 + opinion(own, pair) * (1 if majority > 0 else -1)
    return Concord(pairs, halves)
