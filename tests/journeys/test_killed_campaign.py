"""A campaign killed without warning, again and again, loses and doubles nothing it acknowledged."""

import subprocess
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from random import Random

import pytest
from fakes import killed_campaign
from fakes.killed_campaign import POLICY

from bot.config import Settings
from bot.store import opened
from core.archive import Choice, Wanted
from core.model import Task, TaskState, Tree
from core.tree import next_state
from storage.archive import tree_records

EVERYTHING = Wanted(states=None, deleted=Choice.WITH, spam=Choice.WITH)


def killed_after(folder: Path, number: int, seconds: float) -> list[int]:
    """The tasks whose answers were acknowledged before the kill."""
    process = subprocess.Popen(
        [sys.executable, killed_campaign.__file__, str(folder), str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.kill()
    out, _ = process.communicate()
    return [int(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]


async def contents(folder: Path) -> tuple[dict[int, Task], list[Tree]]:
    """Every task and every tree of the store."""
    async with opened(Settings(data_dir=folder, policy=POLICY), Random()) as store:
        tasks: dict[int, Task] = {}
        misses = 0
        for number in count(1):
            task = await store.read(lambda unit, n=number: unit.task(n))
            misses = 0 if task is not None else misses + 1
            if task is not None:
                tasks[number] = task
            elif misses > 1000:
                break
        records = await store.read(lambda unit: tree_records(unit, EVERYTHING, 0, 100_000))
    return tasks, [record.tree for record in records]


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.soak)])
async def test_every_acknowledged_answer_is_there_once_and_every_tree_is_in_its_state(
    tmp_path: Path, kills: int
) -> None:
    rng = Random(kills)
    acknowledged = [
        task_id
        for number in range(kills)
        for task_id in killed_after(tmp_path, number, rng.uniform(0.3, 2.0))
    ]

    tasks, trees = await contents(tmp_path)
    answered = {n: task for n, task in tasks.items() if task.state is TaskState.ANSWERED}
    messages = {m.id: m for tree in trees for m in tree.messages.values()}
    reviews = Counter(t.target_id for t in answered.values() if t.kind.labels)

    assert len(acknowledged) > kills * 5
    assert [n for n in acknowledged if n not in answered] == []
    assert Counter(t.message_id for t in answered.values() if t.kind.writes) == Counter(
        dict.fromkeys(messages, 1)
    )
    assert {m.id: m.review_count for m in messages.values() if m.review_count} == dict(reviews)
    assert [tree.id for tree in trees if next_state(tree, POLICY) is not tree.state] == []
