"""The text of docs/commands.md, made from the one table of commands."""

from __future__ import annotations

from collections.abc import Iterator

from core.commands import COMMANDS, Argument, Audience, CommandSpec

_TOP = """\
# Commands

The same on every platform: `/export-my-data` on Discord and in the terminal,
`/export_my_data` on Telegram. Arguments in brackets may be left out.
This page is written by `python -m bot commands` from `core/commands.py`.
"""
_SECTIONS = {
    Audience.ANYONE: "For anyone",
    Audience.VOLUNTEER: "For volunteers, once they have agreed to the terms",
    Audience.MODERATOR: "For moderators of a community",
    Audience.ADMIN: "For those who manage a community",
}
_TERMINAL = """
## In the terminal alone

| command | what it does |
|---|---|
| `/as NAME` | be another volunteer |
| `/press ID` | press a button by its id, one of an older screen for example |
| `/show` | draw the screen again, with what was hidden |
| `/quit` | leave |
"""


def commands_page() -> str:
    """The whole page."""
    sections = (part for audience in Audience for part in _section(audience))
    return "".join([_TOP, *sections, _TERMINAL])


def _section(audience: Audience) -> Iterator[str]:
    specs = [spec for spec in COMMANDS if spec.audience is audience]
    if specs:
        yield f"\n## {_SECTIONS[audience]}\n\n| command | what it does |\n|---|---|\n"
        yield from (_row(spec) for spec in specs)


def _row(spec: CommandSpec) -> str:
    words = " ".join([f"/{spec.name}", *map(_argument, spec.arguments)])
    details = "".join(f"<br>*{x.name}*: {x.sentence}" for x in spec.arguments)
    return f"| `{words}` | {spec.sentence}{details} |\n"


def _argument(argument: Argument) -> str:
    return argument.name.upper() if argument.required else f"[{argument.name.upper()}]"
