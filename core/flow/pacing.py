"""Who takes too much is told when to go on: allowances of people and of communities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from core.errors import TooMuch
from core.flow.turn import Visit
from core.model import Task
from core.pace import Allowance, Holder, Limit
from core.text import N_, Nn_, Text


def refuse_too_many_open(visit: Visit, held: Sequence[Task]) -> None:
    """Nobody hoards places: the open tasks taken a moment ago come first."""
    since = visit.now - timedelta(seconds=visit.policy.open_tasks_span_seconds)
    still_open = sum(task.leased_at > since for task in held)
    if still_open >= visit.policy.max_open_tasks:
        raise TooMuch(
            Nn_(
                "You already have {count} open task. Finish or skip it first with /work.",
                "You already have {count} open tasks. Finish or skip one first with /work.",
                still_open,
            )
        )


def allowances(visit: Visit) -> Mapping[Holder, Allowance]:
    """What a task uses up: one of the person's, and of the community's in which it is taken."""
    found = {Holder(Limit.PERSON_TASKS, visit.person.id): _of_person(visit)}
    if visit.community is not None:
        policy = visit.policy
        span = timedelta(seconds=policy.community_span_seconds)
        shared = Allowance(policy.community_requests, span)
        found[Holder(Limit.COMMUNITY_TASKS, visit.community.id)] = shared
    return found


def refuse_too_fast(visit: Visit, allowed: Mapping[Holder, Allowance]) -> None:
    """One look at all of them; nothing is used up by it."""
    full_at = visit.unit.full_at(tuple(allowed))
    for holder, allowance in allowed.items():
        wait = allowance.wait(full_at.get(holder), visit.now)
        if wait is not None:
            raise TooMuch(_told(holder, wait))


def refuse_guessing(visit: Visit) -> None:
    """Nobody finds somebody else's code by trying."""
    refuse_too_fast(visit, _link_tries(visit))


def count_guess(visit: Visit) -> None:
    """A code was wrong."""
    visit.unit.use(_link_tries(visit), visit.now)


def _link_tries(visit: Visit) -> Mapping[Holder, Allowance]:
    tries, span = visit.policy.link_tries, timedelta(minutes=visit.policy.link_minutes)
    return {Holder(Limit.LINK_TRIES, visit.person.id): Allowance(tries, span)}


def _of_person(visit: Visit) -> Allowance:
    """The whole allowance, or as much of it as somebody new has by now."""
    policy = visit.policy
    age = max(timedelta(), visit.now - visit.person.created_at)
    grown = min(1.0, age / timedelta(hours=policy.newcomer_hours))
    share = policy.newcomer_share + (1 - policy.newcomer_share) * grown
    at_once = max(1, int(policy.max_requests * share))
    return Allowance(at_once, timedelta(seconds=policy.requests_span_seconds))


def _told(holder: Holder, wait: timedelta) -> Text:
    """Whole seconds, rounded up."""
    wait = timedelta(seconds=-(-wait // timedelta(seconds=1)))
    match holder.limit:
        case Limit.PERSON_TASKS:
            return N_("That was a lot of tasks in a short time. Go on in about {wait}.", wait=wait)
        case Limit.COMMUNITY_TASKS:
            return N_("So many people work here right now. Go on in about {wait}.", wait=wait)
    return N_("That was too many wrong codes. Try again in about {wait}.", wait=wait)
