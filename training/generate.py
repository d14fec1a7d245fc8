"""Asks a model for K replies to every prompt: a folder in process, or any OpenAI-compatible server.

Texts are kept exactly as generated, with the model's name and the sampling settings, so that
they can be ranked blind among human replies and traced afterwards.
"""

import http.client
import json
import math
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.errors import Diverged, Refusal, is_divergence
from training.rows import Turn

TRIES = 4  # of one request; the waits between them double from one second
BUSY = (408, 409, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Sampling:
    completions: int
    temperature: float
    top_p: float
    max_new_tokens: int
    seed: int

    def __post_init__(self) -> None:
        if self.completions < 1 or self.max_new_tokens < 1:
            raise Refusal("ask for at least one reply (--n) of at least one token")
        if not 0 <= self.seed < 2**32:
            raise Refusal("the seed is at least 0 and below 4294967296")
        if not (0 <= self.temperature < math.inf and 0 < self.top_p <= 1):
            raise Refusal("the temperature is at least 0, top-p above 0 and at most 1")
        if self.temperature == 0 and self.completions > 1:
            raise Refusal("at temperature 0 all replies to a prompt are the same: ask for --n 1")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Completion:
    text: str
    ended: bool  # by itself, not by the limit
    tokens: int


def sample(
    model: str, prompts: Sequence[list[Turn]], sampling: Sampling, *, name: str = "", key: str = ""
) -> Iterator[list[Completion]]:
    """K completions for every prompt, in the order of the prompts."""
    if model.startswith(("http://", "https://")):
        return from_endpoint(model, prompts, sampling, name=name, key=key)
    return from_folder(Path(model), prompts, sampling)


def from_folder(
    folder: Path,
    prompts: Sequence[list[Turn]],
    sampling: Sampling,
    *,
    batch: int = 64,
    longest: int = 0,
) -> Iterator[list[Completion]]:
    """Sample in this process. The same seed gives the same texts on the same machine.

    A prompt of more than `longest` tokens (0: than the model can read) loses its beginning.
    """
    import torch

    from training import chat, models
    from training.run import quieten

    quieten()
    tokenizer = models.writer(folder).tokenizer
    model = models.opened(folder).to(models.device()).eval()
    room = max(16, int(model.config.max_position_embeddings) - sampling.max_new_tokens)
    room = min(room, longest or room)
    torch.manual_seed(sampling.seed)
    size = max(1, batch // sampling.completions)
    for begin in range(0, len(prompts), size):
        part = [chat.tokens_of_prompt(p, tokenizer, room) for p in prompts[begin : begin + size]]
        padded = tokenizer.pad({"input_ids": part}, padding_side="left", return_tensors="pt").to(
            model.device
        )
        whole = _generated(folder, model, padded, tokenizer, sampling)
        replies = whole[:, padded["input_ids"].shape[1] :].tolist()  # (prompts·K, new tokens)
        completions = [_completion(ids, tokenizer) for ids in replies]
        for first in range(0, len(completions), sampling.completions):
            yield completions[first : first + sampling.completions]


def _generated(
    folder: Path, model: Any, padded: Any, tokenizer: Any, sampling: Sampling
) -> Any:  # (prompts·K, time)
    import torch

    try:
        with torch.inference_mode():
            return model.generate(
                **padded,
                do_sample=sampling.temperature > 0,
                temperature=sampling.temperature or None,
                top_p=sampling.top_p,
                top_k=0,
                max_new_tokens=sampling.max_new_tokens,
                num_return_sequences=sampling.completions,
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=tokenizer.eos_token_id,
            )
    except RuntimeError as error:
        if is_divergence(error):
            raise Diverged(f"{folder}: no word can be drawn from it; train it anew") from error
        raise


def _completion(ids: list[int], tokenizer: Any) -> Completion:
    ended = tokenizer.eos_token_id in ids
    if ended:
        ids = ids[: ids.index(tokenizer.eos_token_id)]
    text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return Completion(text, ended, len(ids) + ended)


def name_of_model(folder: str | Path) -> str:
    """What a model is called when nobody says.

    round1/rl/model is round1-rl; a model from elsewhere is called as its folder.
    """
    *_, first, second, last = ("", "", *Path(folder).resolve().parts)
    return f"{first}-{second}" if last == "model" else last


def from_endpoint(
    url: str, prompts: Sequence[list[Turn]], sampling: Sampling, *, name: str, key: str = ""
) -> Iterator[list[Completion]]:
    """Sample over plain HTTP: one request per reply, four at a time, each with its own seed."""
    if not name:
        raise Refusal("--model-name is needed with a URL: the model's name as the server knows it")
    _check_address(url)
    numbers = range(sampling.completions)
    with ThreadPoolExecutor(max_workers=4) as pool:
        waiting = [
            [
                pool.submit(_ask, url, _body(name, prompt, sampling, number), key)
                for number in numbers
            ]
            for prompt in prompts
        ]
        try:
            for futures in waiting:
                yield [future.result() for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)


def _check_address(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise Refusal(f"{url}: not the address of a server, such as http://localhost:8000")


def _body(name: str, prompt: list[Turn], sampling: Sampling, number: int) -> dict[str, Any]:
    return {
        "model": name,
        "messages": prompt,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_new_tokens,
        "seed": sampling.seed + number,
        "stream": False,
    }


def _ask(url: str, body: dict[str, Any], key: str) -> Completion:
    address = url.rstrip("/")
    address += "/chat/completions" if address.endswith("/v1") else "/v1/chat/completions"
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    answer = _patiently(request)
    try:
        choice = answer["choices"][0]
        text = (choice["message"]["content"] or "").encode(errors="replace").decode()
        tokens = int((answer.get("usage") or {}).get("completion_tokens") or 0)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise Refusal(f"{address}: the answer is not a chat completion") from error
    return Completion(text, choice.get("finish_reason") == "stop", tokens)


def _patiently(request: urllib.request.Request) -> dict[str, Any]:
    """Ask again after a passing fault; say in one line what the server said otherwise."""
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(200).decode(errors="replace")
            if error.code not in BUSY or not left:
                raise Refusal(f"{request.full_url}: HTTP {error.code}: {said}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            if not left:
                raise Refusal(f"{request.full_url}: {error}") from error
        time.sleep(2.0 ** (TRIES - 1 - left))
    raise AssertionError("unreachable")


def write_samples(
    out: Path,
    rows: Iterable[dict[str, Any]],
    completions: Iterable[list[Completion]],
    *,
    model_name: str,
    sampling: Sampling,
) -> int:
    """One line per prompt: the prompt's own row, its completions, model and settings.

    A run that was stopped goes on where it ended: the caller leaves out prompts already written.
    """
    count = 0
    with out.open("a", encoding="utf-8") as file:
        for row, made in zip(rows, completions, strict=True):
            line = {
                **row,
                "model_name": model_name,
                "sampling": sampling.as_dict(),
                "completions": [asdict(completion) for completion in made],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return count
