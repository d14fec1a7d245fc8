"""The catalogue linter: holds every catalogue against the sentences of the sources."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError

from locales.catalogues import (
    FOLDER,
    catalogue_file,
    header_plural_forms,
    is_translated,
    key_of,
    present_catalogues,
    read_catalogue,
    rendered,
)
from locales.extract import COMPLETE, updated
from locales.plurals import form_count, plural_forms
from locales.pseudo import COMMAND_NAME
from locales.rules import RULES, Entry

_LIMIT = re.compile(r"\blimit:(\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence of one catalogue that breaks one rule."""

    catalogue: str
    rule: str
    sentence: str
    said: str

    def __str__(self) -> str:
        return f"{self.catalogue}: {self.rule}: {self.sentence!r}: {self.said}"


def lint(template: Catalog, folder: Path = FOLDER) -> list[Problem]:
    """Every problem of every catalogue, measured against the sentences of the sources."""
    missing = [name for name in COMPLETE if not catalogue_file(name, folder).is_file()]
    problems = [Problem(name, "complete", "", "there is no catalogue") for name in missing]
    for name in present_catalogues(folder):
        problems += lint_catalogue(template, name, folder)
    return problems


def lint_catalogue(template: Catalog, name: str, folder: Path = FOLDER) -> list[Problem]:
    """The problems of one catalogue."""
    path = catalogue_file(name, folder)
    try:
        written = read_catalogue(path, name)
        catalog = updated(template, name, folder)
    except (PoFileError, UnicodeDecodeError) as error:
        return [Problem(name, "file", "", str(error))]
    problems = [Problem(name, "file", "", said) for said in _file(path, name, catalog)]
    problems += _counting(written, name)
    problems += _said(catalog, name)
    problems += _command_names(catalog, name)
    return problems


def _file(path: Path, name: str, catalog: Catalog) -> Iterator[str]:
    if header_plural_forms(path) != plural_forms(name):
        yield f"Plural-Forms must be {plural_forms(name)}"
    if path.read_bytes() != rendered(catalog, name):
        yield "is not up to date; run `python -m locales update`"


def _counting(written: Catalog, name: str) -> Iterator[Problem]:
    """The number of forms as the file has it; an update would mend it silently."""
    for message in written:
        if not isinstance(message.string, list | tuple) or not any(message.string):
            continue
        forms = [form for form in message.string if form]
        if len(forms) != form_count(name):
            said = f"{len(forms)} forms, {form_count(name)} are needed"
            yield Problem(name, "plural forms", key_of(message), said)


def _said(catalog: Catalog, name: str) -> Iterator[Problem]:
    for message in catalog:
        if not message.id:
            continue
        if is_translated(message):
            entry = entry_of(message, name)
            for rule, check in RULES.items():
                for said in check(entry):
                    yield Problem(name, rule, entry.sources[0], said)
        elif name in COMPLETE and message.context != COMMAND_NAME:
            said = "to be looked at again" if message.fuzzy else "not translated"
            yield Problem(name, "complete", key_of(message), said)


def entry_of(message: Message, catalogue: str) -> Entry:
    """What the rules need to know of a message; of several limits the tightest counts."""
    limits = [int(found) for found in _LIMIT.findall("\n".join(message.auto_comments))]
    return Entry(
        catalogue=catalogue,
        sources=_several(message.id),
        forms=_several(message.string),
        context=message.context,
        limit=min(limits, default=None),
    )


def _several(words: object) -> tuple[str, ...]:
    return tuple(map(str, words)) if isinstance(words, list | tuple) else (str(words),)


def _command_names(catalog: Catalog, name: str) -> Iterator[Problem]:
    """Two commands of one language must not share a name; untranslated ones keep the English."""
    taken: dict[str, str] = {}
    for message in catalog:
        if message.context != COMMAND_NAME:
            continue
        key = key_of(message)
        shown = str(message.string) if is_translated(message) else key
        if taken.setdefault(shown, key) != key:
            said = f"{shown!r} is already the name of {taken[shown]!r}"
            yield Problem(name, "command name", key, said)
