"""What every store promises moderators: cases, memos, searches, sweeps, people by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.planting import AT, grow, plant, someone

from core.casework import Case, Lot, Memo, Search, Sweep, SweepState
from core.model import Fate, Message, TreeState
from core.people import AuditEntry, Community, Report, Who
from core.ports import Store, UnitOfWork


def community(unit: UnitOfWork, name: str, platform: str = "discord") -> Community:
    found = unit.arrive(Who(platform, "ada", "Ada", community=name), None, AT).community
    assert found is not None
    return found


def reported(unit: UnitOfWork, message: Message, minutes: int, where: int | None = None) -> Report:
    at = AT + timedelta(minutes=minutes)
    report = Report(0, message.id, None, f"after {minutes}", at, community_id=where)
    return unit.add_report(report)


async def test_reported_and_held_texts_are_cases_oldest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[str], list[Case], int, list[Case]]:
        tree = plant(unit, state=TreeState.GROWING)
        first, second, held = (grow(unit, tree) for _ in range(3))
        tree = unit.tree(tree.id)  # type: ignore[assignment]
        kept = replace(tree.messages[held.id], held=True, created_at=AT + timedelta(minutes=2))
        unit.save_tree(tree.with_message(kept))
        reported(unit, second, 1)
        reported(unit, first, 4)
        reported(unit, first, 3)
        names = {first.id: "first", second.id: "second", held.id: "held"}
        cases = unit.cases(None, 10)
        before = [names[case.message_id] for case in cases]
        unit.resolve_reports(second.id)
        return before, list(cases), unit.case_count(None), list(unit.cases(None, 1, 1))

    before, cases, count, page = await store.transact(work)

    assert sorted(before) == ["first", "held", "second"]
    assert before.index("second") < before.index("first")
    assert [case.since for case in cases] == sorted(case.since for case in cases)
    assert count == 2
    assert len(page) == 1


async def test_a_community_sees_what_was_written_or_reported_there(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[list[str]]:
        here, there = community(unit, "here").id, community(unit, "there").id
        tree = plant(unit, state=TreeState.GROWING)
        written = grow(unit, tree, community_id=here)
        elsewhere = grow(unit, tree, community_id=there)
        nowhere = grow(unit, tree)
        for message, where in ((written, None), (elsewhere, here), (nowhere, there)):
            reported(unit, message, 1, where)
        names = {written.id: "written", elsewhere.id: "elsewhere", nowhere.id: "nowhere"}
        return [
            sorted(names[case.message_id] for case in unit.cases(where, 9))
            for where in (here, there, None)
        ] + [[str(unit.case_count(where)) for where in (here, there, None)]]

    here, there, everywhere, counts = await store.transact(work)

    assert here == ["elsewhere", "written"]
    assert there == ["elsewhere", "nowhere"]
    assert everywhere == ["elsewhere", "nowhere", "written"]
    assert counts == ["2", "2", "3"]


async def test_acts_of_a_community_leave_the_moves_of_trees_out(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[list[str | None]]:
        here = community(unit, "here").id
        for number, (act, where) in enumerate(
            [("remove", here), ("state", None), ("block", None), ("warn", here)]
        ):
            unit.record(AuditEntry(AT, act, reason=str(number), community_id=where))
        found = unit.acts(here, 9), unit.acts(None, 9), unit.acts(None, 1, 1)
        return [[entry.reason for entry in acts] for acts in found]

    assert await store.transact(work) == [["3", "0"], ["3", "2", "0"], ["2"]]


async def test_people_are_found_by_account_and_by_name(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[object]:
        ada, other = someone(unit, "ada"), unit.arrive(Who("discord", "9", "Ada"), None, AT).person
        return [
            unit.account_owner("terminal", "ada") == ada.id,
            unit.account_owner("discord", "9") == other.id,
            unit.account_owner("discord", "ada"),
            [p.id for p in unit.people_named("Ada", 5)] == [ada.id, other.id],
            len(unit.people_named("Ada", 1)),
            list(unit.people_named("Eve", 5)),
        ]

    assert await store.transact(work) == [True, True, None, True, 1, []]


async def test_people_are_known_where_they_came_from_and_where_they_wrote(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        here, there = community(unit, "here").id, community(unit, "there").id
        ada, ben = someone(unit, "ada"), someone(unit, "ben")
        unit.save_person(replace(ada, home_id=here))
        plant(unit, ben.id, root={"community_id": there})
        unit.set_barred(ben.id, here, True)
        return [
            *(
                unit.is_known_in(person.id, where)
                for person in (ada, ben)
                for where in (here, there)
            ),
            unit.is_barred(ben.id, here),
            unit.is_barred(ben.id, there),
        ]

    assert await store.transact(work) == [True, False, False, True, True, False]


async def test_blocked_where_they_came_from_they_are_barred_in_private_too(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        here = community(unit, "here").id
        ada = someone(unit, "ada")
        unit.save_person(replace(ada, home_id=here))
        unit.set_barred(ada.id, here, True)
        ada_of = Who("terminal", "ada")
        return [
            unit.arrive(replace(ada_of, community=place), None, AT).barred
            for place in (None, "there", "there", None)
        ]

    assert await store.transact(work) == [True, False, False, True]


async def test_a_warning_is_kept(store: Store) -> None:
    def work(unit: UnitOfWork) -> str | None:
        ada = someone(unit, "ada")
        unit.save_person(replace(ada, warning="spam"))
        return someone(unit, "ada").warning

    assert await store.transact(work) == "spam"


# ---------------------------------------------------------------- memos


async def test_a_memo_is_given_out_once_until_it_is_due_again(store: Store) -> None:
    later = AT + timedelta(minutes=1)

    def work(unit: UnitOfWork) -> list[list[str | None]]:
        here, group = community(unit, "here").id, community(unit, "group", "telegram").id
        person = someone(unit, "ben")
        for where, reason in ((here, "first"), (group, "other"), (here, "second")):
            entry = AuditEntry(AT, "warn", 1, 2, person.id, person.id, "a", "b", reason, where)
            unit.add_memo(Memo(where, entry))
        taken = [
            unit.due_memos("discord", AT, later, 9),
            unit.due_memos("discord", AT, later, 9),
            unit.due_memos("discord", later, later + timedelta(minutes=1), 1),
            unit.due_memos("telegram", AT, later, 9),
        ]
        assert taken[0][0].entry.subject_id == person.id
        unit.drop_memo(taken[0][0].id)
        taken.append(unit.due_memos("discord", later + timedelta(hours=1), later, 9))
        return [[memo.entry.reason for memo in memos] for memos in taken]

    assert await store.transact(work) == [["first", "second"], [], ["first"], ["other"], ["second"]]


async def test_nothing_of_a_person_who_left_stays_in_memos_and_sweeps(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[object]:
        here = community(unit, "here").id
        ben, eve = someone(unit, "ben"), someone(unit, "eve")
        for subject, actor in ((ben, eve), (eve, ben)):
            entry = AuditEntry(AT, "warn", subject_id=subject.id, actor_id=actor.id)
            unit.add_memo(Memo(here, entry))
        sweeps = [unit.add_sweep(sweep(actor_id=person.id)) for person in (ben, eve)]
        unit.forget_person(ben.id)
        memos = unit.due_memos("discord", AT, AT, 9)
        found = [x for n in memos for x in (n.entry.subject_id, n.entry.actor_id)]
        return [
            [None if x is None else x == eve.id for x in found],
            [None if (s := unit.sweep(x.id)) is None else s.actor_id == eve.id for x in sweeps],
        ]

    assert await store.transact(work) == [[None, True, True, None], [False, True]]


async def test_what_was_done_to_two_people_who_are_one_was_done_to_one(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        here = community(unit, "here").id
        kept, gone, other = (someone(unit, name) for name in ("ben", "eve", "joe"))
        for person in (kept, gone, other):
            unit.add_memo(Memo(here, AuditEntry(AT, "warn", subject_id=person.id)))
        unit.merge_people(kept.id, gone.id)
        memos = unit.due_memos("discord", AT, AT, 9)
        return [memo.entry.subject_id == kept.id for memo in memos]

    assert await store.transact(work) == [True, True, False]


# ---------------------------------------------------------------- searches


def sweep(**changes: object) -> Sweep:
    return replace(Sweep(Search(), "remove", AT, above=0, below=99, counted=7), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), "abcd"),
        (Search(words=("buy",)), "ac"),
        (Search(words=("buy", "now")), "a"),
        (Search(words=("über",)), "d"),
        (Search(lang="de"), "d"),
        (Search(lot=Lot.REMOVED), "e"),
        (Search(lot=Lot.HELD), "b"),
        (Search(since=AT + timedelta(hours=1)), "c"),
        (Search(until=AT + timedelta(hours=1)), "abd"),
        (Search(words=("%",)), ""),
    ],
)
async def test_a_search_finds_what_matches(store: Store, search: Search, found: str) -> None:
    def work(unit: UnitOfWork) -> str:
        names = planted(unit)
        newest = unit.newest_message_id()
        hits = unit.found(search, above=0, below=newest + 1, limit=99)
        assert [m.id for m in hits] == sorted((m.id for m in hits), reverse=True)
        return "".join(sorted(names[message.id] for message in hits))

    assert await store.transact(work) == found


def planted(unit: UnitOfWork) -> dict[int, str]:
    texts = {
        "a": {"text": "BUY it now"},
        "b": {"text": "some words", "held": True},
        "c": {"text": "buy later", "created_at": AT + timedelta(hours=2)},
        "d": {"text": "ÜBER alles", "lang": "de"},
        "e": {"text": "gone", "fate": Fate.DELETED},
    }
    names = {}
    for name, changes in texts.items():
        changes.setdefault("accepted", True)
        lang = str(changes.pop("lang", "en"))
        names[plant(unit, state=TreeState.GROWING, lang=lang, root=changes).id] = name
    return names


async def test_a_search_stays_within_its_person_community_bounds_and_limit(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        here = community(unit, "here").id
        ben = someone(unit, "ben")
        trees = [
            plant(unit, ben.id, root={"community_id": here}),
            plant(unit, ben.id),
            plant(unit, None, root={"community_id": here}),
        ]
        below = unit.newest_message_id() + 1
        searches = [
            (Search(author_id=ben.id), 0, below, 9),
            (Search(community_id=here), 0, below, 9),
            (Search(author_id=ben.id, community_id=here), 0, below, 9),
            (Search(), trees[0].id, below, 9),
            (Search(), 0, trees[2].id, 9),
            (Search(), 0, below, 1),
        ]
        return [len(unit.found(s, above=a, below=b, limit=n)) for s, a, b, n in searches]

    assert await store.transact(work) == [2, 2, 1, 2, 2, 1]


async def test_words_are_looked_for_beyond_the_first_thousand(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[str]:
        tree = plant(unit, root={"text": "a needle"})
        for _ in range(1100):
            reply = {"text": "hay", "parent_id": tree.id, "tree_id": tree.id, "depth": 1}
            unit.add_message(replace(tree.root, id=0, public_id=f"p{_}", **reply))  # type: ignore[arg-type]
        below = unit.newest_message_id() + 1
        return [
            m.text for m in unit.found(Search(words=("needle",)), above=0, below=below, limit=9)
        ]

    assert await store.transact(work) == ["a needle"]


async def test_an_empty_store_has_no_newest_text(store: Store) -> None:
    assert await store.transact(lambda unit: unit.newest_message_id()) == 0


async def test_a_sweep_comes_back_as_it_was_kept(store: Store) -> None:
    search = Search(("a", "b"), "de", 7, AT, AT + timedelta(days=1), Lot.REMOVED, 3)

    def work(unit: UnitOfWork) -> tuple[Sweep, Sweep | None, Sweep | None, Sweep | None]:
        kept = unit.add_sweep(
            sweep(search=search, actor_id=someone(unit).id, community_id=3, reason="why")
        )
        before = unit.running_sweep()
        running = replace(kept, state=SweepState.RUNNING, done=5, below=12, act="restore")
        unit.save_sweep(running)
        assert unit.sweep(kept.id) == running
        return kept, before, unit.running_sweep(), unit.sweep(77)

    kept, before, running, unknown = await store.transact(work)

    assert kept.search == search
    assert before is None
    assert running is not None
    assert (running.id, running.done, running.below) == (kept.id, 5, 12)
    assert unknown is None


async def test_old_plans_are_forgotten_but_nothing_that_was_begun(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, list[bool]]:
        old = AT - timedelta(days=2)
        plans = [
            unit.add_sweep(sweep(at=old)),
            unit.add_sweep(sweep()),
            unit.add_sweep(sweep(at=old, state=SweepState.DONE)),
        ]
        forgotten = unit.forget_sweeps(AT - timedelta(days=1))
        return forgotten, [unit.sweep(plan.id) is not None for plan in plans]

    assert await store.transact(work) == (1, [False, True, True])
