"""What a translation must keep, whatever the language: one rule, one function."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.languages import LANGUAGES
from core.text import PLACEHOLDER, placeholders
from locales.plurals import single_number_forms
from locales.pseudo import COMMAND_NAME

_RTL = {entry.catalogue for entry in LANGUAGES.values() if entry.rtl}
_MENTION = re.compile(r"@(everyone|here)\b|<[@#]", re.IGNORECASE)
_HTML = re.compile(r"</?[a-z][^<>]*>|<!--|&(\w+|#\d+);", re.IGNORECASE)
_OVERRIDES = re.compile("[\u202a-\u202e]")
_OPENERS = re.compile("[\u2066-\u2068]")
_COMMAND_SIGNS = {"-", "_", "'"}
_LONGEST_COMMAND = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence with its translation, in the shape the rules look at."""

    catalogue: str
    sources: tuple[str, ...]  # the sentence, and its plural where it counts
    forms: tuple[str, ...]
    context: str | None
    limit: int | None

    @property
    def counts(self) -> bool:
        return len(self.sources) > 1


def _placeholders(entry: Entry) -> Iterator[str]:
    wanted = frozenset().union(*map(placeholders, entry.sources))
    alone = single_number_forms(entry.catalogue) if entry.counts else frozenset()
    for number, form in enumerate(entry.forms):
        found = placeholders(form)
        spare = {"count"} if number in alone else set()
        for name in sorted(wanted - found - spare):
            yield f"{{{name}}} is missing in {form!r}"
        for name in sorted(found - wanted):
            yield f"{{{name}}} in {form!r} has no value"
        if _loose_braces(form) != _loose_braces(entry.sources[0]):
            yield f"a brace too many or too few in {form!r}"


def _loose_braces(form: str) -> Counter[str]:
    return Counter(sign for sign in PLACEHOLDER.sub("", form) if sign in "{}")


def _limit(entry: Entry) -> Iterator[str]:
    for form in entry.forms:
        length = len(form.encode("utf-16-le")) // 2  # as the stricter platform counts
        if entry.limit is not None and length > entry.limit:
            yield f"{length} signs, {entry.limit} fit"


def _whitespace(entry: Entry) -> Iterator[str]:
    def edges(form: str) -> tuple[str, str]:
        return form[: len(form) - len(form.lstrip())], form[len(form.rstrip()) :]

    for form in entry.forms:
        if edges(form) != edges(entry.sources[0]):
            yield f"spaces or line ends around {form!r} differ"


def _mentions(entry: Entry) -> Iterator[str]:
    for form in entry.forms:
        if _MENTION.search(form):
            yield f"{form!r} would call people"


def _html(entry: Entry) -> Iterator[str]:
    for form in entry.forms:
        if _HTML.search(form):
            yield f"{form!r} holds HTML; platforms add their own"


def _control_signs(entry: Entry) -> Iterator[str]:
    for form in entry.forms:
        for sign in form:
            if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\n":
                yield f"U+{ord(sign):04X} in {form!r}"


def _direction(entry: Entry) -> Iterator[str]:
    for form in entry.forms:
        if _OVERRIDES.search(form):
            yield f"{form!r} forces a direction; isolates do it better"
        if len(_OPENERS.findall(form)) != form.count("\u2069"):
            yield f"an isolate without its end in {form!r}"
        if entry.catalogue in _RTL and entry.context != COMMAND_NAME:
            for line in PLACEHOLDER.sub("", form).split("\n"):
                if _first_strong(line) == "L":
                    yield f"{line!r} would be laid out from left to right; begin it with U+200F"


def _first_strong(line: str) -> str | None:
    kinds = map(unicodedata.bidirectional, line)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), None)


def _command_name(entry: Entry) -> Iterator[str]:
    if entry.context != COMMAND_NAME:
        return
    (name,) = entry.forms
    if not 1 <= len(name) <= _LONGEST_COMMAND or not all(map(_fits_command, name)):
        yield f"{name!r} is no command name"
    if name != name.lower():
        yield f"{name!r} is not lowercase"


def _fits_command(sign: str) -> bool:
    """Letters and digits of any script, with the vowel signs of Devanagari and Thai."""
    vowel_sign = "\u0900" <= sign <= "\u097f" or "\u0e00" <= sign <= "\u0e7f"
    return sign in _COMMAND_SIGNS or vowel_sign or unicodedata.category(sign)[0] in "LN"


RULES: dict[str, Callable[[Entry], Iterator[str]]] = {
    "placeholders": _placeholders,
    "limit": _limit,
    "whitespace": _whitespace,
    "mentions": _mentions,
    "html": _html,
    "control signs": _control_signs,
    "direction": _direction,
    "command name": _command_name,
}
