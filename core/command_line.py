"""Commands as they are typed: `/name word word`, or `/name argument=word`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from core.commands import (
    Argument,
    CommandSpec,
    command_named,
    kinds_named,
    period_meant,
    scope_meant,
)
from core.dialogue import Command
from core.languages import language_named

MOST_WORDS = 3
"""So many words may make one name, as in `rank assistant replies`."""

_WORD = re.compile(r"[^\s,]+(?:\s*,\s*[^\s,]+)*|,+")  # a list is held together by its commas


def command_typed(name: str, rest: str) -> Command:
    """The command of these words; the desk refuses what it does not know."""
    spec = command_named(name)
    return Command(name) if spec is None else Command(spec.name, arguments_typed(spec, rest))


def arguments_typed(spec: CommandSpec, rest: str) -> Mapping[str, str]:
    """The arguments of a command, by name.

    Words go to the first argument that they may mean; where they mean none, to the first one
    that is open. The last one that is open takes all that is left, as it was typed.
    """
    given: dict[str, str] = {}
    rest = rest.strip()
    while rest and len(given) < len(spec.arguments):
        argument, words = _next([a for a in spec.arguments if a.name not in given], rest)
        rest = rest.removeprefix(words).lstrip()
        given[argument.name] = words.removeprefix(f"{argument.name}=")
    return given


def _next(left: Sequence[Argument], rest: str) -> tuple[Argument, str]:
    """Whose turn it is, and the words that are meant for it."""
    runs = [rest[: found.end()] for found in islice(_WORD.finditer(rest), MOST_WORDS)]
    named = next((a for a in left if rest.startswith(f"{a.name}=")), None)
    if len(left) == 1:
        return left[0], rest
    if named is not None:
        return named, runs[0]
    for argument in left:
        for words in reversed(runs):
            if _may_mean(argument, words):
                return argument, words
    return left[0], runs[0]


def _may_mean(argument: Argument, words: str) -> bool:
    is_known = _KNOWN.get(argument.source or "")
    parts = [part for part in words.split(",") if part.strip()]
    return is_known is not None and bool(parts) and all(map(is_known, parts))


_KNOWN: Mapping[str, Callable[[str], object]] = {
    "languages": language_named,
    "kinds": lambda word: word.strip().lower() == "random" or kinds_named(word),
    "periods": period_meant,
    "scopes": scope_meant,
}
