"""Chapter 2: the reward model. A number for every reply, learned from the volunteers' rankings.

InstructGPT (Ouyang et al. 2022), step 2: all K(K−1)/2 comparisons of one prompt are one batch
element. Each reply is read once, so a list costs K forward passes instead of K(K−1), and no list
is over-fitted for being long. The loss is in `losses.py`.

TRL's trainer knows pairs alone; the subclass below feeds whole lists and leaves the loop, the
distribution and the checkpoints to TRL. `reward.mode = "pairs"` feeds the same trainer with the
expanded pairs, as lists of two, for comparison.

Left out: a separate value head (the last token's state through one linear layer, as the original).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from datasets import Dataset
from torch import Tensor
from transformers import AutoModelForSequenceClassification, PreTrainedTokenizerBase
from trl import RewardConfig, RewardTrainer

from training import chat, losses, models
from training.config import RewardSettings, Settings
from training.data import Source, comparisons, rows_of
from training.errors import Diverged
from training.progress import Watch
from training.rows import PreferencePair, RankedList, Turn
from training.run import Run, execute, trainer_arguments

LIKE = 50  # batches whose lists are sorted together
Example = dict[str, Any]  # {"replies": [[token]], "ranks": [int], "weight": float, "margin": float}


def train_reward(
    source: Source, out: Path, settings: Settings, previous: Path | None = None
) -> dict[str, Any]:
    """Learn from the rankings; the result is `out/reward/model`.

    Starts from the earlier reward model when `previous` (the folder of a first round) is given,
    else from the fine-tuned model in `out/sft`, else from the base model.
    """
    rows = comparisons(source, settings.reward.mode, settings.data)
    base = _start(source, out, settings, previous)
    run = Run("reward", out / "reward", settings, source.generation, base.model)
    examples, cut = examples_of(rows, base.tokenizer, settings.reward)
    run.texts = max(len(example["ranks"]) for example in examples)

    def build(watch: Watch) -> RankedRewardTrainer:
        return reward_trainer(run, base, examples, watch)

    replies = sum(len(example["ranks"]) for example in examples)
    mode = settings.reward.mode
    note = {"rows": len(examples), "replies": replies, "replies_cut": cut, "mode": mode}
    return execute(run, build, task="SEQ_CLS", note=note)


def _start(source: Source, out: Path, settings: Settings, previous: Path | None) -> models.Base:
    if previous:
        return models.trained(previous / "reward" / "model")
    if (out / "sft" / "model" / "config.json").is_file():
        return models.trained(out / "sft" / "model")
    demonstrations = rows_of(source, "sft", settings.data, "train")
    return models.prepare_base(settings, demonstrations, out)


def reward_trainer(
    run: Run, base: models.Base, examples: list[Example], watch: Watch
) -> "RankedRewardTrainer":
    settings = run.settings
    arguments = trainer_arguments(run) | {"remove_unused_columns": False}
    if settings.reward.order == "length":
        examples = by_length(examples, settings.reward.batch_size, settings.seed)
        arguments["train_sampling_strategy"] = "sequential"
    config = RewardConfig(**arguments, center_rewards_coefficient=settings.reward.centre)
    return RankedRewardTrainer(
        ranking=settings.reward,
        model=base.model,
        args=config,
        data_collator=ListCollator(base.tokenizer.pad_token_id),
        train_dataset=Dataset.from_list(examples),
        processing_class=base.tokenizer,
        peft_config=models.lora(settings.model, task="SEQ_CLS"),
        callbacks=[watch],
    )


def examples_of(
    rows: Sequence[RankedList | PreferencePair],
    tokenizer: PreTrainedTokenizerBase,
    settings: RewardSettings,
) -> tuple[list[Example], int]:
    """Rows as tokens, and how many replies had to be cut to `max_length`."""
    examples, cut = [], 0
    for row in rows:
        replies, ranks, weight, margin = _judged(row, settings)
        coded = [
            chat.tokens_of_reply(row.prompt, reply, tokenizer, settings.max_length)
            for reply in replies
        ]
        cut += sum(was_cut for _, was_cut in coded)
        examples.append(
            {
                "replies": [ids for ids, _ in coded],
                "ranks": ranks,
                "weight": weight,
                "margin": margin,
            }
        )
    return examples, cut


def by_length(examples: Sequence[Example], batch: int, seed: int) -> list[Example]:
    """The lists in batches of like length, the batches in random order.

    They are sorted within random shares, not all together. A batch that is not full comes last,
    or it would shift all that follow.
    """
    chance, mixed = random.Random(seed), list(examples)
    chance.shuffle(mixed)
    batches: list[list[Example]] = []
    for begin in range(0, len(mixed), LIKE * batch):
        share = sorted(mixed[begin : begin + LIKE * batch], key=_longest)
        batches += [share[first : first + batch] for first in range(0, len(share), batch)]
    whole = [part for part in batches if len(part) == batch]
    rest = [part for part in batches if len(part) < batch]
    chance.shuffle(whole)
    return [example for part in [*whole, *rest] for example in part]


def _longest(example: Example) -> int:
    return max(map(len, example["replies"]))


def _judged(
    row: RankedList | PreferencePair, settings: RewardSettings
) -> tuple[list[str], list[int], float, float]:
    strength, use = settings.agreement_strength, settings.agreement
    if isinstance(row, PreferencePair):
        margin = strength * row.margin if use == "margin" else 0.0
        return [row.chosen["content"], row.rejected["content"]], [0, 1], 1.0, margin
    weight = losses.agreement_weight(row.agreement, strength) if use == "weight" else 1.0
    margin = losses.agreement_margin(row.agreement, strength) if use == "margin" else 0.0
    chosen = _spread(len(row.ranks), settings.max_replies)
    return (
        [row.replies[index].content for index in chosen],
        [row.ranks[index] for index in chosen],
        weight,
        margin,
    )


def _spread(count: int, most: int) -> list[int]:
    """Places over the whole ranking, first and last included, when a list is too long.

    (The original kept the first ones, so its model never saw the bad replies of long lists.)
    """
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


@dataclass
class ListCollator:
    """Lays the replies of all lists of a batch under each other.

    Shapes: input_ids, attention_mask (replies, time); ranks (replies,); the rest (lists,).
    """

    pad: int

    def __call__(self, examples: list[Example]) -> dict[str, Tensor]:
        replies = [torch.tensor(ids) for example in examples for ids in example["replies"]]
        longest = max(map(len, replies))
        return {
            "input_ids": torch.stack(
                [F.pad(ids, (0, longest - len(ids)), value=self.pad) for ids in replies]
            ),
            "attention_mask": torch.stack(
                [F.pad(torch.ones_like(ids), (0, longest - len(ids))) for ids in replies]
            ),
            "ranks": torch.tensor([rank for example in examples for rank in example["ranks"]]),
            "sizes": torch.tensor([len(example["ranks"]) for example in examples]),
            "weight": torch.tensor([example["weight"] for example in examples]),
            "margin": torch.tensor([example["margin"] for example in examples]),
        }


class RankedRewardTrainer(RewardTrainer):
    """TRL's reward trainer, fed with whole ranked lists."""

    def __init__(self, *, ranking: RewardSettings, **arguments: Any) -> None:
        self.ranking = ranking
        self.forwards = 0  # replies read, the unit in which lists and pairs are compared
        self.comparisons = 0
        super().__init__(**arguments)

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset  # tokens already

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        outputs = model(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
        )
        scores = outputs.logits.squeeze(-1).float()  # (replies,)
        loss = self._loss(scores, inputs) + self.ranking.centre * losses.centring(scores)
        self._note(scores.detach(), inputs)
        return (loss, outputs) if return_outputs else loss

    def _loss(self, scores: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        sizes = inputs["sizes"].tolist()
        ranks = torch.split(inputs["ranks"], sizes)
        margins = inputs["margin"].tolist()
        each = []
        for own, order, margin in zip(torch.split(scores, sizes), ranks, margins, strict=True):
            if self.ranking.loss == "plackett-luce":
                each.append(losses.plackett_luce(own, order))
            else:
                each.append(losses.bradley_terry(own, order, ties=self.ranking.ties, margin=margin))
        weight = inputs["weight"]
        return (torch.stack(each) * weight).sum() / weight.sum().clamp(min=1e-6)

    def _note(self, scores: Tensor, inputs: dict[str, Tensor]) -> None:
        sizes = inputs["sizes"].tolist()
        right, total = 0, 0
        for own, order in zip(
            torch.split(scores, sizes), torch.split(inputs["ranks"], sizes), strict=True
        ):
            better = order[:, None] < order[None, :]  # (replies, replies)
            right += int((better & (own[:, None] > own[None, :])).sum())
            total += int(better.sum())
        self.forwards += len(scores)
        self.comparisons += total
        metrics = self._metrics["train" if self.model.training else "eval"]
        if total:
            metrics["accuracy"].append(right / total)
        metrics["mean_reward"].append(float(scores.mean()))


class Judge:
    """A trained reward model, ready to score replies."""

    def __init__(self, folder: Path, limit: int, batch: int) -> None:
        base = models.trained(folder)
        self.folder = folder
        self.tokenizer, self.limit, self.batch = base.tokenizer, limit, batch
        self.model = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=1, dtype=torch.float32
        )
        self.model.config.pad_token_id = self.tokenizer.pad_token_id
        self.model.to(models.device()).eval()

    @torch.inference_mode()
    def scores(self, replies: Sequence[tuple[list[Turn], str]]) -> list[float]:
        """One score for every (prompt, reply), in their order; long ones are read together."""
        coded = [
            chat.tokens_of_reply(prompt, text, self.tokenizer, self.limit)[0]
            for prompt, text in replies
        ]
        order = sorted(range(len(coded)), key=lambda index: len(coded[index]))
        result = [0.0] * len(coded)
        for begin in range(0, len(order), self.batch):
            part = order[begin : begin + self.batch]
            padded = self.tokenizer.pad(
                {"input_ids": [coded[index] for index in part]},
                padding_side="right",
                return_tensors="pt",
            ).to(self.model.device)
            values = self.model(**padded, use_cache=False).logits.squeeze(-1)
            for index, value in zip(part, values.float().tolist(), strict=True):
                result[index] = value
        if not all(map(math.isfinite, result)):
            raise Diverged(f"{self.folder}: its scores are no numbers; train it at a lower rate")
        return result
