"""The keys of a screen: a number and, where one is free, a letter for each button."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from string import ascii_lowercase

from core.dialogue import AskLabels, AskOrder, Button, Screen, press_parts
from locales import say

_TAKEN_BY_FORMS = frozenset("yn")


@dataclass(frozen=True, slots=True)
class Key:
    """How a button is pressed; number and letter are None where they would mean something else."""

    button: Button
    label: str
    number: int | None
    letter: str | None

    @property
    def shown(self) -> str:
        return " ".join(str(sign) for sign in (self.number, self.letter) if sign is not None)


def keys_of(screen: Screen) -> tuple[Key, ...]:
    """One key for each button of the screen, in the screen's order."""
    numbers_answer = isinstance(screen, AskOrder | AskLabels)
    taken = set(_TAKEN_BY_FORMS if numbers_answer else "")
    keys = []
    for number, button in enumerate(screen.buttons, 1):
        label = say(button.label, screen.language)
        letter = _free_letter(label, button.id, taken)
        taken |= {letter} if letter else set()
        keys.append(Key(button, label, None if numbers_answer else number, letter))
    return tuple(keys)


def pressed(line: str, screen: Screen) -> Button | None:
    """The button that this line means: its number, its letter or its id as a whole."""
    typed = line.strip().lower()
    for key in keys_of(screen):
        if typed and typed in (str(key.number), key.letter, key.button.id):
            return key.button
    return None


def _free_letter(label: str, press_id: str, taken: Collection[str]) -> str | None:
    return next((letter for letter in _wanted(label, press_id) if letter not in taken), None)


def _wanted(label: str, press_id: str) -> Iterator[str]:
    """Letters of the words shown, or of the verb where the words have none of these letters."""
    for letter in label.lower() + press_parts(press_id)[0] + ascii_lowercase:
        if letter in ascii_lowercase:
            yield letter
