"""Inline keyboards: the buttons of a screen, of an order and of a form in progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from bot.platforms import telegram_labels as labels
from bot.platforms import telegram_ranking as ranking
from bot.platforms.telegram_data import Owner, Pick, Pressed, Take, Tick, data_from_tap
from bot.platforms.telegram_labels import Form
from bot.platforms.telegram_ranking import Picks
from core.dialogue import AskLabels, AskOrder, Button, Emphasis, Screen
from core.text import N_, Text
from locales import say

Rows = list[list[InlineKeyboardButton]]
State = Picks | Form
"""What an order or a form holds so far."""

MOST_BUTTONS = 100
"""Buttons that one message may have."""
_WIDE, _NARROW = 14, 3  # letters of a label: up to so many share a row of two; of eight

# limit:34 button
_TAKE = N_("Take a task")


def screen_keyboard(screen: Screen, owner: Owner = None) -> InlineKeyboardMarkup | None:
    """The keyboard below a screen."""
    own = screen_rows(screen, owner)
    state = state_of(screen)
    if state is None or screen.task_id is None:
        return InlineKeyboardMarkup(own) if own else None
    return state_keyboard(state, screen.task_id, screen.language, own)


def state_of(screen: Screen) -> State | None:
    """The order or form that a screen begins with."""
    if isinstance(screen, AskOrder):
        return Picks(len(screen.candidates))
    if isinstance(screen, AskLabels):
        return Form.of(screen.questions)
    return None


def state_keyboard(
    state: State, task_id: int, language: str, own: Sequence[Sequence[InlineKeyboardButton]]
) -> InlineKeyboardMarkup:
    """The keyboard of an order or a form; below it the buttons of the screen itself."""
    if isinstance(state, Picks):
        rows = [
            [_button(words, Pick(task_id, language, picks, act)) for words, picks, act in row]
            for row in ranking.rows(state, language)
        ]
    else:
        rows = [
            [_button(words, Tick(task_id, language, form, act)) for words, form, act in row]
            for row in labels.rows(state, language)
        ]
    return InlineKeyboardMarkup([*(row for row in rows if row), *own])


def own_rows(markup: InlineKeyboardMarkup | None) -> Rows:
    """The buttons of the screen itself, among those of an order or a form."""
    found: Rows = []
    for row in markup.inline_keyboard if markup else ():
        kept = [button for button in row if str(button.callback_data)[1:2] in ("p", "c")]
        if kept:
            found.append(kept)
    return found


def screen_rows(screen: Screen, owner: Owner = None) -> Rows:
    """The screen's own buttons, short ones side by side."""
    return list(_in_rows([_press_button(b, screen.language, owner) for b in screen.buttons]))


def take_keyboard(language: str, words: Text = _TAKE) -> InlineKeyboardMarkup:
    """*Take a task* for a group."""
    return InlineKeyboardMarkup([[_button(say(words, language), Take())]])


def link_keyboard(words: Text, url: str, language: str) -> InlineKeyboardMarkup:
    """One button that opens an address."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(say(words, language), url=url)]])


def _press_button(button: Button, language: str, owner: Owner) -> InlineKeyboardButton:
    style = {
        Emphasis.NORMAL: None,
        Emphasis.PRIMARY: KeyboardButtonStyle.PRIMARY,
        Emphasis.DANGER: KeyboardButtonStyle.DANGER,
    }[button.emphasis]
    return _button(say(button.label, language), Pressed(button.id, owner), style)


def _button(
    words: str, tap: Pressed | Take | Pick | Tick, style: str | None = None
) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=data_from_tap(tap), style=style)


def _in_rows(buttons: Sequence[InlineKeyboardButton]) -> Iterator[list[InlineKeyboardButton]]:
    row: list[InlineKeyboardButton] = []
    for button in buttons[:MOST_BUTTONS]:
        longest = max(len(other.text) for other in (*row, button))
        if row and len(row) >= _width(longest):
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _width(letters: int) -> int:
    """How many buttons with labels of this length share a row."""
    if letters <= _NARROW:
        return 8
    return 3 if letters <= _WIDE // 2 else 2 if letters <= _WIDE else 1
