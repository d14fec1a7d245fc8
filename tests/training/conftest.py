"""One thread, no network, and small stores to learn from."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: two busy threads are far slower
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"

import pytest

from training import toy

StoreWriter = Callable[..., Path]

QUICK = [
    "model.hidden_size=32",
    "model.feed_forward=64",
    "model.vocabulary=400",
    "sft.max_steps=6",
    "sft.batch_size=8",
    "reward.max_steps=6",
    "reward.batch_size=4",
    "rl.max_steps=2",
    "rl.batch_size=8",
    "rl.generations=4",
    "rl.max_new_tokens=12",
    "eval.prompts=4",
    "eval.completions=2",
    "eval.max_new_tokens=12",
    "sft.log_every=1",
    "reward.log_every=1",
]


@pytest.fixture(scope="session")
def quick() -> list[str]:
    """Settings under which a whole round takes seconds and learns nothing."""
    return list(QUICK)


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Sixty toy trees in a file, some of them held out."""
    path = tmp_path_factory.mktemp("toy") / "trees.jsonl"
    toy.write_trees(path, toy.trees(60, seed=0))
    return str(path)


@pytest.fixture
def write_store(tmp_path: Path) -> StoreWriter:
    """Write rows as a published training store: (view, split) → rows."""

    def write(rows: dict[tuple[str, str], list[dict[str, Any]]], **current: Any) -> Path:
        root = tmp_path / "store"
        root.mkdir()
        files = []
        for (view, split), own in rows.items():
            text = "".join(json.dumps(row) + "\n" for row in own).encode()
            digest = hashlib.sha256(text).hexdigest()
            path = f"data/{view}/{split}-000-{digest[:16]}.jsonl"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text)
            entry = {"view": view, "split": split, "bucket": "000", "path": path}
            files.append({**entry, "rows": len(own), "sha256": digest})
        table = {"format": 1, "generation": "abc", "files": files, "manifest": {}} | current
        (root / "current.json").write_text(json.dumps(table))
        return root

    return write
