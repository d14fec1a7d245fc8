"""One event being handled in one transaction: what every use case is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.languages import interface_language
from core.people import Account, Community, Person, Session, Who
from core.policy import Policy
from core.ports import UnitOfWork, World


@dataclass(slots=True)
class Turn:
    """A transaction, the world outside it, and the moment at which it happens."""

    unit: UnitOfWork
    world: World
    now: datetime

    @property
    def policy(self) -> Policy:
        return self.world.policy

    @property
    def actor_id(self) -> int | None:
        """Who answers for what is done; None: the policy itself."""
        return None

    @property
    def here_id(self) -> int | None:
        """The community in which something is done; None: in private, or by the policy."""
        return None

    @property
    def tells_moderators(self) -> bool:
        """Whether each act of this turn is worth a line in the log channel."""
        return False


@dataclass(slots=True)
class Visit(Turn):
    """A turn that a person began."""

    who: Who
    person: Person
    account: Account
    session: Session
    community: Community | None

    @property
    def actor_id(self) -> int | None:
        return self.person.id

    @property
    def tells_moderators(self) -> bool:
        return True

    @property
    def here_id(self) -> int | None:
        return None if self.community is None else self.community.id

    @property
    def is_owner(self) -> bool:
        """Whether this person answers for the whole store, and not for one community."""
        return self.who.is_local or f"{self.who.platform}:{self.who.external_id}" in (
            self.world.owners
        )

    @property
    def community_id(self) -> int | None:
        """Where points of this visit count: here, or where the person came from."""
        return self.community.id if self.community is not None else self.person.home_id

    @property
    def language(self) -> str:
        """The language to speak with this person."""
        return self.person.interface or interface_language(self.who.locale)

    def save_person(self, person: Person) -> None:
        self.person = person
        self.unit.save_person(person)
