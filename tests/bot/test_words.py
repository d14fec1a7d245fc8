"""Words that are typed behind `grove` are text, or refused in one line."""

import os
import sys

import pytest

from bot.__main__ import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((b"import", b"caf\xe9.jsonl"), r"caf\xe9.jsonl"),
        ((b"import", b"a.jsonl", b"--licence", b"a\xff"), r"a\xff"),
        ((b"export", b"a.jsonl", b"--seed=\xff"), r"--seed=\xff"),
        ((b"sync", b"data", b"--lang", b"\xff"), r"\xff"),
    ],
)
def test_a_word_that_is_not_in_utf_8_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[bytes, ...],
    said: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["grove", *map(os.fsdecode, words)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"grove: {said} is not in UTF-8: write it so, or rename the file.\n"
    )
