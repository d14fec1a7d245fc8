"""Who floods is turned away before the store is asked: fifty taps a second cost a few writes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.observed import Desk
from core.dialogue import Command, Event, Labelled, Ordered, Passage, Press, Say, Screen, Typed
from core.languages import interface_language
from core.pace import Allowance
from core.people import Who
from core.policy import Policy
from core.text import N_

REMEMBERED = 10_000
"""Accounts; whoever was not heard of for longest is forgotten, and so may begin anew."""


@dataclass(slots=True)
class _Guest:
    full_at: datetime | None = None
    last: Event | None = None
    language: str | None = None  # in which the desk spoke to them last


class Doorkeeper:
    """A desk that hears each account only as fast as a person can tap.

    A finished order or labels are always heard, for they cannot be handed back; a text can.
    Each process counts for itself: what must be the same for all of them is counted in the store.
    """

    def __init__(self, desk: Desk, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._clock = clock
        self._again = policy.repeated_tap_cost
        self._allowance = Allowance(
            policy.taps_at_once, timedelta(seconds=policy.taps_at_once / policy.taps_per_second)
        )
        self._guests: OrderedDict[tuple[str, str], _Guest] = OrderedDict()

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        guest = self._guest(who)
        wait = self._wait(guest, event)
        if wait is not None and not isinstance(event, Ordered | Labelled):
            return _told(guest.language or interface_language(who.locale), event, wait)
        screen = await self._desk.handle(who, event, key)
        guest.language = screen.language
        return screen

    def _guest(self, who: Who) -> _Guest:
        name = (who.platform, who.external_id)
        guest = self._guests.setdefault(name, _Guest())
        self._guests.move_to_end(name)
        if len(self._guests) > REMEMBERED:
            self._guests.popitem(last=False)
        return guest

    def _wait(self, guest: _Guest, event: Event) -> timedelta | None:
        now = self._clock()
        wait = self._allowance.wait(guest.full_at, now)
        if wait is None:
            cost = self._again if event == guest.last else 1
            guest.full_at = self._allowance.less_one(guest.full_at, now, cost)
            guest.last = event if isinstance(event, Press | Command) else None  # no words are kept
        return wait


def _told(language: str, event: Event, wait: timedelta) -> Screen:
    """When they may go on, without a look at the store; their text comes back to them."""
    own = (Passage(text=event.text, heading=N_("Your text")),) if isinstance(event, Typed) else ()
    return Say(
        notes=(N_("That was too fast for me. Go on in about {wait}.", wait=_whole(wait)),),
        passages=own,
        refused=True,
        language=language,
    )


def _whole(wait: timedelta) -> timedelta:
    """Whole seconds, rounded up."""
    return timedelta(seconds=-(-wait // timedelta(seconds=1)))
