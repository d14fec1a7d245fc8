"""Watches a run: progress lines, the log behind the curves, and a clean stop when asked.

SIGINT and SIGTERM ask once; the run stops at the end of its step with a checkpoint. All
processes of a distributed run agree on the step, or they would wait for each other for ever.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

BAR = 24  # characters
ONE_ASKING = 1.0  # seconds: a terminal, a supervisor and a starter may all pass one wish on


class Stop:
    """Whether somebody asked the run to end."""

    def __init__(self) -> None:
        self.asked = False
        self._when = 0.0

    def ask(self, number: int = 0, frame: FrameType | None = None) -> None:
        if self.asked:
            if time.monotonic() - self._when < ONE_ASKING:
                return
            raise KeyboardInterrupt  # asked twice: at once
        self.asked, self._when = True, time.monotonic()
        print("stopping after this step, with a checkpoint", file=sys.stderr, flush=True)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Ask politely on the first signal; the old handlers come back afterwards."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop.ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Watch(TrainerCallback):
    """Writes log.jsonl, draws the bar, and carries the wish to stop into the training loop."""

    def __init__(self, step: str, log: Path, stop: Stop, *, loud: bool = True) -> None:
        self.step, self.log, self.stop = step, log, stop
        self.loud = loud
        self.cancelled = False
        self.began = time.monotonic()
        self.first_step = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any
    ) -> None:
        self.began, self.first_step = time.monotonic(), state.global_step
        if state.is_world_process_zero and state.global_step == 0:
            self.log.write_text("", encoding="utf-8")

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any
    ) -> None:
        if self._anyone_asked() and state.global_step < state.max_steps:
            self.cancelled = True
            control.should_training_stop = True
            control.should_save = True

    def _anyone_asked(self) -> bool:
        if not torch.distributed.is_available() or not torch.distributed.is_initialized():
            return self.stop.asked
        on_gpu = torch.distributed.get_backend() == "nccl"
        asked = torch.tensor(float(self.stop.asked), device="cuda" if on_gpu else "cpu")
        torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
        return bool(asked.item())

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kw: Any,
    ) -> None:
        if not state.is_world_process_zero or not logs or "train_runtime" in logs:
            return
        entry = {"step": state.global_step, **logs}
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        if self.loud:
            print(self._line(state, logs), flush=True)

    def _line(self, state: TrainerState, logs: dict[str, float]) -> str:
        done, whole = state.global_step, max(1, state.max_steps)
        bar = "#" * (BAR * done // whole)
        pace = (time.monotonic() - self.began) / max(1, done - self.first_step)
        shown = {name: logs[key] for key, name in SHOWN.items() if key in logs}
        if self.step == "rl":
            shown.pop("loss", None)  # zero by construction: it says nothing
        values = "  ".join(f"{name} {float(value):.3f}" for name, value in shown.items())
        left = f"{pace * (whole - done):.0f} s left"
        return f"{self.step:<6} [{bar:<{BAR}}] {done}/{whole}  {values}  {left}"


SHOWN = {
    "loss": "loss",
    "accuracy": "accuracy",
    "reward": "reward",
    "kl": "kl",
    "completions/mean_length": "length",
    "mean_token_accuracy": "tokens right",
}


def read_log(log: Path) -> list[dict[str, float]]:
    """The entries of a run, one per logged step; after a resume the later one counts."""
    if not log.is_file():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    latest = {entry["step"]: entry for entry in map(_entry, lines) if entry}
    return [latest[step] for step in sorted(latest)]


def _entry(line: str) -> dict[str, float] | None:
    """Nothing for a line that was cut off: a point less of a curve."""
    try:
        entry: dict[str, float] = json.loads(line)
    except ValueError:
        return None
    return entry
