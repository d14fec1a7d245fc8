"""Checks calls of the Bot API against its published description: names, types, lengths, markup."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes.telegram_markup import MOST_ENTITIES, BadMarkup, parsed, utf16

_DEFAULT = Path(__file__).parents[3] / "shared" / "platform-specs"
_FILE = "telegram-bot-api.json"
_RANGE = re.compile(r"(?<![\w-])(\d+)-(\d+)\s+(characters|bytes)?")
_BUTTONS, _ROW = 100, 8


def spec_file() -> Path | None:
    """Where the description lies, if anywhere; it is not part of the project."""
    file = _folder() / _FILE
    return file if file.is_file() else None


def _folder() -> Path:
    return Path(os.environ.get("PLATFORM_SPECS", _DEFAULT))


@cache
def spec() -> Mapping[str, Any]:
    """The description; a test of it alone is skipped where it is absent."""
    file = spec_file()
    if file is None:
        pytest.skip(f"no {_FILE} in {_folder()}; PLATFORM_SPECS names the folder that holds it")
    return json.loads(file.read_text("utf-8"))


def faults(method: str, params: Mapping[str, str], files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a call, in sentences; empty when nothing is."""
    found = spec()["methods"].get(method)
    if found is None:  # Telegram forgives other capitals; another server may not
        return [f"there is no method {method}"]
    return [f"{method}: {fault}" for fault in _call_faults(found, params, files)]


def _call_faults(
    method: Mapping[str, Any], params: Mapping[str, str], files: Mapping[str, bytes]
) -> Iterator[str]:
    fields = {field["name"]: field for field in method.get("fields", ())}
    for name in params.keys() - fields.keys():
        yield f"unknown parameter {name}"
    for name, field in fields.items():
        if name in params or name in files:
            yield from _value_faults(field, params.get(name), files, params)
        elif field["required"]:
            yield f"missing parameter {name}"


def _value_faults(
    field: Mapping[str, Any],
    value: str | None,
    files: Mapping[str, bytes],
    params: Mapping[str, str],
) -> Iterator[str]:
    name, types = field["name"], field["types"]
    if value is None or value.startswith("attach://"):
        if "InputFile" not in types:
            yield f"{name} is no file"
        return
    if types == ["String"]:
        yield from _text_faults(field, value, params.get("parse_mode"))
        return
    decoded = _decoded(value, types)
    if not any(_fits(decoded, kind) for kind in types):
        yield f"{name} is {value[:80]!r}, not {' or '.join(types)}"
    yield from _deep_faults(name, decoded, types)
    if isinstance(decoded, int) and (limits := _limits(field)):
        low, high, _ = limits
        if not low <= decoded <= high:
            yield f"{name} is {decoded}, not {low}-{high}"


def _decoded(value: str, types: list[str]) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("Array of "):
        inner = kind.removeprefix("Array of ")
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "String":
            return isinstance(value, str)
        case "InputFile":
            return False
    return isinstance(value, dict) and not any(_object_faults("", value, kind))


def _deep_faults(name: str, value: Any, types: list[str]) -> Iterator[str]:
    """What is wrong inside an object that has only one type."""
    kinds = [kind for kind in types if kind in spec()["types"]]
    if isinstance(value, dict) and "inline_keyboard" in value:
        yield from _keyboard_faults(value["inline_keyboard"])
    elif isinstance(value, dict) and len(kinds) == 1:
        yield from _object_faults(name, value, kinds[0])
    if isinstance(value, list) and len(types) == 1:
        for item in value:
            if isinstance(item, dict):
                yield from _object_faults(name, item, types[0].removeprefix("Array of "))


def _object_faults(where: str, value: Mapping[str, Any], kind: str) -> Iterator[str]:
    found = spec()["types"][kind]
    subtypes = found.get("subtypes")
    if subtypes:
        options = [list(_object_faults(where, value, sub)) for sub in subtypes]
        yield from min(options, key=len)
        return
    fields = {field["name"]: field for field in found.get("fields", ())}
    for name in value.keys() - fields.keys():
        yield f"{where}: {kind} has no {name}"
    for name, field in fields.items():
        if name in value:
            yield from _field_faults(f"{where}.{name}", value[name], field)
        elif field["required"]:
            yield f"{where}: {kind} needs {name}"


def _field_faults(where: str, value: Any, field: Mapping[str, Any]) -> Iterator[str]:
    if not any(_fits(value, kind) for kind in field["types"]):
        yield f"{where} is no {' or '.join(field['types'])}"
    elif isinstance(value, str):
        yield from _text_faults({**field, "name": where}, value, None)


def _text_faults(field: Mapping[str, Any], value: str, parse_mode: str | None) -> Iterator[str]:
    name = field["name"]
    if value != value.encode("utf-8", "replace").decode("utf-8") or "\x00" in value:
        yield f"{name} holds what cannot be sent"
    text = value
    if parse_mode == "HTML" and name in ("text", "caption"):
        try:
            markup = parsed(value)
        except BadMarkup as error:
            yield f"{name}: {error}"
            return
        text = markup.text
        if len(markup.entities) > MOST_ENTITIES:
            yield f"{name} has {len(markup.entities)} entities"
    limits = _limits(field)
    if limits and limits[2] != "units":
        low, high, unit = limits
        length = len(text.encode()) if unit == "bytes" else utf16(text)
        if not low <= length <= high:
            yield f"{name} has {length} {unit}, not {low}-{high}"
        if low > 0 and not text.strip():
            yield f"{name} is empty"
    if name.endswith("command") and not re.fullmatch(r"[a-z0-9_]{1,32}", value):
        yield f"{name} is no command name: {value!r}"
    if name == "language_code" and not re.fullmatch(r"[a-z]{2}", value):
        yield f"{name} has two letters, not {value!r}"


def _limits(field: Mapping[str, Any]) -> tuple[int, int, str] | None:
    found = _RANGE.search(field["description"])
    return (int(found[1]), int(found[2]), found[3] or "units") if found else None


def _keyboard_faults(rows: list[list[dict[str, Any]]]) -> Iterator[str]:
    buttons = [button for row in rows for button in row]
    if len(buttons) > _BUTTONS:
        yield f"{len(buttons)} buttons"
    if any(len(row) > _ROW or not row for row in rows):
        yield "a row with no button or more than eight"
    for button in buttons:
        yield from _object_faults("button", button, "InlineKeyboardButton")
        acts = button.keys() - {"text", "icon_custom_emoji_id", "style"}
        if len(acts) != 1:
            yield f"a button does {sorted(acts)}"
        if not button.get("text", "").strip():
            yield "a button without words"
        if button.get("style") not in (None, "danger", "success", "primary"):
            yield f"a button in {button['style']}"
