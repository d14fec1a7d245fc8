"""What a number of a configuration may be, so that a slip is refused before anything is done."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Finite numbers from `low` to `high`; `above` leaves the low end out."""

    low: float
    high: float = math.inf
    above: bool = False

    def holds(self, value: float) -> bool:
        fits = self.low < value if self.above else self.low <= value
        return fits and value <= self.high and math.isfinite(value)  # nan fits nowhere

    def __str__(self) -> str:
        lowest = f"{'above' if self.above else 'at least'} {self.low:g}"
        if self.high == math.inf:
            return lowest
        return lowest + f" and at most {self.high:.0f}"


COUNT, SOME, SHARE = Range(1), Range(0), Range(0, 1)
POSITIVE, PART = Range(0, above=True), Range(0, 1, above=True)

OF_A_STEP: Mapping[str, Range] = {
    "epochs": POSITIVE,
    "batch_size": COUNT,
    "accumulation": COUNT,
    "learning_rate": POSITIVE,
    "warmup_steps": SOME,
    "max_length": Range(8),  # a prompt, a reply and their marks
    "checkpoint_every": SOME,
    "log_every": COUNT,
}
OF_A_NEW_MODEL: Mapping[str, Range] = {
    "hidden_size": COUNT,
    "layers": COUNT,
    "heads": COUNT,
    "feed_forward": COUNT,
    "vocabulary": Range(261),  # every byte and five control tokens
    "positions": COUNT,
    "initial_spread": POSITIVE,  # equal weights would stay equal
}
RANGES: Mapping[str, Range] = {
    "seed": Range(0, 2**32 - 1),
    "threads": SOME,
    "data.minimum_agreement": SHARE,
    "data.minimum_ballots": SOME,
    "model.lora_rank": SOME,
    "model.lora_alpha": SOME,
    "reward.agreement_strength": SHARE,
    "reward.centre": SOME,
    "reward.max_replies": Range(2),  # a reply is judged against others
    "rl.generations": Range(2),  # the others are the baseline
    "rl.beta": SOME,
    "rl.max_new_tokens": COUNT,
    "rl.temperature": POSITIVE,  # replies have to differ
    "rl.top_p": PART,
    "rl.missing_end_penalty": SOME,
    "eval.batch_size": COUNT,
    "eval.prompts": COUNT,
    "eval.completions": COUNT,
    "eval.temperature": SOME,
    "eval.top_p": PART,
    "eval.max_new_tokens": COUNT,
    "eval.samples_shown": SOME,
} | {
    f"{step}.{name}": allowed
    for step in ("sft", "reward", "rl")
    for name, allowed in OF_A_STEP.items()
}
