"""Ballots become one order: Tideman's ranked pairs, with ties and perfect cycles kept as ties.

N. Tideman, "Independence of clones as a criterion for voting rules", 1987. Left out: his random
tie-breaking. Pairs of equal strength are considered together instead, and those of them that
would close a cycle with each other or with stronger ones are all dropped, so that no reply wins
by its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from math import fsum
from typing import TypeAlias

from core.errors import BadOrder
from core.model import Ballot
from core.policy import Policy
from core.text import N_

Groups: TypeAlias = tuple[tuple[int, ...], ...]
Pair: TypeAlias = tuple[int, int]  # the first is better than the second

_SAME_STRENGTH = 9
"""Decimals in which two strengths must agree to be equal; voters' weights are not exact."""


def consensus(ballots: Sequence[Ballot], ids: Collection[int]) -> Groups:
    """Every one of `ids` in groups, best first; what nobody ranked stands last, together.

    A ballot speaks of the pairs that it holds, with its weight; ids that are no longer there are
    ignored.
    """
    wanted = frozenset(ids)
    ranked = wanted & frozenset(i for ballot in ballots for i in ballot.ids)
    beaten = _locked(_strengths(ballots, ranked))
    groups = _grouped(ranked, beaten)
    unranked = tuple(sorted(wanted - ranked))
    return (*groups, unranked) if unranked else groups


def ranks(groups: Groups) -> Mapping[int, int]:
    """The place of each id: 0 is best, ties share a place and the next ones are skipped."""
    places: dict[int, int] = {}
    for group in groups:
        places.update(dict.fromkeys(group, len(places)))
    return places


def is_settled(ballots: Sequence[Ballot], ids: Collection[int], policy: Policy) -> bool:
    """Whether more ballots would hardly change the order; how many there must be is not asked.

    Of two replies a voter says *better*, *worse* or *equal*. A pair is clear when the most
    frequent of these answers leads the next one by `settled_margin` of the ballots on the pair:
    three votes of three, three of four, four of five, five of seven; a clear *equal* is as good
    as a clear win. Only neighbours are looked at (one group with the next, and within a group):
    the pairs further apart follow from them, and two volunteers who differ about the best reply
    say nothing about whether best and worst are told apart.
    """
    groups = consensus(ballots, ids)
    return all(_is_clear(ballots, pair, policy.settled_margin) for pair in _neighbours(groups))


def checked_order(groups: Groups, shown: Sequence[int], all_bad: bool) -> Groups:
    """A volunteer's order, given in positions, as message ids; every shown reply exactly once.

    Who finds all replies bad may leave the order out; then none is better than another.
    """
    if all_bad and not any(groups):
        return (tuple(shown),)
    positions = [position for group in groups for position in group]
    if sorted(positions) != list(range(len(shown))) or not all(groups):
        raise BadOrder(
            N_(
                "Please name each of the {count} replies exactly once, best first.",
                count=len(shown),
            )
        )
    return tuple(tuple(shown[position] for position in group) for group in groups)


# ---------------------------------------------------------------- how it is done


def _strengths(ballots: Sequence[Ballot], ids: Collection[int]) -> Mapping[Pair, float]:
    """By how much one of two is preferred, for each pair with a winner."""
    votes: dict[Pair, list[float]] = {pair: [] for pair in combinations(sorted(ids), 2)}
    for ballot in ballots:
        places = places_of(ballot)
        for pair in votes:
            votes[pair].append(ballot.weight * opinion(places, pair))
    strengths: dict[Pair, float] = {}
    for (first, second), given in votes.items():
        strength = round(fsum(given), _SAME_STRENGTH)
        if strength > 0:
            strengths[first, second] = strength
        elif strength < 0:
            strengths[second, first] = -strength
    return strengths


def places_of(ballot: Ballot) -> Mapping[int, int]:
    """The number of the group in which each reply stands."""
    return {i: place for place, group in enumerate(ballot.groups) for i in group}


def opinion(places: Mapping[int, int], pair: Pair) -> int:
    """1 when the first is preferred, -1 when the second is, 0 for a tie or no word on the two."""
    first, second = (places.get(i) for i in pair)
    if first is None or second is None:
        return 0
    return (second > first) - (second < first)


def _locked(strengths: Mapping[Pair, float]) -> Mapping[int, frozenset[int]]:
    """Whom each one beats, directly or through others, once all pairs are considered."""
    kept: list[Pair] = []
    for strength in sorted(set(strengths.values()), reverse=True):
        equals = [pair for pair in strengths if strengths[pair] == strength]
        possible = _without_cycles(equals, kept)
        kept += _without_cycles(possible, [*kept, *possible])
    return _reach(kept)


def _without_cycles(pairs: Sequence[Pair], among: Iterable[Pair]) -> list[Pair]:
    """Those of the pairs whose loser does not beat their winner in a round-about way."""
    reach = _reach(among)
    nobody: frozenset[int] = frozenset()
    return [(winner, loser) for winner, loser in pairs if winner not in reach.get(loser, nobody)]


def _reach(pairs: Iterable[Pair]) -> dict[int, frozenset[int]]:
    """Everything that can be reached from each id by going from winners to losers."""
    steps: dict[int, set[int]] = {}
    for winner, loser in pairs:
        steps.setdefault(winner, set()).add(loser)
        steps.setdefault(loser, set())
    for between in steps:
        for reached in steps.values():
            if between in reached:
                reached |= steps[between]
    return {i: frozenset(reached) for i, reached in steps.items()}


def _grouped(ids: Collection[int], beaten: Mapping[int, frozenset[int]]) -> Groups:
    """The ids by (how many they beat) - (how many beat them), equals together.

    A winner beats all that its loser beats and one more, so every locked pair holds. One that is
    tied with both of a pair stands between them: turning all ballots round turns the result.
    """
    score = dict.fromkeys(ids, 0)
    for winner, losers in beaten.items():
        score[winner] += len(losers)
        for loser in losers:
            score[loser] -= 1
    levels = sorted(set(score.values()), reverse=True)
    return tuple(tuple(i for i in sorted(ids) if score[i] == level) for level in levels)


def _neighbours(groups: Groups) -> Iterable[Pair]:
    for group in groups:
        yield from combinations(group, 2)
    for upper, lower in pairwise(groups):
        yield from ((better, worse) for better in upper for worse in lower)


def _is_clear(ballots: Sequence[Ballot], pair: Pair, margin: float) -> bool:
    given = [opinion(places_of(b), pair) for b in ballots if b.ids.issuperset(pair)]
    if not given:
        return False
    _, second, most = sorted(given.count(answer) for answer in (-1, 0, 1))
    return most - second >= margin * len(given)
