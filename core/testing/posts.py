"""Schedules and posts, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.bulletin import Outgoing, PostState
from core.model import TaskKind
from core.schedule import Schedule
from core.testing.people import People


class Posts(People):
    """Boards on schedule."""

    def schedules(self, community_id: int) -> Sequence[Schedule]:
        return [s for s in self._t.schedules.values() if s.community_id == community_id]

    def save_schedule(self, schedule: Schedule) -> None:
        self._t.schedules[schedule.community_id, schedule.board] = schedule

    def drop_schedule(self, community_id: int, board: str) -> None:
        self._t.schedules.pop((community_id, board), None)

    def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        active = {c.id for c in self._t.communities.values() if c.active}
        due = [
            s for s in self._t.schedules.values() if s.next_run <= now and s.community_id in active
        ]
        return sorted(due, key=lambda s: (s.next_run, s.community_id, s.board))[:limit]

    def coming(self, now: datetime, beyond: tuple[int, str], limit: int) -> Sequence[Schedule]:
        found = [
            s for key, s in sorted(self._t.schedules.items()) if s.next_run > now and key > beyond
        ]
        return found[:limit]

    def add_post(self, post: Outgoing) -> bool:
        key = (post.community_id, post.board, post.period)
        if key in self._t.posts:
            return False
        self._t.posts[key] = post
        return True

    def post(self, community_id: int, board: str, period: str) -> Outgoing | None:
        return self._t.posts.get((community_id, board, period))

    def save_post(self, post: Outgoing) -> None:
        self._t.posts[post.community_id, post.board, post.period] = post

    def due_posts(self, platform: str, now: datetime, limit: int) -> Sequence[Outgoing]:
        due = [p for p in self._posts_on(platform, PostState.WAITING) if p.due <= now]
        return due[:limit]

    def begun_posts(
        self, platform: str, now: datetime, patience: timedelta, limit: int
    ) -> Sequence[Outgoing]:
        return [
            p
            for p in self._posts_on(platform, PostState.SENDING)
            if p.begun_at is not None
            and (p.begun_at + patience * p.tries <= now or p.begun_at > now + patience)
        ][:limit]

    def _posts_on(self, platform: str, state: PostState) -> list[Outgoing]:
        here = {c.id for c in self._t.communities.values() if c.platform == platform}
        found = [p for p in self._t.posts.values() if p.state is state and p.community_id in here]
        return sorted(found, key=lambda p: (p.due, p.community_id, p.board, p.period))

    def posts_of(self, community_id: int, limit: int, *states: PostState) -> Sequence[Outgoing]:
        found = [
            p
            for p in self._t.posts.values()
            if p.community_id == community_id and (not states or p.state in states)
        ]
        return sorted(found, key=lambda p: (p.due, p.board, p.period), reverse=True)[:limit]

    def address_of(self, community_id: int) -> str | None:
        for (_, external_id), community in self._t.communities.items():
            if community.id == community_id:
                return external_id
        return None

    def finished_trees(self, community_id: int, since: datetime, until: datetime) -> int:
        finished = {
            entry.tree_id
            for entry in self._t.audit
            if (entry.act, entry.after) == ("state", "ready_for_export")
            and entry.community_id == community_id
            and since <= entry.at < until
        }
        return len(finished)

    def needs(self, languages: Sequence[str], cap: int) -> Mapping[tuple[str, TaskKind], int]:
        counts: dict[tuple[str, TaskKind], int] = {}
        for _, slot in self._t.slots.values():
            if not languages or slot.lang in languages:
                key = (slot.lang, slot.kind)
                counts[key] = min(cap, counts.get(key, 0) + slot.free)
        return counts
