"""Languages and platforms as a maintainer names them; a name that fits nothing is refused."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import StartError
from core.languages import LANGUAGES, language_named

IMPORTED = "import"
"""Where a text was written that came from a file which does not say."""


def languages_in(words: Sequence[str] | None) -> frozenset[str] | None:
    """Their codes; None where none is named."""
    return frozenset(map(_language, words)) if words else None


def platforms_in(words: Sequence[str] | None) -> frozenset[str] | None:
    """Their names; None where none is named."""
    return frozenset(map(_platform, words)) if words else None


def _language(words: str) -> str:
    found = language_named(words)
    if found is None:
        raise StartError(f"--lang: {words!r} is no language; there are {', '.join(LANGUAGES)}.")
    return found.code


def _platform(words: str) -> str:
    from bot.app import PLATFORMS

    known = (*PLATFORMS, IMPORTED)
    if words.strip().lower() not in known:
        raise StartError(f"--platform: {words!r} is no platform; there are {', '.join(known)}.")
    return words.strip().lower()
