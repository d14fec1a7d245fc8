"""The loop earns its keep on the toy language, whose truth is known; and it runs as it is told."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from training import generate, main, toy
from training.generate import Sampling

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # the libraries' own notices, not ours
]
ROOT = Path(__file__).parents[2]
TIGHTER = ["rl.beta=0.3", "eval.prompts=64"]  # so short texts fool a judge soon
COMPARISONS, DEMONSTRATIONS, PUT_UP = 640, 1200, 400  # trees


@dataclass
class Round:
    out: Path
    data: Path
    metrics: dict[str, Any]
    words: list[str]
    seed: int

    def grade(self, side: str) -> float:
        lines = (self.out / "samples.jsonl").read_text().splitlines()
        values = [
            toy.grade(sample["prompt"][-1]["content"], reply["text"])
            for sample in map(json.loads, lines)
            for reply in sample[side]
        ]
        return sum(values) / len(values)


def play(folder: Path, seed: int) -> Round:
    """A first round on fresh trees of one seed."""
    data, words = folder / "trees.jsonl", [f"seed={seed}", *TIGHTER]
    trees = toy.trees(COMPARISONS, seed=seed) + toy.trees(DEMONSTRATIONS, seed=seed, replies=1)
    toy.write_trees(data, trees)
    write_grades(folder / "grades.jsonl", trees)
    for step in ("sft", "reward", "rl"):
        main.train(step, str(data), folder, "tiny", words)  # type: ignore[arg-type]
    metrics = main.evaluate(str(data), folder, "tiny", words, grades=folder / "grades.jsonl")
    return Round(folder, data, metrics, words, seed)


def write_grades(path: Path, trees: list[toy.ToyTree]) -> None:
    rows = [
        {"message_id": reply.message_id, "grade": toy.grade(tree.prompt, reply.content)}
        for tree in trees
        for reply in toy.ranked_list(tree).replies
    ]
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module", params=[0, 1, 2])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Round:
    return play(tmp_path_factory.mktemp("round"), request.param)


@pytest.mark.soak
def test_the_reward_model_learns_the_grade(played: Round) -> None:
    found = played.metrics["reward"]

    assert found["against_grade"]["model"]["value"] > 0.85
    assert found["model"]["pairs"]["value"] > found["length"]["value"] + 0.05
    assert found["against_grade"]["volunteers"]["value"] > 0.85


@pytest.mark.soak
def test_the_policy_earns_more_and_deserves_it(played: Round) -> None:
    found = played.metrics["rl"]

    assert found["after"]["reward"] - found["before"]["reward"] > 1.0
    assert played.grade("after") > played.grade("before") + 0.3
    assert found["after"]["ended"] > 0.95


@pytest.mark.soak
def test_a_second_reward_model_is_better_on_the_models_own_replies(
    played: Round, tmp_path: Path
) -> None:
    """The policy was made to please the first one; volunteers rank what it writes."""
    data, grades = tmp_path / "data", tmp_path / "grades.jsonl"
    data.mkdir()
    (data / "old.jsonl").symlink_to(played.data)
    new = ranked_replies(played.out / "rl/model")
    toy.write_trees(data / "new.jsonl", new)
    grades.write_bytes((played.out / "grades.jsonl").read_bytes())
    write_grades(grades, new)
    out = tmp_path / "round2"

    main.train("reward", str(data), out, "tiny", played.words, previous=played.out)
    found = main.evaluate(str(data), out, "tiny", played.words, previous=played.out, grades=grades)

    rounds = found["reward"]["rounds"]
    first, second = (
        rounds["own_replies"][f"{turn}_against_grade"]["model"]["value"]
        for turn in ("first", "second")
    )
    assert second > first + 0.05
    assert rounds["human_replies"]["second_against_grade"]["model"]["value"] > 0.85


def ranked_replies(model: Path) -> list[toy.ToyTree]:
    """Trees of four replies of a model, ranked by simulated volunteers; a quarter is held out."""
    chance = random.Random(7)
    prompts = [
        chance.choice(toy.QUESTIONS).format(chance.choice(toy.TOPICS)) for _ in range(PUT_UP)
    ]
    sampling = Sampling(completions=4, temperature=1.0, top_p=1.0, max_new_tokens=48, seed=7)
    turns = [[{"role": "user", "content": prompt}] for prompt in prompts]
    made = []
    for number, replies in enumerate(generate.from_folder(model, turns, sampling)):
        texts = [toy.ToyReply(reply.text or "…", "round1-rl") for reply in replies]
        groups, w = toy.rank(prompts[number], texts, chance, noise=0.5, ballots=3)
        name = toy.named(f"new-{number}", held_out=number % 4 == 0)
        made.append(toy.ToyTree(name, prompts[number], groups, w, 3))
    return made


def run(*words: str, launcher: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, *launcher, "-m", "training", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def test_two_processes_train_one_model(trees: str, quick: list[str], tmp_path: Path) -> None:
    sets = [f"--set={word}" for word in quick]

    done = run(
        "all",
        "--data",
        trees,
        "--out",
        str(tmp_path / "two"),
        *sets,
        launcher=("-m", "torch.distributed.run", "--nproc_per_node", "2"),
    )

    assert done.returncode == 0, done.stderr[-3000:]
    metrics = json.loads((tmp_path / "two/metrics.json").read_text())
    assert metrics["rl"]["prompts"] == 4
    assert done.stdout.count("sft: about") == 1  # one process speaks
    log = (tmp_path / "two/reward/log.jsonl").read_text().splitlines()
    assert len(log) == 6


def test_two_processes_stop_together(trees: str, quick: list[str], tmp_path: Path) -> None:
    sets = [f"--set={word}" for word in [*quick, "sft.max_steps=2000", "sft.log_every=1"]]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    launcher = ["-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "training"]
    words = ["sft", "--data", trees, "--out", str(tmp_path), *sets]
    process = subprocess.Popen(
        [sys.executable, *launcher, *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = tmp_path / "sft/log.jsonl"
    for _ in range(1200):
        if log.is_file() and len(log.read_text().splitlines()) > 3:
            break
        time.sleep(0.1)

    process.send_signal(signal.SIGTERM)
    process.wait(timeout=120)

    assert json.loads((tmp_path / "sft/card.json").read_text())["state"] == "cancelled"
    assert list((tmp_path / "sft/checkpoints").glob("checkpoint-*/trainer_state.json"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_trained_folder_is_served_and_sampled_over_http(
    trees: str, quick: list[str], tmp_path: Path
) -> None:
    main.train("sft", trees, tmp_path, "tiny", quick)
    model, port = tmp_path / "sft/model", free_port()
    words = ["serve", str(model), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("transformers"), *words],
        env=os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server)
        done = run(
            "sample",
            "--model",
            f"http://127.0.0.1:{port}",
            "--model-name",
            str(model),
            "--prompts",
            trees,
            "--n",
            "2",
            "--limit",
            "2",
            "--max-new-tokens",
            "8",
            "--out",
            str(tmp_path / "samples.jsonl"),
        )
    finally:
        server.terminate()
        server.wait(timeout=30)

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "samples.jsonl").read_text().splitlines()]
    assert [len(line["completions"]) for line in lines] == [2, 2]


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the server did not answer")


@pytest.mark.root
def test_a_disk_that_fills_up_in_the_middle_ends_the_run_with_one_line(
    trees: str, quick: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "small"
    out.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2500k", "tmpfs", str(out)], check=True)
    sets = [f"--set={word}" for word in [*quick, "sft.checkpoint_every=1"]]
    try:
        (out / "ballast").write_bytes(bytes(600_000))
        done = run("sft", "--data", trees, "--out", str(out), *sets)
    finally:
        subprocess.run(["umount", str(out)], check=True)

    assert done.returncode == 3, done.stderr[-3000:]
    assert "the disk is full" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
