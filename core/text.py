"""Sentences to be said to a person: the English sentence is the key, translation comes later."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

# What a sentence may carry: words of ours (Text, translated too), words of others (str),
# numbers, times (datetime is a date), and lists of words.
Value: TypeAlias = "Text | str | int | float | date | timedelta | Sequence[Text | str]"

# The only pattern there is: a name in braces; anything else in braces is plain signs.
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_ISOLATES = frozenset("\u2066\u2067\u2068")
_MARKS = _ISOLATES | {_POP_ISOLATE}


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, its values and, where it counts something, its plural."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    plural: str | None = None
    count: int | None = None
    context: str | None = None

    def __hash__(self) -> int:
        return hash((self.key, self.plural, self.count, self.context, tuple(sorted(self.values))))

    def __str__(self) -> str:
        """The plain English sentence, for logs, errors and tests; people get a translation."""
        return filled(self.english, {name: _plain(value) for name, value in self.filling.items()})

    @property
    def english(self) -> str:
        """The English pattern, placeholders unfilled."""
        if self.plural is None or self.count == 1:
            return self.key
        return self.plural

    @property
    def filling(self) -> Mapping[str, Value]:
        """The values, with `{count}` among them where the sentence counts."""
        if self.count is None:
            return self.values
        return {"count": self.count, **self.values}


def N_(sentence: str, /, **values: Value) -> Text:
    """Mark a sentence for translation."""
    return Text(sentence, values)


def Nn_(singular: str, plural: str, count: int, /, **values: Value) -> Text:
    """Mark a sentence that counts; `{count}` may be used in it without being passed again."""
    return Text(singular, values, plural=plural, count=count)


def P_(context: str, sentence: str, /, **values: Value) -> Text:
    """Mark a sentence whose words alone do not tell a translator what they mean."""
    return Text(sentence, values, context=context)


def placeholders(pattern: str) -> frozenset[str]:
    """The names in braces that a pattern wants filled."""
    return frozenset(PLACEHOLDER.findall(pattern))


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Put values in their places; a name without a value stays as it is written."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), pattern)


def isolated(words: str) -> str:
    """Foreign words that cannot turn the direction of the sentence around them."""
    return "\n".join(_isolated_line(line) for line in words.split("\n"))


def _plain(value: Value) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)


def _isolated_line(line: str) -> str:
    """Close what the line leaves open and drop what it closes without opening."""
    if _MARKS.isdisjoint(line):  # as nearly every line is
        return f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}"
    kept: list[str] = []
    depth = 0
    for sign in line:
        if sign == _POP_ISOLATE and depth == 0:
            continue
        depth += (sign in _ISOLATES) - (sign == _POP_ISOLATE)
        kept.append(sign)
    return _FIRST_STRONG_ISOLATE + "".join(kept) + _POP_ISOLATE * (depth + 1)
