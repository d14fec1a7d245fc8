"""The log: what the program did, never what people wrote."""

from __future__ import annotations

import logging
import sys
import time

from bot.config import Settings

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_QUIET = ("apscheduler", "httpx", "httpcore", "discord", "telegram", "asyncio")
"""Libraries that tell much, some of it with tokens in it; heard from warnings on."""


def log_to(settings: Settings, *, in_file: bool) -> None:
    """Begin to log: to standard error, or to a file where a terminal is used for talking."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if in_file:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(settings.data_dir / "grove.log", encoding="utf-8")
    line = logging.Formatter(_LINE, "%Y-%m-%dT%H:%M:%SZ")
    line.converter = time.gmtime
    handler.setFormatter(line)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
