"""`grove loop`: rounds of sync, train, sample and ranking; stopped anywhere, it goes on there."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from fakes.exchange import filled
from fakes.synced import ranked_tree, rows

from core.model import TreeState
from core.policy import Policy
from storage.open import open_store

pytest.importorskip("trl", reason="the train extra is not installed")
pytestmark = pytest.mark.slow

SECRET = "a secret for tests"
SMALL = (
    "model.hidden_size=32",
    "model.layers=2",
    "model.vocabulary=400",
    "sft.max_steps=4",
    "reward.max_steps=4",
    "rl.max_steps=2",
    "rl.batch_size=4",
    "rl.generations=2",
    "rl.max_new_tokens=8",
    "eval.prompts=2",
    "eval.completions=2",
    "eval.max_new_tokens=8",
)


def begun(folder, *words):
    environment = {"GROVE_DATA_DIR": str(folder), "GROVE_SECRET_KEY": SECRET}
    quiet = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    sets = [f"--set={setting}" for setting in SMALL]
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "loop", str(folder / "rounds"), *sets, *words],
        env={**os.environ, **environment, **quiet},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *words):
    process = begun(folder, *words)
    said, faults = process.communicate(timeout=600)
    return process.returncode, said, faults


def done(folder):
    path = folder / "rounds" / "loop.json"
    return json.loads(path.read_text()) if path.exists() else {}


def killed_when(folder, is_so):
    """Kill the loop, and the training it started, as soon as something can be seen."""
    process = begun(folder)
    for _ in range(6000):
        if is_so() or process.poll() is not None:
            break
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def in_store(folder, work):
    async def opened():
        store = await open_store(None, folder, Policy(), random.Random(1), SECRET)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(opened())


def planted(folder):
    folder.mkdir(exist_ok=True)
    in_store(folder, lambda store: filled(store, *(ranked_tree(n) for n in range(1, 41))))


def ranked_by_volunteers(folder):
    """Every tree that waits for it is ranked: all replies in the order of their numbers."""

    def rank(unit):
        for number in range(1, 41 * 5):
            tree = unit.tree(number)
            if tree is None or tree.state is not TreeState.RANKING:
                continue
            for place, reply in enumerate(tree.children(tree.id)):
                tree = tree.with_message(replace(reply, rank=place))
            when = tree.touched_at or tree.created_at
            unit.save_tree(replace(tree, state=TreeState.READY_FOR_EXPORT, touched_at=when))

    in_store(folder, lambda store: store.transact(rank))


def test_two_rounds_with_kills_and_volunteers_between_them(tmp_path):
    folder = tmp_path / "grove"
    planted(folder)
    first = folder / "rounds" / "round-1"
    killed_when(folder, lambda: (first / "sft" / "card.json").exists())
    assert done(folder) == {"1": ["sync"]}
    killed_when(folder, lambda: (first / "samples" / "prompts.jsonl").exists())
    assert done(folder) == {"1": ["sync", "train"]}

    code, said, faults = run(folder)

    assert code == 0, faults
    assert "volunteers' turn" in said
    assert done(folder) == {"1": ["sync", "train", "sample"]}
    ranked_by_volunteers(folder)

    code, said, faults = run(folder)

    assert code == 0, faults
    assert done(folder) == {"1": ["sync", "train", "sample", "rank"], "2": ["sync", "train"]}
    names = {
        reply["model_name"]
        for row in rows(folder / "rounds" / "data", "lists")
        for group in row["groups"]
        for reply in group
    }
    assert names == {None, "round-1-rl"}
    assert "Second round" in (folder / "rounds" / "round-2" / "report.md").read_text()
    before = done(folder)
    code, said, _ = run(folder)  # nothing is left to do
    assert (code, done(folder)) == (0, before)


def test_a_wrong_setting_is_said_before_anything_is_done(tmp_path):
    code, _, faults = run(tmp_path, "--set=rl.betta=1")

    assert code == 2
    assert faults.strip().endswith("did you mean rl.beta?")
    assert not (tmp_path / "rounds" / "data").exists()
