"""Rows of moderators' work to nouns and back."""

from __future__ import annotations

import orjson

from core.casework import Lot, Memo, Search, Sweep, SweepState
from core.people import AuditEntry
from core.values import replace
from storage.codes import json_text
from storage.driver import Row, Value
from storage.times import micros, micros_or_none, moment, moment_or_none

MEMO = "community_id at act tree_id message_id subject_id actor_id before after reason"


def memo_from_row(row: Row) -> Memo:
    """Of the id and the columns of a memo."""
    entry = replace(AuditEntry(moment(row[2]), *row[3:]), community_id=row[1])
    return Memo(community_id=row[1], entry=entry, id=row[0])


SWEEP = "search act at above below counted actor_id community_id reason state done"


def sweep_values(sweep: Sweep) -> tuple[Value, ...]:
    return (
        text_from_search(sweep.search),
        sweep.act,
        micros(sweep.at),
        sweep.above,
        sweep.below,
        sweep.counted,
        sweep.actor_id,
        sweep.community_id,
        sweep.reason,
        sweep.state.value,
        sweep.done,
    )


def sweep_from_row(row: Row) -> Sweep:
    """Of the id and the columns of a sweep."""
    return Sweep(
        id=row[0],
        search=search_from_text(row[1]),
        act=row[2],
        at=moment(row[3]),
        above=row[4],
        below=row[5],
        counted=row[6],
        actor_id=row[7],
        community_id=row[8],
        reason=row[9],
        state=SweepState(row[10]),
        done=row[11],
    )


def text_from_search(search: Search) -> str:
    return json_text(
        {
            "words": list(search.words),
            "lang": search.lang,
            "author_id": search.author_id,
            "since": micros_or_none(search.since),
            "until": micros_or_none(search.until),
            "lot": search.lot.value,
            "community_id": search.community_id,
        }
    )


def search_from_text(text: str) -> Search:
    told = orjson.loads(text)
    return Search(
        words=tuple(told["words"]),
        lang=told["lang"],
        author_id=told["author_id"],
        since=moment_or_none(told["since"]),
        until=moment_or_none(told["until"]),
        lot=Lot(told["lot"]),
        community_id=told["community_id"],
    )
