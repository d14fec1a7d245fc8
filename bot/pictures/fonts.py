"""Which fonts words need: those of their scripts alone, since reading a font takes time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.errors import StartError
from bot.pictures import coverage
from core.text import isolated


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

    def suits(self, sign: str) -> bool:
        """Whether it is chosen for this sign."""
        return any(low <= sign <= high for low, high in self.signs)

    def draws(self, words: str) -> bool:
        """Whether it has a shape for all that is to be seen of these words."""
        path = self.path
        return all(_is_unseen(sign) or coverage.has(path, sign) for sign in words)


def _font(family: str, package: str, signs: str = "", axes: str = "wdth,wght") -> Font:
    spans = tuple((span[0], span[2]) for span in signs.split())
    return Font(family, package, f"{family.replace(' ', '')}[{axes}].ttf", spans)


PLAIN = _font("Noto Sans", "fontpkg_noto_sans")
"""Latin, Greek, Cyrillic and all that no other font is chosen for."""
_OTHER_SCRIPTS = "\u0300"
_KANA = "\u3040-\u30ff \u31f0-\u31ff \uff66-\uff9f"
_HANGUL = "\u1100-\u11ff \u3130-\u318f \uac00-\ud7af"
_HAN = "\u2e80-\u303f \u3400-\u4dbf \u4e00-\u9fff \uf900-\ufaff \uff00-\uff65 \U00020000-\U0003ffff"
_MANY = "manimgx_fonts"
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
    *(
        _font(f"Noto Sans {family}", _MANY, signs, "wght")
        for family, signs in (
            ("Armenian", "\u0530-\u058f"),
            ("Ethiopic", "\u1200-\u139f"),
            ("Georgian", "\u10a0-\u10ff \u1c90-\u1cbf"),
            ("Gujarati", "\u0a80-\u0aff"),
            ("Gurmukhi", "\u0a00-\u0a7f"),
            ("Kannada", "\u0c80-\u0cff"),
            ("Khmer", "\u1780-\u17ff"),
            ("Lao", "\u0e80-\u0eff"),
            ("Malayalam", "\u0d00-\u0d7f"),
            ("Myanmar", "\u1000-\u109f"),
            ("Oriya", "\u0b00-\u0b7f"),
            ("Sinhala", "\u0d80-\u0dff"),
        )
    ),
)
_SIGNS = (
    _font("Noto Sans Symbols", _MANY, axes="wght"),
    _font("Noto Emoji", _MANY, axes="wght"),
    _EAST_ASIAN["zh"],
)
"""For what is no letter and not in the plain font."""
_SHAPED = frozenset(
    f"Noto Sans {name}"
    for name in (
        *("Arabic", "Hebrew", "Lao", "Thai", "Devanagari", "Bengali", "Tamil", "Telugu"),
        *("Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Sinhala", "Khmer", "Myanmar"),
    )
)
ALL = tuple(dict.fromkeys((PLAIN, *_OF_SCRIPTS, *_EAST_ASIAN.values(), *_SIGNS)))

Run = tuple[Font, str]
"""Words that one font draws."""


def runs(words: str, language: str) -> Sequence[Run]:
    """Words apart by the font that draws them; in one font where there is one for all of them.

    Han signs take the shapes of the language, else those that the other signs tell. Words of
    another script are isolated, because shaping looks at the first sign's script alone.
    """
    parts = _apart(words, language)
    shown = [(font, part if font is PLAIN else isolated(part)) for font, part in parts]
    font = _of_all(parts)
    if font is not None:
        return [(font, "".join(part for _, part in shown))] if shown else []
    return _tame(shown) if _is_mixed_up(parts) else shown


def loses(words: str, language: str) -> bool:
    """Whether something of these words is left out where they are drawn together."""
    parts = _apart(words, language)
    return _of_all(parts) is None and _is_mixed_up(parts)


def apart(words: str, language: str) -> Sequence[str]:
    """The same words by the fonts that draw them."""
    return [part for _, part in _apart(words, language)]


def _of_all(parts: Sequence[Run]) -> Font | None:
    """The font that draws all of it, if there is one."""
    fonts = {font for font, _ in parts if font is not PLAIN} or {PLAIN}
    if len(fonts) > 1:
        return None
    (font,) = fonts
    return font if all(font.draws(part) for _, part in parts) else None


def _is_mixed_up(parts: Sequence[Run]) -> bool:
    return any(font.family in _SHAPED for font, _ in parts)


def is_drawn(sign: str) -> bool:
    """Whether any font has a shape for it, or none is needed."""
    if _is_unseen(sign):
        return True
    fonts = (PLAIN, *(font for font in ALL if font.suits(sign)), *_SIGNS)
    return any(coverage.has(font.path, sign) for font in fonts)


def advance(sign: str) -> float:
    """How far a sign moves those behind it, in heights of its font; 0 where no font has a shape."""
    fonts = (*(font for font in ALL if font.suits(sign)), PLAIN, *_SIGNS)
    return next((coverage.advance(x.path, sign) for x in fonts if coverage.has(x.path, sign)), 0.0)


def _apart(words: str, language: str) -> list[Run]:
    """What suits every font stays with its neighbours."""
    fonts = (*_OF_SCRIPTS, *_east_asian(words, language))
    found: list[Run] = []
    waiting = ""  # neutral signs that may belong to the run before them or behind
    for sign in words:
        font = _font_of(sign, fonts)
        if font is None:
            waiting += sign
            continue
        if found and found[-1][0] is font and not _is_cut(waiting) and font.draws(waiting):
            found[-1] = (font, found[-1][1] + waiting + sign)
        else:
            found += [(PLAIN, waiting)] if waiting else []
            found.append((font, sign))
        waiting = ""
    return [*found, (PLAIN, waiting)] if waiting else found


def _font_of(sign: str, fonts: Sequence[Font]) -> Font | None:
    """The font that a sign asks for; None for what every font has."""
    if sign < _OTHER_SCRIPTS:
        return PLAIN if sign.isalnum() else None
    own = next((font for font in fonts if font.suits(sign)), None)
    if sign.isalnum() or unicodedata.category(sign).startswith("M"):
        return own or _plain_or_odd(sign)
    if PLAIN.draws(sign):
        return None
    return own or _plain_or_odd(sign)


def _plain_or_odd(sign: str) -> Font:
    return next((font for font in (PLAIN, *_SIGNS) if font.draws(sign)), PLAIN)


def _tame(runs: Sequence[Run]) -> Sequence[Run]:
    """One run where a font whose signs change with their neighbours is among several, since the
    drawing library mixes them up: what the font that knows most of the words has no shape for is
    left out."""
    words = "".join(part for _, part in runs)
    best = max((font for font, _ in runs), key=lambda font: sum(map(font.draws, words)))
    kept = (part if best.draws(part) else _drawn_part(best, part) for _, part in runs)
    return [(best, "".join(kept))]


def _drawn_part(font: Font, words: str) -> str:
    kept = "".join(sign for sign in words if font.draws(sign))
    is_told = any(map(str.isalnum, words)) and not kept.strip("\u2068\u2069 ")
    return "…" if is_told and font.draws("…") else kept


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


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) == "Cf"


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
