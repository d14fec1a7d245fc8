"""The words shown to people, in every language: `say` turns a Text into a sentence."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from core.languages import LANGUAGES
from core.text import Text, Value, filled, isolated, placeholders
from locales.catalogues import translations
from locales.numbers import date_said, duration_said, number_said
from locales.pseudo import COMMAND_NAME, PSEUDO, PSEUDO_RTL, pseudo

__all__ = ["PSEUDO", "PSEUDO_RTL", "command_name", "is_rtl", "say", "say_all"]

# Signs written from right to left, and the invisible ones that turn direction.
_TURNING = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_COMMAS = {"ar": "، ", "fa": "، ", "ja": "、", "zh": "、"}


def say(text: Text, language: str) -> str:
    """The sentence in this language, or in English where nobody has translated it."""
    words = {name: _shown(value, language) for name, value in text.filling.items()}
    pattern = _pattern(text, language)
    if not placeholders(pattern) <= words.keys():
        pattern = text.english
    return filled(pattern, words)


def say_all(texts: Sequence[Text], language: str) -> str:
    """Several sentences, one a line."""
    return "\n".join(say(text, language) for text in texts)


def command_name(name: str, language: str) -> str:
    """A command's name where platforms let names be translated; otherwise its own."""
    return say(Text(name, context=COMMAND_NAME), language)


def is_rtl(language: str) -> bool:
    """Whether the language is written from right to left."""
    known = LANGUAGES.get(language)
    return known.rtl if known else language == PSEUDO_RTL


def _pattern(text: Text, language: str) -> str:
    if language in (PSEUDO, PSEUDO_RTL):
        return pseudo(text, rtl=language == PSEUDO_RTL)
    known = translations(language)
    if text.plural is None or text.count is None:
        if text.context is None:
            return known.gettext(text.key)
        return known.pgettext(text.context, text.key)
    if text.context is None:
        return known.ngettext(text.key, text.plural, text.count)
    return known.npgettext(text.context, text.key, text.plural, text.count)


def _shown(value: Value, language: str) -> str:
    """A value as it stands in a sentence of this language."""
    if isinstance(value, Text):
        return say(value, language)
    if isinstance(value, str):
        return isolated(value) if is_rtl(language) or _TURNING.search(value) else value
    if isinstance(value, Sequence):
        return _COMMAS.get(language, ", ").join(_shown(item, language) for item in value)
    said = _figure(value, language)
    return isolated(said) if is_rtl(language) else said


def _figure(value: int | float | date | timedelta, language: str) -> str:
    if isinstance(value, date):
        return date_said(value, language)
    if isinstance(value, timedelta):
        return duration_said(value, language)
    return number_said(value, language)
