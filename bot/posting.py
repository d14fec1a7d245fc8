"""Posts boards on schedule: plans what is due, draws it, sends it, and keeps what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.herald import Herald, PostLater, PostRefused
from bot.rounds import Rounds, all_ended, write_down
from core.bulletin import Bulletin, PostState, Row
from core.flow import posting
from core.flow.posting import Begun, Post, TakenUp
from core.flow.turn import Turn
from core.ports import Store, World
from core.text import N_
from locales import say
from locales.spans import period_said

_log = logging.getLogger(__name__)

PLANNED_AT_ONCE, SENT_AT_ONCE = 200, 10
"""In one transaction, so that nobody waits long for its end."""
LANES = 3
"""So many hands are on their way together: while one is drawn another is sent."""

Draw = Callable[[Bulletin], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class _Hand:
    """What is to be sent in one round."""

    fresh: Begun
    cut_off: TakenUp
    taken_at: datetime


class Poster:
    """The loop between the outbox and the platforms; any number of processes may run one."""

    def __init__(self, store: Store, world: World, draw: Draw) -> None:
        self._world = world
        self._draw = draw
        self._rounds = Rounds(store, world)
        self._turn = self._rounds.turn
        self._looked_at: datetime | None = None
        self._is_open = True

    def announce(self, herald: Herald) -> None:
        self._rounds.announce(herald)

    async def tick(self) -> None:
        """Plan until nothing is due, then let every platform send what is its own."""
        await self._watch_clock()
        await self.plan()
        await self._rounds.make(self.send)

    async def close(self, seconds: float) -> None:
        """Begin nothing any more; let the fate of what has begun be written down."""
        self._is_open = False
        await self._rounds.close(seconds)

    async def _watch_clock(self) -> None:
        """Whenever the clock may have been put back, schedules must not wait for what it said."""
        now = self._world.clock()
        if self._looked_at is None or now < self._looked_at:
            last = await self._turn(posting.set_right)
            while last is not None:
                last = await self._turn(partial(posting.set_right, beyond=last))
        self._looked_at = now

    async def plan(self) -> int:
        """Write down what is due; how many."""
        looked_at = 0
        while self._is_open:
            planned = await self._turn(partial(posting.plan_posts, limit=PLANNED_AT_ONCE))
            write_down(*planned.faults)
            looked_at += planned.looked_at
            if not planned.looked_at:
                break
        return looked_at

    async def send(self, herald: Herald) -> None:
        """Send all that is due on a platform."""
        await all_ended(self._lane(herald) for _ in range(LANES))

    async def _lane(self, herald: Herald) -> None:
        """Send hand by hand, until there is nothing fresh; those cut off come with each tick."""
        while self._is_open:
            hand = await self._turn(partial(_taken, herald=herald))
            write_down(*hand.cut_off.faults, *hand.fresh.faults)
            for post in hand.cut_off.given_up:
                await self._tell(herald, post)
            together = (*hand.cut_off.again, *hand.fresh.posts)
            await all_ended(self._deliver(herald, post, hand.taken_at) for post in together)
            if not hand.fresh.looked_at:
                return

    async def _deliver(self, herald: Herald, post: Post, taken_at: datetime) -> None:
        """Draw, post and keep the fate; an unknown one needs no keeping, for the row says it.

        The word of a platform that it has not taken this try says nothing about the one before.
        """
        try:
            reference = await self._sent(herald, post, taken_at)
        except PostRefused as no:
            if not post.again:
                await self._refused(herald, post, no.reason)
        except PostLater as wish:
            if not post.again:
                seconds = wish.seconds
                await self._turn(lambda turn: posting.later(turn, post.outgoing, seconds))
        except Exception as fault:
            _log.warning("It is not known whether a board arrived: %s", type(fault).__name__)
        else:
            await self._turn(lambda turn: posting.sent(turn, post.outgoing, reference))

    async def _sent(self, herald: Herald, post: Post, taken_at: datetime) -> str:
        """Its name on the platform; sent before anybody could think that it was cut off."""
        patience = timedelta(seconds=self._world.policy.send_patience_seconds)
        drawn = await self._drawn(post.bulletin)
        if not taken_at <= self._world.clock() <= taken_at + patience / 4:
            raise PostLater(0)
        words = caption(post.bulletin), alternative(post.bulletin)
        try:
            async with asyncio.timeout((patience / 2).total_seconds()):
                return await herald.post(post, drawn, *words)
        except TimeoutError as slow:
            raise ConnectionError("the platform did not answer in time") from slow

    async def _drawn(self, bulletin: Bulletin) -> bytes | None:
        """The picture; without one the words have to do."""
        try:
            return await self._draw(bulletin)
        except Exception as fault:
            _log.error("A board was not drawn: %s", fault, exc_info=fault)
            return None

    async def _refused(self, herald: Herald, post: Post, reason: str) -> None:
        await self._turn(lambda turn: posting.refused(turn, post.outgoing, reason))
        told = replace(post.outgoing, state=PostState.REFUSED, reason=reason)
        await self._tell(herald, replace(post, outgoing=told))

    async def _tell(self, herald: Herald, post: Post) -> None:
        """Tell the admins, where they are told things; /config shows it in any case."""
        if post.log_channel is None:
            return
        words = say(posting.trouble(post.outgoing), post.bulletin.language)
        try:
            async with asyncio.timeout(self._world.policy.send_patience_seconds / 2):
                await herald.tell(post, post.log_channel, words)
        except Exception as fault:
            _log.warning("Admins could not be told of a board: %s", type(fault).__name__)


def _taken(turn: Turn, herald: Herald) -> _Hand:
    cut_off = posting.take_up_posts(
        turn, herald.platform, knows_nonces=herald.knows_nonces, limit=SENT_AT_ONCE
    )
    fresh = posting.begin_posts(turn, herald.platform, SENT_AT_ONCE)
    return _Hand(fresh, cut_off, turn.now)


# ---------------------------------------------------------------- in words


def caption(bulletin: Bulletin) -> str:
    """All that the picture says."""
    language = bulletin.language
    rows = [_row(row, language) for row in bulletin.rows]
    facts = [say(fact, language) for fact in bulletin.facts]
    nobody = [] if rows else [alternative(bulletin)]
    parts = ["\n".join(part) for part in (rows or nobody, facts) if part]
    title = f"{say(bulletin.title, language)} · {period_said(bulletin.period, language)}"
    return "\n\n".join([title, *parts])


def alternative(bulletin: Bulletin) -> str:
    """The picture in a sentence that names the first three."""
    return say(bulletin.alternative, bulletin.language)


def _row(row: Row, language: str) -> str:
    change = f"{row.arrow}{abs(row.change) if row.change else ''}"
    line = N_("{place}. {name} ({points})", place=row.place, name=row.name, points=row.points)
    return f"{say(line, language)} {change}"
