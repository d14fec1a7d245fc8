"""Agreement, against figures counted by hand or printed in the literature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agreement import (
    Concord,
    concords,
    kendalls_w,
    krippendorffs_alpha,
    middle_ranks,
    units_from_ballots,
    vote_weight,
)
from core.model import Ballot
from core.policy import Policy

POLICY = Policy()


def ballot(*groups, person_id=None):
    return Ballot(groups, tuple(i for group in groups for i in group), person_id=person_id)


def line(*ids, person_id=None):
    return ballot(*((i,) for i in ids), person_id=person_id)


def test_tied_replies_share_the_middle_of_their_places():
    assert middle_ranks(((7,), (1, 2), (9,))) == {7: 1.0, 1: 2.5, 2: 2.5, 9: 4.0}


def test_w_is_one_for_equal_ballots_and_zero_for_opposite_ones():
    assert kendalls_w([line(1, 2, 3)] * 3, (1, 2, 3)) == 1.0
    assert kendalls_w([line(1, 2, 3), line(3, 2, 1)], (1, 2, 3)) == 0.0


def test_w_counted_by_hand():
    # rank sums 4, 6, 8 around 6: S = 8; 12 S / (9 * 24) = 4 / 9
    ballots = [line(1, 2, 3), line(1, 3, 2), line(2, 1, 3)]

    assert kendalls_w(ballots, (1, 2, 3)) == pytest.approx(4 / 9)


def test_w_is_corrected_for_ties():
    # both say 1 before the tied 2 and 3: sums 2, 5, 5 around 4: S = 6; T = 2 * (8 - 2) = 12
    # 12 * 6 / (4 * 24 - 2 * 12) = 72 / 72
    assert kendalls_w([ballot((1,), (2, 3))] * 2, (1, 2, 3)) == 1.0


def test_w_uses_complete_ballots_about_the_replies_asked_for():
    ballots = [line(1, 2, 3), line(1, 9, 2, 3), line(3, 1)]

    assert kendalls_w(ballots, (1, 2, 3)) == 1.0


@pytest.mark.parametrize(
    ("ballots", "ids"),
    [
        ([], (1, 2)),
        ([line(1, 2)], (1, 2)),
        ([line(1)] * 2, (1,)),
        ([ballot((1, 2))] * 2, (1, 2)),
    ],
)
def test_w_says_nothing_where_it_cannot(ballots, ids):
    assert kendalls_w(ballots, ids) is None


NONE = None
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3),
    (NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE),
)


def test_alpha_is_the_one_of_krippendorffs_own_example():
    units = [[v for v in unit if v is not None] for unit in zip(*OBSERVERS, strict=True)]

    assert krippendorffs_alpha(units) == pytest.approx(0.815, abs=0.0005)


def test_alpha_is_one_for_equal_ballots_and_below_zero_for_opposite_ones():
    assert krippendorffs_alpha(units_from_ballots([line(1, 2, 3)] * 2)) == 1.0
    assert krippendorffs_alpha(units_from_ballots([line(1, 2, 3), line(3, 2, 1)])) < 0


def test_alpha_says_nothing_without_differences():
    assert krippendorffs_alpha([]) is None
    assert krippendorffs_alpha([[1.0], [2.0]]) is None
    assert krippendorffs_alpha([[1.0, 1.0], [1.0, 1.0]]) is None


def test_units_hold_the_ranks_given_to_each_reply():
    assert units_from_ballots([line(1, 2), ballot((2, 3), (1,))]) == [[1.0, 3.0], [2.0, 1.5], [1.5]]


def test_each_volunteer_is_compared_with_the_others_alone():
    sets = [[line(1, 2, person_id=1), line(1, 2, person_id=2), line(2, 1, person_id=3)]]

    known = concords(sets)

    # the others of 1 are divided, as are those of 2; those of 3 agree against it
    assert set(known) == {3}
    assert known[3] == Concord(pairs=1, halves=0)


def test_calling_a_pair_equal_is_half_an_agreement():
    sets = [[ballot((1, 2), person_id=1), line(1, 2, person_id=2), line(1, 2)]]

    assert concords(sets)[1] == Concord(pairs=1, halves=1)


def test_ballots_that_hold_some_of_the_replies_speak_of_those():
    known = concords([[line(1, 2, person_id=1), line(3, 2, 1, person_id=2)]])

    assert known[1].pairs == 1
    assert known[2].pairs == 1


def many(votes):
    """Forty sets of three replies; each voter's order comes from votes[person](set number)."""
    return [
        [line(*order(number), person_id=person) for person, order in votes.items()]
        for number in range(40)
    ]


def good(number):
    return (1, 2, 3)


def hostile(number):
    return (3, 2, 1)


def careless(number):
    return ((1, 2, 3), (3, 2, 1))[number % 2]


def weights(sets):
    return {person: vote_weight(concord, POLICY) for person, concord in concords(sets).items()}


def test_hostile_and_careless_votes_count_less():
    found = weights(many({1: good, 2: good, 3: good, 4: careless, 5: hostile}))

    assert found[1] == found[2] == found[3] > 1
    assert found[5] < found[4] < 0.5
    assert found[5] == POLICY.lightest_vote


def test_few_votes_neither_raise_nor_silence_anybody():
    friends = [line(1, 2, person_id=person) for person in (1, 2, 3)]

    found = weights([[*friends, line(2, 1, person_id=9)]])

    assert 0.8 < found[9] < 1.0 < found[1] < 1.2


def test_a_voter_of_whom_nothing_is_known_is_a_usual_one():
    assert vote_weight(Concord(0, 0), POLICY) == 1.0


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 6), st.permutations(range(4))), min_size=1, max_size=6),
        max_size=8,
    )
)
def test_weights_stay_within_their_bounds(cast):
    sets = [[line(*order, person_id=person) for person, order in one] for one in cast]

    least, most = POLICY.lightest_vote, POLICY.heaviest_vote
    assert all(least <= weight <= most for weight in weights(sets).values())
