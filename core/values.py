"""Values: frozen dataclasses that are made, and changed into others, many times a second.

A frozen dataclass sets each field through `object.__setattr__`, which makes it four to six times
as slow to create as a plain one. The hottest nouns are therefore `@quick`: frozen to the type
checker, which all of this project goes through, and plain when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields, make_dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")


def quick(cls: type[T]) -> type[T]:
    """Let a frozen dataclass set its fields directly when one is made, and do nothing else then."""
    assert not hasattr(cls, "__post_init__"), f"{cls.__name__} does more when it is made"
    plain = make_dataclass(
        cls.__name__,
        [
            (f.name, f.type, field(default=f.default, default_factory=f.default_factory))
            for f in fields(cls)  # type: ignore[arg-type]
        ],
    )
    cls.__init__ = plain.__init__  # type: ignore[method-assign, misc]
    del cls.__setattr__, cls.__delattr__
    return cls


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value: T, /, **changes: object) -> T:
        """The same value with some fields changed, as `dataclasses.replace` and quicker."""
        all_of, places = _layout(value.__class__)
        kept = list(all_of(value))
        for name, change in changes.items():
            kept[places[name]] = change
        return value.__class__(*kept)

    @cache
    def _layout(cls: type[Any]) -> tuple[Callable[[Any], Any], Mapping[str, int]]:
        """How to get all fields of a dataclass, and where each of them stands."""
        names = [f.name for f in fields(cls)]
        if len(names) == 1:
            return lambda value: (getattr(value, names[0]),), {names[0]: 0}
        return attrgetter(*names), {name: place for place, name in enumerate(names)}
