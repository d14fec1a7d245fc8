"""Where models come from: made from nothing, a folder or a hub name; and how steps hand them on.

Every step hands on an ordinary folder that `transformers` opens. LoRA adapters are merged into
their base before that, so nobody downstream needs to know.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from safetensors import SafetensorError, safe_open
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    PreTrainedTokenizerBase,
    set_seed,
)

from training import chat
from training.config import ModelSettings, Settings
from training.errors import Refusal
from training.rows import Demonstration

VOCABULARIES = ("tokenizer*", "vocab*", "*.model")  # without one transformers makes one up
ORIGIN = "origin.txt"  # in a base: what it was made of


@dataclass(frozen=True)
class Base:
    """What a step starts from: a folder or hub name, and the tokenizer with its chat format."""

    model: str
    tokenizer: PreTrainedTokenizerBase


def prepare_base(settings: Settings, texts: list[Demonstration], out: Path) -> Base:
    """The model before any training. `new` and enlarged models are written to `out/base` once.

    One that an earlier command left there for other settings or texts is made anew.
    """
    with _processes().main_process_first():
        if settings.model.kind == "new":
            return _new(settings, texts, out / "base")
        return _from_folder(settings, out / "base")


def _new(settings: Settings, texts: list[Demonstration], folder: Path) -> Base:
    words = [turn["content"] for row in texts for turn in row.messages]
    origin = _origin(settings, words)
    if not _is_made_of(folder, origin):
        tokenizer = chat.train_tokenizer(words, settings.model.vocabulary)
        set_seed(settings.seed)
        _save_base(GPTNeoXForCausalLM(_shape(settings.model, tokenizer)), tokenizer, folder, origin)
    return Base(str(folder), AutoTokenizer.from_pretrained(folder))


def _origin(settings: Settings, words: list[str]) -> str:
    """What a base depends on."""
    text = json.dumps([settings.seed, asdict(settings.model), words])
    return hashlib.sha256(text.encode()).hexdigest()


def _is_made_of(folder: Path, origin: str) -> bool:
    note = folder / ORIGIN
    return note.is_file() and note.read_text(encoding="ascii") == origin


def _save_base(model: Any, tokenizer: PreTrainedTokenizerBase, folder: Path, origin: str) -> None:
    _save(model, tokenizer, folder)
    (folder / ORIGIN).write_text(origin, encoding="ascii")


def _shape(model: ModelSettings, tokenizer: PreTrainedTokenizerBase) -> GPTNeoXConfig:
    return GPTNeoXConfig(
        vocab_size=len(tokenizer),
        hidden_size=model.hidden_size,
        num_hidden_layers=model.layers,
        num_attention_heads=model.heads,
        intermediate_size=model.feed_forward,
        max_position_embeddings=model.positions,
        initializer_range=model.initial_spread,
        rotary_pct=0.25,  # as every Pythia
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )


def _from_folder(settings: Settings, folder: Path) -> Base:
    model = settings.model
    if "smollm2" in model.source and not Path(model.source, "config.json").is_file():
        raise Refusal(f"{model.source} holds no model yet: run `make smollm2` first")
    tokenizer = _tokenizer(model.source)
    _check_writes(model.source)
    rows = AutoConfig.from_pretrained(model.source).vocab_size
    if Path(model.source).is_dir():
        _check_weights(Path(model.source))
    chat.set_chat(tokenizer, model.chat)
    if len(tokenizer) <= rows:
        return Base(model.source, tokenizer)
    origin = _origin(settings, [])
    if not _is_made_of(folder, origin):  # the new tokens need rows of their own
        enlarged = AutoModelForCausalLM.from_pretrained(model.source)
        set_seed(settings.seed)
        enlarged.resize_token_embeddings(len(tokenizer))
        _save_base(enlarged, tokenizer, folder, origin)
    return Base(str(folder), tokenizer)


def _save(model: Any, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def trained(folder: Path) -> Base:
    """A model that an earlier step has handed on."""
    if not (folder / "config.json").is_file():
        raise Refusal(f"{folder}: no trained model here; run the earlier step first")
    _check_weights(folder)
    return Base(str(folder), _tokenizer(str(folder)))


def writer(folder: Path) -> Base:
    """A trained model that writes; a reward model would begin with words at random."""
    base = trained(folder)
    _check_writes(str(folder))
    return base


def opened(folder: Path) -> Any:
    """The weights of a model that writes; a config.json that is not theirs is told."""
    try:
        return AutoModelForCausalLM.from_pretrained(folder)
    except RuntimeError as error:
        if "ignore_mismatched_sizes" not in str(error):
            raise
        reason = "the weights do not fit config.json; copy both from one place"
        raise Refusal(f"{folder}: {reason}") from error


def _check_writes(source: str) -> None:
    kinds = AutoConfig.from_pretrained(source).architectures or []
    if any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise Refusal(f"{source}: a reward model writes no replies; name a fine-tuned model")


def _tokenizer(source: str) -> PreTrainedTokenizerBase:
    if Path(source).is_dir() and not any([*Path(source).glob(name)] for name in VOCABULARIES):
        raise Refusal(f"the model {source} cannot be opened: its tokenizer is missing")
    try:
        AutoConfig.from_pretrained(source)
        return AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise Refusal(f"the model {source} cannot be opened: {first}") from error


def _check_weights(folder: Path) -> None:
    """A copy that was broken off is told before anything is loaded."""
    if not [*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin")]:
        raise Refusal(f"{folder}: the weights are missing (model.safetensors)")
    for file in folder.glob("*.safetensors"):
        if not is_readable(file):
            raise Refusal(f"{file}: the weights are damaged, copy or train them again")


def is_readable(weights: Path) -> bool:
    """Whether a file of weights is as long as its head says."""
    try:
        with safe_open(weights, framework="pt"):
            return True
    except (OSError, SafetensorError):
        return False


def is_finite(folder: Path) -> bool:
    """Whether every saved weight is a number."""
    for file in folder.glob("*.safetensors"):
        with safe_open(file, framework="pt") as weights:
            names = weights.keys()
            if not all(weights.get_tensor(name).isfinite().all() for name in names):
                return False
    return True


def parameters(source: str) -> int:
    """How many weights a model has, counted without loading them."""
    config = AutoConfig.from_pretrained(source)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return sum(weight.numel() for weight in model.parameters())


def lora(model: ModelSettings, *, task: str) -> Any | None:
    """The adapter settings, or None when every weight is trained."""
    if model.lora_rank == 0:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=model.lora_rank,
        lora_alpha=model.lora_alpha,
        target_modules="all-linear",
        task_type=task,
        modules_to_save=["score"] if task == "SEQ_CLS" else None,  # the head is new: train it whole
    )


def merge_adapter(base: str, folder: Path, *, task: str) -> None:
    """Replace an adapter in a folder by the whole model with the adapter merged in."""
    from peft import PeftModel

    if task == "SEQ_CLS":
        whole = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1)
    else:
        whole = AutoModelForCausalLM.from_pretrained(base)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    whole.config.pad_token_id = tokenizer.pad_token_id
    merged = PeftModel.from_pretrained(whole, str(folder)).merge_and_unload()
    _save(merged, tokenizer, folder)


def _processes() -> PartialState:
    return PartialState(cpu=device().type == "cpu")


def is_main_process() -> bool:
    """The one process that writes files and speaks."""
    return bool(_processes().is_main_process)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_bfloat16(precision: str) -> bool:
    """bfloat16 where the hardware computes in it; elsewhere it is slower than float32."""
    if precision != "auto":
        return precision == "bfloat16"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))
