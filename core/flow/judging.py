"""Cases and who may decide about them: every act of a moderator goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from core.errors import NotAllowed, TooLate, Unknown
from core.flow import moderation
from core.flow.handing import SKIPPED
from core.flow.record import noted
from core.flow.rules import may_moderate
from core.flow.turn import Turn, Visit
from core.model import Fate, Message, Tree, TreeState
from core.people import AuditEntry, Person, Report
from core.text import N_

ONLY_MODERATORS = N_("Only moderators of this community can do that.")
_ELSEWHERE = N_("That text was written in another community. Its own moderators decide about it.")
_NOT_KNOWN = N_("I know nobody like that in this community.")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A text with all that a moderator needs to decide about it."""

    tree: Tree
    message: Message
    reports: tuple[Report, ...]  # those that wait, oldest first

    @property
    def is_open(self) -> bool:
        return bool(self.reports) or (self.message.held and self.message.is_present)

    @property
    def seen(self) -> int:
        """The newest report that whoever looks at this has seen."""
        return max((report.id for report in self.reports), default=0)


@unique
class Act(StrEnum):
    """What a moderator may do to a text."""

    KEEP = "keep"
    REMOVE = "remove"
    RESTORE = "restore"
    HOLD = "hold"
    RELEASE = "release"
    HALT = "halt"
    RESUME = "resume"


CLOSING = frozenset({Act.KEEP, Act.REMOVE})
"""They close a case, and must not close one that has changed since it was shown."""


def scope(visit: Visit) -> int | None:
    """The community whose cases this moderator sees; None: all, for owners."""
    if not may_moderate(visit):
        raise NotAllowed(ONLY_MODERATORS)
    return None if visit.is_owner else visit.here_id


def next_case(visit: Visit, offset: int) -> tuple[CaseFile | None, int]:
    """One case of those that wait, oldest first, and how many there are."""
    here = scope(visit)
    cases = visit.unit.cases(here, 1, offset)
    if not cases and offset:
        cases = visit.unit.cases(here, 1)
    count = visit.unit.case_count(here)
    return (file_of(visit, cases[0].message_id) if cases else None), count


def case_file(visit: Visit, message_id: int) -> CaseFile:
    """The file of one text, for those who may judge it."""
    here = scope(visit)
    file = file_of(visit, message_id)
    if here is not None and not _may_judge(visit, file.message, here):
        raise NotAllowed(_ELSEWHERE)
    return file


def file_of(turn: Turn, message_id: int) -> CaseFile:
    """The file of a text, whoever asks."""
    tree, message = moderation.found(turn, message_id)
    return CaseFile(tree, message, tuple(turn.unit.reports(message_id)))


def _may_judge(visit: Visit, message: Message, here: int) -> bool:
    if message.community_id == here:
        return True
    return visit.policy.moderate_reported and any(
        report.community_id == here for report in visit.unit.reports(message.id, open_only=False)
    )


def judge(visit: Visit, file: CaseFile, act: Act, reason: str | None = None) -> None:
    """Do it; two moderators at once are told apart by the tree, which one of them holds."""
    if act is Act.KEEP and not file.is_open:
        raise TooLate(_DECIDED)
    _ACTS[act](visit, file, reason)


_DECIDED = N_("Nothing is left to decide about this text.")


def refuse_stale(file: CaseFile, seen: int) -> None:
    """Nobody decides about a report that they have not read, nor after somebody else."""
    if not file.is_open:
        raise TooLate(_DECIDED)
    if file.seen != seen:
        raise TooLate(N_("There is a new report about this text. Please look again."))


def _keep(visit: Visit, file: CaseFile, reason: str | None) -> None:
    """The text may stay; what the policy did to it on its own is undone."""
    message, tree = file.message, file.tree
    reasons = {report.reason for report in file.reports}
    visit.unit.resolve_reports(message.id)
    if message.fate is Fate.DELETED or tree.state is TreeState.ABORTED_LOW_GRADE:
        if message.fate is not Fate.WITHDRAWN and _is_by_policy(visit, file):
            moderation.restore(visit, message.id, reason)
            return
    elif message.held and message.is_present:
        moderation.release(visit, message.id, reason)
        return
    elif SKIPPED in reasons and tree.state is TreeState.HALTED_BY_MODERATOR:
        moderation.resume(visit, tree.id, reason)
        return
    noted(
        visit,
        AuditEntry(
            at=visit.now,
            act="keep",
            tree_id=tree.id,
            message_id=message.id,
            subject_id=message.author_id,
            actor_id=visit.actor_id,
            before=moderation.lot(message),
            reason=reason,
            community_id=visit.here_id,
        ),
        concerns=file.message.community_id,
    )


def _is_by_policy(visit: Visit, file: CaseFile) -> bool:
    """Whether many reports took it away, and no moderator has."""
    for entry in visit.unit.audit(tree_id=file.tree.id):
        if entry.reason == moderation.BY_MANY and entry.actor_id is None:
            return True
        if entry.act in {"remove", "restore"} and entry.actor_id is not None:
            return False
    return False


def _remove(visit: Visit, file: CaseFile, reason: str | None) -> None:
    """The text goes; one that the policy took away stays away."""
    if file.message.is_present:
        moderation.remove(visit, file.message.id, reason)
        return
    if not file.is_open:
        raise Unknown(N_("That text has been removed already."))
    visit.unit.resolve_reports(file.message.id)
    noted(
        visit,
        AuditEntry(
            at=visit.now,
            act="remove",
            tree_id=file.tree.id,
            message_id=file.message.id,
            subject_id=file.message.author_id,
            actor_id=visit.actor_id,
            before=moderation.lot(file.message),
            reason=reason,
            community_id=visit.here_id,
        ),
        concerns=file.message.community_id,
    )


_ACTS: Mapping[Act, Callable[[Visit, CaseFile, str | None], object]] = {
    Act.KEEP: _keep,
    Act.REMOVE: _remove,
    Act.RESTORE: lambda visit, file, reason: moderation.restore(visit, file.message.id, reason),
    Act.HOLD: lambda visit, file, reason: moderation.hold(visit, file.message.id, reason),
    Act.RELEASE: lambda visit, file, reason: moderation.release(visit, file.message.id, reason),
    Act.HALT: lambda visit, file, reason: moderation.halt(visit, file.tree.id, reason),
    Act.RESUME: lambda visit, file, reason: moderation.resume(visit, file.tree.id, reason),
}


# ---------------------------------------------------------------- people


def subject(visit: Visit, person_id: int) -> Person:
    """A person whom this moderator may act upon."""
    here = scope(visit)
    person = visit.unit.person(person_id)
    if person is None:
        raise Unknown(_NOT_KNOWN)
    if here is not None and not visit.unit.is_known_in(person_id, here):
        raise NotAllowed(_NOT_KNOWN)
    return person


def warn(visit: Visit, person: Person, reason: str) -> None:
    moderation.warn(visit, person.id, reason)


def block(visit: Visit, person: Person, reason: str, *, everywhere: bool) -> None:
    """No more work for a person: in this community, or everywhere if an owner says so."""
    where = place_of_block(visit, person, everywhere=everywhere)
    moderation.block(visit, person.id, reason, community_id=where)


def place_of_block(visit: Visit, person: Person, *, everywhere: bool) -> int | None:
    """The community, or None for everywhere; a refusal where this moderator cannot block them."""
    if person.id == visit.person.id:
        raise NotAllowed(N_("You can't block yourself."))
    return _where(visit, f"/mod block-everywhere #{person.id}", everywhere=everywhere)


def unblock(visit: Visit, person: Person, reason: str, *, everywhere: bool) -> None:
    where = _where(visit, f"/mod unblock-everywhere #{person.id}", everywhere=everywhere)
    moderation.unblock(visit, person.id, reason, community_id=where)


def _where(visit: Visit, instead: str, *, everywhere: bool) -> int | None:
    """`instead` is what to type in private."""
    if not everywhere:
        if visit.here_id is None:
            raise Unknown(
                N_(
                    "In private there is no community. For all communities type {command}.",
                    command=instead,
                )
            )
        return visit.here_id
    if not visit.is_owner:
        raise NotAllowed(N_("Only owners of this bot can block people everywhere."))
    return None
