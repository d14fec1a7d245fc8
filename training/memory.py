"""Says before a run what it will cost in memory, and whether this machine has it.

Adam keeps two numbers beside every trained weight and its gradient (16 bytes in float32);
frozen models cost their weights alone. Activations follow Korthikanti et al. 2022 (about
34 bytes a token, layer and hidden unit at 16 bits, and the attention scores). An estimate: the
run card holds the measured peak beside it.
"""

import os
import resource
import sys
from dataclasses import dataclass

from training.config import Settings, StepSettings

GIB = 1024**3
GAPS = 3 / 2  # batches of different lengths leave gaps between what they held; measured


@dataclass(frozen=True)
class Estimate:
    weights: int  # bytes
    training: int  # gradients and optimiser
    activations: int
    frozen: int  # reference and reward model in RL
    runtime: int  # the libraries themselves

    @property
    def total(self) -> int:
        return self.weights + self.training + self.activations + self.frozen + self.runtime

    def sentence(self) -> str:
        parts = (
            f"weights {_gib(self.weights)}, gradients and optimiser {_gib(self.training)}, "
            f"activations {_gib(self.activations)}"
        )
        if self.frozen:
            parts += f", reference and reward model {_gib(self.frozen)}"
        return f"about {_gib(self.total)} of memory in one process ({parts})"


@dataclass(frozen=True)
class Shape:
    """What the estimate needs to know of a model."""

    parameters: int
    layers: int
    hidden: int
    heads: int
    vocabulary: int


def estimate(step: str, shape: Shape, settings: Settings, texts: int = 1) -> Estimate:
    """The cost of one step of training in one process, nothing sharded; `texts` to an example."""
    part: StepSettings = getattr(settings, step)
    trained = shape.parameters
    if settings.model.lora_rank:
        trained = shape.layers * settings.model.lora_rank * 18 * shape.hidden  # all-linear
    return Estimate(
        weights=4 * shape.parameters,
        training=12 * trained,
        activations=_activations(step, shape, settings, texts * part.batch_size, part.max_length),
        frozen=8 * shape.parameters if step == "rl" else 0,
        runtime=7 * GIB // 10,
    )


def _activations(step: str, shape: Shape, settings: Settings, rows: int, length: int) -> int:
    width = 2  # float32 is twice the 16 bits of the formula
    scores = 5 * shape.heads * length / shape.hidden
    layer = rows * length * shape.hidden * (34 + scores) * width
    if settings.model.activation_checkpointing:
        kept = shape.layers * rows * length * shape.hidden * 4 + layer
    else:
        kept = shape.layers * layer
    logits = 0 if step == "reward" else 3 * 4 * rows * length * shape.vocabulary
    return int(GAPS * (kept + logits))


def available() -> int:
    """Bytes this process could still take."""
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError):
        return pages


def peak() -> int:
    """The most memory this process has held so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _gib(amount: int) -> str:
    return f"{amount / GIB:.2f} GiB"
