"""What Discord offers while somebody types an argument: at most 25 choices, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from discord import app_commands

from cogs.foreign import clipped
from core.commands import COMMANDS
from core.desk.boards import PERIOD_NAMES
from core.desk.config import SETTINGS
from core.desk.mod import ACTIONS
from core.desk.words import KIND_NAMES
from core.languages import LANGUAGES
from core.text import N_
from locales import say

MOST = 25
LONGEST = 100

Offer = tuple[str, str]
"""What is shown, and what is filled in."""


def choices(source: str, typed: str, language: str) -> list[app_commands.Choice[str]]:
    """The offers of a source that go on from what was typed, in a list separated by commas."""
    before, comma, wanted = typed.rpartition(",")
    kept = f"{before}, " if comma else ""
    found = [(shown, kept + value) for shown, value in _matching(source, wanted, language)]
    return [
        app_commands.Choice(name=clipped(shown, LONGEST), value=value)
        for shown, value in found
        if len(value) <= LONGEST
    ][:MOST]


def _matching(source: str, typed: str, language: str) -> list[Offer]:
    """Offers that begin with what was typed, then those that hold it."""
    wanted = typed.strip().casefold()
    offers = list(_SOURCES[source](language))
    beginning = [offer for offer in offers if _begins(offer, wanted)]
    holding = [o for o in offers if o not in beginning and wanted in f"{o[0]} {o[1]}".casefold()]
    return beginning + holding


def _begins(offer: Offer, wanted: str) -> bool:
    return any(word.casefold().startswith(wanted) for word in (*offer[0].split(), offer[1]))


def _languages(language: str) -> Iterator[Offer]:
    for entry in LANGUAGES.values():
        shown = {entry.own_name: None, entry.english_name: None}
        yield " / ".join(shown), entry.code


def _kinds(language: str) -> Iterator[Offer]:
    yield say(N_("Whatever is needed most"), language), "random"
    yield from ((say(words, language), kind.value) for kind, words in KIND_NAMES.items())


def _periods(language: str) -> Iterator[Offer]:
    yield from ((say(words, language), name) for name, words in PERIOD_NAMES.items())


def _scopes(language: str) -> Iterator[Offer]:
    yield say(N_("This community"), language), "here"
    yield say(N_("Everywhere"), language), "everywhere"
    yield from _languages(language)


def _topics(language: str) -> Iterator[Offer]:
    yield from ((f"/{spec.name}", spec.name) for spec in COMMANDS)
    yield from ((say(words, language), kind.value) for kind, words in KIND_NAMES.items())


@cache
def _zones() -> tuple[Offer, ...]:
    return tuple((name, name) for name in sorted(available_timezones()) if "/" in name)


def _settings(language: str) -> Iterator[Offer]:
    for setting in SETTINGS:
        yield f"{setting.name}: {say(setting.sentence, language)}", setting.name


def _timezones(language: str) -> Iterator[Offer]:
    yield "UTC", "UTC"
    yield from _zones()


def _mod_actions(language: str) -> Iterator[Offer]:
    yield from ((f"{a.name}: {say(a.sentence, language)}", a.name) for a in ACTIONS)


_SOURCES: Mapping[str, Callable[[str], Iterator[Offer]]] = {
    "languages": _languages,
    "kinds": _kinds,
    "periods": _periods,
    "scopes": _scopes,
    "topics": _topics,
    "timezones": _timezones,
    "settings": _settings,
    "mod-actions": _mod_actions,
}
