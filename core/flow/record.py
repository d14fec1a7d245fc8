"""The record of what people did, and word of it to the log channel of their community."""

from __future__ import annotations

from core.casework import REPORTED, Memo
from core.community import rules_of
from core.flow.turn import Turn
from core.model import Message
from core.people import AuditEntry, Report


def noted(turn: Turn, entry: AuditEntry, *, concerns: int | None = None) -> None:
    """One row for one act; moderators who have a log channel read it there too.

    So do those of the community whose text or person it concerns, wherever it was done.
    """
    turn.unit.record(entry)
    for community_id in dict.fromkeys((entry.community_id, concerns)):
        if turn.tells_moderators and community_id is not None:
            tell_moderators(turn, community_id, entry)


def keep_report(turn: Turn, complaint: Report, message: Message) -> Report:
    """Write a complaint down, and tell the moderators whom it concerns."""
    report = turn.unit.add_report(complaint)
    entry = AuditEntry(
        at=turn.now,
        act=REPORTED,
        tree_id=message.tree_id,
        message_id=message.id,
        subject_id=message.author_id,
        reason=complaint.reason,
    )
    concerned = dict.fromkeys((message.community_id, complaint.community_id))
    for community_id in concerned:
        if community_id is not None:
            tell_moderators(turn, community_id, entry)
    return report


def tell_moderators(turn: Turn, community_id: int, entry: AuditEntry) -> None:
    """To be said in the log channel of a community, where it has one."""
    community = turn.unit.community(community_id)
    if community is not None and rules_of(community).log_channel is not None:
        turn.unit.add_memo(Memo(community_id, entry))
