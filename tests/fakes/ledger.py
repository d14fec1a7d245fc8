"""The points that people must have, counted anew from everything that stands in a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from core import points
from core.model import Message, Task, TaskState
from core.testing import Tables

_EARN_NOTHING = {"compared", "agreed"}  # how a voter's ballots went with those of others
Row = tuple[str, str, int]  # scope, period, person


def counted(tables: Tables) -> dict[Row, dict[str, int]]:
    """What the boards say."""
    return {
        row: given for row, counts in tables.tallies.items() if (given := _without_zeros(counts))
    }


def recounted(tables: Tables) -> dict[Row, dict[str, int]]:
    """What they should say."""
    rows: dict[Row, Counter[str]] = {}
    for person_id, name, scopes, at in _earnings(tables):
        for scope in scopes if person_id in tables.people else ():
            for period in points.periods(at):
                rows.setdefault((scope, period, person_id), Counter())[name] += 1
    return {row: dict(counts) for row, counts in rows.items()}


def _without_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count and name not in _EARN_NOTHING}


Earning = tuple[int, str, tuple[str, ...], datetime]


def _earnings(tables: Tables) -> Iterator[Earning]:
    messages = {m.id: m for tree in tables.trees.values() for m in tree.messages.values()}
    for message in messages.values():
        yield from _of_text(message)
    for task in tables.tasks.values():
        if task.state is TaskState.ANSWERED and not task.kind.writes:
            yield from _of_judgement(task, messages)


def _of_text(message: Message) -> Iterator[Earning]:
    boards = points.scopes(message.community_id, message.lang)
    author = message.author_id or 0
    if message.is_present:
        name = points.contribution(message.task_kind, full=True)
        yield author, name, boards, message.created_at
    if message.is_accepted:
        assert message.decided_at is not None
        yield author, points.accepted_contribution(message), boards, message.decided_at


def _of_judgement(task: Task, messages: dict[int, Message]) -> Iterator[Earning]:
    assert task.answered_at is not None
    boards = points.scopes(task.community_id, task.lang)
    yield task.person_id, points.contribution(task.kind, task.full), boards, task.answered_at
    for message_id in task.ballot.ids if task.ballot else ():
        message = messages[message_id]
        name = points.ranked_contribution(task.ballot.place(message_id)) if task.ballot else None
        if name is not None:
            where = points.scopes(message.community_id, message.lang)
            yield message.author_id or 0, name, where, task.answered_at
