"""The demonstration to its end: its trees train a model, whose replies are ranked again."""

import asyncio
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.campaign.circle import FIRST, SECOND, SETTINGS, STORE, Circle, view_rows
from bot.campaign.demo import Plan, play
from bot.campaign.page import Page
from bot.errors import StartError

pytest.importorskip("trl", reason="the train extra is not installed")
pytestmark = pytest.mark.slow

FEW_STEPS = {
    "model.hidden_size": "32",
    "model.vocabulary": "400",
    "sft.max_steps": "4",
    "reward.max_steps": "4",
    "rl.max_steps": "2",
    "rl.batch_size": "8",
    "reward.log_every": "1",
    "eval.prompts": "4",
}


async def closed(folder: Path) -> Path:
    played = await play(Plan(3, 2, 60, demonstrations=15, comparisons=60), folder)
    return await Circle(played, {**SETTINGS, **FEW_STEPS}).close()


def test_the_circle_ends_with_a_page_and_ranked_replies_of_the_model(tmp_path: Path) -> None:
    page = asyncio.run(closed(tmp_path / "demo")).read_text()

    shown = re.findall(r"\]\(([^)]+)\)", page)
    assert len(shown) > 5
    assert [path for path in shown if not (tmp_path / "demo" / path).is_file()] == []
    assert "## Before and after" in page
    names = {
        reply["model_name"]
        for row in view_rows(tmp_path / "demo" / STORE, "lists")
        for group in row["groups"]
        for reply in group
    }
    assert names == {None, f"tiny-{FIRST}"}
    card = json.loads((tmp_path / "demo" / SECOND / "reward" / "card.json").read_text())
    assert card["start"].endswith(f"{FIRST}/reward/model")


def test_a_campaign_without_anything_to_hold_out_is_refused_before_training(tmp_path: Path) -> None:
    async def closed() -> None:
        played = await play(Plan(3, 2, 60), tmp_path)
        await Circle(played).close()

    with pytest.raises(StartError, match="--comparisons 100"):
        asyncio.run(closed())
    assert not (tmp_path / FIRST).exists()


@dataclass(frozen=True)
class Shown:
    """What the demonstration says of itself."""

    accuracy: float  # of the first reward model, against the grade
    gains: dict[str, float]


@pytest.fixture(scope="module", params=[1, 2, 3])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo") / "it"
    words = ["demo", "--seed", str(request.param), "--seconds", "900", "--dir", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=3600,
    )
    page = Page(folder, FIRST, SECOND)
    return Shown(page.accuracy[0], {figure.what: figure.gained for figure in page.gains})


@pytest.mark.soak
def test_the_first_reward_model_knows_the_grade(shown: Shown) -> None:
    assert shown.accuracy > 0.85


@pytest.mark.soak
def test_the_policy_earns_more_and_deserves_it(shown: Shown) -> None:
    assert shown.gains["mean reward, held-out prompts"] > 1.0
    assert shown.gains["grade of those replies"] > 0.05


@pytest.mark.soak
def test_the_second_reward_model_is_better_on_the_models_own_replies(shown: Shown) -> None:
    assert shown.gains["reward model on the model's own replies"] > 0.05
