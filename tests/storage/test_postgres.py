"""The store on a server: collisions, lost connections, and what it says of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import asyncpg
import pytest
from fakes.planting import plant, someone
from sqlalchemy.util import await_only

from core.model import TaskKind
from core.policy import Policy
from core.ports import UnitOfWork
from core.values import replace
from storage import postgres
from storage.errors import StoreBusy, StoreError, StoreReadOnly, StoreUnreachable
from storage.open import SqlStore, open_store
from storage.unit import SqlUnit, casework


@pytest.fixture
async def server_store(postgres_url: str, tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(postgres_url, tmp_path, Policy(), Random(1), "secret")
    yield store
    await store.close()


async def test_a_transaction_that_collided_is_run_again(server_store: SqlStore) -> None:
    runs = []

    def work(unit: UnitOfWork) -> str:
        runs.append(len(runs))
        person = someone(unit)
        if len(runs) < 3:
            raise asyncpg.DeadlockDetectedError("two of them")
        return person.name

    assert await server_store.transact(work) == "Ada"
    assert runs == [0, 1, 2]


async def test_a_transaction_that_collides_for_ever_gives_up(server_store: SqlStore) -> None:
    runs = []

    def work(unit: UnitOfWork) -> None:
        runs.append(1)
        raise asyncpg.SerializationError("again")

    with pytest.raises(StoreBusy, match="try again"):
        await server_store.transact(work)
    assert len(runs) == postgres.ATTEMPTS


async def test_a_real_deadlock_hurts_nobody(server_store: SqlStore) -> None:
    one = await server_store.transact(lambda unit: plant(unit).id)
    two = await server_store.transact(lambda unit: plant(unit).id)

    def cross(unit: UnitOfWork, first: int, second: int) -> None:
        for tree_id in (first, second):
            tree = unit.tree(tree_id)
            assert tree is not None
            unit.save_tree(tree)

    await asyncio.gather(
        *(
            server_store.transact(lambda unit, a=a, b=b: cross(unit, a, b))
            for a, b in ((one, two), (two, one))
        )
    )


async def test_a_tree_that_somebody_holds_is_not_free(server_store: SqlStore) -> None:
    tree_id = await server_store.transact(lambda unit: plant(unit).id)
    held, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(unit: SqlUnit) -> None:
        unit.tree(tree_id)
        loop.call_soon(held.set)
        await_only(go_on.wait())

    holding = asyncio.create_task(server_store.transact(hold))
    await held.wait()
    free = await server_store.transact(lambda unit: unit.free_tree(tree_id))
    go_on.set()
    await holding

    assert free is None
    assert await server_store.transact(lambda unit: unit.free_tree(tree_id)) is not None


async def test_work_in_a_held_tree_is_waited_for_when_there_is_no_other(
    server_store: SqlStore,
) -> None:
    ada = await server_store.transact(lambda unit: someone(unit).id)
    first = await server_store.transact(lambda unit: plant(unit).id)
    wishes = [(TaskKind.LABEL_INITIAL_PROMPT, "en")]
    held, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(unit: SqlUnit) -> None:
        unit.tree(first)
        loop.call_soon(held.set)
        await_only(go_on.wait())

    holding = asyncio.create_task(server_store.transact(hold))
    await held.wait()
    waiting = asyncio.create_task(server_store.transact(lambda unit: unit.find_slot(ada, wishes)))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    second = await server_store.transact(lambda unit: plant(unit).id)
    passed_over = await server_store.transact(lambda unit: unit.find_slot(ada, wishes))
    go_on.set()
    await holding
    waited_for = await waiting

    assert not done
    assert passed_over is not None
    assert passed_over.tree_id == second
    assert waited_for is not None
    assert waited_for.tree_id == first


async def test_acts_of_a_quiet_community_are_found_without_those_of_a_loud_one(
    server_store: SqlStore,
) -> None:
    def explained(unit: SqlUnit) -> str:
        unit.db.run(
            "INSERT INTO audit (at, act, community_id)"
            " SELECT n, 'block', CASE WHEN n % 1000 = 0 THEN 2 ELSE 1 END"
            " FROM generate_series(1, 5000) n"
        )
        unit.db.run("ANALYZE audit")
        unit.db.run(f"PREPARE acts_in AS {casework.ACTS_IN}")
        plan = "\n".join(row[0] for row in unit.db.rows("EXPLAIN EXECUTE acts_in (10, 0, 2)"))
        unit.db.run("DEALLOCATE acts_in")
        return plan

    plan = await server_store.transact(explained)

    assert "ix_audit_community_id" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("hides_first", [True, False])
async def test_points_that_come_while_somebody_hides_are_unseen(
    server_store: SqlStore, hides_first: bool
) -> None:
    ada = await server_store.transact(someone)
    go_on = asyncio.Event()

    def earn(unit: SqlUnit) -> None:
        unit.tally(ada.id, ["*"], ["total"], {"prompts": 1})

    def hide(unit: SqlUnit) -> None:
        person = unit.person_to_change(ada.id)
        assert person is not None
        unit.save_person(replace(person, hidden=True))

    def held_up(unit: SqlUnit, act: Callable[[SqlUnit], None]) -> None:
        act(unit)
        unit.finish()
        await_only(go_on.wait())

    first, second = (hide, earn) if hides_first else (earn, hide)
    acts = [asyncio.create_task(server_store.transact(lambda unit: held_up(unit, first)))]
    await asyncio.sleep(0.2)
    acts.append(asyncio.create_task(server_store.transact(second)))
    await asyncio.sleep(0.2)
    go_on.set()
    await asyncio.gather(*acts)

    rows = await server_store.read(lambda unit: unit.db.rows("SELECT unseen FROM tally"))
    assert [tuple(row) for row in rows] == [(True,)]


async def test_readers_cannot_write(server_store: SqlStore) -> None:
    with pytest.raises(StoreReadOnly):
        await server_store.read(someone)


async def test_connections_go_back_to_the_pool_whatever_happened(server_store: SqlStore) -> None:
    def fail(unit: UnitOfWork) -> None:
        someone(unit)
        raise ZeroDivisionError

    for _ in range(postgres.CONNECTIONS * 2):
        with pytest.raises(ZeroDivisionError):
            await server_store.transact(fail)

    assert (await server_store.transact(someone)).name == "Ada"


async def test_a_caller_who_goes_away_takes_the_transaction_along(server_store: SqlStore) -> None:
    def slow(unit: SqlUnit) -> None:
        someone(unit)
        unit.db.row("SELECT pg_sleep(30)")

    writing = asyncio.create_task(server_store.transact(slow))
    await asyncio.sleep(0.3)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    def count(unit: SqlUnit) -> int:
        found: int = unit.db.rows("SELECT count(*) FROM person")[0][0]
        return found

    assert await server_store.read(count) == 0


async def test_a_lost_connection_is_replaced(server_store: SqlStore) -> None:
    def die(unit: SqlUnit) -> None:
        unit.db.row("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreUnreachable):
        await server_store.transact(die)

    assert (await server_store.transact(someone)).name == "Ada"


async def test_a_server_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="does not answer"):
        await open_store("postgresql://x@127.0.0.1:1/x", tmp_path, Policy(), Random(1))


async def test_a_database_that_does_not_exist_is_said_to_be_so(
    postgres_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnreachable, match="does not exist"):
        await open_store(postgres_url + "_not", tmp_path, Policy(), Random(1))


async def test_a_wrong_use_of_the_store_is_an_error_of_ours(server_store: SqlStore) -> None:
    with pytest.raises(StoreError, match="refused a statement"):
        await server_store.transact(lambda unit: unit.db.row("SELECT nothing FROM nowhere"))
