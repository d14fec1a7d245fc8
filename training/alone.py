"""Keeps one run out of another's way: a lock on its folder, and an end with its starter.

A program that starts training and is killed with -9 cannot tell it to stop. Training would go on,
and the next start would write into the same folder beside it.
"""

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from training.errors import Refusal, is_disk_full

LOCK, STANDARD_INPUT = ".lock", 0


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder for oneself; waits for the run that has it. Ends with the process, however."""
    if os.environ.get("RANK", "0") != "0":  # of a distributed run the first process holds it
        yield
        return
    with _lock_of(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{folder}: another run is at work here; waiting for its end", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_of(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / LOCK).open("w")
    except OSError as error:
        if is_disk_full(error):
            raise
        raise Refusal(f"{folder}: cannot be written to: {error.strerror}") from error


def end_with_starter() -> None:
    """Ask this process to stop, as a signal would, when its standard input comes to an end.

    Whoever started it holds the other end of that pipe and never writes.
    """

    def watch() -> None:
        while os.read(STANDARD_INPUT, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="starter", daemon=True).start()
