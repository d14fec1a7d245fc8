"""Whole trees are stored as a file says, and read again a page at a time, in every database."""

from dataclasses import replace

from fakes.archive import ALL, BEGUN, message, record_of
from fakes.exchange import filled, tree_number, vote
from fakes.planting import someone

from core.archive import Wanted
from core.model import Ballot, TreeState
from storage.archive import add_record, known_ids, tree_records


async def read(store, wanted=ALL, after=0, limit=10):
    return await store.read(lambda unit: tree_records(unit, wanted, after, limit))


async def test_a_tree_is_stored_as_it_is(sql_store):
    record = tree_number(1, origin="a.jsonl", licence="CC0-1.0", grows_since=BEGUN)
    stored = await sql_store.transact(lambda unit: add_record(unit, record))

    (found,) = await read(sql_store)

    assert found.tree == stored
    given = record.tree.messages.values()
    for old, new in zip(given, found.tree.messages.values(), strict=True):
        assert replace(new, id=old.id, tree_id=1, parent_id=old.parent_id) == old
    best, _, second, _ = (i for i in stored.messages if i != stored.id)
    (ballot,) = found.ballots[stored.id]
    assert ballot == Ballot(((best,), (second,)), (second, best), pseudonym="voter", at=BEGUN)


async def test_trees_are_read_in_pages_in_their_order(sql_store):
    await filled(sql_store, *map(tree_number, range(1, 4)))

    first = await read(sql_store, limit=2)
    rest = await read(sql_store, after=first[-1].tree.id, limit=2)

    texts = [record.tree.root.text for record in [*first, *rest]]
    assert texts == ["text 11", "text 21", "text 31"]


async def test_states_languages_and_ballots_are_read_as_wanted(sql_store):
    growing = tree_number(2, state=TreeState.GROWING, lang="de")
    await filled(sql_store, tree_number(1), growing)

    (german,) = await read(sql_store, Wanted(states=None, languages=frozenset({"de", "eo"})))
    (ready,) = await read(sql_store, Wanted())

    assert german.tree.lang == "de"
    assert ready.tree.state is TreeState.READY_FOR_EXPORT
    assert not ready.ballots


async def test_votes_of_volunteers_come_with_their_voters(sql_store):
    def fill(unit):
        ada, bob = someone(unit, "ada"), someone(unit, "bob")
        unit.save_person(replace(ada, consent_version=1, consented_at=BEGUN))
        root = message(1, author_id=ada.id)
        others = (message(i, root, author_id=ada.id) for i in (2, 3))
        tree = add_record(unit, record_of(root, *others))
        groups = tuple((i,) for i in tree.messages if i != tree.id)
        vote(unit, ada, tree, groups)
        vote(unit, bob, tree, groups)
        return ada.id, bob.id

    ada_id, bob_id = await sql_store.transact(fill)

    (record,) = await read(sql_store)

    assert [b.person_id for b in record.ballots[record.tree.id]] == [ada_id, bob_id]
    assert record.without_consent == {bob_id}


async def test_stored_messages_are_known(sql_store):
    record = tree_number(1)
    await filled(sql_store, record)
    stored = record.tree.messages[3].public_id

    found = await sql_store.read(lambda unit: known_ids(unit, [stored, "another"]))

    assert found == {stored}
