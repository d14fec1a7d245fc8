"""How moderators name what they mean: `#12`, an id of the platform, or a name."""

from __future__ import annotations

import re

from core.errors import Unknown
from core.flow import judging
from core.flow.turn import Visit
from core.people import Person
from core.text import N_

_MENTION = re.compile(r"<@!?(\d{1,20})>|(?:tg://user\?id=)?(\d{5,20})")
_NUMBER = re.compile(r"#?(\d{1,15})")
_MOST_NAMESAKES = 5


def text_named(visit: Visit, what: str) -> int:
    """The id of a text: its number in the queue, or its public id."""
    number = _NUMBER.fullmatch(what)
    if number is not None:
        return int(number[1])
    message = visit.unit.message_with(what.lower()) if what else None
    if message is None:
        raise Unknown(N_("Say which text you mean, by its number, such as #12."))
    return message.id


def person_named(visit: Visit, what: str) -> Person:
    """A person: `#12` as on moderators' screens, a mention, an id of the platform, or a name."""
    person_id = _number_of(visit, what)
    if person_id is None and what:
        person_id = _namesake(visit, what)
    if person_id is None:
        raise Unknown(N_("Say whom you mean: a mention, a name, or a number such as #12."))
    return judging.subject(visit, person_id)


def _number_of(visit: Visit, what: str) -> int | None:
    account = _MENTION.fullmatch(what)
    if account is not None:
        found = visit.unit.account_owner(visit.who.platform, account[1] or account[2])
        if found is not None:
            return found
    number = _NUMBER.fullmatch(what)
    return int(number[1]) if number is not None else None


def _namesake(visit: Visit, what: str) -> int | None:
    name = what.removeprefix("@")
    found = visit.unit.people_named(name, _MOST_NAMESAKES)
    if len(found) > 1:
        raise Unknown(
            N_(
                "Several people go by that name: {numbers}. Say which one.",
                numbers=tuple(f"#{person.id}" for person in found),
            )
        )
    return found[0].id if found else None
