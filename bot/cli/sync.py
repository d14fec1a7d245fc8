"""`grove sync`: the training store, published from the tree store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.choices import languages_in, platforms_in

_Target = Annotated[
    str, typer.Argument(metavar="TARGET", help="A folder, or any URL that fsspec knows.")
]
_Every = Annotated[
    str | None, typer.Option(metavar="10m", help="Again and again: 90s, 10m, 2h, 1d.")
]
_Languages = Annotated[list[str] | None, typer.Option("--lang", help="Of the prompts.")]
_Platforms = Annotated[list[str] | None, typer.Option("--platform", help="Where it was written.")]
_Day = Annotated[datetime | None, typer.Option(help="Of the trees' beginning, UTC.")]
_Agreement = Annotated[
    float, typer.Option("--min-agreement", min=0, max=1, help="Kendall's W of a ranked list.")
]
_Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="quality>=0.5", help="Or <=; of the mean.")
]
_Buckets = Annotated[int, typer.Option(help="Parts of a new store; an old one keeps its own.")]


def add_to(app: typer.Typer) -> None:
    app.command()(sync)


def sync(
    target: _Target,
    every: _Every = None,
    lang: _Languages = None,
    platform: _Platforms = None,
    since: _Day = None,
    until: _Day = None,
    min_agreement: _Agreement = 0.0,
    label: _Labels = None,
    buckets: _Buckets = 32,
) -> None:
    """Publish what changed: trees, messages, conversations, pairs, ranked lists, prompts."""
    import asyncio
    from contextlib import suppress

    from bot.config import settings_from
    from bot.exchange.sync.choice import Bound, Selection
    from bot.exchange.sync.command import Order, seconds_from
    from bot.exchange.sync.command import sync as carry_out

    selection = Selection(
        languages=languages_in(lang),
        platforms=platforms_in(platform),
        since=_utc(since),
        until=_utc(until),
        minimum_agreement=min_agreement,
        bounds=tuple(map(Bound.from_words, label or ())),
    )
    span = None if every is None else seconds_from(every)
    with suppress(KeyboardInterrupt):  # the next sync goes on where this one was
        asyncio.run(carry_out(settings_from(), Order(target, selection, buckets, span)))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)
