"""Replies come back exactly as generated, from a folder and over HTTP."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from training import generate, main, toy
from training.errors import Refusal
from training.generate import Completion, Sampling

SAMPLING = Sampling(completions=2, temperature=0.7, top_p=0.9, max_new_tokens=20, seed=5)
ASK = [{"role": "user", "content": "Hello?"}]
TEXT = '  <b>Exactly</b> as\n"generated" – ünïcode <tag \n'


class Server(ThreadingHTTPServer):
    """Answers as an OpenAI-compatible server does, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.faults: list[int] = []
        self.answer: Any = None  # instead of a chat completion

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.faults:
            self.send_error(self.server.faults.pop())
            return
        self.server.asked.append(body)
        self.server.keys.append(self.headers["Authorization"])
        choice = {"message": {"content": TEXT}, "finish_reason": "stop"}
        whole = {"choices": [choice], "usage": {"completion_tokens": 9}}
        answer = json.dumps(self.server.answer or whole).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_server_is_asked_once_per_reply_with_its_own_seed(server: Server) -> None:
    (replies,) = generate.from_endpoint(server.url, [ASK], SAMPLING, name="tiny", key="secret")

    assert replies == [Completion(TEXT, ended=True, tokens=9)] * 2
    assert sorted(body["seed"] for body in server.asked) == [5, 6]
    assert server.asked[0]["messages"] == ASK
    assert server.asked[0]["temperature"] == 0.7
    assert server.keys == ["Bearer secret"] * 2


def test_a_busy_server_is_asked_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate.time, "sleep", lambda seconds: None)
    server.faults = [503, 429]

    (replies,) = generate.from_endpoint(server.url, [ASK], SAMPLING, name="tiny")

    assert len(replies) == 2


def test_a_refusing_server_is_named_in_one_line(server: Server) -> None:
    server.faults = [404] * 10

    with pytest.raises(Refusal, match="HTTP 404"):
        list(generate.from_endpoint(server.url, [ASK], SAMPLING, name="tiny"))


def test_a_url_needs_the_name_of_its_model() -> None:
    with pytest.raises(Refusal, match="--model-name"):
        list(generate.sample("http://127.0.0.1:9", [ASK], SAMPLING))


@pytest.mark.parametrize("url", ["http://", "http://localhost:abc", "http://[bad"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(Refusal, match="not the address of a server"):
        list(generate.sample(url, [ASK], SAMPLING, name="tiny"))


@pytest.mark.parametrize(
    "answer",
    [
        [1],
        {"choices": [{"message": {"content": ["a"]}}]},
        {"choices": [{"message": {"content": "a"}}], "usage": "many"},
        {"choices": [{"message": {"content": "a"}}], "usage": {"completion_tokens": "many"}},
    ],
)
def test_an_answer_of_another_kind_is_refused(server: Server, answer: Any) -> None:
    server.answer = answer

    with pytest.raises(Refusal, match="not a chat completion"):
        list(generate.from_endpoint(server.url, [ASK], SAMPLING, name="tiny"))


def test_half_of_a_character_is_written_as_a_question_mark(server: Server, tmp_path: Path) -> None:
    toy.write_trees(tmp_path / "trees.jsonl", toy.trees(1, seed=0))
    server.answer = {"choices": [{"message": {"content": "Oh \ud83d!"}}]}

    (line,) = sampled(server, tmp_path / "trees.jsonl", tmp_path / "samples.jsonl")

    assert line["completions"][0]["text"] == "Oh ?!"


@pytest.mark.parametrize(
    ("seed", "temperature"), [(-1, 1.0), (2**64, 1.0), (0, float("inf")), (0, float("nan"))]
)
def test_sampling_that_no_model_can_do_is_refused(seed: int, temperature: float) -> None:
    with pytest.raises(Refusal):
        Sampling(1, temperature, 1.0, 8, seed)


def sampled(
    server: Server, trees: Path, out: Path, limit: int = 0, **other: Any
) -> list[dict[str, Any]]:
    main.sample(
        server.url,
        str(trees),
        out,
        **{
            "completions": 2,
            "temperature": 0.7,
            "top_p": 0.9,
            "max_new_tokens": 20,
            "seed": 5,
            "limit": limit,
            "name": "tiny",
            **other,
        },
    )
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_samples_carry_their_prompt_their_model_and_their_settings(
    server: Server, tmp_path: Path
) -> None:
    trees = toy.trees(3, seed=0)
    toy.write_trees(tmp_path / "trees.jsonl", trees)

    lines = sampled(server, tmp_path / "trees.jsonl", tmp_path / "samples.jsonl")

    assert {line["tree_id"] for line in lines} == {tree.tree_id for tree in trees}
    assert lines[0]["parent_id"] == lines[0]["tree_id"]
    assert lines[0]["model_name"] == "tiny"
    assert lines[0]["sampling"] == SAMPLING.as_dict()
    assert lines[0]["completions"][0]["text"] == TEXT
    assert lines[0]["prompt"][-1]["role"] == "user"


def test_sampling_goes_on_where_it_was_stopped(server: Server, tmp_path: Path) -> None:
    trees, out = tmp_path / "trees.jsonl", tmp_path / "samples.jsonl"
    toy.write_trees(trees, toy.trees(4, seed=0))
    whole = sampled(server, trees, out)
    text = out.read_bytes()
    out.write_bytes(text[: text.index(b"\n") + 40])  # one line and a piece of the next
    server.asked.clear()

    again = sampled(server, trees, out)

    assert again == whole
    assert len(server.asked) == 3 * 2


def test_held_out_prompts_are_answered_too(server: Server, tmp_path: Path) -> None:
    toy.write_trees(tmp_path / "trees.jsonl", toy.trees(60, seed=0))

    lines = sampled(server, tmp_path / "trees.jsonl", tmp_path / "samples.jsonl", limit=6)

    assert [line["split"] for line in lines].count("validation") == 3


@pytest.mark.parametrize("other", [{"name": "another"}, {"temperature": 0.9}, {"completions": 1}])
def test_replies_of_another_model_or_setting_are_not_written_behind_the_first(
    server: Server, tmp_path: Path, other: dict[str, Any]
) -> None:
    trees, out = tmp_path / "trees.jsonl", tmp_path / "samples.jsonl"
    toy.write_trees(trees, toy.trees(4, seed=0))
    sampled(server, trees, out, limit=2)
    before = out.read_bytes()

    with pytest.raises(Refusal, match="answers other prompts or settings"):
        sampled(server, trees, out, **other)

    assert out.read_bytes() == before


def test_a_file_of_replies_to_other_prompts_is_not_gone_on_with(
    server: Server, tmp_path: Path
) -> None:
    out = tmp_path / "samples.jsonl"
    for seed in (0, 1):
        toy.write_trees(tmp_path / f"{seed}.jsonl", toy.trees(4, seed=seed))
    sampled(server, tmp_path / "0.jsonl", out, limit=2)

    with pytest.raises(Refusal, match="answers other prompts or settings"):
        sampled(server, tmp_path / "1.jsonl", out)


def test_a_folder_and_a_limit_below_nothing_are_refused(server: Server, tmp_path: Path) -> None:
    toy.write_trees(tmp_path / "trees.jsonl", toy.trees(2, seed=0))

    with pytest.raises(Refusal, match="is a folder"):
        sampled(server, tmp_path / "trees.jsonl", tmp_path)
    with pytest.raises(Refusal, match="--limit is a number of prompts"):
        sampled(server, tmp_path / "trees.jsonl", tmp_path / "samples.jsonl", limit=-1)


@pytest.mark.parametrize(
    ("folder", "name"), [("round1/rl/model", "round1-rl"), ("models/smollm2-135m", "smollm2-135m")]
)
def test_a_model_is_called_as_its_round_or_as_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, name: str
) -> None:
    answers = iter([[Completion("Yes.", ended=True, tokens=2)]])
    monkeypatch.setattr(generate, "sample", lambda *_, **__: answers)
    toy.write_trees(tmp_path / "trees.jsonl", toy.trees(1, seed=0))

    main.sample(
        str(tmp_path / folder),
        str(tmp_path / "trees.jsonl"),
        tmp_path / "samples.jsonl",
        completions=1,
        temperature=1.0,
        top_p=1.0,
        max_new_tokens=8,
        seed=0,
    )

    assert json.loads((tmp_path / "samples.jsonl").read_text())["model_name"] == name
