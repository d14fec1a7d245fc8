"""Tells Discord which commands there are, but only when they have changed."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from discord import app_commands

_log = logging.getLogger(__name__)

FILE = "discord-commands.json"


async def sync_commands(
    tree: app_commands.CommandTree[Any], application: str, folder: Path
) -> bool:
    """Send the commands unless Discord has these very ones; says whether it sent them.

    What was sent last is remembered in the data folder; Discord allows 200 changes a day.
    """
    file = folder / FILE
    known, now = _remembered(file), await _fingerprint(tree)
    if known.get(application) == now:
        return False
    await tree.sync()
    _remember(file, known | {application: now})
    _log.info("Discord has been told the commands")
    return True


async def _fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """What names, sentences and translations come to, in whatever order they are."""
    translator = tree.translator
    if translator is None:
        payload = [command.to_dict(tree) for command in tree.get_commands()]
    else:
        payload = [
            await command.get_translated_payload(tree, translator)
            for command in tree.get_commands()
        ]
    lines = sorted(json.dumps(command, sort_keys=True) for command in payload)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _remembered(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(file: Path, known: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(known), "utf-8")
    fresh.replace(file)
