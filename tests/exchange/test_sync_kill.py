"""A sync killed at any moment leaves a whole store behind, and the next one ends its work."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from fakes.exchange import filled
from fakes.synced import contents, generation_if_whole, moved_on, ranked_tree

from core.policy import Policy
from storage.open import open_store

SECRET = "a secret for tests"
TREES = 120


def environment(folder):
    own = {"GROVE_DATA_DIR": str(folder), "GROVE_SECRET_KEY": SECRET, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **own}


def begun(folder, target):
    """A sync as a program of its own."""
    words = [sys.executable, "-m", "bot", "sync", str(target), "--buckets", "8"]
    return subprocess.Popen(
        words, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def run_to_its_end(folder, target):
    process = begun(folder, target)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()


def killed(folder, target, seconds):
    """Kill a sync so many seconds after it began to write; whether it was in time."""
    before = traces(target)
    process = begun(folder, target)
    while process.poll() is None and traces(target) == before:
        time.sleep(0.002)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def traces(target):
    """What a sync changes as soon as it begins to write."""
    return (target / "unfinished").exists(), (target / ".unfinished").exists()


async def change(folder, number):
    """Something new in the store, and something that goes."""
    store = await open_store(None, folder, Policy(), random.Random(1), SECRET)
    try:
        await filled(store, *(ranked_tree(10_000 + 10 * number + n) for n in range(8)))
        await moved_on(store, 1 + 5 * number)
    finally:
        await store.close()


async def make_store(folder):
    folder.mkdir()
    store = await open_store(None, folder, Policy(), random.Random(1), SECRET)
    try:
        await filled(store, *(ranked_tree(n) for n in range(1, TREES + 1)))
    finally:
        await store.close()


def play(tmp_path, kills, seed):
    folder, target, chance = tmp_path / "grove", tmp_path / "data", random.Random(seed)
    asyncio.run(make_store(folder))
    run_to_its_end(folder, target)
    states, hits = {generation_if_whole(target)}, 0
    for number in range(kills):
        asyncio.run(change(folder, number))
        hits += killed(folder, target, chance.uniform(0, 0.6))
        states.add(generation_if_whole(target))  # whole, whatever happened

    run_to_its_end(folder, target)

    run_to_its_end(folder, tmp_path / "once")
    assert contents(target) == contents(tmp_path / "once")
    assert not list(target.glob("unfinished/*"))
    return hits


def test_a_killed_sync_leaves_a_whole_store_and_is_ended_by_the_next(tmp_path):
    assert play(tmp_path, kills=2, seed=1) > 0


@pytest.mark.soak
def test_fifty_killed_syncs_leave_whole_stores(tmp_path):
    assert play(tmp_path, kills=50, seed=2) > 25
