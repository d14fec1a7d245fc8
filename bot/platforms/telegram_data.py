"""What a button says when it is tapped: at most 64 bytes, begun by the number of their schema."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.telegram_labels import Form
from bot.platforms.telegram_parse import Group
from bot.platforms.telegram_ranking import Picks
from core.dialogue import base36, number_from_base36

SCHEMA = "1"
LIMIT = 64
"""Bytes of callback data that Telegram carries."""


class OldButton(ValueError):
    """The button is from a version of the program that spoke differently."""


Owner = int | Group | None
"""Whose a keyboard is: one person's among others in a group; or, in private, about a group."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a screen."""

    press_id: str
    owner: Owner = None


@dataclass(frozen=True, slots=True)
class Take:
    """*Take a task* in a group: leads anybody to the private chat."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One act on an order in progress."""

    task_id: int
    language: str
    state: Picks
    act: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One act on a form in progress."""

    task_id: int
    language: str
    state: Form
    act: str


Tap = Pressed | Take | Pick | Tick


def data_from_tap(tap: Tap) -> str:
    """The callback data of a button."""
    match tap:
        case Take():
            data = "g"
        case Pressed(press_id, Group(chat_id, thread_id)):
            data = f"c{base36(-chat_id)}.{base36(thread_id or 0)}.{press_id}"
        case Pressed(press_id, int() as owner):
            data = f"o{base36(owner)}.{press_id}"
        case Pressed(press_id):
            data = f"p{press_id}"
        case Pick(task_id, language, picks, act):
            data = f"r{base36(task_id)}.{language}.{picks.code}.{act}"
        case Tick(task_id, language, form, act):
            data = f"l{base36(task_id)}.{language}.{form.code}.{act}"
    if len(f"{SCHEMA}{data}".encode()) > LIMIT:
        raise ValueError(f"callback data is too long: {data}")
    return SCHEMA + data


def tap_from_data(data: str) -> Tap:
    """What a tapped button means; raises OldButton for anything we did not write."""
    schema, kind, rest = data[:1], data[1:2], data[2:]
    if schema != SCHEMA:
        raise OldButton(data)
    try:
        return _tap(kind, rest)
    except (ValueError, IndexError) as error:
        raise OldButton(data) from error


def _tap(kind: str, rest: str) -> Tap:
    match kind:
        case "g" if not rest:
            return Take()
        case "p":
            return Pressed(rest)
        case "o":
            owner, _, press_id = rest.partition(".")
            return Pressed(press_id, number_from_base36(owner))
        case "c":
            chat, topic, press_id = rest.split(".", 2)
            thread = number_from_base36(topic) or None
            return Pressed(press_id, Group(-number_from_base36(chat), thread))
        case "r":
            task, language, code, act = rest.split(".")
            return Pick(number_from_base36(task), language, Picks.from_code(code), act)
        case "l":
            task, language, code, act = rest.split(".")
            return Tick(number_from_base36(task), language, Form.from_code(code), act)
    raise ValueError(kind)
