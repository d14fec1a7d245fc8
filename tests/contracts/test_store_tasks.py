"""What every store promises about tasks and the opinions that answer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes.planting import AT, answered, ended, grow, leased, moved, plant, ranked, someone, task

from core.model import Ballot, Fate, Review, Task, TaskKind, TaskState, Tree, TreeState
from core.people import Report, Who
from core.ports import Store, UnitOfWork

REVIEW = TaskKind.LABEL_INITIAL_PROMPT
REPLY = TaskKind.ASSISTANT_REPLY
RANKING = TaskKind.RANK_ASSISTANT_REPLIES
PROMPT = TaskKind.INITIAL_PROMPT
MINUTE = timedelta(minutes=1)


def prompt_task(person_id: int, lang: str = "en") -> Task:
    return Task(0, PROMPT, person_id, lang, AT, AT + timedelta(hours=4))


async def test_everything_about_a_task_is_kept(store: Store) -> None:
    def work(unit: UnitOfWork) -> Task:
        ada = someone(unit).id
        tree = plant(unit, state=TreeState.GROWING)
        reply = grow(unit, tree)
        task = leased(unit, ada, tree.id, REPLY)
        changed = replace(
            task,
            state=TaskState.ANSWERED,
            full=False,
            shown=(reply.id, tree.id),
            draft="d\nü",
            draft_labels={"quality": 0.25},
            version=4,
            answered_at=AT + timedelta(microseconds=7),
            labels={"spam": 0.0, "quality": 0.75, "unheard_of": 1.0},
            ballot=Ballot(
                groups=((reply.id,), (tree.id,)),
                shown=(tree.id, reply.id),
                all_bad=True,
                method="pairs",
                person_id=ada,
                at=AT + timedelta(microseconds=7),
            ),
            message_id=reply.id,
            settled=True,
            skip_reason="because",
            expires_at=AT + timedelta(days=2),
        )
        unit.save_task(changed)
        return changed

    changed = await store.transact(work)

    assert await store.read(lambda unit: unit.task(changed.id)) == changed


async def test_a_task_without_a_tree_waits_for_its_prompt(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Task, Task, list[int]]:
        ada = someone(unit).id
        one, two = unit.add_task(prompt_task(ada)), unit.add_task(prompt_task(ada))
        unit.add_task(prompt_task(ada, "de"))
        before = unit.open_prompt_tasks("en")
        unit.save_task(replace(two, state=TaskState.EXPIRED))
        return one, two, [before, unit.open_prompt_tasks("en"), unit.open_prompt_tasks("fr")]

    one, two, counts = await store.transact(work)

    assert one.id != two.id
    assert counts == [2, 1, 0]
    assert await store.read(lambda unit: unit.task(one.id)) == one


async def test_no_task_is_no_task(store: Store) -> None:
    assert await store.transact(lambda unit: unit.task(77)) is None
    assert await store.read(lambda unit: unit.task_on(1, 2, REVIEW, 0)) is None
    assert await store.read(lambda unit: unit.last_answer(1, AT)) is None


async def test_an_expired_task_gives_way_to_the_same_task(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Task, Task | None, int]:
        ada = someone(unit).id
        tree = plant(unit)
        ended(unit, leased(unit, ada, tree.id, REVIEW), TaskState.EXPIRED)
        again = leased(unit, ada, tree.id, REVIEW, leased_at=AT + MINUTE)
        return again, unit.task_on(ada, tree.id, REVIEW, 0), len(unit.open_tasks(ada))

    again, found, count = await store.transact(work)

    assert found == again
    assert count == 1


async def test_a_task_is_found_by_what_it_is_about(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Task, list[Task | None]]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit)
        task = leased(unit, ada, tree.id, REVIEW)
        return task, [
            unit.task_on(ada, tree.id, REVIEW, 0),
            unit.task_on(ada, tree.id, REVIEW, 1),
            unit.task_on(ada, tree.id, REPLY, 0),
            unit.task_on(bob, tree.id, REVIEW, 0),
        ]

    task, found = await store.transact(work)
    assert found == [task, None, None, None]


async def test_what_a_person_has_in_hand_comes_newest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int]]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        first, second, third = (
            leased(unit, ada, plant(unit).id, REVIEW, leased_at=AT + n * MINUTE) for n in range(3)
        )
        leased(unit, bob, plant(unit).id, REVIEW)
        ended(unit, second, TaskState.ANSWERED, answered_at=AT)
        return [third.id, first.id], [task.id for task in unit.open_tasks(ada)]

    wanted, found = await store.transact(work)
    assert found == wanted


async def test_tasks_taken_lately_are_counted_for_one_community_alone(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        here, there = (_community(unit, name) for name in ("here", "there"))

        def take(person_id: int, community_id: int | None, minute: int) -> Task:
            when = AT + minute * MINUTE
            return leased(
                unit, person_id, plant(unit).id, REVIEW, leased_at=when, community_id=community_id
            )

        for n, state in enumerate(TaskState):
            ended(unit, take(ada, here, n), state, answered_at=AT)
        take(ada, there, 4)
        take(ada, None, 4)
        take(bob, here, 4)
        return [unit.tasks_taken_in(here, ada, AT + n * MINUTE) for n in (-1, 0, 3, 5)]

    assert await store.transact(work) == [5, 5, 2, 0]


def _community(unit: UnitOfWork, name: str) -> int:
    found = unit.arrive(Who("discord", "ada", community=name), None, AT).community
    assert found is not None
    return found.id


async def test_the_last_answer_is_the_newest_that_still_stands(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[Task | None]]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        _, second, third = (
            answered(unit, ada, plant(unit).id, REVIEW, answered_at=AT + n * MINUTE)
            for n in (1, 3, 2)
        )
        answered(unit, bob, plant(unit).id, REVIEW, answered_at=AT + 9 * MINUTE)
        skipped = leased(unit, ada, plant(unit).id, REVIEW)
        ended(unit, skipped, TaskState.SKIPPED, answered_at=AT + 5 * MINUTE)
        found = [unit.last_answer(ada, AT)]
        ended(unit, second, TaskState.OPEN, answered_at=None)
        found += [unit.last_answer(ada, AT + 2 * MINUTE), unit.last_answer(ada, AT + 3 * MINUTE)]
        return [second.id, third.id], found

    wanted, found = await store.transact(work)
    assert [task.id for task in found if task] == wanted
    assert found[2] is None


async def test_a_text_that_was_withdrawn_is_no_answer_any_more(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Task, Task | None]:
        ada = someone(unit).id
        tree, gone = plant(unit, ada), plant(unit, ada, root={"fate": Fate.WITHDRAWN})
        for number, root in enumerate((tree.id, gone.id)):
            task = unit.add_task(prompt_task(ada))
            at = AT + number * MINUTE
            answer = {"state": TaskState.ANSWERED, "tree_id": root, "message_id": root}
            unit.save_task(replace(task, answered_at=at, **answer))
        return task, unit.last_answer(ada, AT)

    withdrawn, found = await store.transact(work)

    assert found is not None
    assert found.id < withdrawn.id


async def test_leases_that_ran_out_come_oldest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        ada = someone(unit).id
        late, early, _, answered_one = (
            leased(unit, ada, plant(unit).id, REVIEW, expires_at=AT + n * MINUTE)
            for n in (2, 1, 9, 0)
        )
        prompt = unit.add_task(replace(prompt_task(ada), expires_at=AT + 3 * MINUTE))
        ended(unit, answered_one, TaskState.ANSWERED, answered_at=AT)
        return [early.id, late.id, prompt.id]

    wanted = await store.transact(work)

    now = AT + 3 * MINUTE
    found = await store.transact(lambda unit: [t.id for t in unit.overdue_tasks(now, 9)])
    assert found == wanted
    capped = await store.transact(lambda unit: [t.id for t in unit.overdue_tasks(now, 1)])
    assert capped == wanted[:1]


async def test_skips_of_a_message_are_counted(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        tree, other = plant(unit), plant(unit)
        for name in ("ada", "bob"):
            held = leased(unit, someone(unit, name).id, tree.id, REVIEW)
            ended(unit, held, TaskState.SKIPPED)
        leased(unit, someone(unit, "cyd").id, tree.id, REVIEW)
        return [unit.skips(tree.id), unit.skips(other.id)]

    assert await store.transact(work) == [2, 0]


# ---------------------------------------------------------------- opinions


async def test_reviews_are_the_answered_ones_oldest_first(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[Review], list[Review]]:
        ada, bob, cyd, dan = (someone(unit, name).id for name in ("ada", "bob", "cyd", "dan"))
        tree = plant(unit)
        late, early = {"spam": 1.0}, {"spam": 0.0, "quality": 0.25}
        answered(unit, ada, tree.id, REVIEW, labels=late, answered_at=AT + MINUTE)
        answered(unit, bob, tree.id, REVIEW, labels=early)
        ended(unit, answered(unit, cyd, tree.id, REVIEW, labels=late), TaskState.WITHDRAWN)
        leased(unit, dan, tree.id, REVIEW)
        wanted = [
            Review(tree.id, early, bob, AT),
            Review(tree.id, late, ada, AT + MINUTE),
        ]
        return wanted, list(unit.reviews(tree.id))

    wanted, found = await store.transact(work)
    assert found == wanted


async def test_ballots_are_imported_ones_and_those_cast_here(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[Tree, list[Ballot], list[Ballot]]:
        ada = someone(unit).id
        tree = ranked(unit, None, None, None)
        _, a, b, c = tree.messages
        imported = Ballot(((a,), (b, c)), (a, b, c), all_bad=True, pseudonym="p1")
        dated = Ballot(((c,), (b,), (a,)), (a, c, b), method="pairs", at=AT)
        own = Ballot(((b, a), (c,)), (c, b, a), person_id=ada, at=AT)
        unit.add_ballot(tree.id, imported)
        unit.add_ballot(tree.id, dated)
        answered(unit, ada, tree.id, RANKING, shown=(c, b, a), ballot=own)
        return tree, [imported, dated, own], list(unit.ballots(tree.id))

    tree, wanted, found = await store.transact(work)
    assert found == wanted
    assert list(await store.read(lambda unit: unit.ballots(tree.id))) == wanted


async def test_a_ballot_weighs_what_its_voter_is_known_for(store: Store) -> None:
    def work(unit: UnitOfWork) -> int:
        ada, bob, eve = (someone(unit, name).id for name in ("ada", "bob", "eve"))
        tree = plant(unit, state=TreeState.RANKING)
        a, b = (grow(unit, tree).id for _ in "ab")
        for person_id in (ada, bob, eve):
            order = Ballot(((a,), (b,)), (a, b), person_id=person_id, at=AT)
            answered(unit, person_id, tree.id, RANKING, shown=(a, b), ballot=order)
        unit.tally(ada, ["*"], ["total"], {"compared": 100, "agreed": 200})
        unit.tally(eve, ["*"], ["total"], {"compared": 100, "agreed": 10})
        return tree.id

    tree_id = await store.transact(work)

    weights = [ballot.weight for ballot in await store.read(lambda unit: unit.ballots(tree_id))]
    assert weights[0] > weights[1] == 1.0 > weights[2] > 0


async def test_ballots_are_compared_once(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[bool], list[bool]]:
        tree = plant(unit, state=TreeState.RANKING)
        a, b = (grow(unit, tree).id for _ in "ab")
        seen = []
        for name in ("ada", "bob"):
            voter = someone(unit, name).id
            order = Ballot(((a,), (b,)), (a, b), person_id=voter, at=AT)
            answered(unit, voter, tree.id, RANKING, shown=(a, b), ballot=order)
            seen.append([ballot.is_compared for ballot in unit.ballots(tree.id)])
            unit.mark_compared(tree.id)
        return seen[0], seen[1]

    assert await store.transact(work) == ([False], [True, False])


async def test_a_ballot_taken_back_stands_no_more(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[Ballot]:
        ada = someone(unit).id
        tree = ranked(unit, None, None)
        _, a, b = tree.messages
        own = Ballot(((b,), (a,)), (a, b), person_id=ada, at=AT)
        cast = answered(unit, ada, tree.id, RANKING, shown=(a, b), ballot=own)
        ended(unit, cast, TaskState.WITHDRAWN)
        return list(unit.ballots(tree.id))

    assert await store.transact(work) == []


async def test_a_reaction_counts_once_and_can_be_taken_back(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[object]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit)
        return [
            unit.react(tree.id, ada, "+1", True),
            unit.react(tree.id, ada, "+1", True),
            unit.react(tree.id, ada, "-1", True),
            unit.react(tree.id, bob, "+1", True),
            list(unit.reactions(tree.id, ada)),
            unit.react(tree.id, ada, "+1", False),
            unit.react(tree.id, ada, "+1", False),
            list(unit.reactions(tree.id, ada)),
            list(unit.reactions(tree.id, bob)),
        ]

    assert await store.transact(work) == [
        True, False, True, True, ["+1", "-1"], True, False, ["-1"], ["+1"],
    ]  # fmt: skip


async def test_reports_wait_until_they_are_resolved(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[Report], UnitOfWork]:
        ada = someone(unit).id
        one, two = plant(unit).id, plant(unit).id
        reports = [
            unit.add_report(Report(0, one, ada, "rude", AT)),
            unit.add_report(Report(0, two, None, "spam", AT)),
        ]
        assert list(unit.reports()) == reports
        assert list(unit.reports(two)) == reports[1:]
        unit.resolve_reports(one)
        assert list(unit.reports()) == reports[1:]
        assert list(unit.reports(one)) == []
        assert [r.resolved for r in unit.reports(one, open_only=False)] == [True]
        return reports, unit

    reports, _ = await store.transact(work)
    assert reports[0].id != reports[1].id


# ---------------------------------------------------------------- own texts


async def test_the_same_text_is_noticed_while_it_stands(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        plant(unit, ada, root={"text": "once", "created_at": AT})
        return [
            unit.wrote_recently(ada, "once", AT - MINUTE),
            unit.wrote_recently(ada, "once", AT),
            unit.wrote_recently(ada, "Once", AT - MINUTE),
            unit.wrote_recently(bob, "once", AT - MINUTE),
        ]

    assert await store.transact(work) == [True, False, False, False]


async def test_a_text_taken_back_may_be_sent_again(store: Store) -> None:
    from core.model import Fate

    def work(unit: UnitOfWork) -> bool:
        ada = someone(unit).id
        tree = plant(unit, ada, root={"text": "once"})
        unit.save_tree(tree.with_message(replace(tree.root, fate=Fate.WITHDRAWN)))
        return unit.wrote_recently(ada, "once", AT - MINUTE)

    assert not await store.transact(work)


async def test_own_texts_come_newest_first_with_what_became_of_them(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[list[object]]:
        ada = someone(unit).id
        prompt = plant(unit, ada)
        tree = plant(unit, state=TreeState.GROWING)
        reply = grow(unit, tree, author_id=ada, created_at=AT + MINUTE)
        for accepted in (True, False):
            now = unit.tree(tree.id)
            assert now is not None
            grow(unit, now, accepted=accepted)
        moved(unit, tree.id, TreeState.RANKING)
        found = unit.contributions(ada, 9)
        assert [c.message.id for c in found] == [reply.id, prompt.id]
        assert [c.message.id for c in unit.contributions(ada, 1, 1)] == [prompt.id]
        assert list(unit.texts_of(ada)) == [reply.id, prompt.id]
        return [[c.tree_state, c.siblings] for c in found]

    assert await store.transact(work) == [
        [TreeState.RANKING, 2],
        [TreeState.INITIAL_PROMPT_REVIEW, 0],
    ]


async def test_a_task_is_leased_to_one_person_alone(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        ada, bob = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit)
        return [unit.add_task(task(person, tree, REVIEW)).person_id for person in (ada, bob)] + [
            ada,
            bob,
        ]

    a, b, ada, bob = await store.transact(work)
    assert [a, b] == [ada, bob]
