"""Whole lists against expanded pairs at equal compute, judged by the toy language's known grade.

Both learn from the same rankings with the same trainer and stop after the same number of forward
passes (replies read), in as many steps of as many replies each. A list of K gives its K(K−1)/2
comparisons for K passes, a pair one comparison for two. Agreement is ignored, since a pair has
none.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from transformers import PrinterCallback

from training import measures, models, toy
from training.alone import alone_in
from training.config import RewardSettings, Settings, load_settings
from training.data import open_source
from training.errors import Refusal
from training.evaluate import judged
from training.progress import Stop, Watch
from training.reward_model import Judge, RankedRewardTrainer, examples_of, reward_trainer
from training.rows import PreferencePair, RankedList
from training.run import Run, quieten, use_threads, write_json
from training.sft import train_sft

DEMONSTRATIONS, TRAINING, HELD_OUT = 1200, 400, 120  # trees
NOISE, BALLOTS = 1.0, 3  # volunteers who swap about every fourth neighbour
REPLIES_PER_STEP = 36  # divides by 2, 4 and 9: the same step for every shape


def compare(
    out: Path, sizes: Sequence[int], seeds: int, budget: int, overrides: Sequence[str] = ()
) -> dict[str, Any]:
    """Accuracy of lists and pairs for every list length and seed; written to `out/bench.json`."""
    if min(sizes) < 2 or seeds < 1 or budget < REPLIES_PER_STEP:
        raise Refusal(
            f"--replies is at least 2, --seeds at least 1, --budget at least {REPLIES_PER_STEP}"
        )
    quieten()
    with alone_in(out):
        return _compare(out, sizes, seeds, budget, overrides)


def _compare(
    out: Path, sizes: Sequence[int], seeds: int, budget: int, overrides: Sequence[str]
) -> dict[str, Any]:
    rows = []
    for seed in range(seeds):
        words = [f"seed={seed}", "reward.agreement=ignore", *overrides]
        settings = load_settings("tiny", words)
        use_threads(settings.threads)
        base = _fine_tuned(out / f"seed{seed}", settings)
        for size in sizes:
            rows += _compare_one(out / f"seed{seed}/k{size}", base, settings, size, budget)
            print(*map(_line, rows[-3:]), sep="\n", flush=True)
    result = {"budget": budget, "noise": NOISE, "ballots": BALLOTS, "rows": rows}
    write_json(out / "bench.json", result)
    return result


def _compare_one(
    folder: Path, base: models.Base, settings: Settings, size: int, budget: int
) -> list[dict[str, Any]]:
    seed = settings.seed
    trees = toy.trees(TRAINING, seed=seed, replies=size, noise=NOISE, ballots=BALLOTS)
    held = toy.trees(HELD_OUT, seed=1000 + seed, replies=size, noise=NOISE, ballots=BALLOTS)
    lists = [toy.ranked_list(tree) for tree in trees]
    shapes = {
        "lists": (lists, replace(settings.reward, mode="lists")),
        "plackett-luce": (lists, replace(settings.reward, loss="plackett-luce")),
        "pairs": ([pair for row in lists for pair in _pairs(row)], settings.reward),
    }
    return [
        _train_and_judge(folder / name, base, rows, settings, reward, budget, held)
        | {"shape": name, "replies": size, "seed": seed}
        for name, (rows, reward) in shapes.items()
    ]


def _fine_tuned(folder: Path, settings: Settings) -> models.Base:
    """The model every shape starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    trees = toy.trees(DEMONSTRATIONS, seed=settings.seed, replies=1)
    toy.write_trees(folder / "trees.jsonl", trees)
    train_sft(open_source(str(folder / "trees.jsonl")), folder, settings)
    return models.trained(folder / "sft" / "model")


def _pairs(row: RankedList) -> list[PreferencePair]:
    return [
        PreferencePair(
            row.tree_id,
            row.lang,
            row.platform,
            row.template,
            row.split,
            prompt=row.prompt,
            chosen={"role": "assistant", "content": chosen.content},
            rejected={"role": "assistant", "content": rejected.content},
            margin=0.0,
        )
        for better, worse in combinations(row.groups, 2)
        for chosen in better
        for rejected in worse
    ]


def _train_and_judge(
    folder: Path,
    base: models.Base,
    rows: Sequence[RankedList | PreferencePair],
    settings: Settings,
    reward: RewardSettings,
    budget: int,
    held: Sequence[toy.ToyTree],
) -> dict[str, Any]:
    examples, _ = examples_of(rows, base.tokenizer, reward)
    per_row = len(examples[0]["ranks"])
    steps = budget // REPLIES_PER_STEP
    reward = replace(reward, max_steps=steps, batch_size=max(1, REPLIES_PER_STEP // per_row))
    run = Run("reward", folder, replace(settings, reward=reward), "bench", base.model)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    trainer: RankedRewardTrainer = reward_trainer(
        run, base, examples, Watch("reward", folder / "log.jsonl", Stop(), loud=False)
    )
    trainer.remove_callback(PrinterCallback)  # the lines of `compare` tell enough
    trainer.train()
    spent = time.process_time() - began
    trainer.save_model(str(run.model))
    base.tokenizer.save_pretrained(run.model)
    judge = Judge(run.model, reward.max_length, settings.eval.batch_size)
    votes = [toy.ranked_list(tree) for tree in held]
    truth = [toy.by_grade(row) for row in votes]
    return {
        "forwards": trainer.forwards,
        "comparisons": trainer.comparisons,
        "cpu_seconds": round(spent, 1),
        "against_grade": _accuracy(truth, judge),
        "against_votes": _accuracy(votes, judge),
    }


def _accuracy(rows: Sequence[RankedList], judge: Judge) -> dict[str, Any]:
    found = measures.pair_accuracy(judged(rows, judge.scores))
    return asdict(found) if found else {}


def _line(row: dict[str, Any]) -> str:
    return (
        f"K={row['replies']} seed {row['seed']} {row['shape']:<14} {row['forwards']} forwards  "
        f"{row['comparisons']} comparisons  {row['cpu_seconds']} cpu s  "
        f"grade {row['against_grade']['value']:.3f}  votes {row['against_votes']['value']:.3f}"
    )
