"""Which fonts words need: those of their scripts alone, since reading a font takes time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.errors import StartError


class FontMissing(StartError):
    """A font package is not installed."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font that comes in a package, and the signs it is chosen for."""

    family: str
    package: str
    file: str
    signs: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        return _path(self.package, self.file)

    def has(self, sign: str) -> bool:
        return any(low <= sign <= high for low, high in self.signs)


def _font(family: str, package: str, signs: str = "", axes: str = "wdth,wght") -> Font:
    spans = tuple((span[0], span[2]) for span in signs.split())
    return Font(family, package, f"{family.replace(' ', '')}[{axes}].ttf", spans)


PLAIN = _font("Noto Sans", "fontpkg_noto_sans")
"""Latin, Greek, Cyrillic and all that no other font is chosen for."""
_KANA = "\u3040-\u30ff \u31f0-\u31ff \uff66-\uff9f"
_HANGUL = "\u1100-\u11ff \u3130-\u318f \uac00-\ud7af"
_HAN = "\u2e80-\u303f \u3400-\u4dbf \u4e00-\u9fff \uf900-\ufaff \uff00-\uff65 \U00020000-\U0003ffff"
_EAST_ASIAN = {
    code: _font(f"Noto Sans {family}", "justmytype_intl_cjk", signs, "wght")
    for code, family, signs in (
        ("ja", "JP", f"{_HAN} {_KANA}"),
        ("ko", "KR", f"{_HANGUL} {_HAN}"),
        ("zh", "SC", f"{_HAN} {_KANA}"),
    )
}
_OF_SCRIPTS = (
    _font("Noto Sans Hebrew", "justmytype_intl_rtl", "\u0590-\u05ff \ufb1d-\ufb4f"),
    _font(
        "Noto Sans Arabic",
        "fontpkg_noto_sans_arabic",
        "\u0600-\u06ff \u0750-\u077f \u08a0-\u08ff \ufb50-\ufdff \ufe70-\ufefe",
    ),
    _font("Noto Sans Devanagari", "fontpkg_noto_sans_devanagari", "\u0900-\u097f \ua8e0-\ua8ff"),
    _font("Noto Sans Bengali", "justmytype_intl_south_asia", "\u0980-\u09ff"),
    _font("Noto Sans Tamil", "justmytype_intl_south_asia", "\u0b80-\u0bff"),
    _font("Noto Sans Telugu", "justmytype_intl_south_asia", "\u0c00-\u0c7f"),
    _font("Noto Sans Thai", "fontpkg_noto_sans_thai", "\u0e00-\u0e7f"),
)
_INDIC = frozenset(f"Noto Sans {name}" for name in ("Devanagari", "Bengali", "Tamil", "Telugu"))
ALL = (PLAIN, *_OF_SCRIPTS, *_EAST_ASIAN.values())

Run = tuple[Font, str]
"""Words that one font draws."""


def runs(words: str, language: str) -> Sequence[Run]:
    """Words apart by the font that draws them; what suits every font stays with its neighbours.

    Han signs take the shapes of the language, else those that the other signs tell.
    """
    fonts = (*_OF_SCRIPTS, *_east_asian(words, language))
    found: list[tuple[Font, str]] = []
    waiting = ""  # neutral signs that may belong to the run before them or behind
    for sign in words:
        if not sign.isalnum() and not unicodedata.category(sign).startswith("M"):
            waiting += sign
            continue
        font = next((font for font in fonts if font.has(sign)), PLAIN)
        if found and found[-1][0] is font and not _is_cut(waiting):
            found[-1] = (font, found[-1][1] + waiting + sign)
        else:
            found += [(PLAIN, waiting)] if waiting else []
            found.append((font, sign))
        waiting = ""
    return [*found, (PLAIN, waiting)] if waiting else found


def tame(runs: Sequence[Run]) -> Sequence[Run]:
    """Runs that the drawing library survives: an Indic font beside one other than the plain one
    makes it panic, so that the words of the later ones are left out."""
    others = dict.fromkeys(font for font, _ in runs if font is not PLAIN)
    if len(others) < 2 or not any(font.family in _INDIC for font in others):
        return runs
    first = next(iter(others))
    kept: list[Run] = []
    for font, words in runs:
        if font in (PLAIN, first):
            kept.append((font, words))
        elif not kept or kept[-1][1] != "…":
            kept.append((PLAIN, "…"))
    return kept


def files(runs: Iterable[Run]) -> list[str]:
    """The files of all fonts that these need, each once."""
    return list(dict.fromkeys([PLAIN.path, *(font.path for font, _ in runs)]))


def _east_asian(words: str, language: str) -> Iterable[Font]:
    order = [language] if language in _EAST_ASIAN else []
    order += ["ja"] if _any(words, _KANA) else []
    order += ["ko"] if _any(words, _HANGUL) else []
    return [_EAST_ASIAN[code] for code in dict.fromkeys([*order, "zh", "ko"])]


def _any(words: str, spans: str) -> bool:
    return any(span[0] <= sign <= span[2] for span in spans.split() for sign in set(words))


def _is_cut(neutral: str) -> bool:
    """Whether one of the marks stands here that set words apart by direction."""
    return any("\u2066" <= sign <= "\u2069" for sign in neutral)


@cache
def _path(package: str, name: str) -> str:
    """Where the file of a font lies that a package carries."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in sorted(Path(folder).rglob("*.ttf")):
            if found.name == name:
                return str(found)
    raise FontMissing(
        f"The font {name} is missing; install {package.replace('_', '-')}, as pyproject.toml says."
    )
