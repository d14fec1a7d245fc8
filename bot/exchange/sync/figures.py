"""Pictures for the data card: trees, lengths, agreement, labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from bot.exchange.sync.counts import AGREEMENT_STEPS, Counts
from core.labels import LABELS
from core.model import Role, TreeState

_PLACE = (0.2, 0.16, 0.76, 0.74)
"""Of the axes in the figure; letting them be fitted costs more than drawing them."""
_COLOURS = {Role.PROMPTER: "#4477aa", Role.ASSISTANT: "#228833"}


def figure_key(counts: Counts) -> str:
    """What figures are named by: the numbers in them."""
    return hashlib.sha256(json.dumps(counts.as_json()).encode()).hexdigest()[:16]


def drawn_figures(counts: Counts) -> Mapping[str, bytes]:
    """Each figure as PNG; the same numbers give the same bytes. Takes a second: not for a loop."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    pictures = {}
    for name, draw in FIGURES.items():
        figure = Figure(figsize=(7, 3.2))
        draw(figure.add_axes(_PLACE), counts)
        file = BytesIO()
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(file, metadata={"Software": None})
        pictures[name] = file.getvalue()
    return pictures


def _trees(axes: Any, counts: Counts) -> None:
    languages = sorted(counts.languages, key=lambda lang: (-counts.languages[lang], lang))
    bottom = [0] * len(languages)
    for state in TreeState:
        heights = [counts.trees[f"{lang}|{state}"] for lang in languages]
        if any(heights):
            axes.bar(
                list(map(_plain, languages)),
                heights,
                bottom=bottom,
                label=str(state).replace("_", " "),
            )
            bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    axes.set(title="Trees by language and state", ylabel="trees")
    if any(bottom):
        axes.legend(fontsize="small")


def _plain(text: str) -> str:
    """What a file calls a language may look like a formula; it is none."""
    return text.replace("$", r"\$")


def _lengths(axes: Any, counts: Counts) -> None:
    powers = [int(key.split("|")[1]) for key in counts.lengths]
    steps = range(min(powers, default=1), max(powers, default=1) + 1)
    for shift, role in ((-0.2, Role.PROMPTER), (0.2, Role.ASSISTANT)):
        heights = [counts.lengths[f"{role}|{power}"] for power in steps]
        places = [power + shift for power in steps]
        axes.bar(places, heights, 0.4, label=str(role), color=_COLOURS[role])
    axes.set_xticks(steps, [f"< {2**power}" for power in steps])
    axes.set(title="Length of texts", xlabel="characters", ylabel="messages")
    axes.legend(fontsize="small")


def _agreement(axes: Any, counts: Counts) -> None:
    heights = [counts.agreement[str(step)] for step in range(AGREEMENT_STEPS)]
    places = [(step + 0.5) / AGREEMENT_STEPS for step in range(AGREEMENT_STEPS)]
    axes.bar(places, heights, 0.9 / AGREEMENT_STEPS, color="#aa3377")
    unknown = counts.agreement["none"]
    axes.set(
        title=f"Agreement on ranked lists ({unknown} with fewer than two full ballots left out)",
        xlabel="Kendall's W",
        ylabel="lists",
        xlim=(0, 1),
    )


def _labels(axes: Any, counts: Counts) -> None:
    names = [name for name in reversed(list(LABELS)) if counts.label_counts[name]]
    means = [counts.label_sums[name] / counts.label_counts[name] / 1_000_000 for name in names]
    axes.barh([name.replace("_", " ") for name in names], means, color="#4477aa")
    axes.set(title="Labels: mean over the messages that have them", xlim=(0, 1))
    axes.tick_params(axis="y", labelsize="x-small")


FIGURES: Mapping[str, Callable[[Any, Counts], None]] = {
    "trees": _trees,
    "lengths": _lengths,
    "agreement": _agreement,
    "labels": _labels,
}
