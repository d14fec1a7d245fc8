"""Chapter 3: reinforcement learning. The fine-tuned model learns to earn the reward model's praise.

InstructGPT (Ouyang et al. 2022), step 3, objective (2) without the pre-training term:
    maximise E_{x, y ~ π} [ r(x, y) − β log π(y|x) / π_SFT(y|x) ].
RLOO (Ahmadian et al. 2024): k replies y_1 … y_k to one prompt; the advantage of y_i is
    A_i = R_i − 1/(k−1) Σ_{j≠i} R_j,     R = r − β · KL estimate (whole sequence),
so the other replies are the baseline and no value network is trained.
GRPO (Shao et al. 2024): A_i = (r_i − mean r) / std r, with the KL term in the loss.

The leash: the reference is the fine-tuned folder, opened a second time by TRL from its path. A
model passed as an object would silently be leashed to the weights before fine-tuning.
The end: TRL renders replies through the chat template before scoring, so the reward model always
sees an end token and cannot tell a truncated reply. `end_penalty` can, and takes something off.

Left out: PPO's value network and its clipped value loss (docs/adr/0006); the pre-training mix.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

from training import chat, models
from training.config import RlSettings, Settings
from training.data import Source, rows_to_learn_from
from training.progress import Watch
from training.run import Run, execute, trainer_arguments


def train_rl(
    source: Source, out: Path, settings: Settings, sft: Path | None = None
) -> dict[str, Any]:
    """Lift the fine-tuned model against `out/reward`; the result is `out/rl/model`.

    `sft` is the folder of the fine-tuned model when it is not `out/sft/model` (a later round).
    """
    start = models.writer(sft or out / "sft" / "model")
    judge = models.trained(out / "reward" / "model")
    prompts = rows_to_learn_from(source, "prompts", settings.data)
    room = settings.rl.max_length - settings.rl.max_new_tokens
    rows = [{"prompt": chat.shortened(row.prompt, start.tokenizer, room)} for row in prompts]
    whole = [chat.defused(row.prompt, start.tokenizer) for row in prompts]
    cut = sum(row["prompt"] != turns for row, turns in zip(rows, whole, strict=True))
    run = Run(
        "rl", out / "rl", settings, source.generation, start.model, inputs={"reward": judge.model}
    )

    def build(watch: Watch) -> RLOOTrainer | GRPOTrainer:
        kind, config = _algorithm(run)
        return kind(
            model=start.model,
            reward_funcs=[judge.model, end_penalty(settings.rl, start.tokenizer.eos_token_id)],
            args=config,
            train_dataset=Dataset.from_list(rows),
            processing_class=start.tokenizer,
            reward_processing_classes=[judge.tokenizer, None],
            peft_config=models.lora(settings.model, task="CAUSAL_LM"),
            callbacks=[watch],
        )

    return execute(run, build, task="CAUSAL_LM", note={"prompts": len(rows), "prompts_cut": cut})


def end_penalty(settings: RlSettings, end: int) -> Callable[..., list[float]]:
    """A reward function: minus the penalty for a reply that was cut before its end."""

    def missing_end(completion_ids: list[list[int]], **_: Any) -> list[float]:
        return [
            0.0 if ids and ids[-1] == end else -settings.missing_end_penalty
            for ids in completion_ids
        ]

    return missing_end


def _algorithm(run: Run) -> tuple[type, RLOOConfig | GRPOConfig]:
    rl = run.settings.rl
    arguments = trainer_arguments(run) | {
        "num_generations": rl.generations,
        "beta": rl.beta,
        "max_completion_length": rl.max_new_tokens,
        "temperature": rl.temperature,
        "top_p": rl.top_p,
        "disable_dropout": True,
    }
    if rl.vllm != "off":
        arguments |= {"use_vllm": True, "vllm_mode": rl.vllm}
        arguments |= {"vllm_server_base_url": rl.vllm_url} if rl.vllm_url else {}
    if rl.algorithm == "grpo":
        scale = "group" if rl.normalise_advantages else "none"
        return GRPOTrainer, GRPOConfig(**arguments, scale_rewards=scale)
    return RLOOTrainer, RLOOConfig(**arguments, normalize_advantages=rl.normalise_advantages)
