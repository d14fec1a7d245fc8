"""`datasets` opens a synced folder as it stands, every view of it."""

import pytest
from fakes.exchange import filled
from fakes.offline import offline
from fakes.synced import ranked_tree, synced, with_trees

pytest.importorskip("datasets", reason="the train extra is not installed")
pytestmark = pytest.mark.slow

OPEN = """
import sys
from datasets import load_dataset
folder, cache = sys.argv[1:]
told = {}
for view in ("trees", "sft", "pairs", "lists", "prompts"):
    told[view] = load_dataset(folder, view, cache_dir=cache)
told["messages"] = load_dataset(folder + "/data/messages", cache_dir=cache)
print({view: {split: len(rows) for split, rows in sides.items()} for view, sides in told.items()})
assert "prompt" in load_dataset(folder, cache_dir=cache)["train"].column_names
tree = told["trees"]["train"][0]
assert tree["prompt"]["replies"][0]["replies"][0]["role"] == "prompter", tree
row = told["lists"]["train"][0]
assert [len(group) for group in row["groups"]] == [1, 2], row
assert row["prompt"][-1]["role"] == "user"
assert told["messages"]["train"].column_names[0] == "message_id"
"""


async def test_every_view_is_opened(new_store, tmp_path):
    store = await with_trees(await new_store(), 40)
    labelled = ranked_tree(41, origin="a.jsonl", licence="CC0-1.0")
    await filled(store, labelled)
    await synced(store, tmp_path / "data")

    said = offline(OPEN, tmp_path / "hf", tmp_path / "data", tmp_path / "cache")
    told = eval(said.splitlines()[-1])
    assert sum(told["trees"].values()) == sum(told["lists"].values()) == 41
    assert sum(told["messages"].values()) == 41 * 5
    assert told["lists"]["validation"] > 0
