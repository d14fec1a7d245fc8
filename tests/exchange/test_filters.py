"""Each filter of an export, held against plain Python over everything that the store holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from fakes.archive import ALL, BEGUN, NAMES, message, record_of
from fakes.exchange import exported, filled
from fakes.planting import someone

from core.archive import Choice, TreeRecord, Wanted
from core.model import Fate, TreeState
from storage.archive import add_record

Line = Mapping[str, Any]

STATES = tuple(TreeState)
LANGUAGES = ("en", "es", "ar")
PLATFORMS = ("discord", "telegram", "terminal")
SPAN = timedelta(days=1)


def tree(number: int) -> TreeRecord:
    """A tree whose messages differ in everything that a filter looks at, each in its own way."""

    def own(place: int, parent: Any = None, **known: Any) -> Any:
        about = {
            "public_id": f"{number:08}-0000-4000-8000-{place:012}",
            "text": f"text {number} {place}",
            "lang": LANGUAGES[number % 3],
            "author_id": None,
            "pseudonym": f"person {(number + place) % 3 + 1}",
            "platform": PLATFORMS[(number // 2 + place) % 3],
            "created_at": BEGUN + number * SPAN + timedelta(minutes=place),
        }
        return message(place, parent, **{**about, **known})

    root = own(1, accepted=number % 7 != 3)
    good = own(2, root, rank=0)
    removed = own(3, root, fate=Fate.DELETED)
    spam = own(4, root, accepted=False)
    model = own(5, root, synthetic=True, model_name="tiny")
    undecided = own(6, good, accepted=None)
    last = own(7, good, synthetic=True, model_name="tiny", fate=Fate.DELETED)
    below_spam = own(8, spam)
    messages = (root, good, removed, spam, model, undecided, last, below_spam)
    begun = BEGUN + number * SPAN
    return record_of(
        *messages, state=STATES[number % len(STATES)], lang=LANGUAGES[number % 3],
        created_at=begun, origin="elsewhere" if number % 5 == 0 else None,
        licence="CC0" if number % 10 == 0 else None,
    )  # fmt: skip


@pytest.fixture
async def store(new_store: Any) -> Any:
    return await filled(await new_store(), *(tree(number) for number in range(1, 33)))


EVERYTHING = replace(ALL, flat=True, provenance=True)


async def lines(store: Any, folder: Any, wanted: Wanted) -> list[Line]:
    _, content = await exported(store, folder / "out.jsonl", wanted, NAMES)
    return [json.loads(line) for line in content.decode().splitlines()]


def is_spam(line: Line) -> bool:
    return line.get("review_result") is not True


def parents(everything: list[Line]) -> Mapping[str, Line]:
    return {line["message_id"]: line for line in everything}


def root_of(line: Line, known: Mapping[str, Line]) -> Line:
    while line.get("parent_id") is not None:
        line = known[line["parent_id"]]
    return line


def begun(line: Line, known: Mapping[str, Line]) -> datetime:
    """When the tree began: in these trees, a minute before its prompt."""
    at = datetime.fromisoformat(root_of(line, known)["created_date"])
    return at.astimezone(UTC) - timedelta(minutes=1)


MIDDLE, LATE = BEGUN + 10 * SPAN, BEGUN + 20 * SPAN
Admits = Callable[[Line, Mapping[str, Line]], bool]

FILTERS: Mapping[str, tuple[Mapping[str, Any], Admits]] = {
    **{
        f"state {state}": (
            {"states": frozenset({state})},
            lambda line, _, state=state: line["tree_state"] == state,
        )
        for state in STATES
    },
    "two states": (
        {"states": frozenset({TreeState.GROWING, TreeState.RANKING})},
        lambda line, _: line["tree_state"] in ("growing", "ranking"),
    ),
    "language": (
        {"languages": frozenset({"es"})},
        lambda line, known: root_of(line, known)["lang"] == "es",
    ),
    "two languages": (
        {"languages": frozenset({"es", "ar"})},
        lambda line, known: root_of(line, known)["lang"] != "en",
    ),
    "since": ({"since": MIDDLE}, lambda line, known: begun(line, known) >= MIDDLE),
    "until": ({"until": MIDDLE}, lambda line, known: begun(line, known) < MIDDLE),
    "from then till then": (
        {"since": MIDDLE, "until": LATE},
        lambda line, known: MIDDLE <= begun(line, known) < LATE,
    ),
    "platform": (
        {"platforms": frozenset({"telegram"})},
        lambda line, _: line["platform"] == "telegram",
    ),
    "two platforms": (
        {"platforms": frozenset({"telegram", "terminal"})},
        lambda line, _: line["platform"] != "discord",
    ),
    "no removed texts": ({"deleted": Choice.WITHOUT}, lambda line, _: not line["deleted"]),
    "removed texts alone": ({"deleted": Choice.ONLY}, lambda line, _: line["deleted"]),
    "no spam": ({"spam": Choice.WITHOUT}, lambda line, _: not is_spam(line)),
    "spam alone": ({"spam": Choice.ONLY}, lambda line, _: is_spam(line)),
    "nothing of models": ({"synthetic": Choice.WITHOUT}, lambda line, _: not line["synthetic"]),
    "models alone": ({"synthetic": Choice.ONLY}, lambda line, _: line["synthetic"]),
    "prompts": ({"prompts_only": True}, lambda line, _: line.get("parent_id") is None),
    "a licence": (
        {"licences": frozenset({"CC0"})},
        lambda line, known: (
            root_of(line, known).get("origin") is None
            or root_of(line, known).get("licence") == "CC0"
        ),
    ),
    "some licence": (
        {"unlicensed": False},
        lambda line, known: (
            root_of(line, known).get("origin") is None
            or root_of(line, known).get("licence") is not None
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_leaves_what_plain_python_leaves(
    store: Any, tmp_path: Any, name: str
) -> None:
    changes, admits = FILTERS[name]
    everything = await lines(store, tmp_path, EVERYTHING)
    known = parents(everything)

    found = await lines(store, tmp_path, replace(EVERYTHING, **changes))

    assert len(everything) == 32 * 8
    assert 0 < len(found) < len(everything)
    assert found == [line for line in everything if admits(line, known)]


async def test_one_persons_messages_are_those_under_their_pseudonym(
    new_store: Any, tmp_path: Any
) -> None:
    def fill(unit: Any) -> list[int]:
        people = [someone(unit, name) for name in ("ana", "ben", "eva")]
        for person in people:
            unit.save_person(replace(person, consent_version=1, consented_at=BEGUN))
        for number in range(1, 9):
            record = tree(number)
            messages = {
                i: replace(m, author_id=people[i % 3].id, pseudonym=None)
                for i, m in record.tree.messages.items()
            }
            add_record(unit, replace(record, tree=replace(record.tree, messages=messages)))
        return [person.id for person in people]

    store = await new_store()
    people = await store.transact(fill)
    everything = await lines(store, tmp_path, EVERYTHING)

    for person_id in people:
        found = await lines(store, tmp_path, replace(EVERYTHING, person_id=person_id))
        own = [line for line in everything if line["user_id"] == NAMES.of_person(person_id)]
        assert found == own
        assert 0 < len(found) < len(everything)


async def test_filters_hold_together(store: Any, tmp_path: Any) -> None:
    everything = await lines(store, tmp_path, EVERYTHING)
    known = parents(everything)
    names = ("language", "since", "platform", "no removed texts", "no spam", "nothing of models")
    changes = {name: value for each in names for name, value in FILTERS[each][0].items()}

    found = await lines(store, tmp_path, replace(EVERYTHING, **changes))

    assert found == [
        line for line in everything if all(FILTERS[name][1](line, known) for name in names)
    ]
    assert found


@pytest.mark.parametrize(("deleted", "spam"), [*product(Choice, Choice)])
async def test_choices_of_different_kinds_do_not_disturb_each_other(
    store: Any, tmp_path: Any, deleted: Choice, spam: Choice
) -> None:
    def admits(choice: Choice, is_so: bool) -> bool:
        return {"with": True, "without": not is_so, "only": is_so}[choice]

    everything = await lines(store, tmp_path, EVERYTHING)

    found = await lines(store, tmp_path, replace(EVERYTHING, deleted=deleted, spam=spam))

    assert found == [
        line
        for line in everything
        if admits(deleted, line["deleted"]) and admits(spam, is_spam(line))
    ]


async def test_in_trees_nothing_leaves_below_what_does_not(store: Any, tmp_path: Any) -> None:
    everything = parents(await lines(store, tmp_path, EVERYTHING))

    trees = await lines(store, tmp_path, replace(ALL, deleted=Choice.WITHOUT, spam=Choice.WITHOUT))

    def is_kept(line: Line) -> bool:
        above = line.get("parent_id") is None or is_kept(everything[line["parent_id"]])
        return above and not line["deleted"] and not is_spam(line)

    def ids(node: Line) -> list[str]:
        return [node["message_id"], *(i for reply in node["replies"] for i in ids(reply))]

    assert sorted(i for tree in trees for i in ids(tree["prompt"])) == sorted(
        name for name, line in everything.items() if is_kept(line)
    )
