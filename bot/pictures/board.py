"""A board as a picture: rows from the first place down, what is news, what is needed next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape

import resvg_py

from bot.pictures.fonts import PLAIN, Run, files, runs, tame
from bot.pictures.lines import cut, directed, wrapped
from core.bulletin import Bulletin, Row
from core.text import N_, isolated
from locales import is_rtl, say
from locales.numbers import number_said

WIDTH = 720
"""A phone shows about half as many points, so letters are twice as big as on a page."""
_EDGE, _HEAD, _ROW, _LINE = 36, 116, 72, 38
_GREEN, _DARK, _INK, _PALE, _FAINT = "#1d6b45", "#124a2f", "#17261e", "#e3efe6", "#5c6f64"
_BAR = "#7dbb94"
_MEDALS = {1: "#e0b030", 2: "#a9b4ba", 3: "#c98a52"}
_NAME_ROOM, _TITLE_ROOM, _FACT_ROOM = 11.2, 16.0, 24.5  # in heights of their letters


def picture(bulletin: Bulletin) -> bytes:
    """The PNG; the same for the same bulletin.

    Words that the library cannot draw cost the picture its names and facts, not the post: the text
    beside it has them.
    """
    try:
        return _drawn(bulletin)
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # of the library; no Exception, and unnamed
            raise
    rows = tuple(replace(row, name="—") for row in bulletin.rows)
    return _drawn(replace(bulletin, rows=rows, facts=()))


def _drawn(bulletin: Bulletin) -> bytes:
    page = _Page(is_rtl(bulletin.language), bulletin.language)
    svg = _svg(bulletin, page)
    drawn: bytes = resvg_py.svg_to_bytes(
        svg_string=svg,
        skip_system_fonts=True,
        font_files=files(page.written),
        font_family=PLAIN.family,
    )
    return bytes(drawn)


@dataclass(slots=True)
class _Page:
    """Draws from the side on which reading begins, and keeps what it has written."""

    rtl: bool
    language: str
    written: list[Run] = field(default_factory=list)

    def x(self, from_start: float) -> float:
        return WIDTH - from_start if self.rtl else from_start

    def words(
        self, x: float, y: float, words: str, size: int, colour: str, *,
        anchor: str = "start", bold: bool = False,
    ) -> str:  # fmt: skip
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if self.rtl else anchor
        weight = "700" if bold else "400"
        parts = tame(runs(directed(words, rtl=self.rtl), self.language))
        self.written += parts
        return (
            f'<text x="{self.x(x):g}" y="{y:g}" font-family="{PLAIN.family}" font-size="{size}" '
            f'font-weight="{weight}" fill="{colour}" text-anchor="{turned}" xml:space="preserve">'
            f"{''.join(_run(part) for part in parts)}</text>"
        )

    def box(self, x: float, y: float, wide: float, high: float, colour: str, round_: int) -> str:
        left = self.x(x) - wide if self.rtl else x
        return (
            f'<rect x="{left:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{round_}" '
            f'fill="{colour}"/>'
        )


def _run(run: Run) -> str:
    """Words in their font, isolated, because shaping looks at the first sign's script alone."""
    font, words = run
    if font is PLAIN:
        return escape(words)
    return f'<tspan font-family="{font.family}">{escape(isolated(words))}</tspan>'


def _svg(bulletin: Bulletin, page: _Page) -> str:
    language = bulletin.language
    title = say(bulletin.title, language)
    facts = [line for fact in bulletin.facts for line in _fact_lines(say(fact, language))]
    empty = "" if bulletin.rows else say(N_("A leaderboard without names yet."), language)
    rows = max(1, len(bulletin.rows))
    below = _HEAD + 20 + rows * _ROW
    height = below + (len(facts) * _LINE + 40 if facts else 16)
    parts = [
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<rect width="{WIDTH}" height="{_HEAD}" fill="{_GREEN}"/>',
        page.words(_EDGE, 73, cut(title, _TITLE_ROOM), 42, "#ffffff", bold=True),
        *_rows(page, bulletin.rows, language),
    ]
    if empty:
        parts.append(page.words(_EDGE, _HEAD + 62, empty, 28, _FAINT))
    if facts:
        parts.append(page.box(0, below + 8, WIDTH, height - below - 8, _PALE, 0))
    parts += [
        page.words(_EDGE, below + 46 + number * _LINE, line, 27, _DARK)
        for number, line in enumerate(facts)
    ]
    return _document(height, parts)


def _document(height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">{"".join(parts)}</svg>'
    )


def _fact_lines(fact: str) -> Sequence[str]:
    return wrapped(fact, _FACT_ROOM, 2)


def _rows(page: _Page, rows: Sequence[Row], language: str) -> Iterator[str]:
    most = max((row.points for row in rows), default=0) or 1
    for number, row in enumerate(rows):
        top = _HEAD + 14 + number * _ROW
        middle = top + _ROW / 2 - 3
        room = WIDTH - 2 * _EDGE - 76
        yield page.box(_EDGE + 76, top + _ROW - 9, room, 6, _PALE, 3)
        filled = max(6.0, room * max(0, row.points) / most)
        yield page.box(_EDGE + 76, top + _ROW - 9, filled, 6, _BAR, 3)
        yield from _place(page, row, middle)
        yield page.words(_EDGE + 76, middle + 10, cut(row.name, _NAME_ROOM), 30, _INK)
        yield _change(page, row, middle)
        points = number_said(row.points, language)
        yield page.words(WIDTH - _EDGE, middle + 10, points, 30, _INK, anchor="end", bold=True)


def _place(page: _Page, row: Row, middle: float) -> Iterator[str]:
    centre = _EDGE + 26
    if row.place in _MEDALS:
        yield (
            f'<circle cx="{page.x(centre):g}" cy="{middle:g}" r="22" fill="{_MEDALS[row.place]}"/>'
        )
    colour = "#ffffff" if row.place in _MEDALS else _FAINT
    place = str(row.place)
    yield page.words(centre, middle + 10, place, 28, colour, anchor="middle", bold=True)


def _change(page: _Page, row: Row, middle: float) -> str:
    """An arrow and how many places; drawn, so that no font need know arrows."""
    x = page.x(WIDTH - _EDGE - 190)
    match row.arrow:
        case "★":
            return _shape(x, middle, "0,-13 3.6,-4.6 12.6,-4 5.8,2 7.9,11 0,6.2 -7.9,11 -5.8,2 "
                          "-12.6,-4 -3.6,-4.6", "#d99a1c")  # fmt: skip
        case "▲":
            arrow = _shape(x, middle, "0,-9 10,8 -10,8", "#2a9d5c")
        case "▼":
            arrow = _shape(x, middle, "0,9 10,-8 -10,-8", "#c2543b")
        case _:
            return _shape(x, middle, "-9,-2 9,-2 9,2 -9,2", "#9aa8a0")
    beside = WIDTH - _EDGE - 172
    return arrow + page.words(beside, middle + 8, str(abs(row.change or 0)), 23, _FAINT)


def _shape(x: float, y: float, points: str, colour: str) -> str:
    return f'<polygon transform="translate({x:g} {y:g})" points="{points}" fill="{colour}"/>'
