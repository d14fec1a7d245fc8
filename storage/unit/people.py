"""Queries about people: who comes, their settings, consent, blocks and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.people import Account, Community, Consent, Person, Session, Who
from core.ports import Arrival
from core.values import replace
from storage.codes import json_text
from storage.convert import (
    COMMUNITY,
    CONSENT,
    NEW_PERSON,
    PERSON,
    SESSION,
    columns,
    community_from_row,
    consent_from_row,
    listed,
    person_from_row,
    person_values,
    session_from_row,
    settings,
)
from storage.driver import Row, Sql, dollars
from storage.identity import event_number
from storage.times import micros
from storage.unit.base import Means
from storage.unit.keys import Keys

# Remember that an event was handled; touches no row when it was before.
SEE = "INSERT INTO seen (event, second) VALUES ($1, $2) ON CONFLICT DO NOTHING"

# The same, and let only one event of this person be handled at a time, in one round trip.
SEE_AND_LOCK = """
WITH new AS (INSERT INTO seen (event, second) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1),
     me AS (SELECT p.id FROM account a JOIN person p ON p.id = a.person_id
            WHERE a.id_hash = $3 FOR NO KEY UPDATE OF p)
SELECT (SELECT count(*) FROM new), (SELECT id FROM me)
"""

# The same where there is no event to remember.
LOCK_PERSON = """
SELECT p.id FROM account a JOIN person p ON p.id = a.person_id
WHERE a.id_hash = $1 FOR NO KEY UPDATE OF p
"""

# Forget events that nobody can repeat any more, one part of all numbers at a time: an index by
# time would be one more thing to write for every event.
FORGET_EVENTS = """
DELETE FROM seen WHERE event IN
  (SELECT event FROM seen WHERE event BETWEEN $2 AND $3 AND second < $1 FOR UPDATE SKIP LOCKED)
"""
_NUMBERS = 2**64  # of events, half of them below zero
_MINUTES = 24 * 60

# Who an account is, where the conversation stands, and where they are.
ARRIVE = f"""
SELECT a.id, a.platform, b.person_id, {columns("s", SESSION)}, {columns("c", COMMUNITY)},
       {columns("p", PERSON)}
FROM account a
JOIN person p ON p.id = a.person_id
LEFT JOIN session s ON s.account_id = a.id
LEFT JOIN community c ON c.id_hash = $2
LEFT JOIN barred b ON b.person_id = p.id
  AND b.community_id = CASE WHEN $2 IS NULL THEN p.home_id ELSE c.id END
WHERE a.id_hash = $1
"""
_SESSION, _COMMUNITY, _PERSON = slice(3, 7), slice(7, 13), slice(13, None)

# A new person.
ADD_PERSON = f"""
INSERT INTO person ({listed(NEW_PERSON)}) VALUES ({dollars(20)}) RETURNING id
"""

# A new account of a person.
ADD_ACCOUNT = """
INSERT INTO account (person_id, platform, id_hash, id_encrypted) VALUES ($1, $2, $3, $4)
RETURNING id
"""

# What was written with an older secret, from now on found under the present one.
REKEY_ACCOUNT = "UPDATE account SET id_hash = $2, id_encrypted = $3 WHERE id_hash = $1"
REKEY_COMMUNITY = REKEY_ACCOUNT.replace("account", "community")

# Whether the owner of an account was blocked before they left, and where; from now on the person
# is, who may leave again.
TAKE_BLOCKED = "DELETE FROM blocked_hash WHERE id_hash = $1"
TAKE_BARRED = "DELETE FROM barred_hash WHERE id_hash = $1 RETURNING community_id, home"

# A new community.
ADD_COMMUNITY = """
INSERT INTO community (platform, id_hash, id_encrypted, name, languages, settings, active)
VALUES ($1, $2, $3, $4, '', NULL, TRUE) RETURNING id
"""

# A community under another id.
MOVE_COMMUNITY = "UPDATE community SET id_hash = $2, id_encrypted = $3 WHERE id = $1"

# One community, by its platform id.
COMMUNITY_WITH = f"SELECT {columns('c', COMMUNITY)} FROM community c WHERE c.id_hash = $1"

# One person, one community, by number.
ONE_PERSON = f"SELECT {columns('p', PERSON)} FROM person p WHERE p.id = $1"
PERSON_ALONE = f"{ONE_PERSON} FOR NO KEY UPDATE"
ONE_COMMUNITY = f"SELECT {columns('c', COMMUNITY)} FROM community c WHERE c.id = $1"

# Everything that may change about a person.
SAVE_PERSON = f"UPDATE person SET {settings(NEW_PERSON, 2)} WHERE id = $1"

# A person comes onto the boards, or goes from them; and nobody adds points meanwhile who looked
# at the person before.
HOLD_POINTS = "LOCK TABLE tally IN SHARE ROW EXCLUSIVE MODE"
MARK_UNSEEN = "UPDATE tally SET unseen = $2 WHERE person_id = $1 AND unseen <> $2"

# Everything that may change about a community.
SAVE_COMMUNITY = """
UPDATE community SET name = $2, languages = $3, settings = $4, active = $5 WHERE id = $1
"""

# Where the conversation stands; nothing when the account is gone.
SAVE_SESSION = """
INSERT INTO session (account_id, step, task_id, data, version)
SELECT a.id, CAST($2 AS VARCHAR), CAST($3 AS BIGINT), CAST($4 AS VARCHAR), CAST($5 AS BIGINT)
FROM account a WHERE a.id = $1
ON CONFLICT (account_id) DO UPDATE
SET step = excluded.step, task_id = excluded.task_id, data = excluded.data,
    version = excluded.version
"""

# The same of an account that has been spoken with before.
SAVE_SESSION_AGAIN = (
    "UPDATE session SET step = $2, task_id = $3, data = $4, version = $5 WHERE account_id = $1"
)

# One act of consent.
ADD_CONSENT = f"INSERT INTO consent ({listed(CONSENT)}) VALUES ({dollars(6)})"

# All acts of one person, oldest first.
CONSENTS = f"SELECT {columns('c', CONSENT)} FROM consent c WHERE c.person_id = $1 ORDER BY c.id"

# Block in one community, or no longer.
BAR = "INSERT INTO barred (person_id, community_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
UNBAR = "DELETE FROM barred WHERE person_id = $1 AND community_id = $2"


class People(Keys):
    """Persons, accounts, communities, consent, sessions."""

    def __init__(self, db: Sql, means: Means) -> None:
        super().__init__(db, means)
        self._unseen: dict[int, bool] = {}  # whether they were on no board when they were read
        self._spoken_with: set[int] = set()  # accounts with a row of their session

    def arrive(self, who: Who, key: str | None, at: datetime) -> Arrival:
        hashes = self.means.identity.hashes(who.platform, who.external_id)
        places = self._place_hashes(who)
        if len(hashes) > 1:
            self._write_with_present_secret(who, hashes, places)
        is_repeat = self._is_repeat(key, hashes[0], at)
        place = places[0] if places else None
        row = self.db.row(ARRIVE, hashes[0], place)
        community = self._community_of(who, place, row)
        if row is None:
            return self._first_contact(who, hashes, community, is_repeat, at)
        person = self._read(row[_PERSON])
        if row[_SESSION.start] is not None:
            self._spoken_with.add(row[0])
        if who.name and who.name != person.name:
            person = replace(person, name=who.name)
            self.save_person(person)
        return Arrival(
            account=Account(row[0], person.id, row[1]),
            person=person,
            session=session_from_row(row[0], row[_SESSION]),
            community=community,
            is_new=False,
            is_repeat=is_repeat,
            barred=row[2] is not None,
        )

    def person(self, person_id: int) -> Person | None:
        row = self.db.row(ONE_PERSON, person_id)
        return None if row is None else self._read(row)

    def person_to_change(self, person_id: int) -> Person | None:
        row = self.db.row(PERSON_ALONE, person_id)
        return None if row is None else self._read(row)

    def _read(self, row: Row) -> Person:
        person = person_from_row(row)
        self._unseen[person.id] = person.is_unseen
        return person

    def save_person(self, person: Person) -> None:
        self.db.write(SAVE_PERSON, *person_values(person))
        if self._unseen.get(person.id) is not person.is_unseen:
            if self.db.locks:
                self.db.run(HOLD_POINTS)
            self.db.run(MARK_UNSEEN, person.id, person.is_unseen)
            self._unseen[person.id] = person.is_unseen

    def community(self, community_id: int) -> Community | None:
        row = self.db.row(ONE_COMMUNITY, community_id)
        return None if row is None else community_from_row(row)

    def save_community(self, community: Community) -> None:
        chosen = json_text(dict(community.settings)) if community.settings else None
        languages = ",".join(community.languages)
        self.db.write(
            SAVE_COMMUNITY, community.id, community.name, languages, chosen, community.active
        )

    def move_community(self, who: Who, to: str) -> bool:
        old = self._place_hashes(who)[0]
        new = self._place_hashes(replace(who, community=to))[0]
        moved, other = self._community_at(old), self._community_at(new)
        if moved is None or (other is not None and other.id <= moved.id):
            return False
        encrypted = self.means.identity.encrypted
        if other is not None:
            self.db.write(MOVE_COMMUNITY, other.id, b"", encrypted(who.community or ""))
        self.db.write(MOVE_COMMUNITY, moved.id, new, encrypted(to))
        if other is not None:
            self.db.write(MOVE_COMMUNITY, other.id, old, encrypted(who.community or ""))
        return True

    def _community_at(self, place: bytes) -> Community | None:
        row = self.db.row(COMMUNITY_WITH, place)
        return None if row is None else community_from_row(row)

    def save_session(self, session: Session) -> None:
        data = json_text(dict(session.data)) if session.data else None
        sql = SAVE_SESSION_AGAIN if session.account_id in self._spoken_with else SAVE_SESSION
        self.db.write(sql, session.account_id, session.step, session.task_id, data, session.version)

    def add_consent(self, consent: Consent) -> None:
        self.db.write(
            ADD_CONSENT,
            consent.person_id,
            consent.act.value,
            consent.version,
            consent.language,
            consent.platform,
            micros(consent.at),
        )

    def consents(self, person_id: int) -> Sequence[Consent]:
        return [consent_from_row(row) for row in self.db.rows(CONSENTS, person_id)]

    def set_barred(self, person_id: int, community_id: int, barred: bool) -> None:
        self.db.write(BAR if barred else UNBAR, person_id, community_id)

    def forget_events(self, before: datetime, minute: int) -> int:
        first, end = (_NUMBERS * m // _MINUTES - _NUMBERS // 2 for m in (minute, minute + 1))
        return self.db.run(FORGET_EVENTS, int(before.timestamp()), first, end - 1)

    # -- first contact

    def _is_repeat(self, key: str | None, id_hash: bytes, at: datetime) -> bool:
        """Whether this event was handled before; from here on the person is ours alone."""
        if key is None:
            if self.db.locks:
                self.db.row(LOCK_PERSON, id_hash)
            return False
        event, second = event_number(key), int(at.timestamp())
        if not self.db.locks:
            return self.db.run(SEE, event, second) == 0
        row = self.db.row(SEE_AND_LOCK, event, second, id_hash)
        return row is not None and row[0] == 0

    def _place_hashes(self, who: Who) -> Sequence[bytes]:
        if who.community is None:
            return ()
        return self.means.identity.hashes(f"{who.platform} community", who.community)

    def _write_with_present_secret(
        self, who: Who, hashes: Sequence[bytes], places: Sequence[bytes]
    ) -> None:
        """While secrets rotate: what was written with an older one is written with the present."""
        encrypted = self.means.identity.encrypted
        for old in hashes[1:]:
            self.db.run(REKEY_ACCOUNT, old, hashes[0], encrypted(who.external_id))
        for old in places[1:]:
            self.db.run(REKEY_COMMUNITY, old, places[0], encrypted(who.community or ""))

    def _community_of(self, who: Who, place: bytes | None, row: Row | None) -> Community | None:
        """The community as last seen on the platform; a new one is added."""
        if place is None or who.community is None:
            return None
        found = self.db.row(COMMUNITY_WITH, place) if row is None else row[_COMMUNITY]
        if found is None or found[0] is None:
            encrypted = self.means.identity.encrypted(who.community)
            added = self.db.row(ADD_COMMUNITY, who.platform, place, encrypted, who.community_name)
            assert added is not None
            return Community(id=added[0], platform=who.platform, name=who.community_name)
        community = community_from_row(found)
        if who.community_name and who.community_name != community.name:
            community = replace(community, name=who.community_name)
            self.save_community(community)
        return community

    def _first_contact(
        self,
        who: Who,
        hashes: Sequence[bytes],
        community: Community | None,
        is_repeat: bool,
        at: datetime,
    ) -> Arrival:
        self.require_present_secret()
        ever = self.means.identity.hashes_ever(who.platform, who.external_id)
        blocked = sum(self.db.run(TAKE_BLOCKED, id_hash) for id_hash in ever) > 0
        barred = [place for id_hash in ever for place in self.db.rows(TAKE_BARRED, id_hash)]
        home = next((number for number, is_home in barred if is_home), None)
        person = Person(id=0, created_at=at, name=who.name, blocked=blocked, home_id=home)
        row = self.db.row(ADD_PERSON, *person_values(person)[1:])
        assert row is not None
        person = replace(person, id=row[0])
        self._unseen[person.id] = person.is_unseen
        encrypted = self.means.identity.encrypted(who.external_id)
        row = self.db.row(ADD_ACCOUNT, person.id, who.platform, hashes[0], encrypted)
        assert row is not None
        for number, _ in barred:
            self.set_barred(person.id, number, True)
        where = home if community is None else community.id
        return Arrival(
            account=Account(row[0], person.id, who.platform),
            person=person,
            session=Session(row[0]),
            community=community,
            is_new=True,
            is_repeat=is_repeat,
            barred=where in {number for number, _ in barred},
        )
