"""Chapter 1: supervised fine-tuning. A language model learns to answer as the best replies do.

InstructGPT (Ouyang et al. 2022), step 1: minimise −Σ_t log π(y_t | x, y_<t) over the words of
demonstrations. Here the demonstrations are the best reply paths of the trees, and the loss
counts the assistant's words alone.

Left out: the original's sixteen epochs with choice by reward score; mixing with pre-training
data; packing (conversations are short, and a padded batch is easier to read).
"""

from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from training import chat, models
from training.config import Settings
from training.data import Source, rows_to_learn_from
from training.errors import Refusal
from training.progress import Watch
from training.run import Run, execute, trainer_arguments


def train_sft(source: Source, out: Path, settings: Settings) -> dict[str, Any]:
    """Fine-tune the base model on the demonstrations; the result is `out/sft/model`."""
    demonstrations = rows_to_learn_from(source, "sft", settings.data)
    base = models.prepare_base(settings, demonstrations, out)
    run = Run("sft", out / "sft", settings, source.generation, base.model)
    coded = [
        chat.labelled(row.messages, base.tokenizer, settings.sft.max_length)
        for row in demonstrations
    ]
    examples = [example for example in coded if example]
    if not examples:
        raise Refusal(
            f"sft.max_length {settings.sft.max_length} is too short for every conversation"
        )

    def build(watch: Watch) -> SFTTrainer:
        return sft_trainer(run, base, examples, watch)

    note = {"conversations": len(examples), "too_long": len(coded) - len(examples)}
    return execute(run, build, task="CAUSAL_LM", note=note)


def sft_trainer(
    run: Run, base: models.Base, examples: list[dict[str, list[int]]], watch: Watch
) -> SFTTrainer:
    """TRL takes tokens with labels as they are and pads both."""
    return SFTTrainer(
        model=base.model,
        args=SFTConfig(**trainer_arguments(run), max_length=run.settings.sft.max_length),
        train_dataset=Dataset.from_list(examples),
        processing_class=base.tokenizer,
        peft_config=models.lora(run.settings.model, task="CAUSAL_LM"),
        callbacks=[watch],
    )
