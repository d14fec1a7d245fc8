"""Persons, accounts, communities, sessions and consent, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.people import (
    Account,
    Community,
    Consent,
    Person,
    Session,
    Who,
)
from core.ports import Arrival
from core.testing.links import Links
from core.values import replace


class People(Links):
    """Who comes, and what they said."""

    def arrive(self, who: Who, key: str | None, at: datetime) -> Arrival:
        t, name = self._t, (who.platform, who.external_id)
        is_new = name not in t.accounts
        if is_new:
            person = self._new_person(who, at)
            account = Account(self._new_id(), person.id, who.platform)
            t.people[person.id] = person
            t.accounts[name] = account
            t.sessions[account.id] = Session(account.id)
        account = t.accounts[name]
        person = t.people[account.person_id]
        if who.name and who.name != person.name:
            person = t.people[person.id] = replace(person, name=who.name)
        community = self._community_of(who)
        is_repeat = key is not None and key in t.seen
        if key is not None:
            t.seen.setdefault(key, at)
        return Arrival(
            account=account,
            person=person,
            session=t.sessions[account.id],
            community=community,
            is_new=is_new,
            is_repeat=is_repeat,
            barred=self._is_barred(person, community),
        )

    def _new_person(self, who: Who, at: datetime) -> Person:
        """Blocked where they were before they left."""
        t, name = self._t, (who.platform, who.external_id)
        person_id, was_barred = self._new_id(), t.banned_in.pop(name, {})
        blocked = name in t.banned
        t.banned.discard(name)
        t.barred |= {(person_id, community_id) for community_id in was_barred}
        home = next((number for number, is_home in was_barred.items() if is_home), None)
        return Person(person_id, at, who.name, blocked=blocked, home_id=home)

    def _is_barred(self, person: Person, community: Community | None) -> bool:
        """Here, or in private for where they came from."""
        where = person.home_id if community is None else community.id
        return where is not None and (person.id, where) in self._t.barred

    def _community_of(self, who: Who) -> Community | None:
        if who.community is None:
            return None
        name = (who.platform, who.community)
        if name not in self._t.communities:
            self._t.communities[name] = Community(self._new_id(), who.platform, who.community_name)
        return self._t.communities[name]

    def person(self, person_id: int) -> Person | None:
        return self._t.people.get(person_id)

    person_to_change = person

    def save_person(self, person: Person) -> None:
        self._t.people[person.id] = person

    def community(self, community_id: int) -> Community | None:
        return next((c for c in self._t.communities.values() if c.id == community_id), None)

    def save_community(self, community: Community) -> None:
        for name, known in self._t.communities.items():
            if known.id == community.id:
                self._t.communities[name] = community

    def move_community(self, who: Who, to: str) -> bool:
        known = self._t.communities
        old, new = (who.platform, who.community or ""), (who.platform, to)
        if old == new or (new in known and known[new].id < known[old].id):
            return False
        moved, other = known.pop(old), known.pop(new, None)
        known[new] = moved
        if other is not None:
            known[old] = other
        return True

    def save_session(self, session: Session) -> None:
        if session.account_id in self._t.sessions:
            self._t.sessions[session.account_id] = session

    def add_consent(self, consent: Consent) -> None:
        self._t.consents.append(consent)

    def consents(self, person_id: int) -> Sequence[Consent]:
        return [c for c in self._t.consents if c.person_id == person_id]

    def set_barred(self, person_id: int, community_id: int, barred: bool) -> None:
        pair = (person_id, community_id)
        (self._t.barred.add if barred else self._t.barred.discard)(pair)

    def own_data(self, person_id: int) -> Mapping[str, object]:
        person = self._t.people[person_id]
        return {
            "person": {"name": person.name, "languages": list(person.languages)},
            "accounts": [a.platform for a in self._t.accounts.values() if a.person_id == person_id],
            "texts": [m.text for _, m in self._texts(person_id)],
            "answers": [t.kind.value for t in self._t.tasks.values() if t.person_id == person_id],
        }
