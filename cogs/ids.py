"""The ids of our buttons and forms: all that a press means stands in them, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from core.dialogue import base36, number_from_base36

PREFIX = "g1"
LONGEST = 100


def custom_id(kind: str, *parts: str | int | None) -> str:
    """An id of ours: the kind of the press and what it carries, numbers in base 36."""
    return ":".join([PREFIX, kind, *map(_written, parts)])


@dataclass(frozen=True, slots=True)
class Pressed:
    """An id of ours as it comes back."""

    kind: str
    parts: tuple[str, ...]

    @property
    def whole(self) -> str:
        """Everything behind the kind, as it was given."""
        return ":".join(self.parts)

    def number(self, place: int) -> int | None:
        """A number among the parts; None where nothing was written, ValueError for nonsense."""
        return number_from_base36(self.parts[place]) if self.parts[place] else None

    def task_id(self, place: int = 0) -> int:
        """A task among the parts, which must be there."""
        return self.index(place)

    def index(self, place: int) -> int:
        """A number among the parts, which must be there."""
        number = self.number(place)
        if number is None:
            raise ValueError(self.whole)
        return number


def pressed(raw: str) -> Pressed | None:
    """What an id means; None when it is none of ours."""
    prefix, _, rest = raw.partition(":")
    if prefix != PREFIX or not rest:
        return None
    kind, *parts = rest.split(":")
    return Pressed(kind, tuple(parts))


def _written(part: str | int | None) -> str:
    if isinstance(part, int):
        return base36(part)
    return part or ""
