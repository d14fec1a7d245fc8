"""/mod log: what was done, by whom, to what, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.desk.cases import LOTS, queue_button, reason_words
from core.desk.naming import person_named, text_named
from core.dialogue import Button, Say, Screen, Table, press
from core.flow import judging
from core.flow.turn import Turn, Visit
from core.model import TreeState
from core.people import AuditEntry
from core.text import N_, Nn_, Text

_PER_PAGE = 10

ACTS: Mapping[str, Text] = {
    "keep": N_("kept"),
    "remove": N_("removed"),
    "restore": N_("restored"),
    "hold": N_("held"),
    "release": N_("accepted"),
    "reject": N_("rejected"),
    "halt": N_("halted"),
    "resume": N_("resumed"),
    "warn": N_("warned"),
    "block": N_("blocked"),
    "unblock": N_("unblocked"),
    "sweep": N_("did to many"),
    "configure": N_("set up"),
    "state": N_("moved"),
}


def log(visit: Visit, what: str) -> Screen:
    """All acts, or those on one person or one text."""
    if not what:
        return press_acts(visit, None, None)
    if what.startswith("#") or "-" in what:
        return _of_text(visit, text_named(visit, what))
    return press_acts(visit, person_named(visit, what).id, None)


def press_acts(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`offset` into the acts here; with a person, the acts on them."""
    if task_id is not None:
        person = judging.subject(visit, task_id)
        title = N_("What was done to {name}", name=person.name or f"#{person.id}")
        here = judging.scope(visit)
        acts = [
            entry
            for entry in visit.unit.audit(subject_id=person.id)
            if here is None or entry.community_id in {here, None}
        ]
        return _screen(visit, title, acts[:_PER_PAGE])
    offset = argument or "0"
    skipped = int(offset) if offset.isdecimal() and len(offset) < 7 else 0
    acts = list(visit.unit.acts(judging.scope(visit), _PER_PAGE + 1, skipped))
    older = Button(press("acts", None, skipped + _PER_PAGE), N_("Older"))
    more = (older,) if len(acts) > _PER_PAGE else ()
    return _screen(visit, N_("What was done"), acts[:_PER_PAGE], more)


def _of_text(visit: Visit, message_id: int) -> Screen:
    file = judging.case_file(visit, message_id)
    acts = visit.unit.audit(tree_id=file.tree.id, limit=_PER_PAGE)
    back = Button(press("case", message_id), N_("Text {text}", text=f"#{message_id}"))
    return _screen(visit, N_("What was done in this tree"), acts, (back,))


def _screen(
    visit: Visit, title: Text, acts: Sequence[AuditEntry], buttons: tuple[Button, ...] = ()
) -> Screen:
    return Say(
        title=title,
        body=() if acts else (N_("Nothing yet."),),
        table=Table(
            head=(N_("When"), N_("By"), N_("What"), N_("To"), N_("Change"), N_("Why")),
            rows=tuple(_row(visit, entry) for entry in acts),
        )
        if acts
        else None,
        buttons=(*buttons, queue_button()),
    )


def _row(turn: Turn, entry: AuditEntry) -> tuple[Text | str, ...]:
    return (
        f"{entry.at:%Y-%m-%d %H:%M}",
        actor(turn, entry),
        ACTS.get(entry.act, entry.act),
        target(turn, entry),
        change(entry),
        reason_words(entry.reason),
    )


def actor(turn: Turn, entry: AuditEntry) -> Text | str:
    """Who did it; the policy, when nobody did."""
    person = None if entry.actor_id is None else turn.unit.person(entry.actor_id)
    return N_("the rules") if person is None else person.name or f"#{person.id}"


def target(turn: Turn, entry: AuditEntry) -> str:
    """What it was done to."""
    person = None if entry.subject_id is None else turn.unit.person(entry.subject_id)
    named = [] if person is None else [person.name or f"#{person.id}"]
    if entry.message_id is not None:
        named.insert(0, f"#{entry.message_id}")
    return " / ".join(named) or "—"


_WORDS: Mapping[str, Text] = {
    **LOTS,
    "everywhere": N_("everywhere"),
    TreeState.INITIAL_PROMPT_REVIEW: N_("first message under review"),
    TreeState.PROMPT_LOTTERY_WAITING: N_("waiting for a place"),
    TreeState.GROWING: N_("growing"),
    TreeState.RANKING: N_("being ranked"),
    TreeState.READY_FOR_EXPORT: N_("finished"),
    TreeState.ABORTED_LOW_GRADE: N_("given up"),
    TreeState.HALTED_BY_MODERATOR: N_("stopped by a moderator"),
    TreeState.BACKLOG_RANKING: N_("waiting to be ranked"),
}
_COUNTED: Mapping[str, Callable[[int], Text]] = {
    "removed": lambda count: Nn_("{count} text removed", "{count} texts removed", count),
    "restored": lambda count: Nn_("{count} text restored", "{count} texts restored", count),
    "texts": lambda count: Nn_("{count} text", "{count} texts", count),
}


def change(entry: AuditEntry) -> Text | str:
    """From what to what."""
    before, after = entry.before or "", entry.after or ""
    if before and after:
        return N_("{before} → {after}", before=_said(before), after=_said(after))
    return _said(before or after or "—")


def _said(words: str) -> Text | str:
    """Words of the record in the reader's language; settings as they were written."""
    number, _, counted = words.partition(" ")
    if number.isdecimal() and counted in _COUNTED:
        return _COUNTED[counted](int(number))
    return _WORDS.get(words, words[:100])
