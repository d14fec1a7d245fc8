"""Objects of a file, read field by field: each fault is named by its place and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from core.screening import is_blank, unkept_sign, unkept_sign_of_file

_LARGEST = 2**31 - 1
_LONGEST_ID = 200
_LONGEST_NAME = 1_024
_LONGEST_PATH = 100


class BadField(ValueError):
    """Something in a file that is not as published: which field, and what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        cut = field if len(field) <= _LONGEST_PATH else f"…{field[-_LONGEST_PATH:]}"
        super().__init__(f"{cut}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fields:
    """One object and where it stands in its line; null is the same as absent."""

    values: dict[str, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "") -> Fields:
        if not isinstance(value, dict):
            raise BadField(path or "line", "must be an object")
        return cls(value, path)

    def place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fault(self, name: str, reason: str) -> BadField:
        return BadField(self.place(name), reason)

    def text(self, name: str, longest: int = _LONGEST_NAME) -> str | None:
        """A name or the like, no longer than every store can look it up."""
        value = self._string(name)
        if value is not None:
            self._check_signs(name, unkept_sign(value))
            if len(value) > longest:
                raise self.fault(name, f"is longer than {longest} characters")
        return value

    def code(self, name: str) -> str | None:
        """A short name by which things are found, such as an id or a language."""
        return self.text(name, _LONGEST_ID)

    def words(self, name: str) -> str:
        """A short name that must be there and hold something to read."""
        return self._readable(name, self.code(name))

    def prose(self, name: str) -> str:
        """The same, of any length, with line ends and signs as other programs write them."""
        value = self._string(name)
        if value is not None:
            self._check_signs(name, unkept_sign_of_file(value))
        return self._readable(name, value)

    def _string(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise self.fault(name, "must be a text")
        return value

    def _readable(self, name: str, value: str | None) -> str:
        if value is None:
            raise self.fault(name, "is missing")
        if is_blank(value):
            raise self.fault(name, "is empty")
        return value

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.fault(name, "must be true or false")
        return value

    def number(self, name: str, largest: int = _LARGEST) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
            raise self.fault(name, f"must be a whole number from 0 to {largest}")
        return value

    def share(self, name: str) -> float | None:
        """A number from 0 to 1."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.fault(name, "must be a number from 0 to 1")
        return float(value)

    def date(self, name: str) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.fault(name, "must be a date and time as in ISO 8601") from None

    def names(self) -> list[str]:
        """The names of the fields, where those are data themselves."""
        for name in self.values:
            self._check_signs(_shown(name), unkept_sign(name))
        return list(self.values)

    def within(self, name: str) -> Fields:
        """The object in this field; an empty one when there is none."""
        value = self.values.get(name)
        return Fields.of({} if value is None else value, self.place(name))

    def each(self, name: str) -> list[Fields]:
        """The objects of a list."""
        return [
            Fields.of(value, f"{self.place(name)}[{number}]")
            for number, value in enumerate(self.items(name))
        ]

    def numbers(self, name: str) -> list[int]:
        values = self.items(name)
        return [self.of({name: value}, self.path).number(name) or 0 for value in values]

    def strings(self, name: str) -> list[str]:
        values = self.items(name)
        return [self.of({name: value}, self.path).words(name) for value in values]

    def groups(self, name: str) -> list[list[str]]:
        """A list of lists of texts."""
        values = self.items(name)
        return [self.of({name: value}, self.path).strings(name) for value in values]

    def items(self, name: str) -> list[object]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fault(name, "must be a list")
        return value

    def _check_signs(self, name: str, unkept: tuple[str, int] | None) -> None:
        if unkept:
            raise self.fault(name, f"{unkept[0]} at position {unkept[1]} cannot be stored")


def _shown(name: str) -> str:
    """A name with what cannot be shown written out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)
