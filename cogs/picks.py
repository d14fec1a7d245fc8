"""An order in the making: best first, with ties, remembered in the buttons alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.dialogue import base36

JOIN, REST = "-", "*"
"""Moves besides a candidate's digit: the next one shares the last place; the rest are equal."""

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Picks:
    """The moves made so far over `count` candidates; one sign each, so that undo drops one."""

    count: int
    moves: str = ""

    def after(self, move: str) -> Picks:
        return replace(self, moves=self.moves + move)

    def undone(self) -> Picks:
        return replace(self, moves=self.moves[:-1])

    @property
    def is_joining(self) -> bool:
        """Whether the next pick shares the place of the last one."""
        return self.moves.endswith(JOIN)

    @property
    def placed(self) -> Groups:
        """The groups that were picked; ValueError when the moves are impossible."""
        groups: list[list[int]] = []
        free = list(range(self.count))
        joining = False
        for move in self.moves:
            if not free or (move == JOIN and (joining or not groups)):
                raise ValueError(self.moves)
            if move == JOIN:
                joining = True
                continue
            picked = list(free) if move == REST else [_index(move, free)]
            free = [index for index in free if index not in picked]
            if joining:
                groups[-1] += picked
            else:
                groups.append(picked)
            joining = False
        return tuple(tuple(sorted(group)) for group in groups)

    @property
    def remaining(self) -> tuple[int, ...]:
        placed = {index for group in self.placed for index in group}
        return tuple(index for index in range(self.count) if index not in placed)

    @property
    def is_complete(self) -> bool:
        """Nothing is left to say: all are placed, or one is left and has but one place."""
        return len(self.remaining) <= 1 and not self.is_joining

    @property
    def groups(self) -> Groups:
        """The order as it would count now: what was not picked shares the last place."""
        rest = (self.remaining,) if self.remaining else ()
        return self.placed + rest


def digit(index: int) -> str:
    """The move that picks a candidate."""
    return base36(index)


def _index(move: str, free: list[int]) -> int:
    index = int(move, 36)
    if index not in free:
        raise ValueError(move)
    return index
