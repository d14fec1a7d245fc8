"""The log: what the program did, never what people wrote."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from bot.config import Settings
from bot.errors import SettingsError

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_QUIET = ("alembic", "apscheduler", "httpx", "httpcore", "discord", "telegram", "asyncio")
"""Libraries that tell much, some of it with tokens in it; heard from warnings on."""


def log_to(settings: Settings, *, in_file: bool) -> None:
    """Begin to log: to standard error, or to a file where a terminal is used for talking."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if in_file:
        handler = _file_handler(settings.data_dir)
    line = logging.Formatter(_LINE, "%Y-%m-%dT%H:%M:%SZ")
    line.converter = time.gmtime
    handler.setFormatter(line)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _file_handler(folder: Path) -> logging.Handler:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return logging.FileHandler(folder / "grove.log", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"GROVE_DATA_DIR is {folder}, which takes no files: {error}.") from None
