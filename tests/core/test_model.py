"""Small questions that the nouns answer about themselves."""

from __future__ import annotations

import pytest

from core.model import Role, TaskKind, rank_kind, reply_kind
from core.testing.samples import ballot


def test_places_of_a_ballot_count_from_one_and_ties_share_them() -> None:
    given = ballot((3,), (1, 2), (4,))

    assert [given.place(message_id) for message_id in (3, 1, 2, 4)] == [1, 2, 2, 4]


def test_a_reply_that_a_ballot_does_not_hold_has_no_place_in_it() -> None:
    with pytest.raises(KeyError):
        ballot((3,), (1,)).place(7)


@pytest.mark.parametrize("role", Role)
def test_each_role_is_written_and_ranked_in_its_own_kind_of_task(role: Role) -> None:
    assert reply_kind(role).writes
    assert rank_kind(role).ranks
    assert role.value in reply_kind(role)
    assert role.value in rank_kind(role)


@pytest.mark.parametrize("kind", TaskKind)
def test_a_kind_of_task_asks_for_one_sort_of_answer(kind: TaskKind) -> None:
    assert [kind.writes, kind.labels, kind.ranks].count(True) == 1
