"""What a volunteer enters: a line, or a text of several lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

NextLine = Callable[[str], Awaitable[str | None]]

FENCE = '"""'
_CONTINUED = "... "


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, or a block that can be nothing but a text."""

    text: str
    is_block: bool = False
    is_last: bool = False  # the input ended with it


async def next_entry(next_line: NextLine, prompt: str) -> Entry | None:
    """The next entry; None at the end. A block cut short by the end is entered as far as it goes.

    A line that ends with a backslash goes on in the next; lines between two lines of three
    quotation marks are taken as they are.
    """
    line = await next_line(prompt)
    if line is None:
        return None
    if not line.strip().startswith(FENCE) and not line.endswith("\\"):
        return Entry(line)
    going_on = _CONTINUED if prompt else ""
    lines: list[str] = []
    if line.endswith("\\"):
        while line is not None and line.endswith("\\"):
            lines.append(line[:-1])
            line = await next_line(going_on)
        return Entry("\n".join([*lines, *([] if line is None else [line])]), True, line is None)
    line = line.strip().removeprefix(FENCE) or await next_line(going_on)
    while line is not None and not line.rstrip().endswith(FENCE):
        lines.append(line)
        line = await next_line(going_on)
    if line is not None and (rest := line.rstrip().removesuffix(FENCE)):
        lines.append(rest)
    return Entry("\n".join(lines), is_block=True, is_last=line is None)
