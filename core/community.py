"""How a community collects, as its admins set it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from core.languages import language_named
from core.model import TaskKind
from core.people import Community
from core.values import replace


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one community; a channel is named by the platform's id."""

    open: bool = True  # whether tasks are handed out here
    kinds: tuple[TaskKind, ...] = ()  # empty: all
    task_channel: str | None = None
    board_channel: str | None = None
    log_channel: str | None = None  # reports and moderators' acts are shown there
    work_roles: tuple[str, ...] = ()  # who may take tasks; empty: everybody
    mod_roles: tuple[str, ...] = ()  # who may moderate, besides those the platform says
    daily_quota: int | None = None  # tasks for one person and UTC day; None: no limit
    quiet: tuple[int, int] | None = None  # local hours in which nothing is posted or handed out
    timezone: str = "UTC"
    language: str | None = None  # of what is posted here
    terms_version: int | None = None  # of the terms that the operators accepted


def rules_of(community: Community | None) -> Rules:
    """The rules that a community's settings say; unknown ones are left aside."""
    if community is None:
        return Rules()
    found: dict[str, object] = {}
    for name, read in _READERS.items():
        if name in community.settings:
            found[name] = read(community.settings[name])
    return replace(Rules(), **found)  # type: ignore[arg-type]


def spoken_in(community: Community) -> str:
    """The language of what is posted there."""
    return rules_of(community).language or (*community.languages, "en")[0]


def with_rules(community: Community, rules: Rules) -> Community:
    """The community with these rules; what is as by default is not stored."""
    plain = Rules()
    settings = {
        field.name: _written(getattr(rules, field.name))
        for field in fields(Rules)
        if getattr(rules, field.name) != getattr(plain, field.name)
    }
    return replace(community, settings=settings)


def _written(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ",".join(str(part) for part in value)
    return str(value)


def _pair(text: str) -> tuple[int, int]:
    begin, _, end = text.partition(",")
    return int(begin), int(end)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _kinds(text: str) -> tuple[TaskKind, ...]:
    return tuple(TaskKind(name) for name in _list(text))


_READERS: Mapping[str, Callable[[str], object]] = {
    "open": lambda text: text == "yes",
    "kinds": _kinds,
    "task_channel": str,
    "board_channel": str,
    "log_channel": str,
    "work_roles": _list,
    "mod_roles": _list,
    "daily_quota": int,
    "quiet": _pair,
    "timezone": str,
    "language": str,
    "terms_version": int,
}


def codes_from(words: str) -> tuple[str, ...] | None:
    """The language codes that somebody typed, separated by commas; None if one is unknown."""
    found = [language_named(word) for word in words.split(",") if word.strip()]
    if any(language is None for language in found):
        return None
    return tuple(dict.fromkeys(language.code for language in found if language is not None))
