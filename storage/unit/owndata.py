"""Queries for a person's own data: everything stored about them, ready to be written as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from core.pace import Limit
from storage.codes import KIND_OF, STATE_OF, labels_from_text
from storage.convert import NEW_PERSON, words
from storage.driver import Row
from storage.times import moment_or_none
from storage.unit.allowances import OF_PERSONS
from storage.unit.base import Part
from storage.unit.points import COUNTERS

# One list each; never a column that tells of anybody else.
PERSON = f"SELECT {', '.join(NEW_PERSON.split())} FROM person WHERE id = $1"
ACCOUNTS = "SELECT platform, id_encrypted FROM account WHERE person_id = $1 ORDER BY id"
CONSENTS = """
SELECT act, version, language, platform, at FROM consent WHERE person_id = $1 ORDER BY id
"""
SESSIONS = """
SELECT a.platform, s.step, s.data FROM session s JOIN account a ON a.id = s.account_id
WHERE a.person_id = $1 ORDER BY a.id
"""
REMINDERS = """
SELECT platform, hour, next_run, last_day, week, calls FROM reminder WHERE person_id = $1
"""
CODES = "SELECT expires_at FROM link_code WHERE person_id = $1"
LIMITS = f"""
SELECT kind, full_at FROM bucket WHERE holder_id = $1 AND kind IN ({OF_PERSONS}) ORDER BY kind
"""
TEXTS = """
SELECT m.public_id, m.text, m.lang, m.role, m.created_at, m.platform, m.accepted, m.rank, m.fate,
       c.name
FROM message m LEFT JOIN community c ON c.id = m.community_id
WHERE m.author_id = $1 ORDER BY m.id
"""
REVISIONS = """
SELECT m.public_id, r.text FROM message_revision r JOIN message m ON m.id = r.message_id
WHERE m.author_id = $1 ORDER BY r.id
"""
TASKS = """
SELECT k.kind, k.state, k.lang, k.platform, k.leased_at, k.answered_at, k.labels, k.ballot,
       k.draft, k.draft_labels, k.skip_reason, m.public_id, c.name
FROM task k LEFT JOIN message m ON m.id = k.target_id LEFT JOIN community c ON c.id = k.community_id
WHERE k.person_id = $1 ORDER BY k.id
"""
REACTIONS = """
SELECT m.public_id, r.emoji FROM reaction r JOIN message m ON m.id = r.message_id
WHERE r.person_id = $1 ORDER BY r.message_id, r.emoji
"""
REPORTS = """
SELECT m.public_id, r.reason, r.at FROM report r JOIN message m ON m.id = r.message_id
WHERE r.person_id = $1 ORDER BY r.id
"""
POINTS = f"""
SELECT scope, period, points, {", ".join(COUNTERS.split())} FROM tally
WHERE person_id = $1 ORDER BY scope, period
"""
ACTS = "SELECT at, act, after, reason FROM audit WHERE subject_id = $1 ORDER BY id"
OWN_ACTS = "SELECT at, act, before, after, reason FROM audit WHERE actor_id = $1 ORDER BY id"
SWEEPS = "SELECT at, act, state, counted, done, reason FROM sweep WHERE actor_id = $1 ORDER BY id"
HOME = "SELECT c.name FROM person p JOIN community c ON c.id = p.home_id WHERE p.id = $1"
BARRED = """
SELECT c.name FROM barred b JOIN community c ON c.id = b.community_id WHERE b.person_id = $1
"""

_FATES = {1: "present", 2: "deleted by a moderator", 3: "withdrawn"}
_ROLES = {1: "prompter", 2: "assistant"}


class OwnData(Part):
    """What a person may take with them."""

    def own_data(self, person_id: int) -> Mapping[str, object]:
        row = self.db.row(PERSON, person_id)
        if row is None:
            raise LookupError(f"there is no person {person_id}")
        rows = self.db.rows
        return {
            "person": _person(row),
            "accounts": [
                {"platform": platform, "id": self.means.identity.decrypted(token)}
                for platform, token in rows(ACCOUNTS, person_id)
            ],
            "consents": [
                {"act": r[0], "version": r[1], "language": r[2], "platform": r[3], "at": _iso(r[4])}
                for r in rows(CONSENTS, person_id)
            ],
            "conversations": [_session(r) for r in rows(SESSIONS, person_id)],
            "reminders": [_reminder(r) for r in rows(REMINDERS, person_id)],
            "link_codes": [{"until": _iso(r[0])} for r in rows(CODES, person_id)],
            "limits": [
                {"of": Limit(r[0]).name.lower(), "whole_again_at": _iso(r[1])}
                for r in rows(LIMITS, person_id)
            ],
            "texts": [_text(r) for r in rows(TEXTS, person_id)],
            "earlier_versions": [
                {"text_id": r[0], "text": r[1]} for r in rows(REVISIONS, person_id)
            ],
            "tasks": [_task(r) for r in rows(TASKS, person_id)],
            "reactions": [{"text_id": r[0], "emoji": r[1]} for r in rows(REACTIONS, person_id)],
            "reports": [
                {"text_id": r[0], "reason": r[1], "at": _iso(r[2])}
                for r in rows(REPORTS, person_id)
            ],
            "points": [
                {
                    "board": r[0],
                    "period": r[1],
                    "points": r[2],
                    **{n: c for n, c in zip(COUNTERS.split(), r[3:], strict=True) if c},
                }
                for r in rows(POINTS, person_id)
            ],
            "acts_of_moderators": [
                {"at": _iso(r[0]), "act": r[1], "where": r[2], "reason": r[3]}
                for r in rows(ACTS, person_id)
            ],
            "own_acts": [_act(r) for r in rows(OWN_ACTS, person_id)],
            "sweeps": [_sweep(r) for r in rows(SWEEPS, person_id)],
            "home": [r[0] for r in rows(HOME, person_id)],
            "blocked_in": [r[0] for r in rows(BARRED, person_id)],
        }


def _iso(stored: int | None) -> str | None:
    at = moment_or_none(stored)
    return None if at is None else at.isoformat()


def _person(row: Row) -> Mapping[str, object]:
    told = dict(zip(NEW_PERSON.split(), row, strict=True))
    for name in ("created_at", "consented_at"):
        told[name] = _iso(told[name])
    for name in ("languages", "kinds", "tutorials"):
        told[name] = list(words(told[name]))
    for name in ("hidden", "reminders", "blocked"):
        told[name] = bool(told[name])
    return told


def _session(row: Row) -> Mapping[str, object]:
    return {
        "platform": row[0],
        "step": row[1],
        "data": None if row[2] is None else orjson.loads(row[2]),
    }


def _reminder(row: Row) -> Mapping[str, object]:
    return {
        "platform": row[0],
        "hour": row[1],
        "next": _iso(row[2]),
        "last_day": row[3],
        "called_in_week": row[4],
        "calls_in_that_week": row[5],
    }


def _act(row: Row) -> Mapping[str, object]:
    """What the person did to settings, texts or people; whom it was done to is not told."""
    told = {"at": _iso(row[0]), "act": row[1], "before": row[2], "after": row[3], "reason": row[4]}
    return {name: value for name, value in told.items() if value is not None}


def _sweep(row: Row) -> Mapping[str, object]:
    return {
        "at": _iso(row[0]),
        "act": row[1],
        "state": row[2],
        "texts": row[3],
        "done": row[4],
        "reason": row[5],
    }


def _text(row: Row) -> Mapping[str, object]:
    return {
        "text_id": row[0],
        "text": row[1],
        "lang": row[2],
        "role": _ROLES[row[3]],
        "written_at": _iso(row[4]),
        "platform": row[5],
        "accepted": None if row[6] is None else bool(row[6]),
        "rank": row[7],
        "fate": _FATES[row[8]],
        "community": row[9],
    }


def _task(row: Row) -> Mapping[str, object]:
    told = {
        "kind": KIND_OF[row[0]].value,
        "state": STATE_OF[row[1]].value,
        "lang": row[2],
        "platform": row[3],
        "taken_at": _iso(row[4]),
        "answered_at": _iso(row[5]),
        "labels": labels_from_text(row[6]),
        "order": None if row[7] is None else orjson.loads(row[7])["g"],
        "draft": row[8],
        "draft_labels": labels_from_text(row[9]),
        "skip_reason": row[10],
        "about_text_id": row[11],
        "community": row[12],
    }
    return {name: value for name, value in told.items() if value is not None}
