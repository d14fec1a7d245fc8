"""Values with some fields changed: new ones, the rest as it was."""

from __future__ import annotations

import dataclasses

import pytest

from core.values import replace


@dataclasses.dataclass(frozen=True)
class One:
    """A value of a single field."""

    word: str


@dataclasses.dataclass(frozen=True)
class Several:
    """A value with a field that has a default."""

    word: str
    number: int = 7
    others: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (One("a"), {}),
        (One("a"), {"word": "b"}),
        (Several("a"), {"number": 8}),
        (Several("a", 9, (1,)), {"word": "b", "others": ()}),
    ],
)
def test_a_value_is_replaced_as_the_standard_library_would(value, changes):
    assert replace(value, **changes) == dataclasses.replace(value, **changes)


def test_the_old_value_stays():
    old = Several("a")

    assert replace(old, word="b") is not old
    assert old.word == "a"
