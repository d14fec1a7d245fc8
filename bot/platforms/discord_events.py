"""Reads events as they come: what is left out is filled in, what cannot be read is left aside."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

import discord

from cogs.faults import logged

Read = Callable[[Any], None]

_FAST = discord.utils._from_json
_INTERACTION = "INTERACTION_CREATE"
_LEFT_OUT = {"version": 1, "attachment_size_limit": 0}
"""What the library insists on in an interaction, and Grove has no use for."""
_INDISPENSABLE = frozenset({"READY", "RESUMED"})
"""Without these a session has not begun; the library must try again."""


def read_leniently() -> None:
    """Half a sign in a text is no reason to leave; the faster of the two readers refuses it."""
    discord.utils._from_json = partial(_json, _FAST)


def tell_of_nobody() -> None:
    """Where a completion fails, the library names the person, and calls it an error."""
    logging.getLogger("discord.app_commands.tree").addFilter(_nameless)


def survive_unreadable(parsers: MutableMapping[str, Read]) -> None:
    """Let no event of an unexpected shape end the connection, as it would by itself."""
    for name, read in parsers.items():
        if name not in _INDISPENSABLE:
            parsers[name] = partial(_read_or_told, name, read)


def _nameless(record: logging.LogRecord) -> bool:
    if record.exc_info and "autocomplete" in str(record.msg):
        record.msg, record.args = "A completion was not shown", ()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _json(fast: Callable[[str], Any], text: str) -> Any:
    try:
        return fast(text)
    except ValueError:
        return json.loads(text)


def _read_or_told(name: str, read: Read, data: Any) -> None:
    try:
        read({**_LEFT_OUT, **data} if name == _INTERACTION else data)
    except Exception as error:
        logged(error, f"reading {name} from Discord")
