"""Foreign words made harmless for a terminal: what would steer it is shown instead of sent."""

from __future__ import annotations

import re

# Control signs but newline and tab; signs that override direction; separators that break lines.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


def harmless(words: str) -> str:
    r"""The words with every sign that could steer a terminal written out, such as \x1b."""
    return _STEERING.sub(lambda sign: ascii(sign[0])[1:-1], words.replace("\r\n", "\n"))


def one_line(words: str) -> str:
    """Harmless words for a place that has one line only."""
    return harmless(" ".join(words.split()))
