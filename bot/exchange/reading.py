"""Files of trees, read one tree at a time; what cannot be read is a fault with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from bot.exchange.errors import Fault
from bot.exchange.files import is_table, lines
from bot.exchange.parquet import message_rows
from core.archive import TreeRecord
from core.fields import BadField
from core.imported import Missing, tree_from_export, tree_line_from_messages
from storage.seen import SeenNames

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHOWN = 60


def trees(path: Path, missing: Missing) -> Iterator[tuple[int, TreeRecord] | Fault]:
    """Each tree with its line, or the fault in its place.

    Message lines of one tree stand together, as they are exported; the first is the line of all.
    No id stands in a file twice.
    """
    with closing(SeenNames()) as seen:
        for item in _whole(_objects(path)):
            yield item if isinstance(item, Fault) else _read(item, missing, seen)


@dataclass(slots=True)
class _Item:
    """A tree as it stands in the file: one object, or one for each message."""

    line: int
    tree_id: object
    objects: list[object] = field(default_factory=list)
    is_flat: bool = True


def _read(item: _Item, missing: Missing, seen: SeenNames) -> tuple[int, TreeRecord] | Fault:
    try:
        record = _record(item, missing)
    except BadField as fault:
        return Fault(item.line, str(fault))
    names = [message.public_id for message in record.tree.messages.values()]
    known = seen.first_of(names)
    if known is not None:
        return Fault(item.line, f"message {known} stood in an earlier line")
    seen.add(names)
    return item.line, record


def _record(item: _Item, missing: Missing) -> TreeRecord:
    whole = tree_line_from_messages(item.objects) if item.is_flat else item.objects[0]
    return tree_from_export(whole, missing)


def _whole(objects: Iterator[tuple[int, object] | Fault]) -> Iterator[_Item | Fault]:
    """Message lines gathered by tree; a tree line is whole already."""
    gathered: _Item | None = None
    for found in objects:
        item = found if isinstance(found, Fault) else _item(*found)
        if isinstance(item, _Item) and gathered is not None and _belongs(item, gathered):
            gathered.objects += item.objects
            continue
        if gathered is not None:
            yield gathered
        gathered = None if isinstance(item, Fault) else item
        if isinstance(item, Fault):
            yield item
    if gathered is not None:
        yield gathered


def _item(line: int, value: object) -> _Item:
    if isinstance(value, dict) and "message_id" in value:
        return _Item(line, value.get("message_tree_id"), [value])
    return _Item(line, None, [value], is_flat=False)


def _belongs(item: _Item, gathered: _Item) -> bool:
    return item.is_flat and item.tree_id is not None and item.tree_id == gathered.tree_id


def _objects(path: Path) -> Iterator[tuple[int, object] | Fault]:
    if is_table(path):
        yield from message_rows(path)
        return
    for number, line in lines(path):
        try:
            text = line.removeprefix(_BYTE_ORDER_MARK).decode()
            yield number, _DECODER.decode(text)
        except UnicodeDecodeError as error:
            yield Fault(number, f"byte {error.start + 1} is not UTF-8")
        except RecursionError:
            yield Fault(number, "is nested too deep")
        except json.JSONDecodeError as error:
            yield Fault(number, f"is not JSON: {error.msg}, at position {error.pos + 1}")
        except ValueError as error:  # of a number without end the part that is meant for readers
            yield Fault(number, f"is not JSON: {str(error).partition(';')[0]}")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object that says nothing twice, since nobody could tell which of both is meant."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:_SHOWN]!a} stands twice in one object")
        found[name] = value
    return found


_DECODER = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_object)
"""One for all lines: each holds on to itself until it is looked for."""
