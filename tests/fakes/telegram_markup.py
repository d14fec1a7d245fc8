"""Telegram's HTML, read as its server reads it: strictly."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"<(/?)([a-z-]+)((?:\s+[a-z]+(?:=\"[^\"<>]*\")?)*)\s*>|&(#?\w+);|([<>&])|([^<>&]+)"
)
_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote",
         "tg-spoiler", "span", "a", "tg-emoji"}  # fmt: skip
_NAMED = {"lt", "gt", "amp", "quot"}
MOST_ENTITIES = 100


class BadMarkup(ValueError):
    """What the server would refuse."""


@dataclass(frozen=True)
class Parsed:
    text: str
    entities: tuple[str, ...]


def parsed(markup: str) -> Parsed:
    """The text without its tags, and the tags."""
    text, entities, opened = "", [], []
    for found in _TOKEN.finditer(markup):
        closing, tag, attributes, entity, bare, plain = found.groups()
        if bare:
            raise BadMarkup(
                f"a bare {bare} in {markup[max(0, found.start() - 20) : found.end()]!r}"
            )
        if plain:
            text += plain
        elif entity:
            if entity not in _NAMED and not entity.startswith("#"):
                raise BadMarkup(f"unknown entity &{entity};")
            text += html.unescape(f"&{entity};")
        elif closing:
            if not opened or opened.pop() != tag:
                raise BadMarkup(f"</{tag}> closes nothing")
        else:
            _check_tag(tag, attributes.strip(), opened)
            opened.append(tag)
            entities.append(tag)
    if opened:
        raise BadMarkup(f"<{opened[-1]}> is not closed")
    return Parsed(text, tuple(entities))


def _check_tag(tag: str, attributes: str, opened: list[str]) -> None:
    if tag not in _TAGS:
        raise BadMarkup(f"unknown tag <{tag}>")
    if attributes and not (tag == "blockquote" and attributes == "expandable"):
        raise BadMarkup(f"<{tag}> has no {attributes}")
    if tag == "blockquote" and "blockquote" in opened:
        raise BadMarkup("a quote in a quote")
    if {"pre", "code"} & set(opened):
        raise BadMarkup(f"<{tag}> in code")


def utf16(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
