"""The log: what the program did, never what people wrote; a line of key=value for each event."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from bot.config import SECRETS, Settings
from bot.errors import SettingsError
from bot.traces import named, new_error_id, told

OURS = ("bot", "cogs", "core", "locales", "storage")
"""Whose events are told from GROVE_LOG_LEVEL on. Libraries are heard from warnings on, whatever
the level: below that some tell whole requests, tokens and answers included."""

HIDDEN = "***"
_SHORTEST = 6
"""A secret shorter than this is nobody's, and hiding it would hide ordinary words."""

log = logging.getLogger(__name__)


class Logfmt(logging.Formatter):
    """Draws an event as `time=… level=… logger=… event="…"`, without secrets or errors' words."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(f"{key}={_quoted(value)}" for key, value in _fields(record))
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line


def log_to(settings: Settings, *, in_file: bool) -> None:
    """Begin to log: to standard error, or to a file where a terminal is used for talking."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if in_file:
        handler = _file_handler(settings.data_dir)
    handler.setFormatter(Logfmt(secrets_of(settings)))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level.upper())
    logging.raiseExceptions = False  # what cannot be logged would be printed whole instead
    sys.excepthook = _unexpected


def tell_lost_errors(loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
    """For the event loop: an error that nobody waited for; the loop itself would print it whole."""
    error = context.get("exception")
    log.error(
        "An error that nobody waited for",
        exc_info=error if isinstance(error, BaseException) else None,
    )


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret of the settings, the part of a token that is secret, and the key alone."""
    values = (getattr(settings, name) for name in SECRETS)
    whole = [value.get_secret_value() for value in values if value is not None]
    parts = [part for value in whole for part in value.split(",")]
    tails = [part.partition(":")[2] for part in parts if "://" not in part]
    return tuple(dict.fromkeys(filter(None, (*whole, *parts, *tails))))


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    yield "time", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
    yield "level", record.levelname
    yield "logger", record.name
    yield "event", _sentence(record)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        yield "error_id", new_error_id()
        yield "error", told(error)


def _sentence(record: logging.LogRecord) -> str:
    """The sentence with its values; an error among them is named, not quoted."""
    args = record.args
    if isinstance(args, Mapping):
        args = {key: _safe(value) for key, value in args.items()}
    elif args:
        args = tuple(_safe(value) for value in args)
    sentence = _safe(record.msg)
    try:
        return str(sentence) % args if args else str(sentence)
    except (TypeError, ValueError):
        return str(sentence)


def _safe(value: object) -> object:
    return named(value) if isinstance(value, BaseException) else value


def _quoted(value: str) -> str:
    """As it is where it is one plain word; else in quotes, on one line."""
    plain = value.isascii() and value.isprintable() and not set(value) & set(' "=\\')
    return value if plain and value else json.dumps(value, ensure_ascii=False)


def _unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """For the interpreter: the program ends by an error that nobody foresaw."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("The program has ended by an error", exc_info=(kind, error, trace))
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            print(f"grove: An error ended the program; see {handler.baseFilename}", file=sys.stderr)


def _file_handler(folder: Path) -> logging.Handler:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return logging.FileHandler(folder / "grove.log", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"GROVE_DATA_DIR is {folder}, which takes no files: {error}.") from None
