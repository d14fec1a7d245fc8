"""Checks the places where sentences are marked: plain words, and a value for every name."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.text import placeholders
from locales.extract import ROOT, SOURCES

# How many of the first arguments are words, and whether the last of them counts.
_MARKS = {"N_": 1, "Nn_": 2, "P_": 2}
_DEFINED_IN = "core/text.py"


def source_problems(root: Path = ROOT, sources: Iterable[str] = SOURCES) -> list[str]:
    """What would go untranslated or unfilled, one line each."""
    problems = []
    for source in sources:
        for path in sorted((root / source).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if name != _DEFINED_IN:
                problems += [f"{name}:{said}" for said in _file_problems(path)]
    return problems


def _file_problems(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            mark = node.func.id
            if mark in _MARKS:
                yield from (f"{node.lineno}: {mark}: {said}" for said in _call_problems(mark, node))


def _call_problems(mark: str, call: ast.Call) -> Iterator[str]:
    words = [_plain_words(argument) for argument in call.args[: _MARKS[mark]]]
    if len(words) < _MARKS[mark] or None in words:
        yield "the sentence must be written out here, or nobody can translate it"
        return
    given = {keyword.arg for keyword in call.keywords}
    if None in given:  # **values: only running tells
        return
    patterns = words[1:] if mark == "P_" else words
    wanted = {name for pattern in patterns for name in placeholders(pattern or "")}
    counted = {"count"} if mark == "Nn_" else set()
    for name in sorted(wanted - given - counted):
        yield f"{{{name}}} has no value"
    for name in sorted(str(name) for name in given - wanted):
        yield f"{name}= is not used"


def _plain_words(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return None
