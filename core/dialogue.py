"""The terms of the conversation: events come in, screens go out, whatever the platform.

A platform is *parse -> desk.handle(who, event, key) -> draw*. Events and screens say what is meant
and asked, never how it looks. Everything that must survive a restart is in the store or in the
press ids below; a platform keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from functools import lru_cache

from core.model import Role, TaskKind
from core.text import Text
from core.values import quick

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Command:
    """A command of core.commands with its arguments, by name; unknown names are refused."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button; the id is one that a screen gave out, at most PRESS_BYTES long."""

    id: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The message that held a text, on platforms where it can be changed or may be cut in two."""

    message: str  # its name in this chat: letters and digits
    at: int  # seconds since 1970
    may_go_on: bool = False  # so long that an app may have cut it off here


@dataclass(frozen=True, slots=True)
class Typed:
    """Free text. With a task it is meant for that task, without for whatever the session asks."""

    text: str
    task_id: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Revised:
    """A message was changed: its text is meant for whatever it was meant for before."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Ordered:
    """A finished order of the shown replies: positions (0 = shown first) in groups, best first."""

    task_id: int
    groups: tuple[tuple[int, ...], ...]
    all_bad: bool = False
    method: str = "order"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels for a task, in whole or in part; parts are kept until one comes with done=True.

    A later part replaces earlier values of the same label; None takes a value back.
    """

    task_id: int
    values: Mapping[str, float | None]
    done: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """The community of this visit has another id on its platform from now on.

    Platforms send it when the platform itself says so; nobody can ask for it.
    """

    to: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """The bot was let into the community of this visit, or removed from it.

    Platforms send it when the platform itself says so; nobody can ask for it.
    """

    is_in: bool


Event = Command | Press | Typed | Revised | Ordered | Labelled | Moved | Admitted

PRESS_BYTES = 40
"""No press id is longer, in bytes; platforms add their own prefix (Telegram allows 64 in all)."""


# ---------------------------------------------------------------- screens


@unique
class Emphasis(StrEnum):
    """How strongly a button asks to be pressed; colour is only ever an addition to its words."""

    NORMAL = "normal"
    PRIMARY = "primary"
    DANGER = "danger"


@quick
@dataclass(frozen=True, slots=True)
class Button:
    id: str
    label: Text
    emphasis: Emphasis = Emphasis.NORMAL


@quick
@dataclass(frozen=True, slots=True)
class Passage:
    """A foreign text shown as it is: to be escaped, isolated and kept whole by the platform."""

    text: str
    heading: Text | None = None  # who speaks ("Prompter", "Reply 2", "Your draft")
    role: Role | None = None
    lang: str | None = None
    in_focus: bool = False  # the one that the question is about
    sensitive: bool = False  # hidden until tapped, where a platform can


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a board, of counts, of settings; cells are already in words."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text | str, ...], ...]
    own_row: int | None = None  # the reader's own row


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file handed to the reader alone."""

    name: str
    content: bytes
    description: Text


@quick
@dataclass(frozen=True, slots=True)
class Screen:
    """What is said and asked; the base of all screens and, alone, a plain message.

    notes: what has just happened, one sentence each (also refusals). title: what this is.
    body: sentences, each a paragraph. passages: foreign texts, shown whole, in this order.
    buttons: in order of importance. task_id: the task that the screen is about.
    public: may be seen by others (never tasks, own data, settings).
    """

    title: Text | None = None
    body: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    passages: tuple[Passage, ...] = ()
    buttons: tuple[Button, ...] = ()
    table: Table | None = None
    attachment: Attachment | None = None
    task_id: int | None = None
    kind: TaskKind | None = None
    refused: bool = False  # the event was refused; notes say why and what to do
    foreign: bool = False  # it was about another's task, whose card must stay as it is
    public: bool = False
    language: str = "en"  # the reader's interface language
    error_id: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Say(Screen):
    """Nothing is asked, though buttons may lead on."""


@quick
@dataclass(frozen=True, slots=True)
class Invite(Screen):
    """A card for everybody in this place: posted there first; then this is said to who asked.

    Its one button leads each who presses it to a task of their own, which nobody else sees.
    """

    card: Say = field(default_factory=Say)


@quick
@dataclass(frozen=True, slots=True)
class AskText(Screen):
    """Asks for a text: answered by Typed(text, task_id).

    Buttons hold Skip and Report. A platform with forms opens one; where that must wait, a *Write*
    button presses `again`, and the form opens on this screen as it is then.
    """

    field_label: Text = field(default_factory=lambda: Text(""))
    placeholder: Text | None = None
    draft: str = ""  # to begin with
    again: str = ""  # the press that asks for this text again, for a *Write* button
    min_length: int = 1
    max_length: int = 4000


@quick
@dataclass(frozen=True, slots=True)
class AskChoice(Screen):
    """Asks to press one of the buttons (consent, preview, language, kind, skip reason)."""


@quick
@dataclass(frozen=True, slots=True)
class AskOrder(Screen):
    """Asks for an order of candidates: answered by Ordered(task_id, groups, all_bad).

    Candidates are in the volunteer's own shown order; position 0 is the first. With two, a
    platform asks "first better / second better / equal / both bad"; with more, best first.
    """

    candidates: tuple[Passage, ...] = ()


@unique
class Widget(StrEnum):
    """How a label is asked for."""

    YES_NO = "yes_no"
    FLAG = "flag"
    SCALE = "scale"  # five steps: 0, .25, .5, .75, 1


@quick
@dataclass(frozen=True, slots=True)
class LabelQuestion:
    """One label as asked of a volunteer."""

    name: str  # the published name of the label
    widget: Widget
    question: Text
    ends: tuple[Text, Text] | None = None  # words for 0 and 1 of a scale
    mandatory: bool = False
    value: float | None = None  # what was answered so far


@quick
@dataclass(frozen=True, slots=True)
class AskLabels(Screen):
    """Asks for labels: answered by Labelled(task_id, values, done).

    A platform offers a verdict of spam in one tap: Labelled(task_id, {"spam": 1.0}, done=True).
    """

    questions: tuple[LabelQuestion, ...] = ()


# ---------------------------------------------------------------- press ids


def press(verb: str, task_id: int | None = None, argument: str | int | None = None) -> str:
    """The id of a button: verb[:task in base 36[:argument]]."""
    parts = [verb]
    if task_id is not None or argument is not None:
        parts.append("" if task_id is None else base36(task_id))
    if argument is not None:
        parts.append(str(argument))
    return ":".join(parts)


SHOW = "show"
"""A press of press(SHOW, task_id) changes nothing and shows that task's screen as it is now.

Platforms make it themselves where they must draw again (a form behind a *Write* button, a page
of a long thread); without a task it shows the screen in front of the person.
"""


def press_parts(press_id: str) -> tuple[str, int | None, str | None]:
    """The verb, task and argument of a press id; raises ValueError when it is none of ours."""
    verb, _, rest = press_id.partition(":")
    task, _, argument = rest.partition(":")
    if not verb.isidentifier() or len(press_id.encode()) > PRESS_BYTES:
        raise ValueError(press_id)
    return verb, number_from_base36(task) if task else None, argument or None


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=256)  # a screen has several buttons for one task
def base36(number: int) -> str:
    """A number not below 0 in as few letters as fit a button."""
    digits = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits


def number_from_base36(digits: str) -> int:
    """The number written by `base36`; raises ValueError for anything else, or beyond 63 bits."""
    if not digits.isascii() or not digits.isalnum() or digits != digits.lower():
        raise ValueError(digits)
    number = int(digits, 36)
    if number >= 2**63:
        raise ValueError(digits)
    return number
