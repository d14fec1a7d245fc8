"""Opening a store by its URL: the right driver, the right schema, the present policy."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

from core.policy import Policy
from storage.address import Address, address_from
from storage.errors import StoreError, StoreReadOnly, StoreUnreachable
from storage.identity import Identity, secret_from
from storage.postgres import PostgresStore
from storage.schema import require_head, revision
from storage.schema import upgrade as upgrade_schema
from storage.sqlite import SqliteStore
from storage.tables.trees import UNFINISHED
from storage.unit import Means, SqlUnit
from storage.unit.points import COUNTERS, revalue_sql

SqlStore = SqliteStore | PostgresStore

# The policy by which open work and points were last written.
POLICY_THEN = "SELECT value FROM meta WHERE key = 'policy'"
POLICY_NOW = """
INSERT INTO meta (key, value) VALUES ('policy', $1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

# Trees that may have open work, some at a time.
UNFINISHED_TREES = f"SELECT id FROM tree WHERE id > $1 AND {UNFINISHED} ORDER BY id LIMIT 100"


async def open_store(
    url: str | None,
    data_dir: Path,
    policy: Policy,
    rng: Random,
    secret: str | None = None,
) -> SqlStore:
    """The store at this URL, ready for use; without one, a file in the data folder.

    An empty database gets its schema; an old or unknown one is refused with what to do.
    """
    store = await open_untouched(url, data_dir, policy, rng, secret)
    try:
        await _follow_policy(store, policy)
    except BaseException:
        await store.close()
        raise
    return store


async def open_untouched(
    url: str | None,
    data_dir: Path,
    policy: Policy,
    rng: Random,
    secret: str | None = None,
) -> SqlStore:
    """The same with open work and points as the last policy left them, to be looked at."""
    unknown = set(policy.points) - set(COUNTERS.split())
    if unknown:
        raise StoreError(f"The policy gives points for {sorted(unknown)}, which nobody counts.")
    address = address_from(url, data_dir)
    _make_folders(address, data_dir)
    means = Means(policy, rng, Identity(secret or secret_from(data_dir)))
    await require_head(address)
    store: SqlStore
    if address.path is not None:
        store = await SqliteStore.open(address.path, means)
    else:
        store = await PostgresStore.open(address.url, means)
    try:
        await store.transact(SqlUnit.admit_secret)
    except BaseException:
        await store.close()
        raise
    return store


async def require_store(url: str | None, data_dir: Path) -> None:
    """Refuse a place where nothing is, for those who only look; nothing is made there."""
    address = address_from(url, data_dir)
    if await revision(address) is None:
        raise StoreUnreachable(f"There is no store at {address}.")


async def upgrade(url: str | None, data_dir: Path) -> None:
    """Bring the schema of a store to the one of this program."""
    address = address_from(url, data_dir)
    _make_folders(address, data_dir)
    await upgrade_schema(address)


def _make_folders(address: Address, data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if address.path is not None:
            address.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(f"The data folder cannot be made: {error}.") from error


def is_written_by(unit: SqlUnit, policy: Policy) -> bool:
    """Whether open work and points follow this policy and not an earlier one."""
    then = unit.db.row(POLICY_THEN)
    return then is not None and then[0] == _mark(policy)


def _mark(policy: Policy) -> str:
    return sha256(repr(policy).encode()).hexdigest()[:16]


async def _follow_policy(store: SqlStore, policy: Policy) -> None:
    """Where the policy changed since the last start, write open work and points by the new one."""
    if await store.transact(partial(is_written_by, policy=policy)):
        return
    last = 0
    while last >= 0:
        last = await store.transact(partial(_rewritten, after=last))
    await store.transact(lambda unit: unit.db.run(revalue_sql(tuple(policy.points.items()))))
    await store.transact(lambda unit: unit.db.run(POLICY_NOW, _mark(policy)))


def _rewritten(unit: SqlUnit, after: int) -> int:
    """The open work of some trees; the last of them, or -1 when there were none."""
    ids = [row[0] for row in unit.db.rows(UNFINISHED_TREES, after)]
    for tree_id in ids:
        tree = unit.tree(tree_id)
        if tree is not None:
            unit.save_tree(tree)
    return ids[-1] if ids else -1
