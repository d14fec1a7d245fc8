"""The nouns of people: persons, accounts, communities, consent, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, unique

from core.model import TaskKind
from core.values import quick


@dataclass(frozen=True, slots=True)
class Who:
    """Who stands at the desk, as the platform tells it; nothing of it is stored in the clear."""

    platform: str  # "discord", "telegram", "terminal"
    external_id: str  # the platform's id of the account
    name: str = ""  # how the platform calls them; shown on boards, never exported
    locale: str | None = None  # the platform's guess at the interface language
    community: str | None = None  # the platform's id of the server or group, None in private
    community_name: str = ""
    follows: bool = False  # a link has just led them from that community to a private chat
    may_manage: bool = False  # the platform says they may manage this community
    may_moderate: bool = False  # the platform says they may moderate this community
    roles: tuple[str, ...] = ()  # the platform's ids of their roles in this community
    place: str | None = None  # the platform's id of the channel or topic they are in
    places: tuple[str, ...] = ()  # channels that they may name in this community's settings
    lacks: tuple[str, ...] = ()  # permissions that the bot lacks in this place, by name
    is_local: bool = False  # sits at the machine that runs the program


@quick
@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row with a contribution, in the person's own time zone."""

    days: int = 0
    last_day: date | None = None
    frozen_week: str | None = None  # the ISO week whose one free miss was used
    best: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Person:
    """A human being; may have several accounts."""

    id: int
    created_at: datetime
    name: str = ""  # as last seen on a platform; for boards only
    interface: str | None = None  # interface language; None: the platform's guess
    languages: tuple[str, ...] = ()  # task languages
    kinds: tuple[TaskKind, ...] = ()  # kinds of task wished for; empty: any
    timezone: str = "UTC"
    hidden: bool = False  # on no board
    reminders: bool = False
    consent_version: int | None = None  # of the terms agreed to; None: none, or withdrawn
    consented_at: datetime | None = None
    blocked: bool = False  # everywhere
    block_reason: str | None = None
    streak: Streak = field(default_factory=Streak)
    tutorials: tuple[str, ...] = ()  # finished ones
    home_id: int | None = None  # the community they came from; points of private work go there
    notice: str | None = None  # the name of something to be said once, at the next screen
    warning: str | None = None  # what moderators warned them of, until they have said they read it

    @property
    def is_unseen(self) -> bool:
        """Whether they are on no board."""
        return self.hidden or self.blocked


@quick
@dataclass(frozen=True, slots=True)
class Account:
    """One platform identity of a person; the store holds a keyed hash and an encrypted id."""

    id: int
    person_id: int
    platform: str


@dataclass(frozen=True, slots=True)
class Community:
    """A server or group."""

    id: int
    platform: str
    name: str = ""
    languages: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    active: bool = True


@unique
class ConsentAct(StrEnum):
    """What a person said about the terms."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Consent:
    """One act of consent; the list of them is append-only."""

    person_id: int
    act: ConsentAct
    version: int
    language: str  # in which the terms were read
    platform: str
    at: datetime


@quick
@dataclass(frozen=True, slots=True)
class Session:
    """Where the conversation with one account stands."""

    account_id: int
    step: str = "idle"  # what the next typed text means; see core.desk
    task_id: int | None = None  # the task in view
    data: Mapping[str, str] = field(default_factory=dict)  # what the step needs to remember
    version: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A volunteer's complaint about a message."""

    id: int
    message_id: int
    person_id: int | None
    reason: str
    at: datetime
    community_id: int | None = None
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act that changed a tree's state or a person's rights; append-only."""

    at: datetime
    act: str
    tree_id: int | None = None
    message_id: int | None = None
    subject_id: int | None = None  # the person acted upon
    actor_id: int | None = None  # None: the policy itself
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    community_id: int | None = None  # where it was done, None: by policy or in private;
    # of a tree's state: where the tree began
