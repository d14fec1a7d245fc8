"""One step of training as a folder: card, log, checkpoints, metrics, model.

    OUT/<step>/card.json      what went in: data hash, settings, versions, seed, starting model
    OUT/<step>/log.jsonl      the curves
    OUT/<step>/checkpoints/   while it runs; removed when it is done
    OUT/<step>/model/         the result, an ordinary folder
    OUT/<step>/metrics.json   what came out

A step that is done is not done twice; a step that was stopped goes on from its last checkpoint.
Either is refused when data or settings have changed since.
"""

import hashlib
import json
import logging
import os
import platform
import shutil
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import datasets
import torch
from peft import PeftModel
from transformers import AutoConfig, PrinterCallback, TrainerCallback
from transformers.utils import logging as transformers_logging

from training import memory, models
from training.config import Settings, StepSettings
from training.errors import (
    Cancelled,
    DiskFull,
    Diverged,
    Refusal,
    is_disk_full,
    is_divergence,
)
from training.progress import Watch, stop_on_signals

PACKAGES = ("torch", "transformers", "trl", "accelerate", "datasets", "peft", "tokenizers")


@dataclass
class Run:
    """One step in one folder."""

    step: str
    folder: Path
    settings: Settings
    generation: str  # of the data
    start: str  # the model it starts from
    inputs: dict[str, str] = field(default_factory=dict)  # other models it uses
    texts: int = 1  # of one example at most, all in memory at once

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def part(self) -> StepSettings:
        part: StepSettings = getattr(self.settings, self.step)
        return part

    @property
    def fingerprint(self) -> str:
        """What the result depends on. The weights handed on are named by what made them."""
        table = self.settings.as_dict()
        kept = {key: table[key] for key in ("seed", "data", "model", self.step)}
        starts = {
            name: _origin(path) for name, path in {"start": self.start, **self.inputs}.items()
        }
        text = json.dumps([self.generation, kept, starts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def is_done(self) -> bool:
        """Whether nothing is left to do; refuses a folder made from other data or settings."""
        card = read_json(self.folder / "card.json")
        if not card:
            return False
        if card.get("fingerprint") != self.fingerprint:
            raise Refusal(
                f"{self.folder} was made from other data or settings; "
                "choose another --out or remove that folder"
            )
        return card.get("state") == "done" and (self.model / "config.json").is_file()

    def write_card(self, state: str, **more: Any) -> None:
        if not models.is_main_process():
            return
        card = {
            "step": self.step,
            "state": state,
            "fingerprint": self.fingerprint,
            "data": self.generation,
            "seed": self.settings.seed,
            "start": self.start,
            "inputs": self.inputs,
            "settings": self.settings.as_dict(),
            "versions": {name: version(name) for name in PACKAGES},
            "python": platform.python_version(),
            "machine": platform.machine(),
            "threads": torch.get_num_threads(),
            **more,
        }
        write_json(self.folder / "card.json", card)

    def say_cost(self) -> dict[str, Any]:
        """Print the memory this will take and refuse a disk that cannot hold the result."""
        config = AutoConfig.from_pretrained(self.start)
        shape = memory.Shape(
            parameters=models.parameters(self.start),
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            heads=config.num_attention_heads,
            vocabulary=config.vocab_size,
        )
        cost, free = (
            memory.estimate(self.step, shape, self.settings, self.texts),
            memory.available(),
        )
        disk = shutil.disk_usage(self.folder).free
        needed = shape.parameters * (28 if self.part.checkpoint_every else 4)  # two with Adam
        if models.is_main_process():
            print(f"{self.step}: {cost.sentence()}; {free / memory.GIB:.1f} GiB are free")
            if cost.total > free:
                print(
                    f"{self.step}: WARNING: that is more than is free; lower {self.step}.batch_size"
                )
        if needed > disk:
            room = f"{needed / 1e6:,.0f} MB will be written, {disk / 1e6:,.0f} MB are free"
            raise DiskFull(f"{self.folder}: {room}")
        return {"parameters": shape.parameters, **asdict(cost), "total": cost.total}


def execute(
    run: Run, build: Callable[[Watch], Any], *, task: str, note: dict[str, Any]
) -> dict[str, Any]:
    """Train, save, and write down what it took. `build` makes the trainer around the watch."""
    run.folder.mkdir(parents=True, exist_ok=True)
    if run.is_done():
        if models.is_main_process():
            print(f"{run.step}: {run.folder} is done already")
        return read_json(run.folder / "metrics.json")
    cost = run.say_cost()
    _say_left_out(run, note)
    run.write_card("running", memory=cost)
    began, cpu = time.monotonic(), time.process_time()
    with stop_on_signals() as stop:
        watch = Watch(run.step, run.folder / "log.jsonl", stop)
        try:
            trainer = build(watch)
            trainer.remove_callback(PrinterCallback)  # the watch speaks
            checkpoint = last_checkpoint(run.folder / "checkpoints")
            if checkpoint and not _is_sharded(trainer):
                trainer.add_callback(WholeResume(checkpoint))
            trainer.train(resume_from_checkpoint=checkpoint)
            if watch.cancelled:
                run.write_card("cancelled", memory=cost)
                raise Cancelled(f"{run.step}: stopped at a checkpoint; the same command goes on")
            _hand_on(run, trainer, task)
        except Exception as error:
            if is_disk_full(error, run.folder):
                last_checkpoint(
                    run.folder / "checkpoints"
                )  # what was cut off goes: it only takes room
                raise DiskFull(
                    f"{run.folder}: the disk is full; free some and run again"
                ) from error
            if is_divergence(error):
                raise _diverged(run.step) from error
            raise
    metrics = {
        **note,
        "steps": trainer.state.global_step,
        "examples_read": trainer.state.global_step * _examples_a_step(trainer.args),
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_memory": memory.peak(),
        "estimated_memory": cost["total"],
        "parameters": cost["parameters"],
    }
    if models.is_main_process():
        write_json(run.folder / "metrics.json", metrics)
        shutil.rmtree(run.folder / "checkpoints", ignore_errors=True)
    run.write_card("done", memory=cost)
    return metrics


def _say_left_out(run: Run, note: Mapping[str, Any]) -> None:
    if models.is_main_process():
        for line in left_out(note):
            print(f"{run.step}: {line}")


def left_out(note: Mapping[str, Any]) -> Iterator[str]:
    """What did not fit into the tokens that a step may read, in words."""
    if count := note.get("too_long"):
        yield f"{count} conversations longer than sft.max_length left out"
    if count := note.get("replies_cut"):
        yield f"{count} replies cut, with their prompts longer than reward.max_length"
    if count := note.get("prompts_cut"):
        yield f"{count} prompts cut to what rl.max_length leaves beside rl.max_new_tokens"


def _examples_a_step(told: Any) -> int:
    processes: int = told.world_size
    return int(told.train_batch_size * told.gradient_accumulation_steps * processes)


class _NewHead(logging.Filter):
    """Passes over the report that a reward model lacks its head: it is made new here."""

    def filter(self, record: logging.LogRecord) -> bool:
        lines = record.getMessage().splitlines()
        missing = [line for line in lines if line.count("|") > 1 and "MISSING" in line]
        return "LOAD REPORT" not in lines[0] or any("score.weight" not in line for line in missing)


_NEW_HEAD = _NewHead()  # one, however often it is added


def use_threads(wanted: int) -> None:
    """So many threads, if there are processors for them; OMP_NUM_THREADS overrules it."""
    if wanted and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(wanted, os.cpu_count() or 1))


def quieten() -> None:
    """Leave the screen to the progress lines."""
    logging.getLogger("transformers.modeling_utils").addFilter(_NEW_HEAD)
    transformers_logging.disable_progress_bar()
    datasets.disable_progress_bars()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers|trl")


def _hand_on(run: Run, trainer: Any, task: str) -> None:
    """Save the whole model with its tokenizer, moved into place when it is complete."""
    partial = run.folder / "model.partial"
    trainer.save_model(str(partial))  # every process takes part: weights may be sharded
    if models.is_main_process():
        trainer.processing_class.save_pretrained(partial)
        if run.settings.model.lora_rank:
            models.merge_adapter(run.start, partial, task=task)
        if not models.is_finite(partial):
            raise _diverged(run.step)
        shutil.rmtree(run.model, ignore_errors=True)
        partial.rename(run.model)
    trainer.accelerator.wait_for_everyone()


def _diverged(step: str) -> Diverged:
    rates = "sft.learning_rate or rl.learning_rate" if step == "rl" else f"{step}.learning_rate"
    return Diverged(
        f"{step}: the model has run away, its weights are of no use; "
        f"lower {rates} and choose another --out"
    )


def trainer_arguments(run: Run) -> dict[str, Any]:
    """What every trainer of TRL is told; a step adds its own."""
    part = run.part
    cpu = models.device().type == "cpu"
    return {
        "output_dir": str(run.folder / "checkpoints"),
        "seed": run.settings.seed,
        "num_train_epochs": part.epochs,
        "max_steps": part.max_steps,
        "per_device_train_batch_size": part.batch_size,
        "gradient_accumulation_steps": part.accumulation,
        "learning_rate": part.learning_rate,
        "lr_scheduler_type": part.schedule,
        "warmup_steps": part.warmup_steps,
        "logging_steps": part.log_every,
        "save_strategy": "steps" if part.checkpoint_every else "no",
        "save_steps": part.checkpoint_every or 500,
        "save_total_limit": 2,
        "use_cpu": cpu,
        "bf16": models.use_bfloat16(run.settings.model.precision),
        "gradient_checkpointing": run.settings.model.activation_checkpointing,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": not cpu,
    }


class WholeResume(TrainerCallback):
    """Takes every weight of a checkpoint back.

    transformers 5.23 saves the head of a Pythia under its published name and does not find it
    again when a run resumes: the head would silently start anew.
    """

    def __init__(self, checkpoint: str) -> None:
        self.checkpoint = checkpoint
        logging.getLogger("transformers.trainer").addFilter(_tells_news)

    def on_train_begin(self, *_: Any, model: Any = None, **__: Any) -> None:
        saved = type(model).from_pretrained(self.checkpoint, dtype=model.dtype)
        model.load_state_dict(saved.state_dict())


def _tells_news(record: logging.LogRecord) -> bool:
    """Not the warnings of what `WholeResume` mends."""
    return "keys in the checkpoint model loaded" not in record.getMessage()


def _is_sharded(trainer: Any) -> bool:
    """Engines that shard weights, and adapters, bring their own way back."""
    engines = trainer.is_deepspeed_enabled or trainer.is_fsdp_enabled
    return bool(engines or isinstance(trainer.model, PeftModel))


def last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that was written to its end; broken ones are removed."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    for path in reversed(found):
        if _is_whole(path):
            return str(path)
        if models.is_main_process():
            shutil.rmtree(path, ignore_errors=True)
    return None


def _is_whole(checkpoint: Path) -> bool:
    """The state is written last, but a power cut keeps no order: every file must open."""
    packed = (file for ending in ("*.pt", "*.pth") for file in checkpoint.glob(ending))
    weights = checkpoint.glob("*.safetensors")
    return bool(
        read_json(checkpoint / "trainer_state.json")
        and all(map(zipfile.is_zipfile, packed))
        and all(map(models.is_readable, weights))
    )


def _origin(path: str) -> str:
    """What made a model; a base is told by data and settings, which are counted already."""
    if Path(path).name == "base":
        return "base"
    return str(read_json(Path(path).parent / "card.json").get("fingerprint", path))


def read_json(path: Path) -> dict[str, Any]:
    try:
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return table


def write_json(path: Path, table: dict[str, Any]) -> None:
    """Replace a file whole, so that a reader or a crash never meets half of it."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)
