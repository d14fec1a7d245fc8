"""The text of .env.example, made from the settings and the policy themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from pydantic import SecretStr

from bot.config import PREFIX, SECRETS, Settings
from core.policy import Policy

_TOP = """\
# The settings of Grove. Copy this file to .env and take away the # before what you set.
# The environment wins over .env. An unknown name stops the program. Secrets may also be read
# from a file: GROVE_DISCORD_TOKEN_FILE=/run/secrets/token instead of GROVE_DISCORD_TOKEN.
# This file is written by `python -m bot config`; do not change it by hand.
"""
_WIDTH = 98


@dataclass(frozen=True, slots=True)
class Described:
    """A field of a settings class with the section and sentence that stand at it in the source."""

    name: str
    section: str
    sentence: str


def env_example() -> str:
    """The whole file."""
    plain = [x for x in described(Settings) if x.name not in ("model_config", "policy")]
    policy = list(described(Policy))
    defaults = Policy()
    return "".join(
        [
            _TOP,
            *_sections(plain, PREFIX, {x.name: _default(x.name) for x in plain}),
            "\n# ---- Policy: the numbers that steer collection\n",
            *_sections(
                policy,
                f"{PREFIX}POLICY_",
                {field.name: _written(getattr(defaults, field.name)) for field in fields(Policy)},
            ),
        ]
    )


def described(cls: type) -> Iterator[Described]:
    """The fields of a class in order; comments begin sections, strings below fields describe."""
    source = inspect.getsource(cls)
    body = _class_body(source)
    lines = source.splitlines()
    section, line = "", 0
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        for text in lines[line : statement.lineno - 1]:
            if text.strip().startswith("# "):
                section = text.strip(" #")
        line = statement.end_lineno or statement.lineno
        sentence = _string(following)
        if sentence:
            yield Described(statement.target.id, section, " ".join(sentence.split()))


def _class_body(source: str) -> list[ast.stmt]:
    (definition,) = ast.parse(source).body
    if not isinstance(definition, ast.ClassDef):
        raise TypeError("not a class")
    return definition.body


def _string(statement: ast.stmt | None) -> str | None:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
    return None


def _sections(entries: list[Described], prefix: str, defaults: Mapping[str, str]) -> Iterator[str]:
    section = ""
    for entry in entries:
        if entry.section != section:
            section = entry.section
            yield f"\n# -- {section}\n"
        name = f"{prefix}{entry.name.upper()}"
        also = f" (or {name}_FILE)" if entry.name in SECRETS and prefix == PREFIX else ""
        yield f"\n{_comment(entry.sentence + also)}\n#{name}={defaults[entry.name]}\n"


def _comment(sentence: str) -> str:
    lines, line = [], "#"
    for word in sentence.split():
        if len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = "#"
        line = f"{line} {word}"
    return "\n".join([*lines, line])


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default is None or isinstance(default, SecretStr) else _written(default)


def _written(value: object) -> str:
    """A value as it is written into the file."""
    match value:
        case ():
            return ""
        case bool():
            return str(value).lower()
        case Mapping():
            return ", ".join(f"{_written(k)}={_written(v)}" for k, v in value.items())
        case StrEnum() | Path():
            return str(value)
        case Fraction() if value.denominator != 1:
            return f"{float(value):g}" if Fraction(f"{float(value):g}") == value else str(value)
    return str(value)
