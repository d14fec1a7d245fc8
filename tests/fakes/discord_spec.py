"""Discord's own description of its HTTP API, as a judge of what a bot sends.

Every object schema is closed: a field that Discord does not know is a fault, save for the few
that the library adds itself. The file is not part of the project; where it is absent, requests go
unjudged, and the tests of the judge are skipped with a sentence that says so.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT.parent / "shared" / "platform-specs"
FILE = "discord-openapi.json"

# What discord.py adds by itself and Discord ignores.
LIBRARY_EXTRAS = {
    "ApplicationCommandUpdateRequest": {"nsfw"},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts"},
    "IncomingWebhookUpdateRequestPartial": {"tts"},
}


def spec_folder() -> Path:
    return Path(os.environ.get("PLATFORM_SPECS", DEFAULT))


def spec_file() -> Path | None:
    """Where the description lies, if anywhere."""
    file = spec_folder() / FILE
    return file if file.is_file() else None


class Judge:
    """Says what is wrong with a request; nothing when it is as described."""

    def __init__(self, file: Path) -> None:
        document = json.loads(file.read_text("utf-8"))
        self._components = {"schemas": _closed_all(document["components"]["schemas"])}
        self._operations = [
            (_pattern(path), method.upper(), operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method != "parameters"
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def faults(self, method: str, path: str, body: Any) -> list[str]:
        """One line for each fault of a request, whose path begins behind the API's version."""
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: no such operation"]
        content = operation.get("requestBody", {}).get("content", {})
        if body is None:
            needed = operation.get("requestBody", {}).get("required", False)
            return [f"{method} {path}: a body is needed"] if needed else []
        if "application/json" not in content:
            return [f"{method} {path}: takes no body"]
        found = self._validator(operation, content).iter_errors(body)
        return [f"{method} {path}: {_told(error)}" for error in found]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        fitting = [
            (pattern, operation)
            for pattern, verb, operation in self._operations
            if verb == method and pattern.fullmatch(path)
        ]
        literal = [pair for pair in fitting if pair[0].pattern == re.escape(path)]
        chosen = (literal or sorted(fitting, key=lambda pair: pair[0].pattern.count("[^/]")))[:1]
        return chosen[0][1] if chosen else None

    def _validator(self, operation: dict[str, Any], content: Any) -> Draft202012Validator:
        name = operation["operationId"]
        if name not in self._validators:
            schema = _closed(content["application/json"]["schema"], "")
            self._validators[name] = Draft202012Validator(
                {**schema, "components": self._components}
            )
        return self._validators[name]


@cache
def judge() -> Judge | None:
    """The judge, read once; None where the description is absent."""
    file = spec_file()
    return None if file is None else Judge(file)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join(
            "[^/]+" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[^}]+\})", path)
        )
    )


def _closed_all(schemas: dict[str, Any]) -> dict[str, Any]:
    closed = {name: _closed(schema, name) for name, schema in schemas.items()}
    closed["SnowflakeType"] = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    return closed


def _closed(schema: Any, name: str) -> Any:
    """The schema with unknown fields refused and `oneOf` read as `anyOf`."""
    if isinstance(schema, list):
        return [_closed(part, name) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {
        ("anyOf" if key == "oneOf" else key): _closed(value, "" if key != "allOf" else name)
        for key, value in schema.items()
    }
    if "properties" in shut and "additionalProperties" not in shut:
        extras = {key: {} for key in LIBRARY_EXTRAS.get(name, ())}
        shut["properties"] = {**extras, **shut["properties"]}
        shut["additionalProperties"] = False
    return shut


def _told(error: ValidationError) -> str:
    """The deepest reason, in the branch that fits the kind of component best."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        likely = min(branches.values(), key=lambda errors: (_other_kind(errors), len(errors)))
        error = likely[0]
    place = "/".join(map(str, error.absolute_path))
    return f"{place}: {error.message[:300]}"


def _other_kind(errors: Iterable[ValidationError]) -> bool:
    """Whether the branch is of another type of thing altogether."""
    return any(error.path and error.path[-1] == "type" and len(error.path) == 1 for error in errors)
