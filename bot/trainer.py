"""Training, in a process of its own, so that nothing here ever loads torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

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
    """How a command of training ended."""
    process = subprocess.Popen([sys.executable, "-m", "training", *words])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it was told as well, and stops at a checkpoint
