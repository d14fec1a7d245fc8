"""The terminal: every command and screen by keyboard or by pipe, for people and for scripts."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from contextlib import nullcontext
from io import TextIOWrapper

from bot.config import Settings
from bot.errors import StartError
from bot.observed import Desk
from bot.platforms.terminal.conversation import Conversation, Page
from bot.platforms.terminal.lines import Lines, keyboard
from bot.platforms.terminal.meaning import name_in
from bot.platforms.terminal.painted import PaintedPage
from bot.platforms.terminal.plain import PlainPage
from bot.streams import write_to_nobody

__all__ = ["serve"]


async def serve(
    desk: Desk, settings: Settings, stop: asyncio.Event, *, name: str | None = None
) -> None:
    """Talk with whoever sits here until they leave, the input ends, or `stop` is set."""
    if sys.stdin is None or sys.stdout is None:
        raise StartError("The terminal needs an input and an output; one of them is closed.")
    is_tty = sys.stdin.isatty() and sys.stdout.isatty()
    _speak_utf8()
    page: Page = PaintedPage() if is_tty else PlainPage()
    with keyboard() if is_tty else nullcontext():
        try:
            await Conversation(
                desk,
                page,
                Lines(),
                stop,
                name=_name(name),
                locale=_locale(),
                folder=settings.data_dir / "files",
            ).run()
        except BrokenPipeError:  # whoever read the screens has gone
            write_to_nobody()
        except OSError as fault:
            write_to_nobody()
            raise StartError(f"The screens cannot be written: {fault.strerror or fault}.") from None


def _name(given: str | None) -> str:
    """Who sits here."""
    name = name_in(given or getpass.getuser())
    if not name:
        raise StartError("--as needs a name with signs that can be kept.")
    return name


def _speak_utf8() -> None:
    """Bytes that are no text reach the desk as signs it refuses; what is shown never fails."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def _locale() -> str | None:
    """The language of this machine's user, as other programs take it."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            tag = value.partition(".")[0]
            return None if tag in ("C", "POSIX") else tag
    return None
