"""`grove export` and `grove import`: the data set as files of the published form."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.choices import languages_in, platforms_in
from bot.counted import counted, trees_and_messages
from bot.errors import StartError
from core.archive import Choice, Wanted
from core.model import TreeState

if TYPE_CHECKING:
    from bot.exchange.errors import Fault
    from bot.exchange.intake import Imported, Intake

_Target = Annotated[
    str, typer.Argument(metavar="FILE", help=".jsonl, .jsonl.gz or .parquet; - is the screen.")
]
_Seed = Annotated[
    str | None,
    typer.Option(help="Of the pseudonyms; the same seed gives the same. Else the store's own."),
]
_States = Annotated[
    list[TreeState] | None, typer.Option("--state", help="Of the trees; else ready_for_export.")
]
_Languages = Annotated[list[str] | None, typer.Option("--lang", help="Of the prompts.")]
_Platforms = Annotated[list[str] | None, typer.Option("--platform", help="Where it was written.")]
_Licences = Annotated[list[str] | None, typer.Option("--licence", help="Of imported trees.")]
_Day = Annotated[datetime | None, typer.Option(help="Of the trees' beginning, UTC.")]
_Person = Annotated[int | None, typer.Option(help="Only this person's messages, by number.")]
_Deleted = Annotated[Choice, typer.Option(help="What moderators removed.")]
_Spam = Annotated[Choice, typer.Option(help="What was rejected, is undecided, or held.")]
_Synthetic = Annotated[Choice, typer.Option(help="What models wrote.")]
_AllStates = Annotated[bool, typer.Option("--all-states", help="Trees in any state.")]
_Licensed = Annotated[
    bool, typer.Option("--licensed-only", help="No imported trees without a licence.")
]
_Prompts = Annotated[bool, typer.Option("--prompts-only", help="No replies.")]
_Flat = Annotated[bool, typer.Option("--flat", help="One message a line, not one tree.")]
_NoLabels = Annotated[bool, typer.Option("--no-labels", help="Without means and counts.")]
_Events = Annotated[bool, typer.Option("--events", help="With every ballot.")]
_Provenance = Annotated[
    bool, typer.Option("--provenance", help="With platform, origin, licence; not in the schema.")
]
_Limit = Annotated[int | None, typer.Option(min=1, help="So many trees.")]


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)
    app.command("import")(import_)


def export(
    target: _Target,
    seed: _Seed = None,
    state: _States = None,
    all_states: _AllStates = False,
    lang: _Languages = None,
    platform: _Platforms = None,
    licence: _Licences = None,
    licensed_only: _Licensed = False,
    since: _Day = None,
    until: _Day = None,
    person: _Person = None,
    deleted: _Deleted = Choice.WITHOUT,
    spam: _Spam = Choice.WITHOUT,
    synthetic: _Synthetic = Choice.WITHOUT,
    prompts_only: _Prompts = False,
    flat: _Flat = False,
    no_labels: _NoLabels = False,
    events: _Events = False,
    provenance: _Provenance = False,
    limit: _Limit = None,
) -> None:
    """Write trees to a file: finished ones, unless told otherwise."""
    if state and all_states:
        raise StartError("--all-states leaves nothing to choose; leave it out, or every --state.")
    states = frozenset(state) if state else Wanted().states
    wanted = Wanted(
        states=None if all_states else states,
        languages=languages_in(lang),
        since=_utc(since),
        until=_utc(until),
        licences=_set(licence),
        unlicensed=not licensed_only,
        platforms=platforms_in(platform),
        person_id=person,
        deleted=deleted,
        spam=spam,
        synthetic=synthetic,
        prompts_only=prompts_only,
        flat=flat,
        labels=not no_labels,
        events=events,
        provenance=provenance,
        limit=limit,
    )
    import asyncio

    asyncio.run(_export(target, wanted, seed))


async def _export(target: str, wanted: Wanted, seed: str | None) -> None:
    import sys
    from random import Random

    from bot.config import settings_from
    from bot.exchange.export import export_store
    from bot.store import existing, pseudonyms
    from core.export import Pseudonyms

    settings = settings_from()
    async with existing(settings, Random()) as store:
        names = Pseudonyms(seed) if seed else await pseudonyms(settings, store)
        out = sys.stdout.buffer if target == "-" else Path(target)
        done = await export_store(store, wanted, out, names)
    print(f"{trees_and_messages(done.trees, done.messages)}: {target}", file=sys.stderr)


def import_(
    file: Annotated[Path, typer.Argument(help="Trees or messages: .jsonl, .jsonl.gz, .parquet")],
    licence: Annotated[
        str | None, typer.Option(help="Mark what names none as publishable under this one.")
    ] = None,
    origin: Annotated[str | None, typer.Option(help="Else the name of the file.")] = None,
    lang: Annotated[str | None, typer.Option(help="Of messages that name none.")] = None,
    model_name: Annotated[
        str | None, typer.Option(help="Of model-written messages that name none.")
    ] = None,
    rank: Annotated[bool, typer.Option("--rank", help="Put them up for ranking.")] = False,
    rank_at_once: Annotated[int, typer.Option(min=0, help="So many without waiting.")] = 0,
    keep_good: Annotated[
        bool,
        typer.Option("--keep-good", help="Leave broken lines out with their trees, take the rest."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come.")] = False,
) -> None:
    """Take trees from a file into the store, as they are, once."""
    import asyncio

    from bot.exchange.intake import Intake

    intake = Intake(
        licence=licence,
        origin=origin,
        lang=lang,
        model_name=model_name,
        rank=rank,
        rank_at_once=rank_at_once,
        keep_good=keep_good,
        dry_run=dry_run,
    )
    asyncio.run(_import(file, intake))


async def _import(file: Path, intake: Intake) -> None:
    from random import Random

    from bot.config import policy_from, settings_from
    from bot.exchange.intake import import_file
    from bot.store import opened, pseudonyms

    settings = settings_from()
    async with opened(settings, Random()) as store:
        done = await import_file(
            store,
            file,
            intake,
            policy=policy_from(settings),
            now=datetime.now(UTC),
            names=await pseudonyms(settings, store),
            tell=_tell_fault,
        )
    _tell(done, dry=intake.dry_run)


def _tell(done: Imported, *, dry: bool) -> None:
    would = "would be " if dry else ""
    print(f"{trees_and_messages(done.trees, done.messages)} {would}imported.")
    if done.known:
        print(f"Already there and left as they are: {counted(done.known, 'tree')}.")
    if done.to_rank:
        print(f"{counted(done.to_rank, 'tree')} {would}put up for ranking.")
    if done.faults:
        print(f"{counted(done.faults, 'line')} {would}left out.")


def _tell_fault(fault: Fault) -> None:
    print(f"left out, {fault}")


def _set(values: list[str] | None) -> frozenset[str] | None:
    return frozenset(values) if values else None


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)
