"""The program: `grove` or `python -m bot`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from bot.cli import bench, check, demo, documents, exchange, serve, store, sync, training
from bot.errors import SettingsError, StartError
from bot.streams import open_what_is_closed, write_to_nobody
from storage.errors import StoreError

STORE_EXIT_CODE = 4

app = typer.Typer(
    name="grove",
    help="Communities grow conversation trees, and train models on them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (serve, check, demo, exchange, sync, store, bench, training, documents):
    group.add_to(app)


def main() -> None:
    """Run one command; an expected fault is one line on standard error, never a traceback."""
    open_what_is_closed()
    try:
        _require_utf8(sys.argv[1:])
        _carry_out()
    except StartError as fault:
        _fail(str(fault), fault.exit_code)
    except StoreError as fault:
        _fail(str(fault), STORE_EXIT_CODE)
    except OSError as fault:
        write_to_nobody()
        _fail(_told(fault), StartError.exit_code)


def _carry_out() -> None:
    """What is still to be written is written here, where a fault in it can be told."""
    try:
        app()
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()


def _told(fault: OSError) -> str:
    """Which file, and what is wrong with it."""
    reason = fault.strerror or str(fault)
    return f"{reason}." if fault.filename is None else f"{fault.filename}: {reason}."


def _require_utf8(words: Sequence[str]) -> None:
    """Words in other encodings would fail wherever they are first kept or shown."""
    for word in words:
        said = os.fsencode(word).decode(errors="backslashreplace")
        if said != word:
            raise SettingsError(f"{said} is not in UTF-8: write it so, or rename the file.")


def _fail(sentence: str, code: int) -> None:
    print(f"grove: {sentence}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
