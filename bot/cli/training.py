"""`grove train`, `grove sample`, `grove loop`: from the trees to a model, and back to the trees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_PASSED_ON = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
_Model = Annotated[str, typer.Option(help="A model folder, or a server's URL.")]
_Prompts = Annotated[
    str, typer.Option(help="ready:N trees of the store, a training store, or a file.")
]
_Replies = Annotated[int, typer.Option("--n", min=1, help="Replies per prompt.")]
_Out = Annotated[Path | None, typer.Option(help="Folder for its files; else in the data folder.")]
_Limit = Annotated[int, typer.Option(min=0, help="Prompts; 0: all.")]
_Temperature = Annotated[float, typer.Option(min=0)]
_TopP = Annotated[float, typer.Option(min=0, max=1)]
_Tokens = Annotated[int, typer.Option("--max-new-tokens", min=1)]
_Seed = Annotated[int, typer.Option()]
_Name = Annotated[str | None, typer.Option(help="As the server knows it, and as exported.")]
_Key = Annotated[str, typer.Option(help="Environment variable that holds the server's API key.")]
_Lang = Annotated[str, typer.Option("--lang", help="Of prompts in a file that does not say.")]
_Licence = Annotated[str | None, typer.Option(help="Of prompts in a file; without, they stay.")]
_AtOnce = Annotated[bool, typer.Option("--at-once", help="New trees do not wait in the backlog.")]
_Completions = Annotated[
    Path | None, typer.Option(help="Only put up the replies in this file, sampled elsewhere.")
]
_Rounds = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the rounds and their data.")]
_Config = Annotated[str, typer.Option(help="tiny, smollm2-135m, pythia-6.9b, or a TOML file.")]
_Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting of it.")
]
_Count = Annotated[int, typer.Option("--rounds", min=1, help="More can be added later.")]
_Ranked = Annotated[float, typer.Option(min=0, max=1, help="Share of trees to be ranked first.")]
_Every = Annotated[
    str | None, typer.Option(metavar="10m", help="Wait for the volunteers, looking so often.")
]


def add_to(app: typer.Typer) -> None:
    app.command(context_settings=_PASSED_ON)(train)
    app.command()(sample)
    app.command()(loop)


def train(context: typer.Context) -> None:
    """Train on the data set: sft, reward, rl, all, eval; --help says more."""
    from bot.trainer import training_code

    raise typer.Exit(training_code(context.args))


def sample(
    model: _Model,
    prompts: _Prompts = "ready:100",
    n: _Replies = 4,
    out: _Out = None,
    limit: _Limit = 0,
    temperature: _Temperature = 1.0,
    top_p: _TopP = 1.0,
    max_new_tokens: _Tokens = 256,
    seed: _Seed = 0,
    model_name: _Name = None,
    key_variable: _Key = "",
    lang: _Lang = "en",
    licence: _Licence = None,
    at_once: _AtOnce = False,
    completions: _Completions = None,
) -> None:
    """Let a model reply to prompts, and put its replies up for ranking among those of people."""
    import asyncio

    from bot.config import settings_from
    from bot.exchange.sample import command

    settings, name = settings_from(), model_name or command.name_of(model)
    order = command.Order(
        model=model,
        model_name=name,
        prompts=prompts,
        folder=out or settings.data_dir / "samples" / name,
        sampling=command.Sampling(n, temperature, top_p, max_new_tokens, seed),
        limit=limit,
        lang=lang,
        licence=licence,
        at_once=at_once,
        key_variable=key_variable,
    )
    if completions is not None:
        came = asyncio.run(command.put_up_file(settings, order, completions))
    else:
        came = asyncio.run(command.sample(settings, order))
    command.tell(came)


def loop(
    folder: _Rounds,
    config: _Config = "tiny",
    sets: _Sets = None,
    rounds: _Count = 2,
    prompts: _Prompts = "ready:100",
    n: _Replies = 4,
    ranked: _Ranked = 0.9,
    every: _Every = None,
) -> None:
    """Sync, train, sample, let volunteers rank, and again; stopped anywhere, it goes on there."""
    import asyncio
    from contextlib import suppress

    from bot.config import settings_from
    from bot.exchange.loop import Loop, Order, alone
    from bot.exchange.sync.command import seconds_from

    span = None if every is None else seconds_from(every)
    order = Order(folder, config, sets or (), rounds, prompts, n, ranked, span)
    with suppress(KeyboardInterrupt), alone(folder):  # the same command goes on where this one was
        asyncio.run(Loop(settings_from(), order).go())
