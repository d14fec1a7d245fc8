"""Points and streaks, counted in the transaction of the work that earns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from core import agreement, points
from core.flow.turn import Turn, Visit
from core.model import Ballot, Message, Tree
from core.values import replace


def earn(
    turn: Turn,
    person_id: int,
    counts: Mapping[str, int],
    *,
    community_id: int | None,
    lang: str,
    at: datetime,
) -> None:
    """Count contributions (negative: take them back) on every board of that moment."""
    turn.unit.tally(person_id, points.scopes(community_id, lang), points.periods(at), counts)


def earn_for_message(turn: Turn, message: Message, name: str, by: int, at: datetime) -> None:
    """Count something for the author of a message, where it was written; nobody's for none."""
    if message.author_id is not None:
        earn(
            turn,
            message.author_id,
            {name: by},
            community_id=message.community_id,
            lang=message.lang,
            at=at,
        )


def earn_for_changes(turn: Turn, before: Tree, after: Tree) -> None:
    """Give or take the authors' points for every text and verdict that came or went.

    What is taken is taken from the very day on which it was given.
    """
    for message in after.messages.values():
        old = before.messages.get(message.id)
        if message is not old:
            now, then = set(_worth(message)), set(_worth(old) if old is not None else ())
            for name, at in sorted(now - then):
                earn_for_message(turn, message, name, 1, at)
            for name, at in sorted(then - now):
                earn_for_message(turn, message, name, -1, at)


def _worth(message: Message) -> Iterator[tuple[str, datetime]]:
    """What a text counts as for its author, and when each of it was earned."""
    if message.is_present:
        yield points.contribution(message.task_kind, full=True), message.created_at
    if message.is_accepted:
        yield points.accepted_contribution(message), message.decided_at or message.created_at


def earn_for_places(
    turn: Turn, tree: Tree, ballot: Ballot, *, by: int = 1, at: datetime | None = None
) -> None:
    """Each ballot gives points to the authors of the replies it puts first, second, third."""
    for message_id in sorted(ballot.ids):
        name = points.ranked_contribution(ballot.place(message_id))
        if name is not None:
            earn_for_message(turn, tree.messages[message_id], name, by, at or turn.now)


def compare_votes(turn: Turn, tree: Tree) -> None:
    """A vote has ended: how far each voter agreed with the others is counted, once for each ballot.

    What is counted steers the weight of later votes, see `agreement.vote_weight`.
    """
    for parent_id in {m.parent_id for m in tree.messages.values() if m.rank is not None}:
        ballots = turn.unit.ballots(parent_id or 0)
        fresh = {ballot.person_id for ballot in ballots if not ballot.is_compared}
        for person_id, concord in agreement.concords([ballots]).items():
            if person_id in fresh:
                counts = {"compared": concord.pairs, "agreed": concord.halves}
                earn(turn, person_id, counts, community_id=None, lang=tree.lang, at=turn.now)
        turn.unit.mark_compared(parent_id or 0)


def keep_streak(visit: Visit) -> None:
    """Today counts for the person's streak, in their own time zone."""
    today = visit.now.astimezone(ZoneInfo(visit.person.timezone)).date()
    streak = points.streak_after(visit.person.streak, today, visit.policy.streak_freezes_per_week)
    if streak != visit.person.streak:
        visit.save_person(replace(visit.person, streak=streak))
