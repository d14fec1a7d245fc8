"""The program: `grove` or `python -m bot`."""

from __future__ import annotations

import os
import sys

import typer

from bot.cli import bench, check, demo, documents, exchange, serve, store, sync, training
from bot.errors import StartError
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
    _open_what_is_closed()
    try:
        app()
    except StartError as fault:
        _fail(str(fault), fault.exit_code)
    except StoreError as fault:
        _fail(str(fault), STORE_EXIT_CODE)


def _open_what_is_closed() -> None:
    """A stream that was closed leads nowhere, before anything else gets its number."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")


def _fail(sentence: str, code: int) -> None:
    print(f"grove: {sentence}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
