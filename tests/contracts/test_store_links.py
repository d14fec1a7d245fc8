"""What every store promises about linked accounts, own data, and leaving."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from fakes.planting import AT, answered, ended, grow, leased, plant, ranked, someone

from core.model import Ballot, TaskKind, TaskState, Tree, TreeState
from core.people import AuditEntry, Consent, ConsentAct, Report, Who
from core.ports import Arrival, Store, UnitOfWork

REVIEW = TaskKind.LABEL_INITIAL_PROMPT
REPLY_REVIEW = TaskKind.LABEL_ASSISTANT_REPLY
REPLY = TaskKind.ASSISTANT_REPLY
RANKING = TaskKind.RANK_ASSISTANT_REPLIES
SPAM, FINE = {"spam": 1.0}, {"spam": 0.0}
MINUTE = timedelta(minutes=1)


async def test_a_code_is_used_up_by_taking_it(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int | None]:
        ada = someone(unit).id
        unit.add_link_code("h1", ada, AT + MINUTE)
        return [
            unit.take_link_code("other", AT),
            unit.take_link_code("h1", AT),
            unit.take_link_code("h1", AT),
            ada,
        ]

    *taken, ada = await store.transact(work)
    assert taken == [None, ada, None]


async def test_a_code_that_ran_out_is_worth_nothing(store: Store) -> None:
    def work(unit: UnitOfWork) -> int | None:
        unit.add_link_code("h1", someone(unit).id, AT)
        return unit.take_link_code("h1", AT)

    assert await store.transact(work) is None


# ---------------------------------------------------------------- merging


async def test_linked_accounts_lead_to_one_person(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int]:
        kept, gone = someone(unit, "ada", "discord").id, someone(unit, "ada", "telegram").id
        unit.merge_people(kept, gone)
        return kept, gone

    kept, gone = await store.transact(work)

    assert (await store.transact(lambda unit: someone(unit, "ada", "telegram"))).id == kept
    assert await store.read(lambda unit: unit.person(gone)) is None


async def test_texts_tasks_reactions_and_points_move_along(store: Store) -> None:
    def work(unit: UnitOfWork) -> dict[str, object]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit, gone)
        held = leased(unit, gone, plant(unit).id, REVIEW)
        unit.react(tree.id, gone, "+1", True)
        unit.tally(gone, ["*"], ["total"], {"rankings": 2})
        unit.tally(kept, ["*"], ["total"], {"rankings": 1})
        touched = unit.merge_people(kept, gone)
        now = unit.tree(tree.id)
        return {
            "touched": list(touched),
            "author": now.root.author_id == kept if now else None,
            "texts": list(unit.texts_of(kept)) == [tree.id],
            "open": [task.id for task in unit.open_tasks(kept)] == [held.id],
            "reactions": list(unit.reactions(tree.id, kept)),
            "points": unit.standing(kept, "*", "total").points,
            "offered own text": unit.find_slot(kept, [(REVIEW, "en")], skip=[held.tree_id or 0]),
        }

    assert await store.transact(work) == {
        "touched": [],
        "author": True,
        "texts": True,
        "open": True,
        "reactions": ["+1"],
        "points": 3,
        "offered own text": None,
    }


async def test_of_two_opinions_on_one_text_the_later_is_withdrawn(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int], list[object], list[object]]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        tree, other = plant(unit), plant(unit)
        answered(unit, kept, tree.id, REVIEW, labels=SPAM, answered_at=AT + MINUTE)
        answered(unit, gone, tree.id, REVIEW, labels=FINE, answered_at=AT)
        answered(unit, kept, other.id, REVIEW, labels=FINE, answered_at=AT)
        answered(unit, gone, other.id, REVIEW, labels=SPAM, answered_at=AT + MINUTE)
        touched = unit.merge_people(kept, gone)
        return (
            [tree.id, other.id],
            list(touched),
            [r.labels for i in (tree.id, other.id) for r in unit.reviews(i)],
            [r.person_id == kept for i in (tree.id, other.id) for r in unit.reviews(i)],
        )

    wanted, touched, labels, voters = await store.transact(work)

    assert touched == wanted
    assert labels == [FINE, FINE]
    assert voters == [True, True]


async def test_an_answer_stands_before_a_task_in_hand(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, int]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        tree = plant(unit)
        leased(unit, kept, tree.id, REVIEW)
        answered(unit, gone, tree.id, REVIEW, labels=FINE)
        unit.merge_people(kept, gone)
        return len(unit.open_tasks(kept)), len(unit.reviews(tree.id))

    assert await store.transact(work) == (0, 1)


async def test_opinions_on_texts_that_turn_out_ones_own_are_withdrawn(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[int], list[int], int, int, int]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        prompt = plant(unit, kept)
        answered(unit, gone, prompt.id, REVIEW, labels=FINE)
        tree = ranked(unit, gone, None)
        _, mine, other = tree.messages
        ballot = Ballot(((mine,), (other,)), (mine, other), person_id=kept, at=AT)
        answered(unit, kept, tree.id, RANKING, shown=(mine, other), ballot=ballot)
        stranger = plant(unit)
        answered(unit, gone, stranger.id, REVIEW, labels=FINE)
        touched = unit.merge_people(kept, gone)
        return (
            [prompt.id, tree.id],
            list(touched),
            len(unit.reviews(prompt.id)),
            len(unit.ballots(tree.id)),
            len(unit.reviews(stranger.id)),
        )

    wanted, touched, reviews, ballots, kept_reviews = await store.transact(work)

    assert touched == wanted
    assert (reviews, ballots, kept_reviews) == (0, 0, 1)


# ---------------------------------------------------------------- own data


async def test_own_data_holds_all_of_ones_own_and_nothing_of_others(store: Store) -> None:
    def work(unit: UnitOfWork) -> str:
        ada, bob = someone(unit, "ada"), someone(unit, "bob")
        tree = plant(unit, ada.id, root={"text": "mine alone"})
        plant(unit, bob.id, root={"text": "of another"})
        held = leased(unit, bob.id, tree.id, REVIEW)
        ended(unit, held, TaskState.SKIPPED, skip_reason="a reason of another")
        unit.add_consent(Consent(ada.id, ConsentAct.GIVEN, 1, "de", "terminal", AT))
        unit.record(AuditEntry(AT, "block", subject_id=ada.id, actor_id=bob.id, reason="why"))
        unit.tally(ada.id, ["*"], ["total"], {"rankings": 2})
        return json.dumps(unit.own_data(ada.id))

    told = await store.transact(work)

    assert "mine alone" in told
    assert "Ada" in told
    assert "terminal" in told
    assert "another" not in told
    assert "Bob" not in told


# ---------------------------------------------------------------- leaving


async def test_a_person_who_leaves_is_a_stranger_when_they_come_back(store: Store) -> None:
    def leave(unit: UnitOfWork) -> int:
        ada = someone(unit)
        unit.save_person(replace(ada, languages=("en",)))
        unit.add_consent(Consent(ada.id, ConsentAct.GIVEN, 1, "en", "terminal", AT))
        unit.tally(ada.id, ["*"], ["total"], {"rankings": 2})
        unit.add_link_code("h", ada.id, AT + MINUTE)
        unit.forget_person(ada.id)
        return ada.id

    gone = await store.transact(leave)

    assert await store.read(lambda unit: unit.person(gone)) is None
    arrival = await store.transact(lambda unit: unit.arrive(Who("terminal", "ada"), None, AT))
    assert arrival.is_new
    assert arrival.person.id != gone
    assert arrival.person.languages == ()
    assert not arrival.person.blocked
    assert list(await store.read(lambda unit: unit.consents(gone))) == []
    assert list(await store.read(lambda unit: unit.board("*", "total", 5))) == []


async def test_what_a_person_gave_stays_without_their_name(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[object]:
        ada = someone(unit).id
        tree = plant(unit, ada)
        other = plant(unit)
        answered(unit, ada, other.id, REVIEW, labels=FINE)
        unit.add_report(Report(0, other.id, ada, "rude", AT))
        unit.react(other.id, ada, "+1", True)
        unit.forget_person(ada)
        now = unit.tree(tree.id)
        return [
            now.root.author_id if now else 0,
            now.root.text == tree.root.text if now else 0,
            [review.labels for review in unit.reviews(other.id)],
            [report.person_id for report in unit.reports(other.id)],
            list(unit.reactions(other.id, ada)),
        ]

    assert await store.transact(work) == [None, True, [FINE], [None], []]


async def test_a_text_whose_author_left_is_offered_to_anybody(store: Store) -> None:
    def work(unit: UnitOfWork) -> bool:
        ada = someone(unit).id
        tree = plant(unit, state=TreeState.GROWING)
        grow(unit, tree, author_id=ada, accepted=None)
        unit.forget_person(ada)
        return unit.find_slot(someone(unit, "ada").id, [(REPLY_REVIEW, "en")]) is not None

    assert await store.transact(work)


async def test_who_was_blocked_comes_back_blocked(store: Store) -> None:
    def leave(unit: UnitOfWork) -> None:
        ada = someone(unit)
        unit.save_person(replace(ada, blocked=True))
        unit.forget_person(ada.id)

    await store.transact(leave)

    assert (await store.transact(someone)).blocked
    assert not (await store.transact(lambda unit: someone(unit, "bob"))).blocked


async def test_who_was_blocked_in_a_community_comes_back_blocked_there(store: Store) -> None:
    def came(unit: UnitOfWork, community: str | None = None) -> Arrival:
        return unit.arrive(Who("telegram", "ada", community=community), None, AT)

    def leave(unit: UnitOfWork, home: str) -> None:
        places = {name: came(unit, name).community for name in ("here", "there")}
        person = came(unit).person
        home_id = getattr(places[home], "id", None)
        unit.save_person(replace(person, home_id=home_id))
        unit.set_barred(person.id, getattr(places["here"], "id", 0), True)
        unit.forget_person(person.id)

    def barred(unit: UnitOfWork) -> list[bool]:
        return [came(unit, place).barred for place in (None, "here", "there")]

    await store.transact(lambda unit: leave(unit, "here"))
    assert await store.transact(barred) == [True, True, False]

    await store.transact(lambda unit: unit.forget_person(came(unit).person.id))
    assert (await store.transact(lambda unit: came(unit, "here"))).barred
    await store.transact(lambda unit: leave(unit, "there"))
    assert await store.transact(barred) == [False, True, False]

    def pardoned(unit: UnitOfWork) -> list[bool]:
        here = came(unit, "here")
        assert here.community is not None
        unit.set_barred(here.person.id, here.community.id, False)
        unit.forget_person(here.person.id)
        return barred(unit)

    assert await store.transact(pardoned) == [False, False, False]


async def test_who_was_pardoned_and_left_comes_back_unblocked(store: Store) -> None:
    def leave(unit: UnitOfWork, blocked: bool) -> None:
        unit.save_person(replace(someone(unit), blocked=blocked))
        unit.forget_person(someone(unit).id)

    await store.transact(lambda unit: leave(unit, True))
    assert (await store.transact(someone)).blocked
    await store.transact(lambda unit: leave(unit, False))

    assert not (await store.transact(someone)).blocked


async def test_what_somebody_did_as_a_moderator_follows_them(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int | None]:
        kept, gone = someone(unit, "ada").id, someone(unit, "bob").id
        unit.record(AuditEntry(AT, "block", subject_id=None, actor_id=gone, reason="why"))
        unit.merge_people(kept, gone)
        followed = [entry.actor_id == kept for entry in unit.audit()]
        unit.forget_person(kept)
        return [*followed, *(entry.actor_id for entry in unit.audit())]

    assert await store.transact(work) == [True, None]


async def test_a_tree_is_read_anew_after_a_person_of_its_has_gone(store: Store) -> None:
    def work(unit: UnitOfWork) -> Tree | None:
        ada, ben = someone(unit, "ada").id, someone(unit, "ben").id
        tree = plant(unit, author_id=ada)
        held = leased(unit, ben, tree.id, REVIEW)
        assert unit.task(held.id) == held
        unit.forget_person(ada)
        return unit.tree(tree.id)

    seen = await store.transact(work)

    assert seen is not None
    assert seen.root.author_id is None
    assert await store.read(lambda unit: unit.tree(seen.id)) == seen
