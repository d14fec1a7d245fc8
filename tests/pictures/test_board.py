"""The picture of a board: small, the same every time, in any script, whatever people are called."""

from __future__ import annotations

import re

import pytest

from bot.pictures import fonts
from bot.pictures.board import WIDTH, drawing, picture
from bot.pictures.lines import Piece, cut, is_rtl_sentence, pieces, width, wrapped
from bot.pictures.painter import _widths, painted, side_by_side
from bot.pictures.signs import legible
from core.bulletin import Bulletin, Row
from core.text import N_, Nn_

ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))
NAMES = {
    "en": ("Ada Lovelace", "Юлия", "陳大文", "مريم", "नेहा"),
    "ar": ("مريم العلي", "Ada (admin)", "يوسف 7", "נועה", "सारा"),
    "zh": ("王小明", "さくら", "김민수", "Ada", "শুভ"),
    "hi": ("श्रीकृष्ण", "प्रज्ञा", "Ada", "สมชาย", "விஜய்"),
}


def board(language: str, *names: str, count: int = 10) -> Bulletin:
    names = names or NAMES[language]
    rows = tuple(
        Row(place, names[place % len(names)], 20_000 - 900 * place, (None, 3, -2, 0)[place % 4])
        for place in range(1, count + 1)
    )
    facts = (
        Nn_("{count} tree begun here was finished.", "{count} trees begun here were finished.", 3),
        N_("New on the board: {names}", names=names),
    )
    return Bulletin(N_("Leaderboard of the week"), rows, facts, "w:2026-W01", language)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.mark.parametrize("language", NAMES)
def test_a_picture_is_small_and_the_same_every_time(language: str) -> None:
    first = picture(board(language))

    assert first == picture(board(language))
    assert 10_000 < len(first) < 300_000
    assert size(first)[0] == WIDTH


def test_a_board_without_names_is_a_picture_that_says_so() -> None:
    empty = picture(Bulletin(N_("Leaderboard of the day"), (), (), "d:2026-01-04", "en"))

    assert size(empty)[0] == WIDTH


@pytest.mark.parametrize(
    "name",
    ["<b>&amp;\"'", "]]>", "x" * 5000, "🎄🎄🎄", "\u202eevil", "\u2069\u2066", "e\u0301" * 300],
)
def test_no_name_breaks_the_picture(name: str) -> None:
    assert len(picture(board("ar", name, count=2))) < 300_000
    assert len(picture(board("en", name, count=2))) < 300_000


@pytest.mark.parametrize("font", fonts.ALL, ids=lambda font: font.family)
def test_every_font_is_installed(font: fonts.Font) -> None:
    assert font.path.endswith(font.file)


def test_a_picture_in_latin_letters_reads_one_font() -> None:
    assert fonts.files(fonts.runs("Ada Ωmega Юлия", "en")) == [fonts.PLAIN.path]


@pytest.mark.parametrize(
    ("words", "language", "families"),
    [
        ("Ada Ωmega Юлия", "en", ["Noto Sans"]),
        ("नेहा and Ada", "en", ["Noto Sans Devanagari"]),
        ("陳 Ծ", "en", ["Noto Sans SC", "Noto Sans Armenian"]),
        ("陳さん", "en", ["Noto Sans JP"]),
        ("陳", "ja", ["Noto Sans JP"]),
        ("مريم العلي", "ar", ["Noto Sans Arabic"]),
    ],
)
def test_each_script_is_drawn_in_its_own_font(
    words: str, language: str, families: list[str]
) -> None:
    found = fonts.runs(words, language)

    assert "".join(run for _, run in found).translate(ISOLATES) == words
    drawn = [font.family for font, run in found if run.strip()]
    assert drawn == families


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("𝕱𝖆𝖓𝖈𝖞", "Fancy"),
        ("a\nb\x00c", "a b c"),
        ("\ud800x", "x"),
        ("👩\u200d🚀👍🏽", "👩🚀👍"),
        ("नेहा\u200dय", "नेहा\u200dय"),
        ("꧁Ada꧂", "Ada"),
        ("\u202e  ", "—"),
        ("\u3164\u2800", "—"),
        ("Ada 🇺🇦", "Ada UA"),
        ("z" + "\u0337" * 40, "z" + "\u0337" * 3),
    ],
)
def test_a_name_is_shown_as_far_as_any_font_can(name: str, shown: str) -> None:
    assert legible(name) == shown


@pytest.mark.parametrize(
    ("words", "family", "shown"),
    [
        ("ಕನ್ನಡ Ada", "Kannada", "ಕನ್ನಡ …"),
        ("مريم 🎄", "Arabic", "مريم "),
        ("أيام: נועה, Ada", "Arabic", "أيام: …, Ada"),
    ],
)
def test_beside_letters_that_change_with_their_neighbours_what_their_font_lacks_is_left_out(
    words: str, family: str, shown: str
) -> None:
    ((font, drawn),) = fonts.runs(words, "en")

    assert (font.family, drawn.translate(ISOLATES)) == (f"Noto Sans {family}", shown)


@pytest.mark.parametrize(
    ("sentence", "rtl"),
    [
        ("Leaderboard", False),
        ("3 أشجار", True),
        ("\u2068Ada\u2069 אוהבת", True),
        ("\u2068נועה\u2069 likes", False),
        ("123", False),
    ],
)
def test_a_sentence_runs_as_its_first_letter_that_is_no_name(sentence: str, rtl: bool) -> None:
    assert is_rtl_sentence(sentence) is rtl


def test_words_that_the_library_cannot_draw_cost_a_picture_those_words_alone() -> None:
    around = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    well = '<text x="0" y="9">x</text>'

    assert painted(around.format(well + "<text y='1'>&broken;</text>")) == painted(
        around.format(well)
    )
    assert painted("no drawing") == b""


def test_where_the_library_stumbles_over_another_font_the_rest_of_the_line_is_drawn() -> None:
    around = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">{}</svg>'
    line = '<text x="0" y="15" font-family="Noto Sans">Ada {}</text>'
    files = [fonts.PLAIN.path, *(font.path for font in fonts.ALL if font.family == "Noto Emoji")]
    flag = '<tspan font-family="Noto Emoji">\U0001f1fa\U0001f1e6</tspan>'

    drawn = painted(around.format(line.format(flag)), font_files=files)

    assert drawn == painted(around.format(line.format("…")), font_files=files)
    assert drawn != painted(around.format(""), font_files=files)


@pytest.mark.parametrize(
    "name",
    [
        "W" * 40,
        "mw@%" * 20,
        "﷽" * 9,
        "ШЩЮЖМФ" * 9,
        "தமிழ்ச்செல்வன் கிருஷ்ணமூர்த்தி ராமச்சந்திரன்",
        "ശ്രീരാമകൃഷ്ണൻ നമ്പൂതിരിപ്പാട് തിരുവനന്തപുരം",
        "ජයවර්ධනපුර මහින්ද රාජපක්ෂ ජයවර්ධනපුර",
        "გიორგი მარგველაშვილი შოთა რუსთაველი",
        "🔥💯🚀🎉" * 9,
        "陳大文" * 9,
    ],
)
def test_a_name_ends_before_what_stands_beside_it(name: str) -> None:
    row = Row(1, name, 7, 0)
    drawn = drawing(Bulletin(N_("Leaderboard of the day"), (row,), (), "d:2026-01-04", "en"))
    words = re.findall(r'<text x="112".*?</text>', drawn.svg)

    (wide,) = _widths(
        [re.sub('x="112" y="[^"]*"', 'x="0" y="0"', words[0])],
        {"font_files": list(drawn.fonts), "font_family": drawn.family},
    )

    assert 200 < wide < 352


def test_a_name_that_does_not_fit_ends_in_dots_and_keeps_its_signs_whole() -> None:
    assert cut("Ada", 5) == "Ada"
    short = cut("e\u0301" * 40, 6)
    assert short.endswith("e\u0301…")
    assert width(short) <= 6


def test_long_facts_take_two_lines_and_lose_only_their_end() -> None:
    first, second = wrapped("one two three four five six seven eight nine ten", 8, 2)

    assert f"{first} {second}".startswith("one two three four")
    assert second.endswith("…")


def test_a_line_breaks_inside_a_name_and_keeps_it_apart_from_the_sentence() -> None:
    assert wrapped("New here: \u2068Ada Lovelace\u2069, Bob", 8, 2) == [
        "New here: \u2068Ada\u2069",
        "\u2068Lovelace\u2069, Bob",
    ]


@pytest.mark.parametrize(
    ("line", "rtl", "seen"),
    [
        ("New: Ada", False, ["New: Ada"]),
        ("New: \u2068יוסף 7\u2069, Bob", False, ["New: ", "יוסף 7", ", Bob"]),
        ("\u2068\u2068يوسف\u2069 (7 days)\u2069!", False, ["يوسف", " (7 days)", "!"]),
        ("جديد: \u2068Ada\u2069، \u2068נועה\u2069", True, ["נועה", "، ", "Ada", "جديد: "]),
        ("a\u2068\u2069b\u2069", False, ["a", "b\u2069"]),
    ],
)
def test_names_are_seen_in_the_order_of_the_sentence(line: str, rtl: bool, seen: list[str]) -> None:
    assert [piece.words for piece in pieces(line, rtl=rtl)] == seen


def test_words_of_both_directions_are_mixed() -> None:
    assert Piece("مريم Ada", rtl=True).is_mixed
    assert Piece("Ada مريم", rtl=False).is_mixed
    assert not Piece("מריה 7", rtl=True).is_mixed


@pytest.mark.parametrize("language", NAMES)
def test_names_in_all_scripts_stand_in_one_line_of_facts(language: str) -> None:
    names = ("Ada 42", "مريم 5", "王小明", "नेहा", "נועה 7")
    svg = drawing(board(language, *names)).svg
    facts = svg[svg.rindex("<rect") :]

    assert "…" not in facts
    assert all(word in facts for name in names for word in name.split())


def test_words_side_by_side_begin_where_those_before_them_end() -> None:
    def strip(words: str) -> bytes:
        box = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">{}</svg>'
        return painted(box.format(words), font_files=[fonts.PLAIN.path])

    def word(text: str, x: str = "0") -> str:
        return (
            f'<text x="{x}" y="30" text-anchor="start" font-family="Noto Sans" font-size="20" '
            f'xml:space="preserve">{text}</text>'
        )

    ends = [strip(side_by_side(at, end, [word("HH"), word(" "), word("HH")]))
            for at, end in ((10, "start"), (150, "end"))]  # fmt: skip
    assert ends[0] != ends[1]
    alone = strip(side_by_side(10, "start", [word("HH")]))
    assert alone == strip(word("HH", "10.0"))
    assert strip(side_by_side(10, "start", [word("HH"), word("&broken;")])) == alone
