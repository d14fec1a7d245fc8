"""Ballots become one order that owes nothing to ids, and ties stay ties."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadOrder
from core.model import Ballot
from core.policy import Policy
from core.ranking import checked_order, consensus, is_settled, ranks


def ballot(written, weight=1.0):
    """A ballot from letters: "ab" prefers a, "(ab)c" ties a and b."""
    groups, group = [], None
    for letter in written:
        if letter == "(":
            group = []
        elif letter == ")":
            groups.append(tuple(group))
            group = None
        elif group is None:
            groups.append((ord(letter),))
        else:
            group.append(ord(letter))
    return Ballot(tuple(groups), tuple(i for g in groups for i in g), weight=weight)


def order(ballots, ids=None):
    """The consensus in the same letters."""
    cast = [ballot(written) for written in ballots.split()]
    wanted = {ord(letter) for letter in ids} if ids else {i for b in cast for i in b.ids}
    groups = consensus(cast, wanted)
    words = ["".join(map(chr, group)) for group in groups]
    return "".join(word if len(word) == 1 else f"({word})" for word in words)


@pytest.mark.parametrize(
    ("ballots", "result"),
    [
        ("ab ab ba", "ab"),
        ("abc acb bca", "abc"),
        ("bca acb cab", "cab"),
        ("cab bca cab abc", "cab"),
        ("abcd abdc bacd", "abcd"),
        ("dcba dcab cdba", "dcba"),
        ("abcde edcba cabde", "cabde"),
    ],
)
def test_the_published_vectors_hold(ballots, result):
    assert order(ballots) == result


@pytest.mark.parametrize(
    ("ballots", "result"),
    [
        ("ab ba", "(ab)"),
        ("abc cba", "(abc)"),
        ("abc bca cab", "(abc)"),
        ("abcd bcad cabd", "(abc)d"),
        ("abc bac", "(ab)c"),
        ("(ab)c", "(ab)c"),
        ("(ab)c abc", "abc"),
    ],
)
def test_ties_and_perfect_cycles_stay_ties(ballots, result):
    assert order(ballots) == result


def test_the_weakest_pair_of_a_cycle_gives_way():
    assert order("abc abc abc bca bca cab") == "abc"


def test_a_pair_that_stronger_ones_contradict_closes_no_cycle_for_others():
    assert order("dacb dacb bdac cadb dcab acbd abdc") == "dacb"


def test_a_reply_tied_with_both_of_a_pair_stands_between_them():
    assert order("abc cab") == "acb"


def test_every_reply_has_a_place_though_no_ballot_holds_them_all():
    assert order("ab bc cd") == "abcd"


def test_replies_that_nobody_ranked_come_last_together():
    assert order("ba", ids="abcd") == "ba(cd)"


def test_without_ballots_nothing_is_better_than_anything():
    assert order("", ids="abc") == "(abc)"
    assert consensus([], []) == ()


def test_replies_that_were_removed_are_ignored():
    assert order("abc abc cba", ids="ac") == "ac"


def test_a_ballot_that_finds_all_bad_still_counts_with_its_order():
    groups = consensus([Ballot(((2,), (1,)), (1, 2), all_bad=True)], {1, 2})

    assert groups == ((2,), (1,))


def test_a_ballot_counts_as_much_as_its_weight():
    against = [ballot("ba"), ballot("ba")]

    assert consensus([ballot("ab"), *against], {97, 98}) == ((98,), (97,))
    assert consensus([ballot("ab", 2.5), *against], {97, 98}) == ((97,), (98,))
    assert consensus([ballot("ab", 2.0), *against], {97, 98}) == ((97, 98),)


def test_weights_that_are_equal_but_for_rounding_make_a_tie():
    cast = [ballot("ab", 0.1), ballot("ab", 0.2), ballot("ba", 0.3)]

    assert consensus(cast, {97, 98}) == ((97, 98),)


@st.composite
def some_ballots(draw, most=5):
    count = draw(st.integers(2, most))
    ids = tuple(range(count))
    cast = []
    for _ in range(draw(st.integers(1, 6))):
        held = draw(st.permutations(ids))[: draw(st.integers(1, count))]
        cuts = draw(st.lists(st.booleans(), min_size=len(held), max_size=len(held)))
        groups = []
        for i, apart in zip(held, cuts, strict=True):
            if apart or not groups:
                groups.append((i,))
            else:
                groups[-1] += (i,)
        cast.append(Ballot(tuple(groups), tuple(sorted(held))))
    return ids, cast


def as_sets(groups):
    return [frozenset(group) for group in groups]


def renamed(groups, names):
    return tuple(tuple(names[i] for i in group) for group in groups)


@given(some_ballots())
def test_each_reply_stands_in_one_group(case):
    ids, cast = case

    assert sorted(i for group in consensus(cast, ids) for i in group) == sorted(ids)


@given(some_ballots(), st.randoms())
def test_new_ids_and_another_order_of_ballots_change_nothing(case, rng):
    ids, cast = case
    names = dict(zip(ids, rng.sample(range(100), len(ids)), strict=True))
    others = [Ballot(renamed(b.groups, names), renamed([b.shown], names)[0]) for b in cast]
    rng.shuffle(others)

    result = consensus(others, set(names.values()))

    assert as_sets(result) == as_sets(renamed(consensus(cast, ids), names))


@given(some_ballots())
def test_turning_every_ballot_round_turns_the_consensus(case):
    _, cast = case
    seen = frozenset(i for b in cast for i in b.ids)
    turned = [Ballot(b.groups[::-1], b.shown) for b in cast]

    assert as_sets(consensus(turned, seen)) == as_sets(consensus(cast, seen))[::-1]


def beats(cast, one, other):
    votes = 0
    for b in cast:
        if {one, other} <= b.ids:
            votes += (b.place(one) < b.place(other)) - (b.place(other) < b.place(one))
    return votes > 0


@given(some_ballots())
def test_whoever_wins_against_each_other_one_stands_first_alone(case):
    ids, cast = case
    winners = [i for i in ids if all(beats(cast, i, other) for other in ids if other != i)]

    if winners:
        assert consensus(cast, ids)[0] == tuple(winners)


def by_number(orders):
    """Ranked pairs with ties decided by ids, as in the published data: one list, best first."""
    ids = sorted(orders[0])
    margin = {
        (i, j): sum(1 if o.index(i) < o.index(j) else -1 for o in orders)
        for i, j in permutations(ids, 2)
    }
    locked = set()
    for pair in sorted((p for p in margin if margin[p] >= 0), key=lambda p: -margin[p]):
        if not leads(locked, pair[1], pair[0]):
            locked.add(pair)
    return sorted(ids, key=lambda i: sum(1 for j in ids if leads(locked, j, i)))


def leads(locked, start, end):
    reached, fresh = set(), {start}
    while fresh:
        reached |= fresh
        fresh = {b for a, b in locked if a in reached} - reached
    return start != end and end in reached


@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=7))
)
def test_an_order_that_no_choice_of_ids_changes_is_kept(orders):
    ids = range(len(orders[0]))
    results = set()
    for names in permutations(ids):
        named = by_number([[names[i] for i in o] for o in orders])
        results.add(tuple(names.index(i) for i in named))

    if len(results) == 1:
        cast = [Ballot(tuple((i,) for i in o), tuple(ids)) for o in orders]
        assert consensus(cast, ids) == tuple((i,) for i in results.pop())


def test_ranks_begin_at_zero_and_skip_after_ties():
    assert ranks(((7,), (3, 4), (1,))) == {7: 0, 3: 1, 4: 1, 1: 3}
    assert ranks(()) == {}


@pytest.mark.parametrize(
    ("ballots", "settled"),
    [
        ("abc abc abc", True),
        ("ab ab ba", False),
        ("ab ab ab ba", True),
        ("ab ab ba ba", False),
        ("(ab) (ab) (ab)", True),
        ("ab ab (ab)", False),
        ("ab ab ab (ab) ba", True),
        ("ab ab ab ba ba", False),
        ("abc abc bac", False),
        ("abc bca cab", False),
        ("(ab)c (ab)c (ab)c", True),
        ("(ab)c (ab)c abc", False),
    ],
)
def test_an_order_is_settled_when_neighbours_are_clearly_apart_or_clearly_equal(ballots, settled):
    cast = [ballot(written) for written in ballots.split()]

    assert is_settled(cast, cast[0].ids, Policy()) is settled


def test_only_neighbours_must_be_clear():
    cast = [*[ballot("abc")] * 5, ballot("cba")]

    assert is_settled(cast, cast[0].ids, Policy(settled_margin=0.6))
    assert not is_settled(cast, cast[0].ids, Policy(settled_margin=0.7))


def test_an_order_nobody_spoke_about_is_not_settled():
    assert not is_settled([ballot("ab")], {97, 98, 99}, Policy())
    assert not is_settled([], {97, 98}, Policy())


def test_positions_become_ids_in_their_groups():
    assert checked_order(((2,), (0, 1)), (11, 12, 13), False) == ((13,), (11, 12))


@pytest.mark.parametrize(
    "groups",
    [((0,), (1,)), ((0,), (1,), (1,)), ((0,), (1,), (3,)), ((0,), (), (1, 2)), (), ((-1, 0, 1),)],
)
def test_an_order_must_name_each_shown_reply_once(groups):
    with pytest.raises(BadOrder, match="each of the"):
        checked_order(groups, (11, 12, 13), False)


def test_the_refusal_says_how_many_replies_there_are():
    with pytest.raises(BadOrder) as refusal:
        checked_order(((0,),), (11, 12, 13), True)

    assert "each of the 3 replies exactly once" in str(refusal.value.text)


def test_who_finds_all_bad_may_leave_the_order_out():
    assert checked_order((), (11, 12), True) == ((11, 12),)
    assert checked_order(((1,), (0,)), (11, 12), True) == ((12,), (11,))
