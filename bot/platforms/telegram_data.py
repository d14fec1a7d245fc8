"""What a button says when it is tapped: at most 64 bytes, begun by the number of their schema."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.telegram_labels import Form
from bot.platforms.telegram_ranking import Picks
from core.dialogue import base36, number_from_base36

SCHEMA = "1"
LIMIT = 64
"""Bytes of callback data that Telegram carries."""


class OldButton(ValueError):
    """The button is from a version of the program that spoke differently."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a screen; in a group it belongs to the person it was drawn for."""

    press_id: str
    owner: int | None = None


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
        case Pressed(press_id, owner):
            data = f"p{press_id}" if owner is None else f"o{base36(owner)}.{press_id}"
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
        case "r":
            task, language, code, act = rest.split(".")
            return Pick(number_from_base36(task), language, Picks.from_code(code), act)
        case "l":
            task, language, code, act = rest.split(".")
            return Tick(number_from_base36(task), language, Form.from_code(code), act)
    raise ValueError(kind)
