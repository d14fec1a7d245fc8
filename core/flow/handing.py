"""Handing out work: leases, resumed tasks, skips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import selection
from core.errors import NotYours, TooLate, Unknown
from core.flow.growth import settle
from core.flow.pacing import allowances, refuse_too_fast, refuse_too_many_open
from core.flow.record import keep_report
from core.flow.turn import Turn, Visit
from core.model import Lease, Slot, Task, TaskKind, TaskState, Tree, TreeState
from core.people import AuditEntry, Report
from core.text import N_
from core.tree import replies_to_rank
from core.values import replace


@dataclass(frozen=True, slots=True)
class Wish:
    """What a volunteer would like; nothing named means whatever is needed."""

    kinds: tuple[TaskKind, ...] = ()
    languages: tuple[str, ...] = ()


def request_task(visit: Visit, wish: Wish, held: Sequence[Task]) -> Task | None:
    """Lease the most wanted work this person can do; None when there is none for them now.

    `held` are the tasks they have in hand.
    """
    refuse_too_many_open(visit, held)
    allowed = allowances(visit)
    refuse_too_fast(visit, allowed)
    task = _leased(visit, wish)
    if task is not None:
        visit.unit.use(allowed, visit.now)
    return task


def _leased(visit: Visit, wish: Wish) -> Task | None:
    languages = list(wish.languages or visit.person.languages)
    visit.world.rng.shuffle(languages)
    kinds = wish.kinds or visit.person.kinds
    order = [
        kind
        for kind in selection.kinds_in_order(visit.policy, visit.world.rng)
        if not kinds or kind in kinds
    ]
    chosen = bool(kinds)
    before, prompt, after = _split(order)
    return (
        _lease_first(visit, before, languages, chosen=chosen)
        or (_lease_prompt(visit, languages, chosen=chosen) if prompt else None)
        or _lease_first(visit, after, languages, chosen=chosen)
    )


def _split(order: Sequence[TaskKind]) -> tuple[list[TaskKind], bool, list[TaskKind]]:
    if TaskKind.INITIAL_PROMPT not in order:
        return list(order), False, []
    at = order.index(TaskKind.INITIAL_PROMPT)
    return list(order[:at]), True, list(order[at + 1 :])


def _lease_first(
    visit: Visit, kinds: Sequence[TaskKind], languages: Sequence[str], *, chosen: bool
) -> Task | None:
    wishes = [(kind, lang) for kind in kinds for lang in languages]
    passed: list[int] = []
    while wishes:
        slot = visit.unit.find_slot(visit.person.id, wishes, skip=passed)
        if slot is None:
            return None
        tree = visit.unit.tree(slot.tree_id)
        assert tree is not None
        if selection.is_open(tree, slot.target_id, slot.kind, slot.round, visit.policy):
            return _lease(visit, tree, slot, chosen=chosen)
        visit.unit.save_tree(tree)  # the table of open work was behind this tree
        passed.append(slot.tree_id)
    return None


def _lease(visit: Visit, tree: Tree, slot: Slot, *, chosen: bool) -> Task:
    policy, rng = visit.policy, visit.world.rng
    shown = [m.id for m in replies_to_rank(tree, slot.target_id, policy)]
    rng.shuffle(shown)
    task = replace(
        _new_task(visit, slot.kind, slot.lang),
        tree_id=tree.id,
        target_id=slot.target_id,
        round=slot.round,
        full=selection.asks_for_full_form(slot.kind, chosen=chosen, policy=policy, rng=rng),
        shown=tuple(shown) if slot.kind.ranks else (),
    )
    before = visit.unit.task_on(visit.person.id, slot.target_id, slot.kind, slot.round)
    if before is not None:  # a lease that ran out; what was written in it goes on
        labels = before.draft_labels if before.full == task.full else {}
        task = replace(task, draft=before.draft, draft_labels=labels, version=before.version + 1)
    task = visit.unit.add_task(task)
    lease = Lease(task.id, task.kind, slot.target_id, visit.person.id)
    visit.unit.save_tree(tree.with_lease(lease))
    return task


def _new_task(visit: Visit, kind: TaskKind, lang: str) -> Task:
    return Task(
        id=0,
        kind=kind,
        person_id=visit.person.id,
        lang=lang,
        leased_at=visit.now,
        expires_at=lease_end(visit, kind),
        community_id=visit.community_id,
        platform=visit.who.platform,
    )


def lease_end(turn: Turn, kind: TaskKind) -> datetime:
    """Until when a place taken now is held."""
    policy = turn.policy
    minutes = policy.lease_minutes_writing if kind.writes else policy.lease_minutes_judging
    return turn.now + timedelta(minutes=minutes)


def _lease_prompt(visit: Visit, languages: Sequence[str], *, chosen: bool) -> Task | None:
    for lang in languages:
        if prompts_wanted(visit, lang, chosen=chosen):
            return visit.unit.add_task(_new_task(visit, TaskKind.INITIAL_PROMPT, lang))
    return None


def prompts_wanted(visit: Visit, lang: str, *, chosen: bool) -> int:
    """Initial prompts that may still be begun in this language.

    Those who choose to write one find a place while there is any; those who take what is needed
    are asked only where trees are missing.
    """
    unit, policy = visit.unit, visit.policy
    growing = unit.state_count(lang, TreeState.GROWING)
    in_review = unit.state_count(lang, TreeState.INITIAL_PROMPT_REVIEW)
    waiting = unit.state_count(lang, TreeState.PROMPT_LOTTERY_WAITING)
    writing = unit.open_prompt_tasks(lang)
    places = selection.prompt_places(
        growing=growing, in_review=in_review, waiting=waiting, policy=policy
    )
    on_the_way = in_review + waiting + writing
    if not chosen and not selection.prompts_are_missing(
        growing=growing, on_the_way=on_the_way, policy=policy
    ):
        return 0
    return max(0, places - writing)


# ---------------------------------------------------------------- tasks already handed out


def own_task(visit: Visit, task_id: int) -> Task:
    """A task of this person, in whatever state; others' tasks are refused."""
    task = visit.unit.task(task_id)
    if task is None:
        raise Unknown(N_("This task no longer exists. Get a new one with /work."))
    if task.person_id != visit.person.id:
        raise NotYours(N_("This is another volunteer's task. Get your own with /work."))
    return task


def own_open_task(visit: Visit, task_id: int) -> Task:
    """A task of this person that still waits for its answer; an expired one is leased again."""
    task = own_task(visit, task_id)
    if task.state is TaskState.EXPIRED:
        task = _lease_again(visit, task)
    if task.state is TaskState.ANSWERED:
        raise TooLate(N_("This task is done already. Get the next one with /work."))
    if not task.is_open:
        raise TooLate(N_("You skipped or took back this task. Get another one with /work."))
    return task


def _lease_again(visit: Visit, task: Task) -> Task:
    """Take the place again when it is still free; else the answer comes too late."""
    again = replace(
        task, state=TaskState.OPEN, leased_at=visit.now, expires_at=lease_end(visit, task.kind)
    )
    if task.tree_id is None or task.target_id is None:
        visit.unit.save_task(again)
        return again
    tree = visit.unit.tree(task.tree_id)
    if tree is None or not selection.is_open(
        tree, task.target_id, task.kind, task.round, visit.policy
    ):
        raise TooLate(
            N_(
                "Sorry, this is no longer needed: others have done it, or the conversation has"
                " moved on. Get another task with /work."
            ),
            handed_back=task.draft,
        )
    visit.unit.save_task(again)
    visit.unit.save_tree(tree.with_lease(Lease(task.id, task.kind, task.target_id, task.person_id)))
    return again


def open_task(visit: Visit, wish: Wish, held: Sequence[Task]) -> Task | None:
    """The newest task in hand that fits a wish; one whose lease has just run out is held on to."""
    for task in held:
        fits = not wish.kinds or task.kind in wish.kinds
        if fits and (not wish.languages or task.lang in wish.languages):
            if task.expires_at <= visit.now:
                task = replace(task, expires_at=lease_end(visit, task.kind))
                visit.unit.save_task(task)
            return task
    return None


def skip_task(visit: Visit, task_id: int, reason: str | None = None) -> Task:
    """Give a task back for good: its place is free for others, and never offered again."""
    task = own_task(visit, task_id)
    if task.state not in {TaskState.OPEN, TaskState.EXPIRED}:
        raise TooLate(N_("This task is done already. Get the next one with /work."))
    skipped = replace(task, state=TaskState.SKIPPED, skip_reason=reason, answered_at=visit.now)
    visit.unit.save_task(skipped)
    _free_place(visit, task, skipped=True)
    return skipped


def let_go(turn: Turn, task: Task) -> None:
    """A lease ends without a skip; the same work may be offered to this person again."""
    turn.unit.save_task(replace(task, state=TaskState.EXPIRED))
    _free_place(turn, task)


def _free_place(turn: Turn, task: Task, *, skipped: bool = False) -> None:
    tree = None if task.tree_id is None else turn.unit.tree(task.tree_id)
    if tree is None or task.target_id is None:
        return
    after = tree.without_lease(task.id)
    settle(turn, tree, _halted_by_skips(turn, after, task.target_id) if skipped else after)


SKIPPED = "skipped by many"
"""Why the policy halts a tree, and reports the text."""


def _halted_by_skips(turn: Turn, tree: Tree, target_id: int) -> Tree:
    """Halted when so many skipped it, and again when as many more did after it was resumed."""
    active = {TreeState.INITIAL_PROMPT_REVIEW, TreeState.GROWING, TreeState.RANKING}
    if tree.state not in active or turn.unit.skips(target_id) % turn.policy.auto_mod_skips:
        return tree
    turn.unit.record(AuditEntry(at=turn.now, act="halt", tree_id=tree.id, reason=SKIPPED))
    report = Report(id=0, message_id=target_id, person_id=None, reason=SKIPPED, at=turn.now)
    keep_report(turn, report, tree.messages[target_id])
    return replace(tree, state=TreeState.HALTED_BY_MODERATOR)


def expire_lease(turn: Turn, task_id: int) -> int:
    """Free the place of a lease that ran out; the draft stays with its task."""
    task = turn.unit.task(task_id)
    if task is None or not task.is_open or task.expires_at > turn.now:
        return 0
    let_go(turn, task)
    return 1
