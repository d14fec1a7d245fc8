"""The one table of commands, from which every platform, the help and the docs are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum, unique

from core.languages import language_named
from core.model import LABELLING, RANKING, REPLYING, TaskKind
from core.text import N_, Text


@unique
class Audience(StrEnum):
    """Who may use a command; checked at the desk, whatever a platform's settings show."""

    ANYONE = "anyone"  # also without consent
    VOLUNTEER = "volunteer"  # with consent to the present terms
    MODERATOR = "moderator"  # of the community
    ADMIN = "admin"  # may manage the community


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a command; `source` says what a platform may complete it from."""

    name: str
    sentence: Text  # limit: 100 characters
    required: bool = False
    source: str | None = None  # "languages", "kinds", "periods", "scopes", "topics", "timezones"


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: lowercase name with dashes (Telegram writes underscores)."""

    name: str
    sentence: Text  # limit: 100 characters
    audience: Audience = Audience.VOLUNTEER
    arguments: tuple[Argument, ...] = ()
    in_groups: bool = False  # makes sense, as an answer to its sender, in a group chat too


_LANGUAGE = Argument("language", N_("A language, by name or code"), source="languages")
_KIND = Argument(
    "kind", N_("The kind of task: prompt, reply, review, rank or random"), source="kinds"
)

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec("work", N_("Get a task"), arguments=(_KIND, _LANGUAGE), in_groups=True),
    CommandSpec(
        "prompt", N_("Write the first message of a new conversation"), arguments=(_LANGUAGE,)
    ),
    CommandSpec("skip", N_("Skip the task in front of you")),
    CommandSpec("undo", N_("Take back your last answer")),
    CommandSpec(
        "edit",
        N_("Change a text of yours that nobody has reviewed yet"),
        arguments=(Argument("text", N_("Which text, by its number in /mine")),),
    ),
    CommandSpec(
        "withdraw",
        N_("Take back a text of yours that nobody has reviewed yet"),
        arguments=(Argument("text", N_("Which text, by its number in /mine")),),
    ),
    CommandSpec("mine", N_("Your texts and what became of them")),
    CommandSpec("me", N_("Your points, level and streak"), in_groups=True),
    CommandSpec(
        "leaderboard",
        N_("Who contributed most"),
        Audience.ANYONE,
        (
            Argument("period", N_("The period: day, week, month or total"), source="periods"),
            Argument(
                "scope", N_("Whom it compares: here, everywhere, or a language"), source="scopes"
            ),
        ),
        in_groups=True,
    ),
    CommandSpec(
        "language",
        N_("Choose your task languages and the language I speak"),
        Audience.ANYONE,
        (
            Argument("languages", N_("Task languages, separated by commas"), source="languages"),
            Argument("interface", N_("The language I speak with you"), source="languages"),
        ),
    ),
    CommandSpec("hide", N_("Show or hide yourself on leaderboards")),
    CommandSpec(
        "timezone",
        N_("Set your time zone for streaks and reminders"),
        arguments=(Argument("zone", N_("A time zone such as Europe/Madrid"), source="timezones"),),
    ),
    CommandSpec(
        "remind",
        N_("Turn reminders on or off"),
        arguments=(
            Argument("hour", N_("The hour of your day at which I may write to you, or off")),
        ),
    ),
    CommandSpec(
        "link",
        N_("Use one profile on several platforms"),
        arguments=(Argument("code", N_("The code shown on your other platform")),),
    ),
    CommandSpec("consent", N_("Read the terms; agree, or withdraw your consent"), Audience.ANYONE),
    CommandSpec(
        "privacy",
        N_("What is stored about you, why and for how long"),
        Audience.ANYONE,
        in_groups=True,
    ),
    CommandSpec("export-my-data", N_("Get everything that is stored about you"), Audience.ANYONE),
    CommandSpec(
        "delete-my-data", N_("Delete your profile, or your texts as well"), Audience.ANYONE
    ),
    CommandSpec(
        "report",
        N_("Report the text in front of you"),
        arguments=(Argument("reason", N_("What is wrong with it")),),
    ),
    CommandSpec("tutorial", N_("Learn a kind of task in three steps"), Audience.ANYONE, (_KIND,)),
    CommandSpec(
        "help",
        N_("What you can do here"),
        Audience.ANYONE,
        (Argument("topic", N_("A command or a kind of task"), source="topics"),),
        in_groups=True,
    ),
    CommandSpec("setup", N_("Set up this community, step by step"), Audience.ADMIN, in_groups=True),
    CommandSpec(
        "post-button",
        N_("Post a button here with which everybody can take a task"),
        Audience.ADMIN,
        in_groups=True,
    ),
    CommandSpec(
        "config",
        N_("Show or change how this community collects"),
        Audience.ADMIN,
        (
            Argument("setting", N_("What to change; without it, all is shown"), source="settings"),
            Argument("value", N_("The new value")),
        ),
        in_groups=True,
    ),
    CommandSpec(
        "mod",
        N_("Look after what is written here: reports, removals, blocks, the record"),
        Audience.MODERATOR,
        (
            Argument("action", N_("What to do; without it, what waits"), source="mod-actions"),
            Argument("what", N_("A text such as #12, a person, or words to search for")),
            Argument("reason", N_("Why; it is kept in the record")),
        ),
        in_groups=True,
    ),
)

BY_NAME = {spec.name: spec for spec in COMMANDS}


def command_named(name: str) -> CommandSpec | None:
    """The command a person typed, in any case, with dashes or underscores."""
    return BY_NAME.get(_folded(name))


def command_nearest(name: str) -> str | None:
    """What somebody may have meant by the name of no command, as it is typed after the slash.

    A word for a kind of task, the beginning of one command, or one that is spelled much like it.
    """
    if kinds_named(name):
        return f"work {name.strip().lower()}"
    typed = _folded(name)
    begun = [known for known in BY_NAME if known.startswith(typed)]
    if typed and len(begun) == 1:
        return begun[0]
    return next(iter(get_close_matches(typed, BY_NAME, n=1, cutoff=_NEAR)), None)


_NEAR = 0.75
"""How alike two spellings are; 1 is the same."""


def _folded(name: str) -> str:
    return name.strip().lower().lstrip("/").replace("_", "-")


_SHARED: Mapping[str, frozenset[TaskKind]] = {
    "prompt": frozenset({TaskKind.INITIAL_PROMPT}),
    "reply": REPLYING,
    "label": LABELLING,
    "review": LABELLING,
    "rank": RANKING,
}
"""Short words for kinds: what people type who do not remember the whole names."""

KIND_WORDS = ("random", "prompt", "reply", "review", "rank")
"""The words to choose from; `random` stands for whatever is needed most."""


def kinds_named(name: str) -> tuple[TaskKind, ...]:
    """The kinds of task that a person typed, by name or by a word they share; none if unknown."""
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    shared = _SHARED.get(wanted, frozenset())
    return tuple(kind for kind in TaskKind if kind in shared or kind.value == wanted)


_PERIOD_WORDS: Mapping[str, str] = {
    "day": "day",
    "today": "day",
    "daily": "day",
    "week": "week",
    "weekly": "week",
    "this week": "week",
    "month": "month",
    "monthly": "month",
    "this month": "month",
    "total": "total",
    "all": "total",
    "all time": "total",
    "all-time": "total",
}


def period_meant(words: str) -> str | None:
    """One of the periods of a board, as a person typed it."""
    return _PERIOD_WORDS.get(words.strip().lower())


HERE, EVERYWHERE = "here", "everywhere"
_PLACE_WORDS: Mapping[str, str] = {
    HERE: HERE,
    "community": HERE,
    "this community": HERE,
    EVERYWHERE: EVERYWHERE,
    "all": EVERYWHERE,
    "*": EVERYWHERE,
}


def scope_meant(words: str) -> str | None:
    """Whom a board compares, as a person typed it: `here`, `everywhere`, or a language's code."""
    place = _PLACE_WORDS.get(words.strip().lower())
    language = language_named(words)
    return place or (language.code if language is not None else None)
