"""A whole round in seconds: it learns nothing, but every part of it runs."""

import hashlib
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from training import __main__ as command
from training import chat, evaluate, generate, main, models, toy
from training.config import load_settings
from training.data import open_source, rows_of
from training.errors import BadConfig, Cancelled, DiskFull, Refusal
from training.generate import Sampling
from training.progress import Stop, Watch, read_log
from training.reward_model import Judge
from training.run import Run, last_checkpoint
from training.sft import sft_trainer

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries' own notices, not ours


HELLO = {"role": "user", "content": "Tell me about bees."}
REPLY = {"role": "assistant", "content": "They fly."}


@dataclass
class Round:
    out: Path
    trees: str
    words: list[str]  # the settings

    def table(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = json.loads((self.out / name).read_text())
        return values


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, trees: str, quick: list[str]) -> Round:
    """The three steps and the evaluation, once for all tests below."""
    out = tmp_path_factory.mktemp("round1")
    main.train("all", trees, out, "tiny", quick)
    return Round(out, trees, quick)


def weights(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_a_round_leaves_three_models_that_transformers_opens(first: Round) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    for step in ("sft", "rl"):
        AutoModelForCausalLM.from_pretrained(first.out / step / "model")
        tokenizer = AutoTokenizer.from_pretrained(first.out / step / "model")
        assert "{%- generation -%}" in tokenizer.chat_template
    judge = Judge(first.out / "reward" / "model", 128, 8)
    assert len(judge.scores([([{"role": "user", "content": "Hi"}], "Hello")])) == 1


def test_the_run_card_names_data_settings_versions_and_seed(first: Round) -> None:
    card = first.table("reward/card.json")

    assert card["state"] == "done"
    assert card["data"] == open_source(first.trees).generation
    assert card["settings"]["reward"]["max_steps"] == 6
    assert card["versions"]["trl"].startswith("1.16")
    assert card["seed"] == 0
    assert card["start"].endswith("sft/model")


def test_metrics_hold_cost_and_figures(first: Round) -> None:
    step, whole = first.table("reward/metrics.json"), first.table("metrics.json")

    assert step["steps"] == 6
    assert step["peak_memory"] > 10**8
    assert 0 <= whole["reward"]["model"]["pairs"]["value"] <= 1
    assert whole["reward"]["chance"] == 0.5
    assert set(whole["rl"]["before"]) == {"reward", "tokens", "ended", "distinct"}


def test_the_report_shows_its_pictures_and_samples(first: Round) -> None:
    page = (first.out / "report.md").read_text()

    pictures = [line.split("(")[1][:-1] for line in page.splitlines() if line.startswith("![")]
    assert len(pictures) == 6
    assert all((first.out / picture).stat().st_size > 5000 for picture in pictures)
    assert "| fine-tuned | after RL |" in page
    assert re.search(r"\| Reward model \| 24 of \d\d lists \| 6 \|", page)
    assert len((first.out / "samples.jsonl").read_text().splitlines()) == 4


def test_the_command_ends_with_the_accuracy_beside_chance_and_length(
    first: Round, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reward", "--data", first.trees, "--out", str(tmp_path)]

    code = command.main([*words, *(f"--set={word}" for word in first.words)])

    *_, told, wrote = capsys.readouterr().out.splitlines()
    assert code == command.OK
    share = r"\d+\.\d ± \d+\.\d %"
    judges = rf"reward model {share}, chance 50\.0 %, longer reply {share}"
    assert re.fullmatch(rf"\d+ held-out pairs put right: {judges}", told), told
    assert wrote == f"wrote {tmp_path}/report.md and metrics.json"
    assert "## Reward model" in (tmp_path / "report.md").read_text()


def test_in_the_batches_that_trl_makes_the_assistants_words_alone_are_learned(
    first: Round, tmp_path: Path
) -> None:
    base, settings = models.trained(first.out / "sft/model"), load_settings("tiny", first.words)
    talks = [[{**HELLO, "content": "Tell me. " * times}, REPLY] for times in (1, 6)]
    examples = [chat.labelled(turns, base.tokenizer, 100) for turns in talks]
    run = Run("sft", tmp_path, settings, "none", base.model)
    watch = Watch("sft", tmp_path / "log.jsonl", Stop(), loud=False)

    trainer = sft_trainer(run, base, [example for example in examples if example], watch)

    (batch,) = trainer.get_train_dataloader()
    for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True):
        learned = base.tokenizer.decode(ids[labels != chat.IGNORED])
        assert learned == REPLY["content"] + chat.END


def test_fine_tuning_lowers_the_loss(first: Round) -> None:
    log = [json.loads(line) for line in (first.out / "sft/log.jsonl").read_text().splitlines()]

    assert float(log[-1]["loss"]) < float(log[0]["loss"])


def test_the_same_seed_gives_the_same_weights_bit_for_bit(first: Round, tmp_path: Path) -> None:
    for step in ("sft", "reward", "rl"):
        main.train(step, first.trees, tmp_path, "tiny", first.words)  # type: ignore[arg-type]

    for step in ("sft", "reward", "rl"):
        assert weights(tmp_path / step / "model") == weights(first.out / step / "model"), step


@pytest.mark.slow
def test_another_seed_gives_other_weights(first: Round, tmp_path: Path) -> None:
    main.train("sft", first.trees, tmp_path, "tiny", [*first.words, "seed=1"])

    assert weights(tmp_path / "sft/model") != weights(first.out / "sft/model")


def test_a_step_that_is_done_is_not_done_again(
    first: Round, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (first.out / "sft/model/model.safetensors").stat().st_mtime_ns

    main.train("sft", first.trees, first.out, "tiny", first.words)

    assert "done already" in capsys.readouterr().out
    assert (first.out / "sft/model/model.safetensors").stat().st_mtime_ns == before


def test_a_folder_made_with_other_settings_is_not_overwritten(first: Round) -> None:
    with pytest.raises(Refusal, match="other data or settings"):
        main.train("sft", first.trees, first.out, "tiny", [*first.words, "sft.max_steps=7"])


def test_the_cost_is_told_before_the_start(
    first: Round, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main.train("sft", first.trees, tmp_path, "tiny", [*first.words, "sft.max_steps=1"])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("sft: about ")
    assert "GiB are free" in lines[0]
    assert "1/1" in lines[1]


@pytest.mark.slow
def test_grpo_is_one_word_away(first: Round, tmp_path: Path) -> None:
    (tmp_path / "reward").symlink_to(first.out / "reward")

    words = [*first.words, "rl.algorithm=grpo", "rl.max_steps=1"]
    main.train("rl", first.trees, tmp_path, "tiny", words, sft=first.out / "sft/model")

    assert (tmp_path / "rl/model/config.json").is_file()


def test_generations_that_do_not_divide_the_batch_are_refused_before_anything_is_done(
    trees: str, tmp_path: Path, quick: list[str]
) -> None:
    with pytest.raises(BadConfig, match=r"rl.generations 3 does not divide the 8 completions"):
        main.train("all", trees, tmp_path / "out", "tiny", [*quick, "rl.generations=3"])

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda tree: tree["prompt"].update(replies=tree["prompt"]["replies"][:1]), "view lists"),
        (
            lambda tree: [reply.update(rank=0) for reply in tree["prompt"]["replies"]],
            "all replies are tied",
        ),
    ],
)
def test_rankings_that_teach_nothing_are_refused_before_the_fine_tuning(
    trees: str, tmp_path: Path, quick: list[str], spoil: Callable[[Any], Any], reason: str
) -> None:
    rows = [json.loads(line) for line in Path(trees).read_text().splitlines()]
    for tree in rows:
        spoil(tree)
    data = tmp_path / "trees.jsonl"
    data.write_text("".join(json.dumps(tree) + "\n" for tree in rows))

    with pytest.raises(Refusal, match=reason):
        main.train("all", str(data), tmp_path / "out", "tiny", quick)

    assert not (tmp_path / "out").exists()


def test_a_third_round_starts_from_the_fine_tuned_model_of_the_first(
    first: Round, tmp_path: Path
) -> None:
    second, third = tmp_path / "second", tmp_path / "third"
    main.train("all", first.trees, second, "tiny", first.words, previous=first.out)

    main.train("all", first.trees, third, "tiny", first.words, previous=second)
    again = main.evaluate(first.trees, third, "tiny", first.words, previous=second)

    card = json.loads((third / "rl/card.json").read_text())
    assert card["start"] == str(first.out / "sft/model")
    assert again["rl"]["prompts"] == 4


def test_a_round_before_without_a_fine_tuned_model_is_refused_before_anything_is_done(
    first: Round, tmp_path: Path
) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "before/reward").symlink_to(first.out / "reward")

    with pytest.raises(Refusal, match="no fine-tuned model there; name it with --sft"):
        main.train(
            "all",
            first.trees,
            tmp_path / "out",
            "tiny",
            first.words,
            previous=tmp_path / "before",
        )

    assert not (tmp_path / "out").exists()


def test_a_reward_model_is_not_taken_for_one_that_writes(first: Round, tmp_path: Path) -> None:
    judge = first.out / "reward/model"
    sampling = Sampling(completions=1, temperature=1.0, top_p=1.0, max_new_tokens=4, seed=0)

    with pytest.raises(Refusal, match="writes no replies"):
        list(generate.from_folder(judge, [[HELLO]], sampling))
    with pytest.raises(Refusal, match="writes no replies"):
        main.train("all", first.trees, tmp_path, "tiny", first.words, sft=judge)


@pytest.mark.parametrize("rate", ["sft.learning_rate=1e9", "reward.learning_rate=1e38"])
def test_a_model_that_has_run_away_is_told_in_one_line(
    trees: str, tmp_path: Path, quick: list[str], rate: str
) -> None:
    with pytest.raises(Refusal, match=f"has run away.*lower {rate.partition('=')[0]}"):
        main.train("all", trees, tmp_path, "tiny", [*quick, rate])


def test_no_word_is_drawn_from_weights_that_are_no_numbers(first: Round, tmp_path: Path) -> None:
    model = models.opened(first.out / "sft/model")
    model.lm_head.weight.data.fill_(float("nan"))
    shutil.copytree(first.out / "sft/model", tmp_path / "model")
    model.save_pretrained(tmp_path / "model")
    sampling = Sampling(completions=1, temperature=1.0, top_p=1.0, max_new_tokens=4, seed=0)

    with pytest.raises(Refusal, match="no word can be drawn"):
        list(generate.from_folder(tmp_path / "model", [[HELLO]], sampling))


def test_scores_that_are_no_numbers_are_refused(first: Round) -> None:
    judge = Judge(first.out / "reward/model", 60, 4)
    judge.model.score.weight.data.fill_(float("nan"))

    with pytest.raises(Refusal, match="its scores are no numbers"):
        judge.scores([([HELLO], "They fly.")])


def test_a_model_whose_weights_do_not_fit_is_refused(first: Round, tmp_path: Path) -> None:
    shutil.copytree(first.out / "sft/model", tmp_path / "model")
    config = tmp_path / "model/config.json"
    config.write_text(config.read_text().replace('"hidden_size": 32', '"hidden_size": 64'))

    with pytest.raises(Refusal, match="do not fit config"):
        models.opened(tmp_path / "model")


def test_a_line_of_the_log_that_was_cut_off_leaves_the_rest(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')

    assert read_log(log) == [{"step": 1, "loss": 2.0}]


def test_what_was_too_long_is_told_on_the_screen_and_in_the_report(
    trees: str, quick: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tight = ["sft.max_length=50", "reward.max_length=20", "rl.max_length=20"]

    main.train("all", trees, tmp_path, "tiny", [*quick, *tight])

    told, report = capsys.readouterr().out, (tmp_path / "report.md").read_text()
    for step, key, words in (
        ("sft", "too_long", "conversations longer than sft.max_length left out"),
        ("reward", "replies_cut", "replies cut, with their prompts longer than reward.max_length"),
        ("rl", "prompts_cut", "prompts cut to what rl.max_length leaves beside"),
    ):
        count = json.loads((tmp_path / step / "metrics.json").read_text())[key]
        assert count > 0
        assert f"{step}: {count} {words}" in told
        assert f"{count} {words}" in report


def test_an_evaluation_with_other_settings_says_so_in_the_report(
    first: Round, tmp_path: Path
) -> None:
    shutil.copytree(first.out, tmp_path / "round")

    main.evaluate(first.trees, tmp_path / "round", "tiny", [*first.words, "seed=5"])

    assert "Evaluated otherwise" not in (first.out / "report.md").read_text()
    report = (tmp_path / "round/report.md").read_text()
    assert "Evaluated otherwise: configuration `tiny`, seed 5, data" in report


def test_what_fits_is_not_said_to_be_cut(first: Round) -> None:
    assert "Too long" not in (first.out / "report.md").read_text()


def test_an_engine_that_is_not_installed_is_refused_before_anything_is_done(
    trees: str, quick: list[str], tmp_path: Path
) -> None:
    with pytest.raises(BadConfig, match="needs vLLM"):
        main.train("all", trees, tmp_path / "out", "tiny", [*quick, "rl.vllm=server"])

    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["reward.mode=pairs"], ["reward.loss=plackett-luce"], ["reward.agreement=margin"]]
)
def test_the_reward_model_learns_in_every_mode(
    first: Round, tmp_path: Path, words: list[str]
) -> None:
    metrics = main.train("reward", first.trees, tmp_path, "tiny", [*first.words, *words])

    assert metrics["reward"]["steps"] == 6


@pytest.mark.slow
def test_an_adapter_is_merged_into_an_ordinary_folder(first: Round, tmp_path: Path) -> None:
    words = [*first.words, "model.lora_rank=2", "model.lora_alpha=4", "reward.max_steps=1"]

    main.train("sft", first.trees, tmp_path, "tiny", [*words, "sft.max_steps=1"])
    main.train("reward", first.trees, tmp_path, "tiny", [*words, "sft.max_steps=1"])

    for step in ("sft", "reward"):
        names = {path.name for path in (tmp_path / step / "model").iterdir()}
        assert "model.safetensors" in names
        assert not [name for name in names if name.startswith("adapter")]
    assert len(Judge(tmp_path / "reward/model", 128, 8).scores([([HELLO], "Hi")])) == 1


@pytest.mark.slow
def test_a_second_round_continues_the_reward_model_and_compares_the_two(
    first: Round, tmp_path: Path
) -> None:
    trees = toy.trees(60, seed=0)
    for tree in trees:
        tree.groups[:] = [
            [toy.ToyReply(reply.text, "round1-rl") for reply in group] for group in tree.groups
        ]
    toy.write_trees(tmp_path / "new.jsonl", trees)

    metrics = main.train(
        "all",
        str(tmp_path / "new.jsonl"),
        tmp_path / "two",
        "tiny",
        first.words,
        previous=first.out,
    )

    card = json.loads((tmp_path / "two/reward/card.json").read_text())
    assert card["start"] == str(first.out / "reward/model")
    rounds = metrics["evaluation"]["reward"]["rounds"]
    assert rounds["own_replies"]["lists"] == 8
    assert rounds["human_replies"]["lists"] == 0
    assert rounds["own_replies"]["first"]["pairs"] == rounds["own_replies"]["second"]["pairs"]
    assert "Second round" in (tmp_path / "two/report.md").read_text()


def test_sampling_repeats_with_its_seed(first: Round) -> None:
    sampling = Sampling(completions=3, temperature=1.0, top_p=1.0, max_new_tokens=8, seed=3)

    def texts(changed: Sampling) -> list[str]:
        made = generate.from_folder(first.out / "sft/model", [[HELLO], [HELLO]], changed)
        return [one.text for some in made for one in some]

    assert texts(sampling) == texts(sampling)
    assert len(texts(sampling)) == 6
    assert len(set(texts(sampling))) > 1


def test_a_model_does_not_diverge_from_itself(first: Round) -> None:
    settings = load_settings("tiny", first.words)
    prompts = rows_of(open_source(first.trees), "prompts", settings.data, "validation")
    sampling = Sampling(completions=2, temperature=1.0, top_p=1.0, max_new_tokens=8, seed=3)
    sft, rl = first.out / "sft/model", first.out / "rl/model"
    made = list(generate.from_folder(rl, [prompt.prompt for prompt in prompts], sampling))

    assert evaluate.divergence(rl, rl, prompts, made, settings)["per_reply"] == 0.0
    assert evaluate.divergence(rl, sft, prompts, made, settings)["per_reply"] != 0.0


def stop_when_logged(log: Path, steps: int) -> threading.Thread:
    """Send this process SIGTERM, as a supervisor would, once some steps are in the log."""

    def watch() -> None:
        for _ in range(600):
            if log.is_file() and len(log.read_text().splitlines()) >= steps:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been_stopped(
    first: Round, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = [*first.words, "sft.max_steps=40", "sft.checkpoint_every=10"]
    main.train("sft", first.trees, tmp_path / "straight", "tiny", words)
    thread = stop_when_logged(tmp_path / "stopped/sft/log.jsonl", 3)

    with pytest.raises(Cancelled):
        main.train("sft", first.trees, tmp_path / "stopped", "tiny", words)
    thread.join()
    card = json.loads((tmp_path / "stopped/sft/card.json").read_text())
    main.train("sft", first.trees, tmp_path / "stopped", "tiny", words)

    assert card["state"] == "cancelled"
    assert "missing keys" not in caplog.text
    assert weights(tmp_path / "stopped/sft/model") == weights(tmp_path / "straight/sft/model")


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.pt"])
def test_a_checkpoint_with_a_file_cut_off_gives_way_to_the_one_before(
    first: Round, tmp_path: Path, name: str
) -> None:
    words = [*first.words, "sft.max_steps=40", "sft.checkpoint_every=1"]
    thread = stop_when_logged(tmp_path / "sft/log.jsonl", 3)
    with pytest.raises(Cancelled):
        main.train("sft", first.trees, tmp_path, "tiny", words)
    thread.join()
    checkpoints = tmp_path / "sft/checkpoints"
    newest = Path(last_checkpoint(checkpoints) or "")
    content = (newest / name).read_bytes()
    (newest / name).write_bytes(content[: len(content) // 2])

    found = last_checkpoint(checkpoints)

    assert found
    assert found != str(newest)
    assert not newest.exists()


def test_a_checkpoint_that_was_cut_off_is_not_used(first: Round, tmp_path: Path) -> None:
    broken = tmp_path / "sft/checkpoints/checkpoint-3"
    broken.mkdir(parents=True)
    (broken / "model.safetensors").write_bytes(b"half")

    main.train("sft", first.trees, tmp_path, "tiny", first.words)

    assert weights(tmp_path / "sft/model") == weights(first.out / "sft/model")


@pytest.mark.parametrize("file", ["log.jsonl", "model.partial/config.json"])
def test_a_full_disk_ends_the_run_with_one_line(
    first: Round, tmp_path: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "sft" / file
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    words = ["sft", "--data", first.trees, "--out", str(tmp_path)]

    code = command.main([*words, *(f"--set={word}" for word in first.words)])

    assert code == command.FULL
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "the disk is full" in line] == said[-1:]


def test_a_disk_that_cannot_hold_the_result_is_refused_before_the_start(
    first: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = os.statvfs(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())

    with pytest.raises(DiskFull, match="MB will be written"):
        main.train("sft", first.trees, tmp_path, "tiny", first.words)
    assert usage.f_bavail > 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["sft", "--data", "/nowhere", "--out", "{out}"], "grove sync"),
        (["sft", "--data", "{trees}", "--out", "{out}", "--set", "sft.x=1"], "not a setting"),
        (["rl", "--data", "{trees}", "--out", "{out}"], "run the earlier step first"),
        (["eval", "--data", "{trees}", "--out", "{out}"], "neither a reward model nor a policy"),
        (["sft", "--data", "{trees}", "--out", "{out}", "--config", "smollm2-135m"], "smollm2"),
        (["smollm2", "--wheel", "/nowhere.whl", "--out", "{out}/m"], "make smollm2"),
    ],
)
def test_what_a_person_can_mend_is_said_in_one_line(
    words: list[str],
    line: str,
    trees: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    code = command.main([word.format(trees=trees, out=tmp_path) for word in words])

    said = capsys.readouterr().err.strip().splitlines()
    assert code == command.REFUSED
    assert len(said) == 1
    assert line in said[0]
