"""What volunteers may say of a text besides their task: a thumb, or a report with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import NotAllowed
from core.flow import moderation
from core.flow.growth import settle
from core.flow.record import keep_report
from core.flow.turn import Turn
from core.model import Message, Tree, TreeState
from core.people import Report
from core.text import N_
from core.values import replace

RED_FLAG = "red_flag"
THUMBS = ("+1", "-1")


def react(turn: Turn, person_id: int, message_id: int, emoji: str) -> bool:
    """Toggle a thumb; up and down exclude each other; never on one's own text. True: it is on."""
    tree, message = moderation.found(turn, message_id)
    if message.author_id == person_id:
        raise NotAllowed(N_("You can't rate your own text."))
    on = emoji not in turn.unit.reactions(message_id, person_id)
    emojis = dict(message.emojis)
    for name in THUMBS if emoji in THUMBS else (emoji,):
        if turn.unit.react(message_id, person_id, name, on and name == emoji):
            emojis[name] = emojis.get(name, 0) + (1 if on and name == emoji else -1)
    emojis = {name: count for name, count in emojis.items() if count > 0}
    _save_emojis(turn, tree, replace(message, emojis=emojis))
    return on


def _save_emojis(turn: Turn, tree: Tree, message: Message) -> None:
    turn.unit.save_tree(replace(tree.with_message(message), touched_at=turn.now))


@dataclass(frozen=True, slots=True)
class Reported:
    report: Report
    removed: bool  # enough people reported it, so it was taken away at once


def report_message(
    turn: Turn, person_id: int, message_id: int, reason: str, community_id: int | None
) -> Reported:
    """Keep a complaint with its reason; enough people's remove the text until a moderator looks."""
    _, message = moderation.found(turn, message_id)
    complaint = Report(
        id=0,
        message_id=message_id,
        person_id=person_id,
        reason=reason,
        at=turn.now,
        community_id=community_id,
    )
    report = _same_report(turn, complaint)
    if report is None:
        report = keep_report(turn, complaint, message)
    if RED_FLAG not in turn.unit.reactions(message_id, person_id):
        turn.unit.react(message_id, person_id, RED_FLAG, True)
        _count_red_flag(turn, message_id)
    tree, message = moderation.found(turn, message_id)
    many = turn.policy.auto_mod_red_flags
    if len(_complainers(turn, message_id)) < many or not message.is_present:
        return Reported(report, removed=False)
    by_policy = Turn(turn.unit, turn.world, turn.now)
    if message.is_root:
        aborted = replace(tree, state=TreeState.ABORTED_LOW_GRADE)
        settle(by_policy, tree, aborted, reason=moderation.BY_MANY)
    else:
        moderation.take_away(by_policy, message_id, reason=moderation.BY_MANY)
    return Reported(report, removed=True)


def _complainers(turn: Turn, message_id: int) -> set[int]:
    """Whose complaints wait; those about whose first one a moderator has decided count no more."""
    waiting: set[int] = set()
    decided: set[int] = set()
    for report in turn.unit.reports(message_id, open_only=False):
        if report.person_id is not None:
            (decided if report.resolved else waiting).add(report.person_id)
    return waiting - decided


def _same_report(turn: Turn, complaint: Report) -> Report | None:
    """The one that a second press of the same button would repeat."""
    for known in turn.unit.reports(complaint.message_id):
        if (known.person_id, known.reason) == (complaint.person_id, complaint.reason):
            return known
    return None


def _count_red_flag(turn: Turn, message_id: int) -> None:
    tree, message = moderation.found(turn, message_id)
    emojis = {**message.emojis, RED_FLAG: message.emojis.get(RED_FLAG, 0) + 1}
    _save_emojis(turn, tree, replace(message, emojis=emojis))
