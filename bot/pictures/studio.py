"""Painters at work beside the program: what they do takes nothing from the loop of events."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.pictures import painter
from bot.pictures.board import Drawing, drawing
from core.bulletin import Bulletin

_PATIENCE = 30.0
"""Seconds that one picture may take, even on a busy machine."""
_MOST_PAINTERS = 4


class NotPainted(Exception):
    """The library refuses a drawing; the words have to do."""


class Studio:
    """A few painters, begun when they are needed, each painting one picture at a time."""

    def __init__(self, painters: int | None = None) -> None:
        count = painters or min(_MOST_PAINTERS, max(1, (os.cpu_count() or 1) - 1))
        self._free: asyncio.Queue[_Painter] = asyncio.Queue()
        self._painters = [_Painter() for _ in range(count)]
        for one in self._painters:
            self._free.put_nowait(one)

    async def picture(self, bulletin: Bulletin) -> bytes:
        """The PNG of a board."""
        drawn = await asyncio.to_thread(drawing, bulletin)
        one = await self._free.get()
        try:
            return await one.painted(drawn)
        finally:
            self._free.put_nowait(one)

    async def close(self) -> None:
        for one in self._painters:
            await one.end()


class _Painter:
    """A process that paints; a new one takes the place of one that is gone."""

    def __init__(self) -> None:
        self._process: Process | None = None

    async def painted(self, drawn: Drawing) -> bytes:
        try:
            return await self._tried(drawn)
        except (OSError, asyncio.IncompleteReadError):  # it died, perhaps long ago
            return await self._tried(drawn)

    async def _tried(self, drawn: Drawing) -> bytes:
        answered = False
        try:
            async with asyncio.timeout(_PATIENCE):
                picture = await self._answer(drawn)
            answered = True
        finally:
            if not answered:  # its answer would be taken for the next one
                await self.end()
        if not picture:
            raise NotPainted
        return picture

    async def _answer(self, drawn: Drawing) -> bytes:
        process = await self._begun()
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {"svg": drawn.svg, "font_files": drawn.fonts, "font_family": drawn.family}
        message = json.dumps(asked).encode()
        process.stdin.write(painter.LENGTH.pack(len(message)) + message)
        await process.stdin.drain()
        head = await process.stdout.readexactly(painter.LENGTH.size)
        (length,) = painter.LENGTH.unpack(head)
        return await process.stdout.readexactly(length)

    async def _begun(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(painter.__file__)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                start_new_session=True,  # Ctrl-C is for the program, which ends it in time
            )
        return self._process

    async def end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def opened() -> AsyncIterator[Studio]:
    """A studio whose painters go home at the end."""
    studio = Studio()
    try:
        yield studio
    finally:
        await studio.close()
