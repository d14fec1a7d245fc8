"""What was gained, and against what: the figures behind the report.

Everything is measured on the validation split, whose trees no step has learned from. Accuracy
stands beside chance, beside a judge that prefers the longer reply, and beside the ceiling that
the volunteers' own agreement allows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from training import chat, measures, models
from training.config import Settings
from training.data import Source, rows_of
from training.generate import Completion, Sampling, from_folder
from training.measures import JudgedList
from training.reward_model import Judge
from training.rows import Prompt, RankedList, Turn


def judged(
    rows: Sequence[RankedList], judge: Callable[[Sequence[tuple[list[Turn], str]]], list[float]]
) -> list[JudgedList]:
    """The lists beside the scores of a judge."""
    asked = [(row.prompt, reply.content) for row in rows for reply in row.replies]
    scores = iter(judge(asked))
    return [
        JudgedList(
            ranks=row.ranks,
            scores=[next(scores) for _ in row.ranks],
            lang=row.lang,
            agreement=row.agreement,
            ballots=row.ballots,
        )
        for row in rows
    ]


def length(replies: Sequence[tuple[list[Turn], str]]) -> list[float]:
    """The judge that prefers the longer reply."""
    return [float(len(text)) for _, text in replies]


def accuracy_table(lists: Sequence[JudgedList]) -> dict[str, Any]:
    """Accuracy over all pairs and its parts, for one judge."""
    bins, error = measures.calibration(lists)
    return {
        "pairs": _table(measures.pair_accuracy(lists)),
        "best_against_worst": _table(measures.best_against_worst(lists)),
        "tau": measures.mean_tau(lists),
        "by_language": _tables(measures.by(lists, lambda judged: judged.lang)),
        "by_replies": _tables(measures.by(lists, lambda judged: f"{len(judged.ranks):02d}")),
        "calibration": [asdict(part) for part in bins],
        "calibration_error": error,
    }


def evaluate_reward(
    source: Source,
    out: Path,
    settings: Settings,
    *,
    previous: Path | None = None,
    grades: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The reward model on held-out lists, beside its baselines and the volunteers."""
    rows: list[RankedList] = rows_of(source, "lists", settings.data, "validation")
    judge = Judge(out / "reward" / "model", settings.reward.max_length, settings.eval.batch_size)
    lists = judged(rows, judge.scores)
    ceiling = measures.ceiling(lists)
    result: dict[str, Any] = {
        "lists": len(rows),
        "model": accuracy_table(lists),
        "chance": 0.5,
        "length": _table(measures.pair_accuracy(judged(rows, length))),
        "ceiling": asdict(ceiling) if ceiling else None,
    }
    if grades:
        result["against_grade"] = _graded(rows, lists, grades)
    if previous:
        result["rounds"] = _rounds(rows, settings, judge, previous, grades)
    return result


def _graded(
    rows: Sequence[RankedList], lists: Sequence[JudgedList], grades: Mapping[str, float]
) -> dict[str, Any] | None:
    """The same scores against a known truth, and the volunteers' consensus against it."""
    by_model, by_votes = [], []
    for row, own in zip(rows, lists, strict=True):
        if not all(reply.message_id in grades for reply in row.replies):
            continue
        truth = [-grades[reply.message_id] for reply in row.replies]
        by_model.append(replace(own, ranks=truth))
        by_votes.append(replace(own, ranks=truth, scores=[-float(rank) for rank in row.ranks]))
    return {
        "model": _table(measures.pair_accuracy(by_model)),
        "volunteers": _table(measures.pair_accuracy(by_votes)),
    }


def _rounds(
    rows: Sequence[RankedList],
    settings: Settings,
    judge: Judge,
    previous: Path,
    grades: Mapping[str, float] | None,
) -> dict[str, Any]:
    """This round's reward model against the one before, on human and on the model's own replies."""
    before = Judge(
        previous / "reward" / "model", settings.reward.max_length, settings.eval.batch_size
    )
    own = [kept for row in rows if (kept := own_replies(row))]
    human = [kept for row in rows if (kept := own_replies(row, own=False))]
    table: dict[str, Any] = {}
    for name, part in (("own_replies", own), ("human_replies", human)):
        table[name] = {"lists": len(part)}
        for label, model in (("first", before), ("second", judge)):
            lists = judged(part, model.scores)
            table[name][label] = _table(measures.pair_accuracy(lists))
            if grades:
                table[name][f"{label}_against_grade"] = _graded(part, lists, grades)
    return table


def own_replies(row: RankedList, *, own: bool = True) -> RankedList | None:
    """The part of a list that a model wrote (or people did), if it still holds a comparison."""
    groups = [
        [reply for reply in group if (reply.model_name is not None) == own] for group in row.groups
    ]
    kept = [group for group in groups if group]
    return replace(row, groups=kept) if len(kept) > 1 else None


# --- reinforcement learning: before and after -------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """What one model answered to the held-out prompts."""

    completions: list[list[Completion]]
    rewards: list[list[float]]

    def summary(self) -> dict[str, float]:
        made = [completion for some in self.completions for completion in some]
        texts = [completion.text for completion in made]
        return {
            "reward": measures.mean(value for some in self.rewards for value in some),
            "tokens": measures.mean(float(completion.tokens) for completion in made),
            "ended": measures.mean(float(completion.ended) for completion in made),
            "distinct": len(set(texts)) / len(texts),
        }


def evaluate_rl(source: Source, out: Path, settings: Settings, sft: Path | None) -> dict[str, Any]:
    """The fine-tuned model and the policy on the same held-out prompts."""
    first = sft or out / "sft" / "model"
    prompts: list[Prompt] = rows_of(source, "prompts", settings.data, "validation")
    prompts = prompts[: settings.eval.prompts]
    if not prompts:
        return {"prompts": 0}
    judge = Judge(out / "reward" / "model", settings.reward.max_length, settings.eval.batch_size)
    before = _answers(first, prompts, settings, judge)
    after = _answers(out / "rl" / "model", prompts, settings, judge)
    return {
        "prompts": len(prompts),
        "before": before.summary(),
        "after": after.summary(),
        "kl": divergence(out / "rl" / "model", first, prompts, after.completions, settings),
        "won": _won(before, after),
        "samples": [
            _sample(prompt, before, after, number) for number, prompt in enumerate(prompts)
        ],
    }


def _answers(folder: Path, prompts: list[Prompt], settings: Settings, judge: Judge) -> Answered:
    wanted = settings.eval
    sampling = Sampling(
        completions=wanted.completions,
        temperature=wanted.temperature,
        top_p=wanted.top_p,
        max_new_tokens=wanted.max_new_tokens,
        seed=settings.seed,
    )
    turns = [prompt.prompt for prompt in prompts]
    asked = from_folder(folder, turns, sampling, batch=wanted.batch_size, longest=_room(settings))
    completions = list(asked)
    scores = iter(
        judge.scores(
            [(t, made.text) for t, some in zip(turns, completions, strict=True) for made in some]
        )
    )
    return Answered(completions, [[next(scores) for _ in some] for some in completions])


def _room(settings: Settings) -> int:
    """Tokens of a prompt: held-out ones are cut as those that the policy learned from."""
    return settings.rl.max_length - settings.rl.max_new_tokens


def _won(before: Answered, after: Answered) -> float:
    """How often the later reply to a prompt scores above the earlier one; a draw counts half."""
    rounds = [
        (new > old) + 0.5 * (new == old)
        for olds, news in zip(before.rewards, after.rewards, strict=True)
        for old, new in zip(olds, news, strict=True)
    ]
    return measures.mean(rounds)


def _sample(prompt: Prompt, before: Answered, after: Answered, number: int) -> dict[str, Any]:
    def told(side: Answered) -> list[dict[str, Any]]:
        pairs = zip(side.completions[number], side.rewards[number], strict=True)
        return [{"text": made.text, "ended": made.ended, "reward": value} for made, value in pairs]

    return {
        "tree_id": prompt.tree_id,
        "prompt": prompt.prompt,
        "before": told(before),
        "after": told(after),
    }


@torch.inference_mode()
def divergence(
    policy: Path,
    reference: Path,
    prompts: Sequence[Prompt],
    completions: Sequence[Sequence[Completion]],
    settings: Settings,
) -> dict[str, float]:
    """KL(policy ‖ reference) from the policy's own samples: the mean of log π − log π_ref.

    Per reply (summed over its tokens) and per token. An unbiased estimate, so it may fall a
    little below zero for equal models.
    """
    tokenizer = models.trained(policy).tokenizer
    rows = []
    for prompt, made in zip(prompts, completions, strict=True):
        start = chat.tokens_of_prompt(prompt.prompt, tokenizer, _room(settings))
        for completion in made:
            words = tokenizer(completion.text, add_special_tokens=False)["input_ids"]
            ending = [tokenizer.eos_token_id] if completion.ended else []
            if words + ending:
                rows.append((start, words + ending))
    gaps = _log_probabilities(policy, rows, settings.eval.batch_size)
    gaps = gaps - _log_probabilities(reference, rows, settings.eval.batch_size)
    tokens = sum(len(words) for _, words in rows)
    return {"per_reply": float(gaps.mean()), "per_token": float(gaps.sum()) / tokens}


def _log_probabilities(
    folder: Path, rows: Sequence[tuple[list[int], list[int]]], batch: int
) -> torch.Tensor:
    """log π(reply | prompt), shape (replies,)."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.to(models.device()).eval()
    sums = []
    for begin in range(0, len(rows), batch):
        part = rows[begin : begin + batch]
        longest = max(len(start) + len(words) for start, words in part)
        ids = torch.zeros((len(part), longest), dtype=torch.long)  # (replies, time)
        attended, counted = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, (start, words) in enumerate(part):
            end = len(start) + len(words)
            ids[row, :end] = torch.tensor(start + words)
            attended[row, :end] = 1
            counted[row, len(start) : end] = 1
        ids, attended, counted = (t.to(model.device) for t in (ids, attended, counted))
        logits = model(input_ids=ids, attention_mask=attended, use_cache=False).logits[:, :-1]
        chosen = logits.gather(2, ids[:, 1:, None]).squeeze(2) - logits.logsumexp(dim=2)
        sums.append((chosen * counted[:, 1:]).sum(dim=1).double().cpu())
    return torch.cat(sums) if sums else torch.zeros(1, dtype=torch.float64)


def _table(accuracy: measures.Accuracy | None) -> dict[str, Any] | None:
    return asdict(accuracy) if accuracy else None


def _tables(parts: Mapping[str, measures.Accuracy]) -> dict[str, Any]:
    return {name: asdict(accuracy) for name, accuracy in parts.items()}
