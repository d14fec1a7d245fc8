"""Training, in a process of its own, so that nothing here ever loads torch."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.errors import StartError


class TrainingFailed(StartError):
    """Training said on its own what is wrong; this says only where it stopped."""

    def __init__(self, words: Sequence[str], code: int) -> None:
        super().__init__(f"`python -m training {words[0]}` ended with {code}; see above.")
        self.exit_code = code if code > 0 else 1


def run_training(*words: str) -> None:
    """Run one command of training to its end; it speaks for itself on the screen."""
    code = training_code(words)
    if code:
        raise TrainingFailed(words, code)


def training_code(words: Sequence[str]) -> int:
    """How a command of training ended. It ends with this process, even when that is killed."""
    command = [sys.executable, "-m", "training", "--attended", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process, _passed_on(process):
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # it was told as well, and stops at a checkpoint


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A supervisor tells this process alone to stop."""
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
