"""Stores with a few whole trees in them, and their ways out and in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes.archive import ALL, BEGUN, NAMES, message, record_of

from bot.exchange.export import export_store
from bot.exchange.intake import Intake, import_file
from core.model import Ballot, Fate, LabelSum, Task, TaskKind, TaskState
from core.policy import Policy
from storage.archive import add_record

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def tree_number(number, **changes):
    """A tree with ids of its own: a prompt, two ranked replies, one below, one removed."""

    def own(place, parent=None, **known):
        name = f"{10 * number + place:08}-0000-4000-8000-000000000000"
        text = f"text {10 * number + place}"
        given = {"author_id": None, "from_file": "origin" in changes}
        return message(place, parent, public_id=name, text=text, **given, **known)

    root = own(1, labels={"quality": LabelSum(2.25, 3)}, emojis={"+1": 2})
    best = own(2, root, rank=0)
    below = own(3, best, platform="telegram", accepted=None, review_count=1)
    second, removed = own(4, root, rank=1), own(5, root, fate=Fate.DELETED)
    ballots = {1: [Ballot(((2,), (4,)), (4, 2), pseudonym="voter", at=BEGUN)]}
    return record_of(root, best, below, second, removed, ballots=ballots, **changes)


async def filled(store, *records):
    """The store with these trees in it."""

    def fill(unit):
        for record in records:
            add_record(unit, record)

    await store.transact(fill)
    return store


async def exported(store, path, wanted=ALL, names=NAMES):
    """What an export counted, and the file."""
    counts = await export_store(store, wanted, path, names)
    return counts, path.read_bytes()


async def imported(store, path, names=None, **how):
    return await import_file(store, path, Intake(**how), policy=Policy(), now=NOW, names=names)


def vote(unit, person, tree, groups):
    """A ballot of a volunteer on the replies to a prompt."""
    task = unit.add_task(
        Task(
            id=0,
            kind=TaskKind.RANK_ASSISTANT_REPLIES,
            person_id=person.id,
            lang=tree.lang,
            leased_at=BEGUN,
            expires_at=BEGUN + timedelta(hours=1),
            tree_id=tree.id,
            target_id=tree.id,
            shown=tuple(i for group in groups for i in group),
        )
    )
    ballot = Ballot(groups, task.shown, person_id=person.id, at=BEGUN)
    unit.save_task(replace(task, state=TaskState.ANSWERED, ballot=ballot, answered_at=BEGUN))
