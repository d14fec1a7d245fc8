"""Words of people and models in a table of a report."""

import pytest

from training.markdown import LONGEST, cell, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, 5 > 3 & so on", "plain words, 5 &gt; 3 &amp; so on"),
        ("a | b", r"a \| b"),
        ("![x](https://example.org/x.png)", r"!\[x\](https://example.org/x.png)"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("**loud** _soft_ `code`", r"\*\*loud\*\* \_soft\_ \`code\`"),
        ("one\r\ntwo\u2028three", "one<br>two<br>three"),
        ("", ""),
    ],
)
def test_nothing_that_somebody_wrote_is_markup(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert cell("|" * (LONGEST + 1)) == r"\|" * LONGEST + " …"


def test_a_table_has_a_line_for_each_row() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
