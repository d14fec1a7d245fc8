"""Consent, settings, linked accounts and a person's own data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from core.errors import NotAllowed, Unknown
from core.flow import reminding
from core.flow.growth import settle
from core.flow.handing import let_go
from core.flow.pacing import count_guess, refuse_guessing
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.model import Fate
from core.people import AuditEntry, Consent, ConsentAct, Person, Streak
from core.points import joined_streak
from core.text import N_
from core.timezones import timezone_named
from core.tree import with_ballots, with_fate, with_reviews
from core.values import replace

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
_CODE_LENGTH = 8


BLOCKED = N_("You have been blocked and can no longer contribute. /privacy still works for you.")


def has_consented(visit: Visit) -> bool:
    """Whether this person agreed to the present version of the terms."""
    return visit.person.consent_version == visit.policy.terms_version


def come_from(visit: Visit) -> None:
    """A link led them here from a community: from now on their private work counts there."""
    community = visit.community
    if visit.who.follows and community is not None and visit.person.home_id != community.id:
        visit.save_person(replace(visit.person, home_id=community.id))


def give_consent(visit: Visit) -> None:
    _record_consent(visit, ConsentAct.GIVEN)
    visit.save_person(
        replace(
            visit.person,
            consent_version=visit.policy.terms_version,
            consented_at=visit.now,
            home_id=visit.person.home_id or (visit.community.id if visit.community else None),
        )
    )


def withdraw_consent(visit: Visit) -> None:
    """No more tasks; open ones are let go. What was given before stays until it is deleted."""
    act = ConsentAct.WITHDRAWN if visit.person.consent_version else ConsentAct.REFUSED
    _record_consent(visit, act)
    for task in visit.unit.open_tasks(visit.person.id):
        let_go(visit, task)
    visit.save_person(
        replace(visit.person, consent_version=None, consented_at=None, reminders=False)
    )


def _record_consent(visit: Visit, act: ConsentAct) -> None:
    visit.unit.add_consent(
        Consent(
            person_id=visit.person.id,
            act=act,
            version=visit.policy.terms_version,
            language=visit.language,
            platform=visit.who.platform,
            at=visit.now,
        )
    )


def refuse_blocked(visit: Visit, *, barred: bool) -> None:
    """Blocked people are told so, whatever they try."""
    if visit.person.blocked:
        raise NotAllowed(BLOCKED)
    if barred:
        raise NotAllowed(
            N_("You have been blocked and can no longer contribute in this community.")
        )


# ---------------------------------------------------------------- settings


def choose_languages(visit: Visit, codes: Iterable[str]) -> None:
    """Set the task languages, in the order given."""
    chosen = tuple(dict.fromkeys(codes))
    unknown = [code for code in chosen if code not in LANGUAGES]
    if unknown or not chosen:
        raise Unknown(N_("Choose at least one of the languages offered."))
    visit.save_person(replace(visit.person, languages=chosen))


def choose_interface(visit: Visit, code: str) -> None:
    """Set the language in which the bot speaks with this person."""
    visit.save_person(replace(visit.person, interface=code))


def choose_timezone(visit: Visit, name: str) -> str:
    """Set the time zone by its IANA name, in any case."""
    known = timezone_named(name)
    if known is not None:
        visit.save_person(replace(visit.person, timezone=known))
        reminding.move(visit)
        return known
    raise Unknown(
        N_(
            "I don't know the time zone “{name}”. Write it like Europe/Madrid or UTC.",
            name=name[:60],
        )
    )


# ---------------------------------------------------------------- linked accounts


def offer_link(visit: Visit) -> str:
    """A code that joins another account to this person when entered there in time."""
    code = "".join(visit.world.rng.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    visit.unit.add_link_code(
        _hashed(code),
        visit.person.id,
        visit.now + timedelta(minutes=visit.policy.link_minutes),
    )
    return code


def accept_link(visit: Visit, code: str) -> bool:
    """Join this account to the person who was shown the code; opinions given twice count once.

    False when there is no such code, which is kept in mind: nobody may try many.
    """
    refuse_guessing(visit)
    kept_id = visit.unit.take_link_code(_hashed(code), visit.now)
    kept = None if kept_id is None else visit.unit.person_to_change(kept_id)
    if kept is None:
        count_guess(visit)
        return False
    if kept.id == visit.person.id:
        raise Unknown(N_("That code is yours. Enter it on your other platform."))
    gone = visit.person
    wish = reminding.wish_of_one(visit, kept, gone)
    touched = visit.unit.merge_people(kept.id, gone.id)
    visit.save_person(
        replace(
            kept,
            streak=_joined_streak(visit, kept, gone),
            tutorials=tuple(dict.fromkeys((*kept.tutorials, *gone.tutorials))),
            reminders=kept.reminders or gone.reminders,
            hidden=kept.hidden or gone.hidden,
            warning=kept.warning or gone.warning,
            home_id=kept.home_id or gone.home_id,
        )
    )
    if wish is not None:
        reminding.adopt(visit, wish)
    for message_id in touched:
        _judge_anew(visit, message_id)
    return True


def _joined_streak(visit: Visit, kept: Person, gone: Person) -> Streak:
    today = visit.now.astimezone(ZoneInfo(kept.timezone)).date()
    freezes = visit.policy.streak_freezes_per_week
    return joined_streak(kept.streak, gone.streak, today, freezes)


def _hashed(code: str) -> str:
    return sha256(code.strip().upper().encode()).hexdigest()


def _judge_anew(visit: Visit, message_id: int) -> None:
    """Count the opinions on a message again after one of them was withdrawn."""
    tree_id = visit.unit.tree_id_of(message_id)
    tree = visit.unit.tree(tree_id or 0)
    assert tree is not None
    after = with_reviews(tree, message_id, visit.unit.reviews(message_id), visit.policy, visit.now)
    after = with_ballots(after, message_id, visit.unit.ballots(message_id), visit.policy)
    settle(visit, tree, after, reason="accounts linked")


# ---------------------------------------------------------------- leaving


def leave(visit: Visit, *, with_texts: bool) -> int:
    """Delete the profile; with texts: those not yet published too, leaving tombstones.

    Returns how many texts were withdrawn.
    """
    for task in visit.unit.open_tasks(visit.person.id):
        let_go(visit, task)
    withdrawn = 0
    if with_texts:
        for message_id in visit.unit.texts_of(visit.person.id):
            _withdraw_for_good(visit, message_id)
            withdrawn += 1
    visit.unit.record(AuditEntry(at=visit.now, act="person left", reason=f"{withdrawn} texts"))
    visit.unit.forget_person(visit.person.id)
    visit.person = replace(visit.person, notice=None, warning=None)  # nobody is left to be told
    return withdrawn


def _withdraw_for_good(visit: Visit, message_id: int) -> None:
    tree = visit.unit.tree(visit.unit.tree_id_of(message_id) or 0)
    assert tree is not None
    message = tree.messages[message_id]
    after = with_fate(tree, [message_id], Fate.WITHDRAWN)
    if message.parent_id is not None:
        ballots = visit.unit.ballots(message.parent_id)
        after = with_ballots(after, message.parent_id, ballots, visit.policy)
    settle(visit, tree, after, reason="author left")
