"""Lines from the keyboard or a pipe, read beside the event loop by a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Iterator
from queue import SimpleQueue


class Lines:
    """One line at a time; the thread is a daemon, so that a waiting read never holds up an exit."""

    def __init__(self) -> None:
        self._wanted: SimpleQueue[tuple[str, asyncio.Future[str | None]]] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="terminal-lines", daemon=True).start()

    async def next(self, prompt: str) -> str | None:
        """The next line without its end, as any system writes it; None at the end of the input."""
        answer: asyncio.Future[str | None] = self._loop.create_future()
        self._wanted.put((prompt, answer))
        return await answer

    def unfinished(self) -> str:
        """What is typed of a line that nobody has ended; empty where no line editing is used."""
        return "" if "readline" not in sys.modules else sys.modules["readline"].get_line_buffer()

    def _read(self) -> None:
        while True:
            prompt, answer = self._wanted.get()
            line = _line(prompt)
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self._loop.call_soon_threadsafe(_give, answer, line)


def _give(answer: asyncio.Future[str | None], line: str | None) -> None:
    if not answer.done():
        answer.set_result(line)


def _line(prompt: str) -> str | None:
    try:
        return input(prompt) if prompt else _piped()
    except (EOFError, OSError):  # nobody is there any more
        return None


def _piped() -> str | None:
    line = sys.stdin.readline()
    return line.removesuffix("\n").removesuffix("\r") if line else None


@contextlib.contextmanager
def keyboard() -> Iterator[None]:
    """Line editing and a terminal that is left as it was found, even in the middle of a line."""
    import termios

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (gives input() its line editing)
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
