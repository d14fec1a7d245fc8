"""Text as Telegram takes it: blocks of escaped HTML, packed into messages never too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

MESSAGE_LIMIT = 4096
"""How long a message may be, once its tags are taken away."""
PAGE = 4000
"""How long ours become; Telegram does not say in which unit it counts."""

_ENOUGH = 600  # a text is begun on a page only when this much of it fits
_SEARCHED = 800  # how far back a good place to split is looked for
_BLOCKS = 40  # a message has at most 100 entities, a block makes up to three
_SENTENCE_ENDS = frozenset(".!?…。！？؟।\u06d4")
_JOINERS = frozenset("\u200d\ufe0f\ufe0e\u20e3")
_CONTROLS = {code: "\ufffd" for code in (*range(9), *range(11, 32), *range(127, 160)) if code != 13}
_GOES_ON = "…"
_COMMAND = re.compile(r"(?<![\w/<>])/(?=\w{1,64}(?![\w/<>]))")
_MENTION_OR_ADDRESS = re.compile(r"(?<!\w)[@#$](?=\w)|:(?=//)|(?<=\w)\.(?=[^\W\d_]{2})")
_BREAK = "\\g<0>\u2060"
"""An invisible sign keeps Telegram's apps from finding something to tap on; it has no other way."""
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Block:
    """A text in one format: what is between its tags is foreign and is escaped."""

    text: str
    tags: tuple[str, ...] = ()  # outermost first: b, i, pre, blockquote, blockquote expandable …
    heading: str = ""  # in bold above it, and above each piece of it
    apart: bool = True  # an empty line before it

    @property
    def size(self) -> int:
        return size(self.text) + (size(self.heading) + 1 if self.heading else 0)

    @property
    def html(self) -> str:
        opened = "".join(f"<{tag}>" for tag in self.tags)
        closed = "".join(f"</{tag.partition(' ')[0]}>" for tag in reversed(self.tags))
        above = f"<b>{escaped(self.heading)}</b>\n" if self.heading else ""
        return f"{above}{opened}{escaped(self.text)}{closed}"


def size(text: str) -> int:
    """The length as Telegram's clients count it: in UTF-16 units, never fewer than characters."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def clean(text: str) -> str:
    """The text without what cannot be sent: lone surrogates and most control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def inert(text: str) -> str:
    """Somebody's text in which a tap on no command makes the reader send it."""
    return _COMMAND.sub(_BREAK, text)


def inert_name(name: str) -> str:
    """A name that nobody is called by, and that leads nowhere, wherever it is shown."""
    return _MENTION_OR_ADDRESS.sub(_BREAK, inert(name))


def escaped(text: str) -> str:
    """The text as it stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(markup: str) -> str:
    """The text of a page of ours without its tags."""
    return unescape(_TAG.sub("", markup))


def pages(blocks: Sequence[Block], limit: int = PAGE) -> list[str]:
    """The HTML of as many messages as it takes; every sign of every block is in one of them."""
    done: list[str] = []
    page: list[Block] = []
    for piece in _pieces(blocks, limit):
        if piece is None:
            done.append(_joined(page))
            page = []
        else:
            page.append(piece)
    return [*done, _joined(page)] if page else done


def _joined(page: Sequence[Block]) -> str:
    html = page[0].html
    for block in page[1:]:
        html += ("\n\n" if block.apart else "\n") + block.html
    return html


def _pieces(blocks: Sequence[Block], limit: int) -> Iterator[Block | None]:
    """Blocks, split where they must be; None where a new message begins."""
    room, count = limit, 0
    for whole in blocks:
        block: Block | None = Block(
            clean(whole.text).strip(), whole.tags, _shortened(whole.heading), whole.apart
        )
        while block is not None and (block.text or block.heading):
            begins_page = room == limit
            if block.size + 2 <= room and count < _BLOCKS:
                yield block
                room, count, block = room - block.size - 2, count + 1, None
            elif begins_page or (block.size + 2 > limit and room >= _ENOUGH and count < _BLOCKS):
                first, block = _split(block, room - 2)
                yield first
                yield None
                room, count = limit, 0
            else:
                yield None
                room, count = limit, 0


def _split(block: Block, room: int) -> tuple[Block, Block | None]:
    """What fits of a block, and the rest under the same heading."""
    above = size(block.heading) + 1 if block.heading else 0
    cut = split_place(block.text, room - above)
    heading = block.heading
    if not heading.endswith(_GOES_ON):
        heading = f"{heading} {_GOES_ON}".strip()
    rest = block.text[cut:].strip()
    first = Block(block.text[:cut].rstrip(), block.tags, block.heading, block.apart)
    return first, Block(rest, block.tags, heading) if rest else None


def split_place(text: str, room: int) -> int:
    """Where to split so that the head fits: after a paragraph, a line, a sentence, a word."""
    end = _end_within(text, room)
    if end == len(text):
        return end
    start = max(end - _SEARCHED, end // 2, 1)
    for sign in ("\n\n", "\n"):
        found = text.rfind(sign, start, end)
        if found > 0:
            return found + len(sign)
    word = 0
    for place in range(end, start, -1):
        if text[place - 1].isspace() or text[place - 1] in "。！？":
            word = word or place
            if text[place - 1] in "。！？" or text[place - 2 : place - 1] in _SENTENCE_ENDS:
                return place
    return word or _between_signs(text, end)


def _end_within(text: str, room: int) -> int:
    """The longest head of the text that is not larger than the room."""
    end = min(len(text), room)
    while (over := size(text[:end]) - room) > 0:
        end -= (over + 1) // 2
    return max(end, 1)


def _between_signs(text: str, end: int) -> int:
    """The last place up to `end` that parts no letter from its marks and no joined picture."""
    for place in range(end, max(end - 64, 1), -1):
        if not _belongs_to_previous(text, place):
            return place
    return end


def _belongs_to_previous(text: str, place: int) -> bool:
    sign = text[place]
    if _is_flag_half(sign):
        before = 0
        while before < place and _is_flag_half(text[place - 1 - before]):
            before += 1
        return before % 2 == 1
    return (
        sign in _JOINERS
        or text[place - 1] == "\u200d"
        or unicodedata.category(sign) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
    )


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _shortened(heading: str) -> str:
    """A heading is one of our own sentences; one that is absurdly long is no heading."""
    return " ".join(clean(heading).split())[:256]
