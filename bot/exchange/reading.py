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
    A tree with a broken line in it, or beside it when nobody can tell whose that is, is a fault as
    a whole: a part of it would stand in the way of the mended file. No id stands in a file twice.
    """
    with closing(SeenNames()) as seen:
        for item in _whole(_objects(path)):
            yield item if isinstance(item, Fault) else _read(item, missing, seen)


@dataclass(slots=True)
class _Item:
    """A tree as it stands in the file: one object, or one for each message."""

    line: int
    tree_id: object = None  # of message lines that name one
    objects: list[object] = field(default_factory=list)
    is_flat: bool = True
    broken: int | None = None  # a line that is, or may be, part of it and cannot be read
    lines: int = 1

    def may_hold(self, other: _Item) -> bool:
        """Whether the line that follows is of this tree, or cannot be told not to be."""
        is_of_any = other.broken is not None and other.tree_id is None
        return self.tree_id is not None and (is_of_any or other.tree_id == self.tree_id)

    def take(self, other: _Item) -> None:
        self.lines += other.lines
        self.objects += other.objects
        if other.broken is not None:
            self.spoil(other.broken)

    def spoil(self, line: int) -> None:
        """This line may be part of it, unless it is known to be whole."""
        if self.tree_id is not None:
            self.broken = self.broken or line


def _read(item: _Item, missing: Missing, seen: SeenNames) -> tuple[int, TreeRecord] | Fault:
    if item.broken is not None:
        return Fault(item.line, f"line {item.broken} is broken and may be part of this tree")
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
    unknown: int | None = None  # the line before, when nobody can tell whose it is
    for found in objects:
        item = found if isinstance(found, Fault) else _item(*found)
        fault = item if isinstance(item, Fault) else None
        if isinstance(item, Fault):
            item = _Item(item.line, item.tree_id, broken=item.line)
        elif unknown is not None:
            item.spoil(unknown)
        unknown = item.line if fault is not None and item.tree_id is None else None
        if gathered is not None and gathered.may_hold(item):
            gathered.take(item)
        else:
            yield from _told(gathered)
            gathered = item
        if fault is not None:
            yield fault
    yield from _told(gathered)


def _told(item: _Item | None) -> Iterator[_Item]:
    """A tree of one broken line is told by that line already."""
    if item is not None and not (item.lines == 1 and item.broken == item.line):
        yield item


def _item(line: int, value: object) -> _Item | Fault:
    if not isinstance(value, dict):
        return Fault(line, "line: must be an object")
    if "message_id" in value:
        return _Item(line, value.get("message_tree_id"), [value])
    if value.get("prompt") is None:
        return Fault(line, "prompt: is missing", value.get("message_tree_id"))
    return _Item(line, None, [value], is_flat=False)


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
