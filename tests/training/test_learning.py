"""A judge learns in seconds what is easy to see; what takes minutes is shown by test_rounds."""

import random
from pathlib import Path

import pytest

from training import main, toy

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries' own notices, not ours


def polite_or_blunt(prompt: str, chance: random.Random) -> str:
    opener = chance.choice((*toy.POLITE, *toy.BLUNT))
    return f"{opener} {chance.choice(toy.BODIES).format(toy.topic_of(prompt))}"


def test_a_reward_model_learns_to_prefer_the_polite(quick: list[str], tmp_path: Path) -> None:
    toy.write_trees(tmp_path / "trees.jsonl", toy.trees(160, seed=0, writer=polite_or_blunt))
    words = [*quick, "reward.max_steps=60", "reward.batch_size=8", "reward.learning_rate=3e-3"]

    main.train("reward", str(tmp_path / "trees.jsonl"), tmp_path, "tiny", words)
    found = main.evaluate(str(tmp_path / "trees.jsonl"), tmp_path, "tiny", words)["reward"]

    learned = found["model"]["pairs"]
    assert learned["value"] - 3 * learned["standard_error"] > found["chance"]
    assert learned["value"] > found["length"]["value"]
