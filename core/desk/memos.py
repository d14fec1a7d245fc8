"""What log channels are told: cases that came in, with buttons, and what moderators did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from core.casework import REPORTED, Memo
from core.community import rules_of, spoken_in
from core.desk import auditlog, cases
from core.dialogue import Say, Screen
from core.errors import Refusal
from core.flow import judging
from core.flow.rows import each
from core.flow.turn import Turn
from core.people import AuditEntry
from core.text import N_
from core.values import replace

STALE = timedelta(days=1)
"""What could not be said for so long is left unsaid; the queue and the record have it all."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A memo in hand: what it says, and where."""

    memo_id: int
    address: str  # the platform's id of the community
    channel: str  # of its moderators
    screen: Screen


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Some of what waits to be said."""

    looked_at: int
    hand: Sequence[Dispatch]
    faults: Sequence[Exception]


def take_memos(turn: Turn, platform: str, limit: int) -> TakenUp:
    """Memos to be said now; nobody else says them for a while. One at fault is tried again."""
    again = turn.now + timedelta(seconds=turn.policy.send_patience_seconds)
    memos = turn.unit.due_memos(platform, turn.now, again, limit)
    dealt, faults = each(memos, partial(_dispatched, turn))
    hand = [dispatch for dispatch in dealt if dispatch is not None]
    return TakenUp(len(memos), hand, [fault for _, fault in faults])


def _dispatched(turn: Turn, memo: Memo) -> Dispatch | None:
    dispatch = None if turn.now - memo.entry.at > STALE else _in_hand(turn, memo)
    if dispatch is None:
        turn.unit.drop_memo(memo.id)
    return dispatch


def memo_done(turn: Turn, memo_id: int) -> None:
    """It was said, or never can be."""
    turn.unit.drop_memo(memo_id)


def _in_hand(turn: Turn, memo: Memo) -> Dispatch | None:
    community = turn.unit.community(memo.community_id)
    address = turn.unit.address_of(memo.community_id)
    if community is None or address is None or not community.active:
        return None
    channel = rules_of(community).log_channel
    screen = _screen(turn, memo.entry)
    if channel is None or screen is None:
        return None
    return Dispatch(memo.id, address, channel, replace(screen, language=spoken_in(community)))


def _screen(turn: Turn, entry: AuditEntry) -> Screen | None:
    if entry.act != REPORTED:
        return _act(turn, entry)
    try:
        file = judging.file_of(turn, entry.message_id or 0)
    except Refusal:  # the text is gone for good
        return None
    return cases.for_all(turn, file) if file.is_open else None


def _act(turn: Turn, entry: AuditEntry) -> Screen:
    return Say(
        body=(
            N_(
                "{by}: {act} {target}. Why: {reason}",
                by=auditlog.actor(turn, entry),
                act=auditlog.ACTS.get(entry.act, entry.act),
                target=auditlog.target(turn, entry),
                reason=cases.reason_words(entry.reason),
            ),
        )
    )
