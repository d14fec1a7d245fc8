"""`grove train` and `grove sample`: the training package, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import typer

_PASSED_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def add_to(app: typer.Typer) -> None:
    app.command(context_settings=_PASSED_ON)(train)
    app.command(context_settings=_PASSED_ON)(sample)


def train(context: typer.Context) -> None:
    """Train on the data set: sft, reward, rl, all, eval; --help says more."""
    _training(context.args)


def sample(context: typer.Context) -> None:
    """Let a model write replies for volunteers to rank; --help says more."""
    _training(["sample", *context.args])


def _training(arguments: list[str]) -> None:
    process = subprocess.run([sys.executable, "-m", "training", *arguments], check=False)
    raise typer.Exit(process.returncode)
