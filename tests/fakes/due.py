"""Boards of the real program made due, by its own store."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from storage.times import micros

HASTE = {"GROVE_POLICY_SEND_PATIENCE_SECONDS": "6"}
"""So that a test need not wait a minute until a post counts as cut off."""


def _with(folder: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(folder / "data" / "grove.db", timeout=20)
    try:
        with database:
            return database.execute(sql, values).fetchall()
    finally:
        database.close()


def make_due(folder: Path) -> None:
    """All schedules were due ten minutes ago."""
    then = micros(datetime.now(UTC) - timedelta(minutes=10))
    _with(folder, "UPDATE schedule SET next_run = ?", then)


def fates(folder: Path) -> list[str]:
    """The states of all posts."""
    return [row[0] for row in _with(folder, "SELECT state FROM outbox ORDER BY due")]


def scheduled(folder: Path) -> int:
    return len(_with(folder, "SELECT 1 FROM schedule"))


def has_earned(folder: Path, name: str, rankings: int) -> None:
    """Somebody ranked yesterday."""
    day = f"d:{(datetime.now(UTC) - timedelta(days=1)).date().isoformat()}"
    ((person,),) = _with(folder, "SELECT id FROM person WHERE name = ?", name)
    ((community,),) = _with(folder, "SELECT id FROM community")
    columns = [row[1] for row in _with(folder, "PRAGMA table_info(tally)")]
    values: dict[str, object] = dict.fromkeys(columns, 0)
    values |= {"person_id": person, "scope": f"c:{community}", "period": day}
    values |= {"points": rankings, "rankings": rankings}
    marks = ", ".join("?" * len(columns))
    _with(folder, f"INSERT INTO tally VALUES ({marks})", *values.values())
