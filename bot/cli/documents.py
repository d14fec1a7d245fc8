"""`grove config` and `grove commands`: files that are made from the program itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import SettingsError

_Check = Annotated[bool, typer.Option("--check", help="Only say whether the file is up to date.")]


def add_to(app: typer.Typer) -> None:
    app.command()(config)
    app.command()(commands)


def config(check: _Check = False) -> None:
    """Write .env.example, which names every setting, into this folder."""
    from bot.env_example import env_example

    _write(Path(".env.example"), env_example(), "config", check=check)


def commands(check: _Check = False) -> None:
    """Write docs/commands.md, which lists what people may type."""
    from bot.command_table import commands_page

    _write(Path("docs/commands.md"), commands_page(), "commands", check=check)


def _write(path: Path, wanted: str, command: str, *, check: bool) -> None:
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted, "utf-8")
    elif not path.exists() or path.read_text("utf-8") != wanted:
        raise SettingsError(f"{path} is out of date; write it anew with `grove {command}`.")
