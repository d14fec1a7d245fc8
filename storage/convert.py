"""Rows to nouns and back: the columns each query selects, in the order these functions expect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import orjson

from core.model import Lease, Limits, Message, Task, TaskKind, Tree, TreeState
from core.people import AuditEntry, Community, Consent, ConsentAct, Person, Session, Streak
from storage import codes
from storage.codes import FATE_OF, KIND_OF, ROLE_OF, STATE_OF, json_text
from storage.driver import Row, Value
from storage.times import micros, micros_or_none, moment, moment_or_none


def columns(table: str, names: str) -> str:
    """The columns of a table that goes by a short name in the query."""
    return ", ".join(f"{table}.{name}" for name in names.split())


def listed(names: str) -> str:
    """The same names without a table, as an INSERT wants them."""
    return ", ".join(names.split())


def settings(names: str, first: int) -> str:
    """`a = $2, b = $3`: every name set to the next value."""
    return ", ".join(f"{name} = ${n}" for n, name in enumerate(names.split(), first))


def replacing(names: str) -> str:
    """`a = excluded.a, b = excluded.b`: the row that was in the way takes the new values."""
    return ", ".join(f"{name} = excluded.{name}" for name in names.split())


# ---------------------------------------------------------------- people

NEW_PERSON = (
    "created_at name interface languages kinds timezone hidden reminders consent_version"
    " consented_at blocked block_reason streak_days streak_last_day streak_frozen_week"
    " streak_best tutorials home_id notice warning"
)
PERSON = f"id {NEW_PERSON}"


@lru_cache(maxsize=4096)
def person_from_row(row: Row) -> Person:
    """Read once, for people come far more often than anything about them changes."""
    return Person(
        id=row[0],
        created_at=moment(row[1]),
        name=row[2],
        interface=row[3],
        languages=words(row[4]),
        kinds=tuple(TaskKind(word) for word in words(row[5])),
        timezone=row[6],
        hidden=bool(row[7]),
        reminders=bool(row[8]),
        consent_version=row[9],
        consented_at=moment_or_none(row[10]),
        blocked=bool(row[11]),
        block_reason=row[12],
        streak=Streak(
            days=row[13],
            last_day=None if row[14] is None else date.fromisoformat(row[14]),
            frozen_week=row[15],
            best=row[16],
        ),
        tutorials=words(row[17]),
        home_id=row[18],
        notice=row[19],
        warning=row[20],
    )


def person_values(person: Person) -> tuple[Value, ...]:
    streak = person.streak
    return (
        person.id,
        micros(person.created_at),
        person.name,
        person.interface,
        ",".join(person.languages),
        ",".join(person.kinds),
        person.timezone,
        person.hidden,
        person.reminders,
        person.consent_version,
        micros_or_none(person.consented_at),
        person.blocked,
        person.block_reason,
        streak.days,
        None if streak.last_day is None else streak.last_day.isoformat(),
        streak.frozen_week,
        streak.best,
        ",".join(person.tutorials),
        person.home_id,
        person.notice,
        person.warning,
    )


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


COMMUNITY = "id platform name languages settings active"


def community_from_row(row: Row) -> Community:
    return Community(
        id=row[0],
        platform=row[1],
        name=row[2],
        languages=words(row[3]),
        settings={} if row[4] is None else orjson.loads(row[4]),
        active=bool(row[5]),
    )


SESSION = "step task_id data version"


def session_from_row(account_id: int, row: Row) -> Session:
    """The session of an account; a fresh one when its row is empty."""
    if row[0] is None:
        return Session(account_id)
    data = {} if row[2] is None else orjson.loads(row[2])
    return Session(account_id, step=row[0], task_id=row[1], data=data, version=row[3])


CONSENT = "person_id act version language platform at"


def consent_from_row(row: Row) -> Consent:
    return Consent(row[0], ConsentAct(row[1]), row[2], row[3], row[4], moment(row[5]))


# ---------------------------------------------------------------- trees

LIMITS = (
    "goal_size max_depth max_children prompter_replies prompt_reviews reply_reviews"
    " min_rankings max_rankings"
)
TREE = f"id lang state {LIMITS} created_at origin licence grows_since touched_at"


@lru_cache(maxsize=256)
def _limits(*values: int) -> Limits:
    """Nearly all trees share one of a few sets of limits."""
    return Limits(*values)


def tree_from_row(
    row: Row, messages: Mapping[int, Message], leases: tuple[Lease, ...] = ()
) -> Tree:
    """The tree with all that hangs on it."""
    return Tree(
        id=row[0],
        lang=row[1],
        state=TreeState(row[2]),
        limits=_limits(*row[3:11]),
        created_at=moment(row[11]),
        messages=messages,
        leases=leases,
        origin=row[12],
        licence=row[13],
        grows_since=moment_or_none(row[14]),
        touched_at=moment_or_none(row[15]),
    )


def tree_values(tree: Tree) -> tuple[Value, ...]:
    limits = tree.limits
    return (
        tree.id,
        tree.lang,
        tree.state.value,
        limits.goal_size,
        limits.max_depth,
        limits.max_children,
        limits.prompter_replies,
        limits.prompt_reviews,
        limits.reply_reviews,
        limits.min_rankings,
        limits.max_rankings,
        micros(tree.created_at),
        tree.origin,
        tree.licence,
        micros_or_none(tree.grows_since),
        micros_or_none(tree.touched_at),
    )


FIXED = (
    "public_id tree_id parent_id role depth lang created_at author_id pseudonym from_file"
    " community_id platform synthetic model_name sampling"
)
CHANGING_TYPES = {
    "id": "BIGINT",
    "text": "VARCHAR",
    "review_count": "INTEGER",
    "labels": "VARCHAR",
    "accepted": "BOOLEAN",
    "decided_at": "BIGINT",
    "held": "BOOLEAN",
    "fate": "SMALLINT",
    "edited": "BOOLEAN",
    "emojis": "VARCHAR",
    "rank": "SMALLINT",
    "ballots": "INTEGER",
    "ballots_needed": "INTEGER",
    "ballot_round": "INTEGER",
}
CHANGING = " ".join(list(CHANGING_TYPES)[1:])
MESSAGE = f"id {FIXED} {CHANGING}"
_NONE: Mapping[str, int] = MappingProxyType({})


def message_from_row(row: Row) -> Message:
    (
        id, public_id, tree_id, parent_id, role, depth, lang, created_at, author_id, pseudonym,
        from_file, community_id, platform, synthetic, model_name, sampling,
        text, review_count, labels, accepted, decided_at, held, fate, edited, emojis, rank,
        ballots, ballots_needed, ballot_round,
    ) = row  # fmt: skip
    return Message(
        id,
        public_id,
        tree_id,
        parent_id,
        ROLE_OF[role],
        depth,
        text,
        lang,
        moment(created_at),
        author_id,
        pseudonym,
        bool(from_file),
        community_id,
        platform,
        review_count,
        codes.sums_from_text(labels),
        None if accepted is None else bool(accepted),
        None if decided_at is None else moment(decided_at),
        bool(held),
        FATE_OF[fate],
        bool(synthetic),
        model_name,
        sampling,
        bool(edited),
        _NONE if emojis is None else orjson.loads(emojis),
        rank,
        ballots,
        ballots_needed,
        ballot_round,
    )


def fixed_values(message: Message) -> tuple[Value, ...]:
    """What a message keeps for ever."""
    return (
        message.public_id,
        message.tree_id,
        message.parent_id,
        codes.ROLE[message.role],
        message.depth,
        message.lang,
        micros(message.created_at),
        message.author_id,
        message.pseudonym,
        message.from_file,
        message.community_id,
        message.platform,
        message.synthetic,
        message.model_name,
        message.sampling,
    )


def changing_values(message: Message) -> tuple[Value, ...]:
    """What reviews, ballots, moderators and its author change."""
    return (
        message.text,
        message.review_count,
        codes.text_from_sums(message.labels),
        message.accepted,
        micros_or_none(message.decided_at),
        message.held,
        codes.FATE[message.fate],
        message.edited,
        json_text(dict(message.emojis)) if message.emojis else None,
        message.rank,
        message.ballots,
        message.ballots_needed,
        message.ballot_round,
    )


# ---------------------------------------------------------------- tasks

ANSWERED = (
    "state expires_at full_form shown draft draft_labels version answered_at labels ballot"
    " settled skip_reason tree_id message_id"
)
ASKED = f"kind person_id lang leased_at target_id round community_id platform {ANSWERED}"
TASK = f"id {ASKED}"


def task_from_row(row: Row) -> Task:
    (
        id, kind, person_id, lang, leased_at, target_id, round, community_id, platform,
        state, expires_at, full, shown_text, draft, draft_labels, version, answered_at,
        labels, ballot_text, settled, skip_reason, tree_id, message_id,
    ) = row  # fmt: skip
    shown = codes.ids_from_text(shown_text)
    at = moment_or_none(answered_at)
    ballot = None if ballot_text is None else codes.ballot_from_text(ballot_text, shown)
    return Task(
        id=id,
        kind=KIND_OF[kind],
        person_id=person_id or 0,
        lang=lang,
        leased_at=moment(leased_at),
        expires_at=moment(expires_at),
        tree_id=tree_id,
        target_id=target_id,
        round=round,
        state=STATE_OF[state],
        community_id=community_id,
        platform=platform,
        full=bool(full),
        shown=shown,
        draft=draft,
        draft_labels=codes.labels_from_text(draft_labels) or {},
        version=version,
        answered_at=at,
        labels=codes.labels_from_text(labels),
        ballot=None if ballot is None else codes.cast(ballot, person_id, at),
        message_id=message_id,
        settled=bool(settled),
        skip_reason=skip_reason,
    )


def draft_values(task: Task) -> tuple[Value, ...]:
    """What is written of an answer that is not given yet."""
    return (
        task.draft,
        codes.text_from_labels(task.draft_labels) if task.draft_labels else None,
        task.version,
    )


def answer_values(task: Task) -> tuple[Value, ...]:
    """What happens to a task."""
    return (
        codes.STATE[task.state],
        micros(task.expires_at),
        task.full,
        json_text(task.shown) if task.shown else None,
        *draft_values(task),
        micros_or_none(task.answered_at),
        codes.text_from_labels(task.labels),
        codes.text_from_ballot(task.ballot, task.shown),
        task.settled,
        task.skip_reason,
        task.tree_id,
        task.message_id,
    )


def task_values(task: Task) -> tuple[Value, ...]:
    """Everything but the id."""
    return (
        codes.KIND[task.kind],
        task.person_id,
        task.lang,
        micros(task.leased_at),
        task.target_id,
        task.round,
        task.community_id,
        task.platform,
        *answer_values(task),
    )


# ---------------------------------------------------------------- the record

AUDIT = "at act tree_id message_id subject_id actor_id before after reason community_id"


def audit_from_row(row: Row) -> AuditEntry:
    return AuditEntry(moment(row[0]), *row[1:])
