"""Which trees each bucket should hold, and a digest of how they stand, told without reading them.

A few bytes are kept for each tree, and nothing for each text or vote.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from bot.exchange.marks import every_mark, name_of
from bot.exchange.sync.bucket import bucket_of
from bot.exchange.sync.manifest import FORMAT
from bot.exchange.sync.views import Viewer
from storage.open import SqlStore
from storage.publication import places_of, silent_people

_PEOPLE_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A bucket as it should be."""

    digest: str
    tree_ids: array[int]


async def plans(store: SqlStore, viewer: Viewer, buckets: int) -> Mapping[str, Plan]:
    """One look at the list of trees, and at the people whose texts must stay here.

    A bucket's digest changes with the filters, the pseudonyms, any of its trees, and the consent
    of anybody who wrote or voted in one.
    """
    made_from = [FORMAT, viewer.selection.as_json(), viewer.names.of_person(0)]
    digests = [sha256(json.dumps(made_from).encode()) for _ in range(buckets)]
    tree_ids, places = array("q"), array("H")
    async for mark in every_mark(store):
        place = bucket_of(name_of(mark, viewer.names), buckets)
        tree_ids.append(mark.tree_id)
        places.append(place)
        digests[place].update(repr((mark.tree_id, mark.touched, mark.state)).encode())
    after = 0
    while people := await store.read(partial(silent_people, after=after, limit=_PEOPLE_AT_ONCE)):
        for person_id, tree_id in await store.read(partial(places_of, people=people)):
            found = bisect_left(tree_ids, tree_id)
            if found < len(tree_ids) and tree_ids[found] == tree_id:
                digests[places[found]].update(repr((person_id, tree_id)).encode())
        after = people[-1]
    by_bucket = [array("q") for _ in range(buckets)]
    for tree_id, place in zip(tree_ids, places, strict=True):
        by_bucket[place].append(tree_id)
    return {f"{n:03}": Plan(digests[n].hexdigest(), by_bucket[n]) for n in range(buckets)}
