"""What every store promises about people, whatever it is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from fakes.planting import AT, someone

from core.model import TaskKind
from core.people import Community, Consent, ConsentAct, Session, Streak, Who
from core.ports import Store, UnitOfWork


async def test_first_contact_makes_a_person_an_account_and_a_fresh_session(store: Store) -> None:
    who = Who("terminal", "ada", name="Ada")

    arrival = await store.transact(lambda unit: unit.arrive(who, "e1", AT))

    assert arrival.is_new
    assert not arrival.is_repeat
    assert arrival.account.person_id == arrival.person.id
    assert arrival.person.name == "Ada"
    assert arrival.person.created_at == AT
    assert arrival.session == Session(arrival.account.id)
    assert arrival.community is None


async def test_a_second_visit_finds_the_same_person(store: Store) -> None:
    who = Who("terminal", "ada", name="Ada")
    first = await store.transact(lambda unit: unit.arrive(who, "e1", AT))

    second = await store.transact(lambda unit: unit.arrive(who, "e2", AT))

    assert not second.is_new
    assert not second.is_repeat
    assert second.person == first.person


async def test_the_same_id_on_another_platform_is_another_person(store: Store) -> None:
    here = await store.transact(lambda unit: someone(unit, "1", "discord"))
    there = await store.transact(lambda unit: someone(unit, "1", "telegram"))

    assert here.id != there.id


async def test_an_event_delivered_twice_is_a_repeat(store: Store) -> None:
    who = Who("terminal", "ada")
    await store.transact(lambda unit: unit.arrive(who, "e1", AT))

    again = await store.transact(lambda unit: unit.arrive(who, "e1", AT))

    assert again.is_repeat


async def test_an_event_without_a_key_is_never_a_repeat(store: Store) -> None:
    who = Who("terminal", "ada")
    await store.transact(lambda unit: unit.arrive(who, None, AT))

    assert not (await store.transact(lambda unit: unit.arrive(who, None, AT))).is_repeat


async def test_forgotten_events_can_come_again(store: Store) -> None:
    who = Who("terminal", "ada")
    await store.transact(lambda unit: unit.arrive(who, "old", AT))
    await store.transact(lambda unit: unit.arrive(who, "new", AT + timedelta(hours=1)))

    before = AT + timedelta(minutes=1)
    in_a_day = await store.transact(
        lambda unit: [unit.forget_events(before, minute) for minute in range(24 * 60)]
    )

    assert sum(in_a_day) == 1
    assert not (await store.transact(lambda unit: unit.arrive(who, "old", AT))).is_repeat
    assert (await store.transact(lambda unit: unit.arrive(who, "new", AT))).is_repeat


async def test_what_raises_leaves_no_trace(store: Store) -> None:
    who = Who("terminal", "ada")

    def fail(unit: UnitOfWork) -> None:
        unit.arrive(who, "e1", AT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(fail)

    arrival = await store.transact(lambda unit: unit.arrive(who, "e1", AT))
    assert arrival.is_new
    assert not arrival.is_repeat


async def test_a_new_name_on_the_platform_is_kept(store: Store) -> None:
    await store.transact(lambda unit: unit.arrive(Who("terminal", "ada", name="Ada"), None, AT))

    later = await store.transact(
        lambda unit: unit.arrive(Who("terminal", "ada", name="Lovelace"), None, AT)
    )
    nameless = await store.transact(lambda unit: unit.arrive(Who("terminal", "ada"), None, AT))

    assert later.person.name == "Lovelace"
    assert nameless.person.name == "Lovelace"


async def test_everything_about_a_person_is_kept(store: Store) -> None:
    person = await store.transact(someone)
    changed = replace(
        person,
        interface="de",
        languages=("de", "pt-BR"),
        kinds=(TaskKind.ASSISTANT_REPLY, TaskKind.RANK_ASSISTANT_REPLIES),
        timezone="Europe/Madrid",
        hidden=True,
        reminders=True,
        consent_version=2,
        consented_at=AT + timedelta(microseconds=1),
        blocked=True,
        block_reason="spam, said “x”",
        streak=Streak(3, date(2026, 1, 5), "2026-W01", 9),
        tutorials=("initial_prompt",),
    )

    await store.transact(lambda unit: unit.save_person(changed))

    assert await store.read(lambda unit: unit.person(person.id)) == changed


async def test_nobody_is_nobody(store: Store) -> None:
    assert await store.read(lambda unit: unit.person(999)) is None
    assert await store.read(lambda unit: unit.community(999)) is None


async def test_a_community_is_known_again_with_its_settings(store: Store) -> None:
    who = Who("discord", "ada", community="guild", community_name="Botany")
    arrival = await store.transact(lambda unit: unit.arrive(who, None, AT))
    assert arrival.community is not None
    changed = replace(
        arrival.community, languages=("de", "en"), settings={"channel": "5"}, active=False
    )

    await store.transact(lambda unit: unit.save_community(changed))

    assert (await store.transact(lambda unit: unit.arrive(who, None, AT))).community == changed
    assert await store.read(lambda unit: unit.community(changed.id)) == changed


async def test_people_of_one_community_meet_in_it(store: Store) -> None:
    def arrive(unit: UnitOfWork, name: str) -> int:
        found = unit.arrive(Who("discord", name, community="guild"), None, AT).community
        assert found is not None
        return found.id

    ada = await store.transact(lambda unit: arrive(unit, "ada"))
    bob = await store.transact(lambda unit: arrive(unit, "bob"))

    assert ada == bob


async def test_a_session_is_found_as_it_was_left(store: Store) -> None:
    who = Who("terminal", "ada")
    account = (await store.transact(lambda unit: unit.arrive(who, None, AT))).account
    left = Session(account.id, step="draft", task_id=7, data={"a": "ü"}, version=3)

    await store.transact(lambda unit: unit.save_session(left))

    assert (await store.transact(lambda unit: unit.arrive(who, None, AT))).session == left


async def test_acts_of_consent_add_up(store: Store) -> None:
    person = await store.transact(someone)
    acts = [
        Consent(person.id, act, 1, "en", "terminal", AT + timedelta(minutes=n))
        for n, act in enumerate((ConsentAct.GIVEN, ConsentAct.WITHDRAWN, ConsentAct.GIVEN))
    ]

    for act in acts:
        await store.transact(lambda unit, act=act: unit.add_consent(act))

    assert list(await store.read(lambda unit: unit.consents(person.id))) == acts


async def test_somebody_barred_is_barred_there_alone(store: Store) -> None:
    here = Who("discord", "ada", community="here")
    there = Who("discord", "ada", community="there")
    arrival = await store.transact(lambda unit: unit.arrive(here, None, AT))
    assert arrival.community is not None
    person_id, community_id = arrival.person.id, arrival.community.id

    await store.transact(lambda unit: unit.set_barred(person_id, community_id, True))
    await store.transact(lambda unit: unit.set_barred(person_id, community_id, True))

    assert (await store.transact(lambda unit: unit.arrive(here, None, AT))).barred
    assert not (await store.transact(lambda unit: unit.arrive(there, None, AT))).barred
    await store.transact(lambda unit: unit.set_barred(person_id, community_id, False))
    assert not (await store.transact(lambda unit: unit.arrive(here, None, AT))).barred


GARDEN = Who("telegram", "7", community="-5", community_name="Gardeners")


async def test_a_community_that_moved_is_found_under_its_new_id_alone(store: Store) -> None:
    before = await store.transact(lambda unit: unit.arrive(GARDEN, None, AT))
    moved = replace(GARDEN, community="-1005")

    assert await store.transact(lambda unit: unit.move_community(GARDEN, "-1005"))

    there = await store.transact(lambda unit: unit.arrive(moved, None, AT))
    again = await store.transact(lambda unit: unit.arrive(GARDEN, None, AT))
    assert there.community == before.community
    assert again.community is not None
    assert again.community != there.community
    assert await store.read(lambda unit: unit.address_of(there.community.id)) == "-1005"


async def test_the_elder_of_two_communities_takes_the_new_id_once(store: Store) -> None:
    moved = replace(GARDEN, community="-1005")
    elder = await store.transact(lambda unit: unit.arrive(GARDEN, None, AT))
    younger = await store.transact(lambda unit: unit.arrive(moved, None, AT))

    first = await store.transact(lambda unit: unit.move_community(GARDEN, "-1005"))
    second = await store.transact(lambda unit: unit.move_community(GARDEN, "-1005"))

    assert (first, second) == (True, False)
    there = await store.transact(lambda unit: unit.arrive(moved, None, AT))
    here = await store.transact(lambda unit: unit.arrive(GARDEN, None, AT))
    assert (there.community, here.community) == (elder.community, younger.community)


async def test_what_is_set_while_a_community_moves_goes_with_it(store: Store) -> None:
    def move(unit: UnitOfWork) -> Community:
        here = unit.arrive(GARDEN, None, AT).community
        assert here is not None
        unit.move_community(GARDEN, "-1005")
        unit.save_community(replace(here, name="Moved", languages=("es",)))
        return here

    before = await store.transact(move)

    there = await store.transact(
        lambda unit: unit.arrive(replace(GARDEN, community="-1005"), None, AT)
    )
    assert there.community is not None
    assert (there.community.id, there.community.languages) == (before.id, ("es",))


@pytest.mark.parametrize("last", [True, False])
async def test_of_two_words_about_a_block_the_last_one_stands(store: Store, last: bool) -> None:
    def block_and_not(unit: UnitOfWork) -> tuple[int, int]:
        ada = unit.arrive(GARDEN, None, AT)
        assert ada.community is not None
        unit.set_barred(ada.person.id, ada.community.id, last)
        unit.set_barred(ada.person.id, ada.community.id, not last)
        unit.set_barred(ada.person.id, ada.community.id, last)
        return ada.person.id, ada.community.id

    where = await store.transact(block_and_not)

    assert await store.read(lambda unit: unit.is_barred(*where)) is last


async def test_a_community_does_not_move_to_where_it_is(store: Store) -> None:
    await store.transact(lambda unit: unit.arrive(GARDEN, None, AT))

    assert not await store.transact(lambda unit: unit.move_community(GARDEN, "-5"))
