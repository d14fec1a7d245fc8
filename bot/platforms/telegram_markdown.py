"""What somebody has written: Telegram's apps take Markdown away and tell of it beside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from telegram import Message, MessageEntity

_AROUND = {
    MessageEntity.BOLD: "**",
    MessageEntity.ITALIC: "*",
    MessageEntity.STRIKETHROUGH: "~~",
}
_TICKS = re.compile("`+")
_CUT_IN_CODE = re.compile("\n(`{3,})\\1[^\n]*\n")
_SECOND_HALVES = {bytes([byte]) for byte in range(0xDC, 0xE0)}

Mark = tuple[int, int, int, str]
"""Where a sign belongs, and what puts several at one place in order."""


def written(message: Message) -> str:
    """The text with the signs of Markdown that its writer, or their app, meant."""
    text = message.text or ""
    if not message.entities:
        return text
    raw = text.encode("utf-16-le", "surrogatepass")  # in whose units Telegram counts
    parts, last = [], 0
    for place, _, _, sign in sorted(_marks(raw, message.entities)):
        parts += [raw[2 * last : 2 * place], sign.encode("utf-16-le", "surrogatepass")]
        last = place
    return b"".join([*parts, raw[2 * last :]]).decode("utf-16-le", "surrogatepass")


def joined(texts: Sequence[str]) -> str:
    """Parts of a text that an app has cut, perhaps within a block of code."""
    return "".join(texts) if len(texts) == 1 else _CUT_IN_CODE.sub("", "".join(texts))


def _marks(raw: bytes, entities: Sequence[MessageEntity]) -> Iterator[Mark]:
    """The outer ones open first and close last."""
    nested = sorted(entities, key=lambda entity: (entity.offset, -entity.length))
    for depth, entity in enumerate(nested):
        start, end = entity.offset, entity.offset + entity.length
        inside = _decoded(raw[2 * start : 2 * end])
        if not inside.strip() or _cuts(raw, start) or _cuts(raw, end):
            continue
        if entity.type == MessageEntity.PRE:
            opened, closed = _fences(raw, entity, inside)
        else:
            opened, closed = _signs(entity, inside)
            if opened and entity.type != MessageEntity.CODE:
                start += _units(inside[: len(inside) - len(inside.lstrip())])
                end -= _units(inside[len(inside.rstrip()) :])
        yield start, 1, depth, opened
        yield end, 0, -depth, closed


def _cuts(raw: bytes, place: int) -> bool:
    """Whether it lies between the two halves of one sign."""
    return raw[2 * place + 1 : 2 * place + 2] in _SECOND_HALVES


def _signs(entity: MessageEntity, inside: str) -> tuple[str, str]:
    if entity.type == MessageEntity.CODE:
        ticks = "`" * (_longest_ticks(inside) + 1)
        gap = " " if inside[0] == "`" or inside[-1] == "`" else ""
        return ticks + gap, gap + ticks
    if entity.type == MessageEntity.TEXT_LINK:
        return "[", f"]({entity.url})"
    around = "" if "\n\n" in inside else _AROUND.get(entity.type, "")
    return around, around


def _fences(raw: bytes, entity: MessageEntity, inside: str) -> tuple[str, str]:
    """A block of code stands on lines of its own."""
    before = _decoded(raw[: 2 * entity.offset])
    after = _decoded(raw[2 * (entity.offset + entity.length) :])
    ticks = "`" * max(3, _longest_ticks(inside) + 1)
    opened = f"{'' if before.endswith(chr(10)) or not before else chr(10)}{ticks}"
    closed = f"{'' if inside.endswith(chr(10)) else chr(10)}{ticks}"
    ended = "" if after.startswith("\n") or not after else "\n"
    return f"{opened}{entity.language or ''}\n", f"{closed}{ended}"


def _longest_ticks(words: str) -> int:
    return max((len(run) for run in _TICKS.findall(words)), default=0)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-16-le", "surrogatepass")


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
