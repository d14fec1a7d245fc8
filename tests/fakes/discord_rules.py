"""What Discord refuses beyond its own description: rules across fields, and total lengths."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fakes.discord_payloads import COMPONENTS_V2, walked

MOST_COMPONENTS = 40
MOST_TEXT = 4_000


def units(words: str) -> int:
    """Length in UTF-16 units, the stricter count."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def broken_rules(kind: str, data: dict[str, Any]) -> list[str]:
    """One line for each rule that a message or a form breaks."""
    parts = walked(data.get("components") or [])
    broken = _form_rules(data) if kind == "form" else _message_rules(data, parts)
    ids = Counter(part["custom_id"] for part in parts if part.get("custom_id"))
    broken += [f"the id {name} stands twice" for name, times in ids.items() if times > 1]
    broken += [f"the id {name} is too long" for name in ids if units(name) > 100]
    for part in parts:
        broken += _part_rules(part)
    return broken


def _message_rules(data: dict[str, Any], parts: list[dict[str, Any]]) -> list[str]:
    broken = []
    if len(parts) > MOST_COMPONENTS:
        broken.append(f"{len(parts)} components")
    shown = sum(units(part.get("content") or part.get("label") or "") for part in parts)
    if shown > MOST_TEXT:
        broken.append(f"{shown} units of text")
    if any(part["type"] in (9, 10, 13, 17) for part in parts):
        if not (data.get("flags") or 0) & COMPONENTS_V2:
            broken.append("new components without their flag")
        if data.get("content") or data.get("embeds"):
            broken.append("content beside new components")
    elif not parts and not data.get("content"):
        broken.append("an empty message")
    mentions = data.get("allowed_mentions")
    if mentions is None or mentions.get("parse"):
        broken.append(f"may ping: {mentions}")
    return broken


def _form_rules(data: dict[str, Any]) -> list[str]:
    top = data["components"]
    broken = [] if 1 <= len(top) <= 5 else [f"{len(top)} controls in a form"]
    if units(data["title"]) > 45 or not data["title"].strip():
        broken.append(f"title of {units(data['title'])}")
    return broken


def _part_rules(part: dict[str, Any]) -> list[str]:
    limits = {2: 80, 18: 45}
    broken = []
    label = part.get("label")
    if label is not None and part["type"] in limits and units(label) > limits[part["type"]]:
        broken.append(f"label too long: {label}")
    if part["type"] in (2, 18) and not (label or "").strip():
        broken.append("a button or control without words")
    if part["type"] == 1 and len(part["components"]) > 5:
        broken.append("a row of more than five")
    if part["type"] == 10 and not part["content"].strip():
        broken.append("an empty text")
    if units(part.get("description") or "") > 100 or units(part.get("placeholder") or "") > 150:
        broken.append("description or placeholder too long")
    broken += [
        f"option: {option['label']}"
        for option in part.get("options") or ()
        if units(option["label"]) > 100 or not option["label"].strip()
    ]
    if part["type"] == 4 and units(part.get("value") or "") > part.get("max_length", 4000):
        broken.append("a draft longer than its field")
    return broken
