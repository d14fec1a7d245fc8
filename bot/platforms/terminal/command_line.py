"""Commands typed as `/name argument argument` or `/name argument=value`."""

from __future__ import annotations

import re

from core.commands import CommandSpec, command_named
from core.dialogue import Command

_AROUND_COMMA = re.compile(r"\s*,\s*")


def command_from(line: str) -> Command:
    """The command of this line; what is no command goes to the desk as it is, which says so.

    Arguments come in order or by name, the last takes the rest; a list is held together by commas.
    """
    name, _, rest = line.strip().removeprefix("/").partition(" ")
    spec = command_named(name)
    if spec is None:
        return Command(name)
    return Command(spec.name, _arguments(spec, rest))


def _arguments(spec: CommandSpec, rest: str) -> dict[str, str]:
    open_names = [argument.name for argument in spec.arguments]
    given: dict[str, str] = {}
    loose: list[str] = []
    if len(open_names) > 1:
        rest = _AROUND_COMMA.sub(",", rest)
    for word in rest.split():
        name, equals, value = word.partition("=")
        if equals and name in open_names:
            given[name] = value
            open_names.remove(name)
        else:
            loose.append(word)
    while loose and open_names:
        name = open_names.pop(0)
        given[name] = " ".join(loose) if not open_names else loose.pop(0)
        loose = [] if not open_names else loose
    return given
