"""Somebody who taps fifty times a second costs the store a few writes, and no limit of Telegram."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from copy import deepcopy
from pathlib import Path

from fakes.telegram_process import agreed, program


def handled(folder: Path) -> int:
    """Events that reached the store."""
    with closing(sqlite3.connect(folder / "data" / "grove.db")) as store:
        (count,) = store.execute("SELECT count(*) FROM seen").fetchone()
        return int(count)


async def test_fifty_taps_a_second_for_four_seconds(tmp_path: Path) -> None:
    async with program(tmp_path) as running:
        eve, ana = await agreed(running.tg, 7, "Eve"), await agreed(running.tg, 8, "Ana")
        card, before = deepcopy(eve.latest()), handled(tmp_path)

        for _ in range(200):
            eve.touch("Take a task", card)
            await asyncio.sleep(0.02)
        await ana.asks("/me", "Streak")
        await running.tg.until(lambda: len(running.tg.answers) >= 200, seconds=60)

        assert handled(tmp_path) - before <= 40
        assert [call for call in running.tg.calls if "429" in call.refused] == []
        assert "ERROR" not in running.log
