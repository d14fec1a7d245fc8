"""What every store promises about points, boards and the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes.planting import AT, plant, someone

from core.bulletin import Outgoing, PostState
from core.people import AuditEntry, Who
from core.ports import Store, UnitOfWork


async def test_counts_add_up_on_every_board_and_points_follow_the_policy(store: Store) -> None:
    def work(unit: UnitOfWork) -> int:
        ada = someone(unit).id
        unit.tally(ada, ["*", "l:en"], ["total", "d:1"], {"labels_full": 2, "ranked_1": 1})
        return ada

    ada = await store.transact(work)
    await store.transact(lambda unit: unit.tally(ada, ["*"], ["total"], {"labels_full": 1}))

    everywhere = await store.read(lambda unit: unit.standing(ada, "*", "total"))
    assert everywhere.points == 3 * 2 + 9
    assert everywhere.counts["labels_full"] == 3
    assert everywhere.counts["ranked_1"] == 1
    assert everywhere.counts["prompts"] == 0
    assert everywhere.place == 1
    english = await store.read(lambda unit: unit.standing(ada, "l:en", "d:1"))
    assert english.points == 2 * 2 + 9


async def test_each_kind_of_contribution_is_rounded_down(store: Store) -> None:
    ada = await store.transact(lambda unit: someone(unit).id)
    found = []

    for _ in range(11):
        await store.transact(
            lambda unit: unit.tally(ada, ["*"], ["total"], {"prompts": 1, "accepted_prompts": 1})
        )
        found.append((await store.read(lambda unit: unit.standing(ada, "*", "total"))).points)

    assert found == [0] * 9 + [2, 2]


async def test_what_was_counted_can_be_taken_back(store: Store) -> None:
    ada = await store.transact(lambda unit: someone(unit).id)
    for by in (1, 1, -1):
        await store.transact(
            lambda unit, by=by: unit.tally(ada, ["*"], ["total"], {"ranked_3": by})
        )

    standing = await store.read(lambda unit: unit.standing(ada, "*", "total"))

    assert (standing.points, standing.counts["ranked_3"]) == (1, 1)


async def test_points_are_seen_in_the_transaction_that_earns_them(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        ada = someone(unit).id
        unit.tally(ada, ["*"], ["total"], {"ranked_1": 1})
        first = unit.standing(ada, "*", "total")
        board = unit.board("*", "total", 5)
        unit.tally(ada, ["*"], ["total"], {"ranked_1": 1})
        second = unit.standing(ada, "*", "total")
        return [first.points, first.place, board[0].points, second.points, second.place]

    assert await store.transact(work) == [9, 1, 9, 18, 1]


async def test_a_board_lists_the_best_first_and_ties_share_a_place(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        people = [someone(unit, name).id for name in ("ada", "bob", "cyd", "dan", "eve")]
        for person_id, count in zip(people, (1, 3, 2, 3, 0), strict=True):
            unit.tally(person_id, ["*"], ["total"], {"rankings": count})
        return people

    ada, bob, cyd, dan, eve = await store.transact(work)

    board = await store.read(lambda unit: unit.board("*", "total", 9))
    assert [(s.person_id, s.place, s.points) for s in board] == [
        (bob, 1, 3),
        (dan, 1, 3),
        (cyd, 3, 2),
        (ada, 4, 1),
    ]
    assert board[0].name == "Bob"
    assert [s.person_id for s in await store.read(lambda unit: unit.board("*", "total", 2))] == [
        bob,
        dan,
    ]
    assert (await store.read(lambda unit: unit.standing(cyd, "*", "total"))).place == 3
    assert (await store.read(lambda unit: unit.standing(dan, "*", "total"))).place == 1
    assert (await store.read(lambda unit: unit.standing(eve, "*", "total"))).place == 0
    assert list(await store.read(lambda unit: unit.board("l:en", "total", 9))) == []


async def test_hidden_and_blocked_people_are_on_no_board_and_in_nobodys_way(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        people = [someone(unit, name) for name in ("ada", "bob", "cyd")]
        for person, count in zip(people, (3, 2, 1), strict=True):
            unit.tally(person.id, ["*"], ["total"], {"rankings": count})
        unit.save_person(replace(people[0], hidden=True))
        unit.save_person(replace(people[1], blocked=True))
        return [person.id for person in people]

    ada, bob, cyd = await store.transact(work)

    board = await store.read(lambda unit: unit.board("*", "total", 9))
    assert [(s.person_id, s.place) for s in board] == [(cyd, 1)]
    places = [
        (await store.read(lambda unit, i=i: unit.standing(i, "*", "total"))).place
        for i in (ada, bob, cyd)
    ]
    assert places == [0, 0, 1]
    assert (await store.read(lambda unit: unit.standing(ada, "*", "total"))).points == 3


async def test_who_comes_out_of_hiding_has_earned_meanwhile(store: Store) -> None:
    def earn(unit: UnitOfWork, person_id: int, period: str) -> None:
        unit.tally(person_id, ["*"], ["total", period], {"rankings": 2})

    def places(unit: UnitOfWork, *person_ids: int) -> list[int]:
        return [unit.standing(p, "*", k).place for k in ("total", "d:1", "d:2") for p in person_ids]

    def hide(unit: UnitOfWork, person_id: int, hidden: bool) -> None:
        person = unit.person(person_id)
        assert person is not None
        earn(unit, person_id, "d:1")
        unit.save_person(replace(person, hidden=hidden))

    ada, bob = await store.transact(lambda unit: [someone(unit, n).id for n in ("ada", "bob")])
    await store.transact(lambda unit: unit.tally(bob, ["*"], ["total", "d:1", "d:2"], _ONE))

    await store.transact(lambda unit: hide(unit, ada, True))
    await store.transact(lambda unit: earn(unit, ada, "d:2"))
    assert await store.read(lambda unit: places(unit, ada, bob)) == [0, 1] * 3
    assert [s.person_id for s in await store.read(lambda u: u.board("*", "d:2", 9))] == [bob]

    await store.transact(lambda unit: hide(unit, ada, False))
    assert await store.read(lambda unit: places(unit, ada, bob)) == [1, 2] * 3
    assert [s.person_id for s in await store.read(lambda u: u.board("*", "d:2", 9))] == [ada, bob]


_ONE = {"rankings": 1}


async def test_neighbours_on_a_board_are_those_next_to_one_whom_all_may_see(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[list[tuple[str, int]]]:
        people = [someone(unit, name) for name in ("ada", "bob", "cyd", "dan", "eve")]
        for person, count in zip(people, (5, 4, 3, 3, 1), strict=True):
            unit.tally(person.id, ["*"], ["total"], {"rankings": count})
        unit.save_person(replace(people[1], hidden=True))
        unit.board("*", "total", 9)
        own = [unit.standing(person.id, "*", "total") for person in people]
        near = [unit.neighbours(standing, "*", "total") for standing in own]
        return [[(s.name.lower(), s.place) for s in found] for found in near]

    assert await store.transact(work) == [
        [("cyd", 2)],
        [],
        [("ada", 1), ("dan", 2)],
        [("cyd", 2), ("eve", 4)],
        [("dan", 2)],
    ]


async def test_old_days_weeks_and_posts_are_forgotten_and_nothing_else(store: Store) -> None:
    then = AT - timedelta(days=70)
    kept = ["total", "m:2025-01", "d:2025-10-27", "w:2025-W44", "w:2026-W01"]

    def work(unit: UnitOfWork) -> int:
        ada = unit.arrive(Who("discord", "ada", community="home"), None, AT)
        assert ada.community is not None
        here, scopes = ada.community.id, ["*", "c:1", "l:en"]
        old = ["d:2025-10-26", "d:2024-12-31", "w:2025-W43"]
        unit.tally(ada.person.id, scopes, [*kept, *old], {"rankings": 1})
        for number, state in enumerate(PostState, 1):
            period = f"d:2025-10-{number:02}"
            unit.add_post(Outgoing(here, "day", period, "here", then - timedelta(1), state))
        unit.add_post(Outgoing(here, "day", "d:2025-10-27", "here", then, PostState.SENT))
        return here

    here = await store.transact(work)
    gone = [await store.transact(lambda unit: unit.forget_boards(then, 5)) for _ in range(3)]

    assert sum(gone) == 9 + 3
    assert [p.state for p in await store.read(lambda unit: unit.posts_of(here, 9))] == [
        PostState.SENT, PostState.SENDING, PostState.WAITING,
    ]  # fmt: skip
    for period in (*kept, "d:2025-10-26", "w:2025-W43"):
        board = await store.read(lambda unit, p=period: unit.board("l:en", p, 9))
        assert len(board) == (period in kept), period


# ---------------------------------------------------------------- the record


async def test_acts_are_recorded_and_read_newest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[AuditEntry]:
        ada = someone(unit).id
        one, two = plant(unit).id, plant(unit).id
        acts = [
            AuditEntry(AT, "state", one, before="growing", after="ranking"),
            AuditEntry(
                AT + timedelta(seconds=1), "remove", two, two, ada, ada, reason="rude, “so”"
            ),
            AuditEntry(AT, "block", subject_id=ada, actor_id=ada, after="everywhere"),
        ]
        for act in acts:
            unit.record(act)
        assert list(unit.audit()) == acts[::-1]
        assert list(unit.audit(limit=1)) == acts[2:]
        assert list(unit.audit(tree_id=one)) == acts[:1]
        assert list(unit.audit(subject_id=ada)) == [acts[2], acts[1]]
        assert list(unit.audit(tree_id=two, subject_id=ada)) == [acts[1]]
        return acts

    acts = await store.transact(work)
    assert list(await store.read(lambda unit: unit.audit())) == acts[::-1]


async def test_languages_are_counted_in_which_somebody_did_a_task(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        ada = someone(unit).id
        unit.tally(ada, ["*", "l:en"], ["total", "d:2026-01-05"], {"rankings": 2})
        unit.tally(ada, ["*", "l:de"], ["total"], {"prompts": 1})
        unit.tally(ada, ["*", "l:fr"], ["total"], {"ranked_1": 1})
        unit.tally(ada, ["*", "l:es"], ["total"], {"labels_full": 1})
        unit.tally(ada, ["*", "l:es"], ["total"], {"labels_full": -1})
        return [
            unit.boards_worked_for(ada, ["l:en", "l:de", "l:fr", "l:es", "l:it"]),
            unit.boards_worked_for(ada, ["l:it"]),
            unit.boards_worked_for(someone(unit, "bob").id, ["l:en"]),
        ]

    assert await store.transact(work) == [2, 0, 0]
