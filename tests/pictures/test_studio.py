"""Pictures are painted beside the program, whatever happens to the painters."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.pictures.board import Drawing, drawing, picture
from bot.pictures.studio import NotPainted, Studio, opened
from core.bulletin import Bulletin, Row
from core.text import N_

BOARD = Bulletin(N_("Leaderboard of the day"), (Row(1, "Ada", 3),), (), "d:2026-01-04")


def painters() -> list[int]:
    """The processes of our own that paint."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "painter.py" in line]


async def test_a_picture_is_the_same_wherever_it_is_painted() -> None:
    async with opened() as studio:
        drawn = await asyncio.gather(*(studio.picture(BOARD) for _ in range(5)))

    assert set(drawn) == {picture(BOARD)}
    assert not painters()


async def test_a_painter_that_died_is_replaced() -> None:
    async with opened() as studio:
        await studio.picture(BOARD)
        for number in painters():
            os.kill(number, signal.SIGKILL)
        assert await studio.picture(BOARD) == picture(BOARD)


async def test_what_the_library_refuses_is_no_picture_and_harms_nobody() -> None:
    async with opened() as studio:
        one = studio._painters[0]
        with pytest.raises(NotPainted):
            await one.painted(Drawing("no drawing", ()))

        assert await one.painted(drawing(BOARD)) == picture(BOARD)


async def test_whoever_stops_waiting_leaves_the_painter_to_the_next() -> None:
    studio = Studio(1)
    impatient = asyncio.create_task(studio.picture(BOARD))
    await asyncio.sleep(0.05)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)

    assert await studio.picture(BOARD) == picture(BOARD)
    await studio.close()


def test_no_painter_outlives_the_program_that_began_it() -> None:
    source = """
import asyncio, os, signal
from bot.pictures.studio import Studio
from core.bulletin import Bulletin
from core.text import N_
async def main():
    studio = Studio(1)
    await studio.picture(Bulletin(N_("x"), (), (), "d:2026-01-04"))
    print(studio._painters[0]._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    found = subprocess.run(
        [sys.executable, "-c", source], check=False, capture_output=True, text=True, timeout=60
    )
    painter = Path(f"/proc/{int(found.stdout)}")
    until = time.monotonic() + 10
    while painter.exists() and time.monotonic() < until:
        time.sleep(0.05)

    assert not painter.exists()
