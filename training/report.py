"""Tells what a run has shown: one Markdown page with curves, tables and samples side by side."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from training.markdown import cell, table
from training.progress import read_log
from training.run import left_out, read_json

INK, SOFT, WARM = "#1f5f4a", "#9bb8ad", "#c0562f"  # leaf, mist, clay
CURVES = {
    "sft": [("loss", "loss per token")],
    "reward": [("loss", "loss"), ("accuracy", "pairs right (training)")],
    "rl": [
        ("reward", "reward"),
        ("kl", "KL to the fine-tuned model (per token)"),
        ("completions/mean_length", "tokens per reply"),
    ],
}
TITLES = {"sft": "Fine-tuning", "reward": "Reward model", "rl": "Reinforcement learning"}


def write_report(out: Path, metrics: dict[str, Any]) -> Path:
    """Write `out/report.md` and the pictures it shows."""
    figures = out / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    parts = [
        _head(out, metrics),
        *_steps(out, figures),
        *_reward(metrics.get("reward"), figures),
        *_rounds(metrics.get("reward", {}).get("rounds")),
        *_rl(metrics.get("rl"), metrics.get("samples_shown", 8), figures),
    ]
    page = out / "report.md"
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def headlines(metrics: dict[str, Any]) -> Iterator[str]:
    """The figures that a run is about, one line each."""
    reward, rl = metrics.get("reward"), metrics.get("rl")
    if reward and not reward["model"]["pairs"]:
        yield "no held-out ranking to judge the reward model by"
    elif reward:
        judges = [("reward model", _share(reward["model"]["pairs"])), ("chance", "50.0 %")]
        judges.append(("longer reply", _share(reward["length"])))
        if reward.get("ceiling"):
            judges.append(("ceiling", f"{100 * reward['ceiling']['perfect_judge']:.1f} %"))
        told = ", ".join(f"{name} {share}" for name, share in judges)
        yield f"{reward['model']['pairs']['pairs']} held-out pairs put right: {told}"
    if rl and rl.get("prompts"):
        before, after = rl["before"]["reward"], rl["after"]["reward"]
        yield f"mean reward on {rl['prompts']} held-out prompts: {before:.2f} → {after:.2f}"


def _head(out: Path, metrics: dict[str, Any]) -> str:
    cards = [read_json(out / step / "card.json") for step in CURVES]
    card = next((card for card in cards if card), {})
    settings = card.get("settings", {})
    versions = ", ".join(f"{name} {number}" for name, number in card.get("versions", {}).items())
    learned = _told(settings.get("name", "?"), card.get("seed", "?"), card.get("data", "?"))
    judged = _told(metrics["config"], metrics["seed"], metrics["data"])
    other = "" if judged == learned else f"Evaluated otherwise: c{judged[1:]}  \n"
    return f"# Training report\n\n{learned}  \n{other}{versions}"


def _told(name: str, seed: int | str, data: str) -> str:
    return f"Configuration `{name}`, seed {seed}, data `{str(data)[:16]}`."


def _steps(out: Path, figures: Path) -> Iterator[str]:
    done = {step: read_json(out / step / "metrics.json") for step in CURVES}
    rows = [_step_row(step, metrics) for step, metrics in done.items() if metrics]
    if rows:
        head = ["step", "learned from", "steps", "seconds", "peak memory", "estimated"]
        yield "## What was done\n\n" + table(head, rows)
    if cut := [line for metrics in done.values() for line in left_out(metrics)]:
        yield "Too long to be read whole: " + "; ".join(cut) + "."
    for step, curves in CURVES.items():
        log = read_log(out / step / "log.jsonl")
        if log:
            _draw_curves(log, curves, TITLES[step], figures / f"{step}.png")
            yield f"![{TITLES[step]}: curves](figures/{step}.png)"


def _step_row(step: str, metrics: dict[str, Any]) -> list[str]:
    learned = {
        "sft": f"{_read_of(metrics, 'conversations')} conversations",
        "reward": f"{_read_of(metrics, 'rows')} {metrics.get('mode', '')}",
        "rl": f"{metrics.get('prompts', 0)} prompts",
    }[step]
    peak, estimated = metrics.get("peak_memory", 0), metrics.get("estimated_memory", 0)
    return [
        TITLES[step],
        learned,
        str(metrics.get("steps", "")),
        str(metrics.get("seconds", "")),
        f"{peak / 2**30:.2f} GiB",
        f"{estimated / 2**30:.2f} GiB",
    ]


def _read_of(metrics: dict[str, Any], key: str) -> str:
    """A run of few steps does not read all that is there."""
    there = metrics.get(key, 0)
    read = metrics.get("examples_read", there)
    return f"{read} of {there}" if read < there else str(there)


def _draw_curves(
    log: Sequence[dict[str, float]], curves: Sequence[tuple[str, str]], title: str, path: Path
) -> None:
    figure, axes = plt.subplots(
        1, len(curves), figsize=(4.2 * len(curves), 3.0), squeeze=False, layout="constrained"
    )
    for axis, (key, label) in zip(axes[0], curves, strict=True):
        points = [(entry["step"], float(entry[key])) for entry in log if key in entry]
        if points:
            steps, values = zip(*points, strict=True)
            axis.plot(steps, values, color=SOFT, linewidth=1)
            axis.plot(steps, _smooth(values), color=INK, linewidth=2)
        axis.set(title=label, xlabel="step")
        _plain(axis)
    figure.suptitle(title)
    _save(figure, path)


def _smooth(values: Sequence[float]) -> list[float]:
    """A running mean over a tenth of the curve, looking both ways."""
    half = len(values) // 20
    windows = [values[max(0, at - half) : at + half + 1] for at in range(len(values))]
    return [sum(window) / len(window) for window in windows]


# --- reward model -----------------------------------------------------------------------------


def _reward(found: dict[str, Any] | None, figures: Path) -> Iterator[str]:
    if not found:
        return
    model = found["model"]
    if not model["pairs"]:
        yield "## Reward model\n\nThere is no held-out ranking to judge it by (split validation)."
        return
    pairs = model["pairs"]
    yield (
        f"## Reward model\n\nOn {pairs['lists']} held-out rankings ({pairs['pairs']} pairs). The "
        "± is one standard error, a ranking counting as one draw."
    )
    rows = [
        ["**reward model**", _share(pairs), "the share of pairs it orders as the volunteers did"],
        ["chance", "50.0 %", ""],
        ["longer reply wins", _share(found["length"]), "a judge that only counts characters"],
        *_ceiling_rows(found.get("ceiling")),
        ["best against worst", _share(model["best_against_worst"]), "the first against the last"],
        ["Kendall's τ-b", _number(model["tau"]), "mean over rankings; 1 is the same order"],
        ["calibration error", _number(model["calibration_error"]), "0 is honest about its doubt"],
    ]
    yield table(["", "", ""], rows)
    if found.get("against_grade"):
        graded = found["against_grade"]
        yield (
            f"Against the known grade: reward model {_share(graded['model'])}, the volunteers' "
            f"consensus {_share(graded['volunteers'])}."
        )
    _draw_accuracy(found, figures / "accuracy.png")
    _draw_calibration(model["calibration"], figures / "calibration.png")
    yield "![Accuracy beside its baselines](figures/accuracy.png)"
    yield "![Calibration](figures/calibration.png)"
    yield _parts("language", model["by_language"])
    yield _parts("replies in the ranking", model["by_replies"])


def _ceiling_rows(ceiling: dict[str, Any] | None) -> list[list[str]]:
    if not ceiling:
        return [["volunteers' agreement", "unknown", "the data does not tell the single ballots"]]
    known = f"estimated from W of {ceiling['lists']} rankings"
    alone, perfect = 100 * ceiling["volunteer_pair"], 100 * ceiling["perfect_judge"]
    return [
        ["two volunteers agree", f"{alone:.1f} %", known],
        ["ceiling", f"{perfect:.1f} %", "a perfect judge against this consensus; " + known],
    ]


def _parts(name: str, parts: dict[str, Any]) -> str:
    rows = [
        [cell(key.lstrip("0") or "0"), _share(part), str(part["pairs"]), str(part["lists"])]
        for key, part in parts.items()
    ]
    return table([name, "pairs right", "pairs", "rankings"], rows)


def _draw_accuracy(found: dict[str, Any], path: Path) -> None:
    pairs, ceiling = found["model"]["pairs"], found.get("ceiling")
    bars = [
        ("chance", 0.5, 0.0, SOFT),
        ("longer wins", found["length"]["value"], found["length"]["standard_error"], SOFT),
        ("reward model", pairs["value"], pairs["standard_error"], INK),
    ]
    if ceiling:
        bars.append(("ceiling", ceiling["perfect_judge"], 0.0, SOFT))
    figure, axis = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
    for name, value, error, colour in bars:
        axis.bar(name, value, yerr=error or None, color=colour, width=0.6, capsize=4)
        axis.text(name, value + error + 0.015, f"{100 * value:.0f} %", ha="center")
    axis.axhline(0.5, color=WARM, linewidth=1, linestyle="--")
    axis.set(ylim=(0, 1.1), title="Held-out pairs put right")
    _plain(axis)
    _save(figure, path)


def _draw_calibration(bins: Sequence[dict[str, float]], path: Path) -> None:
    figure, axis = plt.subplots(figsize=(3.6, 3.4), layout="constrained")
    axis.plot([0.5, 1], [0.5, 1], color=SOFT, linestyle="--", linewidth=1)
    most = max((part["pairs"] for part in bins), default=1)
    axis.scatter(
        [part["predicted"] for part in bins],
        [part["observed"] for part in bins],
        s=[20 + 180 * part["pairs"] / most for part in bins],
        color=INK,
        alpha=0.8,
    )
    axis.set(
        xlim=(0.48, 1.02),
        ylim=(0, 1.05),
        xlabel="how sure it is",
        ylabel="how often it is right",
        title="Calibration (size: pairs)",
    )
    _plain(axis)
    _save(figure, path)


def _rounds(rounds: dict[str, Any] | None) -> Iterator[str]:
    if not rounds:
        return
    rows = []
    for key, name in (
        ("own_replies", "the model's own replies"),
        ("human_replies", "human replies"),
    ):
        part = rounds[key]
        first, second = _share(part["first"]), _share(part["second"])
        rows.append([name, str(part["lists"]), first, second])
        if part.get("first_against_grade"):
            graded = [
                _share(part[f"{turn}_against_grade"]["model"]) for turn in ("first", "second")
            ]
            rows.append([f"{name}, against the grade", str(part["lists"]), *graded])
    head = ["held-out rankings of", "rankings", "first reward model", "second reward model"]
    yield "## Second round\n\n" + table(head, rows)


# --- reinforcement learning -------------------------------------------------------------------


def _rl(found: dict[str, Any] | None, shown: int, figures: Path) -> Iterator[str]:
    if not found or not found.get("prompts"):
        return
    before, after = found["before"], found["after"]
    rows = [
        ["mean reward", f"{before['reward']:.3f}", f"{after['reward']:.3f}"],
        ["tokens per reply", f"{before['tokens']:.1f}", f"{after['tokens']:.1f}"],
        ["replies that ended by themselves", _percent(before["ended"]), _percent(after["ended"])],
        ["replies that differ", _percent(before["distinct"]), _percent(after["distinct"])],
    ]
    kl = found["kl"]
    yield (
        f"## Reinforcement learning\n\nOn {found['prompts']} held-out prompts.\n\n"
        + table(["", "fine-tuned", "after RL"], rows)
        + f"\n\nKL to the fine-tuned model {kl['per_reply']:.2f} nats a reply "
        f"({kl['per_token']:.3f} a token). The later reply scores higher in "
        f"{_percent(found['won'])} of cases. A reward that rises while replies get shorter, more "
        "alike or stop ending is a warning: read the samples."
    )
    _draw_rewards(found["samples"], figures / "rewards.png")
    yield "![Rewards before and after](figures/rewards.png)"
    yield "## Samples\n\n" + "\n\n".join(_sample(one) for one in found["samples"][:shown])


def _draw_rewards(samples: Sequence[dict[str, Any]], path: Path) -> None:
    figure, axis = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
    sides = {
        side: [reply["reward"] for sample in samples for reply in sample[side]]
        for side in ("before", "after")
    }
    every = sides["before"] + sides["after"]
    for (side, values), colour in zip(sides.items(), (SOFT, INK), strict=True):
        axis.hist(
            values, bins=24, range=(min(every), max(every)), color=colour, alpha=0.75, label=side
        )
    axis.set(title="Rewards of held-out replies", xlabel="reward", ylabel="replies")
    axis.legend(frameon=False)
    _plain(axis)
    _save(figure, path)


def _sample(sample: dict[str, Any]) -> str:
    prompt = "  \n".join(
        f"> **{turn['role']}**: {cell(turn['content'])}" for turn in sample["prompt"]
    )
    rows = [
        [_reply(old), _reply(new)]
        for old, new in zip(sample["before"][:2], sample["after"][:2], strict=True)
    ]
    return prompt + "\n\n" + table(["fine-tuned", "after RL"], rows)


def _reply(reply: dict[str, Any]) -> str:
    cut = "" if reply["ended"] else " *(cut)*"
    return f"{cell(reply['text'])}{cut} <sub>{reply['reward']:.2f}</sub>"


# --- small pieces -----------------------------------------------------------------------------


def _share(accuracy: dict[str, Any] | None) -> str:
    if not accuracy:
        return "–"
    return f"{100 * accuracy['value']:.1f} ± {100 * accuracy['standard_error']:.1f} %"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _plain(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    axis.set_axisbelow(True)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=120)
    plt.close(figure)
