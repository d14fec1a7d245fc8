"""Searches over texts, and acts on all that they found: planned, confirmed, done piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, unique

from core.casework import Lot, Search, Sweep, SweepState
from core.errors import NotAllowed, Refusal, TooLate, Unknown
from core.flow import judging, moderation
from core.flow.record import noted
from core.flow.turn import Turn, Visit
from core.model import Message
from core.people import AuditEntry
from core.text import N_
from core.values import replace

_AT_ONCE = 20
"""Texts acted upon in one transaction, so that nobody waits long for its end."""
_LOOKED_INTO = 50
"""Trees in which the preview counts what would go with the texts found."""


@unique
class Bulk(StrEnum):
    """What can be done to all that a search found."""

    REMOVE = "remove"
    PURGE = "purge"  # remove, and block the author
    HOLD = "hold"
    RESTORE = "restore"


@dataclass(slots=True)
class OnBehalf(Turn):
    """A turn in which housekeeping goes on with what a moderator began."""

    sweep: Sweep

    @property
    def actor_id(self) -> int | None:
        return self.sweep.actor_id

    @property
    def here_id(self) -> int | None:
        return self.sweep.community_id


# ---------------------------------------------------------------- looking


def within_reach(visit: Visit, search: Search) -> Search:
    """The search among the texts that this moderator may act upon."""
    return replace(search, community_id=judging.scope(visit))


def newest(visit: Visit, search: Search) -> Sequence[Message]:
    """All that a search finds, newest first, within its depth."""
    above, below = _bounds(visit, search)
    limit = visit.policy.search_depth
    return visit.unit.found(within_reach(visit, search), above=above, below=below, limit=limit)


def texts_of(visit: Visit, person_id: int) -> Sequence[Message]:
    """The texts of a person that stand, as far as this moderator's community goes."""
    return newest(visit, Search(author_id=person_id))


def _bounds(visit: Visit, search: Search) -> tuple[int, int]:
    """Between which ids a search looks; by author and among held texts it needs no bound."""
    last = visit.unit.newest_message_id()
    if search.author_id is not None or search.lot is Lot.HELD:
        return 0, last + 1
    return max(0, last - visit.policy.search_depth), last + 1


@dataclass(frozen=True, slots=True)
class Preview:
    """What acting on all would mean."""

    sweep: Sweep
    hits: Sequence[Message]
    trees: int
    below: int | None  # texts of others that stand below; None: too many trees to look into


def plan(visit: Visit, search: Search, reason: str = "") -> Preview:
    """Count what a search finds, and remember exactly that for whoever confirms an act on it."""
    above, below = _bounds(visit, search)
    hits = newest(visit, search)
    sweep = visit.unit.add_sweep(
        Sweep(
            search=within_reach(visit, search),
            act="",
            at=visit.now,
            above=above,
            below=below,
            counted=len(hits),
            actor_id=visit.actor_id,
            community_id=visit.here_id,
            reason=reason or None,
        )
    )
    return _preview(visit, sweep, hits)


def preview(visit: Visit, sweep_id: int) -> Preview:
    """A plan again, as it is now."""
    sweep = planned(visit, sweep_id)
    found = visit.unit.found(
        sweep.search, above=sweep.above, below=sweep.below, limit=visit.policy.search_depth
    )
    return _preview(visit, sweep, found)


def _preview(visit: Visit, sweep: Sweep, hits: Sequence[Message]) -> Preview:
    trees: dict[int, set[int]] = {}
    for message in hits:
        trees.setdefault(message.tree_id, set()).add(message.id)
    below = (
        None if len(trees) > _LOOKED_INTO else sum(_below(visit, *pair) for pair in trees.items())
    )
    return Preview(sweep, hits, len(trees), below)


def _below(visit: Visit, tree_id: int, ids: set[int]) -> int:
    tree = visit.unit.tree(tree_id)
    assert tree is not None
    gone = {m.id for i in ids for m in tree.descendants(i) if m.is_present}
    return len(gone - ids)


# ---------------------------------------------------------------- acting


def planned(visit: Visit, sweep_id: int) -> Sweep:
    """A sweep that this moderator may look at and confirm."""
    here = judging.scope(visit)
    sweep = visit.unit.sweep(sweep_id)
    if sweep is None:
        raise TooLate(N_("That search is too old. Please search again."))
    if here is not None and sweep.search.community_id != here:
        raise NotAllowed(judging.ONLY_MODERATORS)
    return sweep


def begin(visit: Visit, sweep_id: int, bulk: Bulk, reason: str) -> Sweep:
    """Act on all that was counted; what is not done at once is done by housekeeping."""
    sweep = planned(visit, sweep_id)
    if sweep.state is not SweepState.PLANNED:
        raise TooLate(N_("That has been begun already."))
    if bulk not in allowed(sweep):
        raise Unknown(N_("That cannot be done to these texts."))
    if bulk is Bulk.PURGE:
        author = judging.subject(visit, sweep.search.author_id or 0)
        judging.block(visit, author, reason, everywhere=visit.here_id is None)
    act = Bulk.REMOVE if bulk is Bulk.PURGE else bulk
    running = replace(
        sweep,
        act=act.value,
        state=SweepState.RUNNING,
        actor_id=visit.actor_id,
        community_id=visit.here_id,
        reason=reason,
    )
    visit.unit.save_sweep(running)
    noted(visit, _entry(visit, running, bulk), concerns=_home_of(visit, sweep.search))
    return go_on(visit, running)


def _home_of(visit: Visit, search: Search) -> int | None:
    """The community of the person whose texts are meant."""
    person = None if search.author_id is None else visit.unit.person(search.author_id)
    return None if person is None else person.home_id


def allowed(sweep: Sweep) -> tuple[Bulk, ...]:
    """What can be done to texts like these."""
    if sweep.search.lot is Lot.REMOVED:
        return (Bulk.RESTORE,)
    purge = (Bulk.PURGE,) if sweep.search.author_id is not None else ()
    hold = (Bulk.HOLD,) if sweep.search.lot is Lot.PRESENT else ()
    return (Bulk.REMOVE, *hold, *purge)


def _entry(turn: Turn, sweep: Sweep, bulk: Bulk) -> AuditEntry:
    return AuditEntry(
        at=turn.now,
        act="sweep",
        subject_id=sweep.search.author_id,
        actor_id=sweep.actor_id,
        before=f"{sweep.counted} texts",
        after=bulk.value,
        reason=sweep.reason,
        community_id=sweep.community_id,
    )


def go_on(turn: Turn, sweep: Sweep) -> Sweep:
    """The next piece of a sweep; every text is acted upon, or passed over, once."""
    moderator = OnBehalf(turn.unit, turn.world, turn.now, sweep)
    hits = turn.unit.found(sweep.search, above=sweep.above, below=sweep.below, limit=_AT_ONCE)
    done = sum(_acted(moderator, message) for message in hits)
    sweep = replace(
        sweep,
        done=sweep.done + done,
        below=hits[-1].id if hits else sweep.below,
        state=SweepState.RUNNING if len(hits) == _AT_ONCE else SweepState.DONE,
    )
    turn.unit.save_sweep(sweep)
    return sweep


def _acted(moderator: OnBehalf, message: Message) -> bool:
    """Whether there was something to do; it may have gone with another meanwhile."""
    try:
        _ACTS[Bulk(moderator.sweep.act)](moderator, message.id, moderator.sweep.reason)
    except Refusal:
        return False
    return True


_ACTS: Mapping[Bulk, Callable[[Turn, int, str | None], object]] = {
    Bulk.REMOVE: moderation.remove,
    Bulk.HOLD: moderation.hold,
    Bulk.RESTORE: moderation.restore,
}


def sweep_on(turn: Turn) -> int:
    """A piece of the oldest sweep under way; 0 when there was none."""
    turn.unit.forget_sweeps(turn.now - timedelta(hours=turn.policy.sweep_hours))
    sweep = turn.unit.running_sweep()
    if sweep is not None:
        go_on(turn, sweep)
    return int(sweep is not None)
