"""A board as a picture: rows from the first place down, what is news, what is needed next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from bot.pictures.fonts import PLAIN, Run, apart, files, loses, runs
from bot.pictures.lines import Piece, cut, directed, is_rtl_sentence, pieces, wrapped
from bot.pictures.painter import painted, side_by_side
from bot.pictures.signs import legible
from core.bulletin import Bulletin, Row
from locales import is_rtl, say
from locales.numbers import number_said
from locales.spans import period_said

WIDTH = 720
"""A phone shows about half as many points, so letters are twice as big as on a page."""
_EDGE, _HEAD, _ROW, _LINE = 36, 130, 72, 38
_GREEN, _DARK, _INK, _PALE, _FAINT = "#1d6b45", "#124a2f", "#17261e", "#e3efe6", "#5c6f64"
_BAR = "#7dbb94"
_MEDALS = {1: "#e9bd45", 2: "#b9c3c8", 3: "#d99f72"}
_NAME_ROOM, _TITLE_ROOM, _SPAN_ROOM, _FACT_ROOM = 11.2, 15.2, 24.0, 24.0
"""In heights of their letters."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be painted, and with which fonts."""

    svg: str
    fonts: Sequence[str]
    family: str = PLAIN.family


def drawing(bulletin: Bulletin) -> Drawing:
    """A board as a drawing; the same for the same bulletin."""
    page = _Page(is_rtl(bulletin.language), bulletin.language)
    svg = _svg(bulletin, page)
    return Drawing(svg, files(page.written))


def picture(bulletin: Bulletin) -> bytes:
    """The PNG, painted here and now; a program that has other things to do asks a studio."""
    drawn = drawing(bulletin)
    return painted(drawn.svg, font_files=drawn.fonts, font_family=drawn.family)


@dataclass(slots=True)
class _Page:
    """Draws from the side on which reading begins, and keeps what it has written."""

    rtl: bool
    language: str
    written: list[Run] = field(default_factory=list)

    def x(self, from_start: float) -> float:
        return WIDTH - from_start if self.rtl else from_start

    def sentence(
        self, x: float, y: float, lines: Sequence[str], size: int, colour: str, *,
        bold: bool = False,
    ) -> str:  # fmt: skip
        """Words of ours, each line in the direction of the whole sentence."""
        rtl = is_rtl_sentence("".join(lines))
        return "".join(
            self._line(x, y + number * _LINE, line, size, colour, rtl=rtl, bold=bold)
            for number, line in enumerate(lines)
        )

    def _line(
        self, x: float, y: float, line: str, size: int, colour: str, *, rtl: bool, bold: bool
    ) -> str:  # fmt: skip
        """Names that run or are written otherwise than the sentence are drawn beside its words."""
        found = pieces(line, rtl=rtl)
        if all(piece.rtl is rtl for piece in found) and not loses(line, self.language):
            return self.words(x, y, directed(line, rtl=rtl), size, colour, bold=bold)
        parts = [directed(part, rtl=piece.rtl) for piece in found for part in self._parts(piece)]
        anchor = "end" if self.rtl else "start"
        drawn = (self._text(0, y, part, size, colour, "start", bold=bold) for part in parts)
        return side_by_side(self.x(x), anchor, drawn)

    def _parts(self, piece: Piece) -> Sequence[str]:
        """Apart by fonts where something would be left out otherwise; from left to right."""
        if not loses(piece.words, self.language) or piece.is_mixed:
            return [piece.words]
        parts = apart(piece.words, self.language)
        return parts[::-1] if piece.rtl else parts

    def name(self, x: float, y: float, words: str) -> str:
        """What somebody is called, in its own direction."""
        shown = cut(legible(words), _NAME_ROOM)
        return self._line(x, y, shown, 30, _INK, rtl=is_rtl_sentence(shown), bold=False)

    def words(
        self, x: float, y: float, words: str, size: int, colour: str, *,
        anchor: str = "start", bold: bool = False,
    ) -> str:  # fmt: skip
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if self.rtl else anchor
        return self._text(self.x(x), y, words, size, colour, turned, bold=bold)

    def _text(
        self, x: float, y: float, words: str, size: int, colour: str, anchor: str, *, bold: bool
    ) -> str:  # fmt: skip
        weight = "700" if bold else "400"
        parts = runs(words, self.language)
        self.written += parts
        family = parts[0][0].family if len(parts) == 1 else PLAIN.family
        return (
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-family="{family}" '
            f'font-size="{size}" font-weight="{weight}" fill="{colour}" xml:space="preserve">'
            f"{''.join(_run(part, family) for part in parts)}</text>"
        )

    def box(self, x: float, y: float, wide: float, high: float, colour: str, round_: int) -> str:
        left = self.x(x) - wide if self.rtl else x
        return (
            f'<rect x="{left:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{round_}" '
            f'fill="{colour}"/>'
        )


def _run(run: Run, family: str) -> str:
    font, words = run
    if font.family == family:
        return escape(words)
    return f'<tspan font-family="{font.family}">{escape(words)}</tspan>'


def _svg(bulletin: Bulletin, page: _Page) -> str:
    language = bulletin.language
    facts = [_lines(say(fact, language), _FACT_ROOM) for fact in bulletin.facts]
    empty = () if bulletin.rows else _lines(say(bulletin.alternative, language), _FACT_ROOM)
    below = _HEAD + 20 + (len(bulletin.rows) * _ROW or 30 + len(empty) * _LINE)
    height = below + (sum(map(len, facts)) * _LINE + 58 if facts else 16)
    parts = [
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<rect width="{WIDTH}" height="{_HEAD}" fill="{_GREEN}"/>',
        *_head(page, say(bulletin.title, language), period_said(bulletin.period, language)),
        *_rows(page, bulletin.rows, language),
        page.sentence(_EDGE, _HEAD + 58, empty, 28, _FAINT),
        page.box(0, below + 8, WIDTH, height - below - 8, _PALE, 0) if facts else "",
    ]
    line = 0
    for fact in facts:
        parts.append(page.sentence(_EDGE, below + 56 + line * _LINE, fact, 27, _DARK))
        line += len(fact)
    return _document(height, parts)


def _head(page: _Page, title: str, span: str) -> Iterator[str]:
    yield page.sentence(_EDGE, 66, [cut(title, _TITLE_ROOM)], 42, "#ffffff", bold=True)
    yield page.sentence(_EDGE, 106, [cut(span, _SPAN_ROOM)], 27, "#d8ecdf")


def _lines(words: str, room: float) -> Sequence[str]:
    return wrapped(legible(words), room, 2)


def _document(height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">{"".join(parts)}</svg>'
    )


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
        yield page.name(_EDGE + 76, middle + 10, row.name)
        yield _change(page, row, middle)
        points = number_said(row.points, language)
        yield page.words(WIDTH - _EDGE, middle + 10, points, 30, _INK, anchor="end", bold=True)


def _place(page: _Page, row: Row, middle: float) -> Iterator[str]:
    centre = _EDGE + 26
    if row.place in _MEDALS:
        yield (
            f'<circle cx="{page.x(centre):g}" cy="{middle:g}" r="22" fill="{_MEDALS[row.place]}"/>'
        )
    colour = _INK if row.place in _MEDALS else _FAINT
    place = str(row.place)
    yield page.words(centre, middle + 10, place, 28, colour, anchor="middle", bold=True)


def _change(page: _Page, row: Row, middle: float) -> str:
    """An arrow and how many places; drawn, so that no font need know arrows."""
    x = page.x(WIDTH - _EDGE - 204)
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
    beside = WIDTH - _EDGE - 187
    return arrow + page.words(beside, middle + 8, str(abs(row.change or 0)), 23, _FAINT)


def _shape(x: float, y: float, points: str, colour: str) -> str:
    return f'<polygon transform="translate({x:g} {y:g})" points="{points}" fill="{colour}"/>'
