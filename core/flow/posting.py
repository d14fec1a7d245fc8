"""Boards on schedule: written down before they are sent, marked after, never sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from core.bulletin import Bulletin, Outgoing, PostState, bulletin, spread
from core.community import Rules, rules_of
from core.errors import Unknown
from core.flow.rows import each
from core.flow.turn import Turn
from core.people import Community
from core.points import streak_today
from core.ports import Standing
from core.schedule import (
    Schedule,
    ended_period,
    next_run,
    previous_period,
    rest_ends,
    span_of,
)
from core.text import N_, Text
from core.values import replace

_NEEDS_CAP = 100
_LOOKED_AT = 10
"""So many boards' rows of the period before are looked at together, the rest one by one."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post in hand: what it says and where it goes."""

    outgoing: Outgoing
    bulletin: Bulletin
    address: str  # the platform's id of the community
    channel: str | None  # where in it
    log_channel: str | None = None  # where its admins are told
    rests_until: datetime | None = None  # the end of the community's quiet hours, in them
    again: bool = False  # sent before, and perhaps there already


@dataclass(frozen=True, slots=True)
class Planned:
    """What was due was written down."""

    looked_at: int
    faults: Sequence[Exception]


@dataclass(frozen=True, slots=True)
class Begun:
    """Posts to be sent now."""

    looked_at: int
    posts: Sequence[Post]
    faults: Sequence[Exception]


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Posts whose sending was cut off."""

    again: Sequence[Post]  # the platform recognises what it has, so they are sent again
    given_up: Sequence[Post]  # only an admin can know; they are told
    faults: Sequence[Exception]


_PUT_OFF = timedelta(hours=1)
"""What cannot be put together is tried again so much later."""


def plan_posts(turn: Turn, limit: int = 50) -> Planned:
    """Write down what is due; each schedule goes on from now, so a week offline is one post."""
    due = turn.unit.due_schedules(turn.now, limit)
    _, faults = each(due, partial(_plan, turn))
    for schedule, _ in faults:
        turn.unit.save_schedule(replace(schedule, next_run=turn.now + _PUT_OFF))
    return Planned(len(due), [fault for _, fault in faults])


def _plan(turn: Turn, schedule: Schedule) -> None:
    run = next_run(schedule, turn.now)
    turn.unit.add_post(
        Outgoing(
            community_id=schedule.community_id,
            board=schedule.board,
            period=ended_period(schedule.board, turn.now),
            scope=schedule.scope,
            due=max(turn.now, schedule.next_run + spread(schedule.community_id)),
        )
    )
    turn.unit.save_schedule(replace(schedule, next_run=run))


def set_right(turn: Turn, beyond: Schedule | None = None, limit: int = 200) -> Schedule | None:
    """Bring back schedules that a clock which ran ahead has put off; the last one looked at.

    What was posted meanwhile is not posted again: the period is the key.
    """
    after = (0, "") if beyond is None else (beyond.community_id, beyond.board)
    found = turn.unit.coming(turn.now, after, limit)
    each(found, partial(_bring_back, turn))
    return found[-1] if found else None


def _bring_back(turn: Turn, schedule: Schedule) -> None:
    run = next_run(schedule, turn.now)
    if run < schedule.next_run:
        turn.unit.save_schedule(replace(schedule, next_run=run))


def begin_posts(turn: Turn, platform: str, limit: int = 10) -> Begun:
    """Take posts to be sent now; from here on only `sent` and its kin know their fate."""
    due = turn.unit.due_posts(platform, turn.now, limit)
    dealt, faults = each(due, partial(_begin, turn))
    for outgoing, _ in faults:
        turn.unit.save_post(replace(outgoing, due=turn.now + _PUT_OFF))
    posts = [post for post in dealt if post is not None]
    return Begun(len(due), posts, [fault for _, fault in faults])


def _begin(turn: Turn, outgoing: Outgoing) -> Post | None:
    post = _in_hand(turn, outgoing)
    if post is None:
        refused(turn, outgoing, GONE)
        return None
    if post.rests_until is not None:
        turn.unit.save_post(replace(outgoing, due=post.rests_until))
        return None
    begun = replace(outgoing, state=PostState.SENDING, begun_at=turn.now, tries=outgoing.tries + 1)
    turn.unit.save_post(begun)
    return replace(post, outgoing=begun)


def take_up_posts(turn: Turn, platform: str, *, knows_nonces: bool, limit: int = 10) -> TakenUp:
    """Posts whose sending was cut off: sent again under the same nonce, or left to an admin.

    One that was begun in the future tells of a clock that was put back: nobody knows when it was.
    """
    patience = timedelta(seconds=turn.policy.send_patience_seconds)
    cut_off = turn.unit.begun_posts(platform, turn.now, patience, limit)
    dealt, faults = each(cut_off, partial(_take_up, turn, knows_nonces, patience))
    for outgoing, _ in faults:
        turn.unit.save_post(replace(outgoing, state=PostState.UNKNOWN))
    posts = [post for post in dealt if post is not None]
    return TakenUp(
        again=[post for post in posts if post.again],
        given_up=[post for post in posts if not post.again],
        faults=[fault for _, fault in faults],
    )


def _take_up(
    turn: Turn, knows_nonces: bool, patience: timedelta, outgoing: Outgoing
) -> Post | None:
    trusted = turn.now - timedelta(seconds=turn.policy.nonce_seconds)
    post = _in_hand(turn, outgoing)
    begun_at = outgoing.begun_at or turn.now
    is_sure = knows_nonces and trusted < begun_at <= turn.now
    if is_sure and post is not None:
        spans = (turn.now - begun_at) // patience
        taken = replace(outgoing, tries=spans + 1)  # so that nobody else takes it up now
    else:
        is_sure, taken = False, replace(outgoing, state=PostState.UNKNOWN)
    turn.unit.save_post(taken)
    return None if post is None else replace(post, outgoing=taken, again=is_sure)


def _in_hand(turn: Turn, outgoing: Outgoing) -> Post | None:
    community = turn.unit.community(outgoing.community_id)
    address = turn.unit.address_of(outgoing.community_id)
    if community is None or address is None or not community.active:
        return None
    rules = rules_of(community)
    told = bulletin_of(turn, outgoing, community)
    rest = rest_ends(turn.now, rules.timezone, rules.quiet)
    return Post(outgoing, told, address, rules.board_channel, rules.log_channel, rest)


def bulletin_of(turn: Turn, outgoing: Outgoing, community: Community) -> Bulletin:
    """What the post of a period says, from counters that are kept and never recounted."""
    unit, rules = turn.unit, rules_of(community)
    scope = f"c:{community.id}" if outgoing.scope == "here" else outgoing.scope
    since, until = span_of(outgoing.period)
    board = unit.board(scope, outgoing.period, turn.policy.board_rows)
    return bulletin(
        outgoing,
        board,
        _places_before(turn, scope, previous_period(outgoing.board, outgoing.period), board),
        streaks=_streaks(turn, board),
        finished=unit.finished_trees(community.id, since, until),
        needs=unit.needs(community.languages, _NEEDS_CAP),
        language=_language(rules, community),
    )


def _places_before(
    turn: Turn, scope: str, period: str, board: Sequence[Standing]
) -> Mapping[int, int]:
    """Where those on a board stood in the period before; without those who did not."""
    rows = turn.unit.board(scope, period, _LOOKED_AT * turn.policy.board_rows)
    places = {row.person_id: row.place for row in rows}
    if rows:
        for standing in board:
            if standing.person_id not in places:
                before = turn.unit.standing(standing.person_id, scope, period)
                places[standing.person_id] = before.place
    return {person_id: place for person_id, place in places.items() if place}


def _streaks(turn: Turn, board: Sequence[Standing]) -> Mapping[int, int]:
    """Days in a row of those on a board, as far as they still go on."""
    people = (turn.unit.person(standing.person_id) for standing in board)
    freezes = turn.policy.streak_freezes_per_week
    return {
        person.id: streak_today(
            person.streak, turn.now.astimezone(ZoneInfo(person.timezone)).date(), freezes
        )
        for person in people
        if person is not None
    }


def _language(rules: Rules, community: Community) -> str:
    return rules.language or (community.languages[0] if community.languages else "en")


# ---------------------------------------------------------------- what became of it


def sent(turn: Turn, outgoing: Outgoing, reference: str) -> None:
    """The platform took it, whatever was thought of it meanwhile."""
    row = turn.unit.post(outgoing.community_id, outgoing.board, outgoing.period)
    if row is not None:
        turn.unit.save_post(replace(row, state=PostState.SENT, external_ref=reference, reason=None))


def refused(turn: Turn, outgoing: Outgoing, reason: str) -> None:
    """The platform will not take it; the admin is shown why and may send it again."""
    if _is_still_ours(turn, outgoing):
        turn.unit.save_post(replace(outgoing, state=PostState.REFUSED, reason=reason))


def later(turn: Turn, outgoing: Outgoing, seconds: float) -> None:
    """The platform asked to wait and has not taken it."""
    if _is_still_ours(turn, outgoing):
        due = turn.now + timedelta(seconds=seconds)
        turn.unit.save_post(replace(outgoing, state=PostState.WAITING, due=due, begun_at=None))


def _is_still_ours(turn: Turn, outgoing: Outgoing) -> bool:
    """Whether nobody has sent it again, or let it be sent again, since it was read."""
    row = turn.unit.post(outgoing.community_id, outgoing.board, outgoing.period)
    return row is not None and row.tries == outgoing.tries and row.state is not PostState.SENT


# ---------------------------------------------------------------- what an admin does about it

_SHOWN = 10
_UNSETTLED = (PostState.REFUSED, PostState.UNKNOWN)


def unsettled(turn: Turn, community_id: int) -> Sequence[Outgoing]:
    """The newest posts that wait for an admin."""
    return turn.unit.posts_of(community_id, _SHOWN, *_UNSETTLED)


def trouble(outgoing: Outgoing) -> Text:
    """What an admin should know of a post that waits for them."""
    period = outgoing.period.partition(":")[2]
    if outgoing.state is PostState.UNKNOWN:
        return N_(
            "The leaderboard of {period} may or may not have arrived. Look, and if it is missing"
            " send it with /config.",
            period=period,
        )
    return N_(
        "The leaderboard of {period} was not posted: {reason}. Once that is mended, send it with"
        " /config.",
        period=period,
        reason=_OWN_REASONS.get(outgoing.reason or "", outgoing.reason or ""),
    )


NO_CHANNEL, STRANGE_CHANNEL, GONE = "no channel is set", "no such channel", "no community"
_OWN_REASONS: Mapping[str, Text] = {
    NO_CHANNEL: N_("no channel is set"),
    STRANGE_CHANNEL: N_("there is no such channel"),
    GONE: N_("the bot had been removed"),
}
"""What is not said by the platform itself, in its own words."""


def send_now(turn: Turn, community_id: int, board: str, period: str) -> Outgoing:
    """An admin has looked: a post that was refused, or whose fate is unknown, goes out again."""
    outgoing = turn.unit.post(community_id, board, period)
    if outgoing is None or outgoing.state not in _UNSETTLED:
        raise Unknown(N_("This post needs nothing: it was sent, or will be."))
    again = replace(outgoing, state=PostState.WAITING, due=turn.now, begun_at=None, reason=None)
    turn.unit.save_post(again)
    return again
