"""Ranking by presses: which orders can be said, and in how many presses."""

from collections import deque
from functools import cache
from itertools import combinations

import pytest

from cogs.picks import JOIN, REST, Picks, digit

SUBMIT = 1


@cache
def presses_to_say_anything(count: int) -> dict[tuple[tuple[int, ...], ...], int]:
    """Every order that can be reached, with the fewest presses before *Submit*."""
    found: dict[tuple[tuple[int, ...], ...], int] = {}
    waiting = deque([Picks(count)])
    while waiting:
        picks = waiting.popleft()
        if picks.is_complete:
            found.setdefault(picks.groups, len(picks.moves))
            continue
        moves = [*map(digit, picks.remaining), REST]
        if picks.moves and not picks.is_joining:
            moves.append(JOIN)
        waiting.extend(picks.after(move) for move in moves)
    return found


def orders(items: tuple[int, ...]) -> list[tuple[tuple[int, ...], ...]]:
    """Every order of the items, with ties."""
    if not items:
        return [()]
    return [
        (first, *rest)
        for size in range(1, len(items) + 1)
        for first in combinations(items, size)
        for rest in orders(tuple(item for item in items if item not in first))
    ]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_every_order_with_ties_can_be_said_in_at_most_two_presses_a_reply(count):
    found = presses_to_say_anything(count)

    assert set(found) == set(orders(tuple(range(count))))
    assert max(found.values()) + SUBMIT <= 2 * count


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_a_strict_order_or_one_tie_at_the_end_takes_one_press_a_reply_and_one_more(count):
    found = presses_to_say_anything(count)

    simple = [order for order in found if all(len(group) == 1 for group in order[:-1])]
    assert max(found[order] for order in simple) + SUBMIT <= count + 1


def test_the_last_reply_needs_no_press_as_it_has_but_one_place():
    picks = Picks(3).after(digit(2)).after(digit(0))

    assert picks.is_complete
    assert picks.groups == ((2,), (0,), (1,))


def test_undo_takes_back_one_press():
    picks = Picks(4).after(digit(1)).after(JOIN).after(digit(3))

    assert picks.undone() == Picks(4).after(digit(1)).after(JOIN)
    assert picks.undone().is_joining


def test_what_was_not_picked_shares_the_last_place_when_all_are_bad():
    assert Picks(4).after(digit(1)).groups == ((1,), (0, 2, 3))


@pytest.mark.parametrize("moves", ["00", "9", "-", "0--1", "0*1", "é", "0 "])
def test_moves_that_no_buttons_make_are_refused(moves):
    with pytest.raises(ValueError, match=r".*"):
        _ = Picks(3, moves).groups
