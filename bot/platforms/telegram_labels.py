"""Labelling by taps on a paged keyboard; what was answered so far is in the buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from core.dialogue import LabelQuestion, Widget
from core.labels import LABELS, STEPS
from core.text import N_, P_, Text
from locales import say

SUBMIT, SPAM, ASK = "!s", "!x", "?"
"""Acts besides answering (letter and sign of the value): submit, call it spam, what does it ask."""
_PAGE = ">"  # and the number of the page

_LETTERS: Mapping[str, str] = {
    "spam": "s",
    "lang_mismatch": "l",
    "fails_task": "f",
    "quality": "q",
    "helpfulness": "h",
    "creativity": "c",
    "humor": "u",
    "toxicity": "t",
    "violence": "v",
    "not_appropriate": "n",
    "pii": "p",
    "hate_speech": "a",
    "sexual_content": "x",
    "moral_judgement": "m",
    "political_content": "o",
}
"""The letter of each label in callback data; a change needs a new schema number."""
_NAMES = {letter: name for name, letter in _LETTERS.items()}

_OPEN = "-"  # not answered
_ONE_PAGE = 4  # so many questions need no pages

# limit:34 button
_YES = P_("button", "Yes")
# limit:34 button
_NO = P_("button", "No")
# limit:34 button
_NEXT = P_("button", "More questions →")
# limit:34 button
_BACK = P_("button", "← Back")
# limit:34 button
_SUBMIT = P_("button", "Submit")


@dataclass(frozen=True, slots=True)
class Form:
    """The labels asked for, in order, each with the number of the step answered or None."""

    answers: tuple[tuple[str, int | None], ...]
    page: int = 0

    @classmethod
    def of(cls, questions: Iterable[LabelQuestion]) -> Self:
        """A form as the desk asks it, answers kept so far included."""
        return cls(tuple((q.name, _step(q.widget, q.value)) for q in questions))

    @property
    def code(self) -> str:
        """The form as it stands in callback data."""
        answered = "".join(
            _LETTERS[name] + (_OPEN if step is None else str(step)) for name, step in self.answers
        )
        return f"{self.page}{answered}"

    @classmethod
    def from_code(cls, code: str) -> Self:
        """The form in callback data; raises ValueError for anything else."""
        page, letters, signs = int(code[:1]), code[1::2], code[2::2]
        if len(letters) != len(signs) or len(set(letters)) != len(letters):
            raise ValueError(code)
        answers = tuple(
            (_name(letter), _checked(letter, sign))
            for letter, sign in zip(letters, signs, strict=True)
        )
        form = cls(answers, page)
        if not 0 <= page < len(form.pages):
            raise ValueError(code)
        return form

    @property
    def values(self) -> dict[str, float]:
        """What was answered; what was not is absent."""
        return {
            name: STEPS[LABELS[name].widget][step]
            for name, step in self.answers
            if step is not None
        }

    @property
    def pages(self) -> tuple[tuple[str, ...], ...]:
        """The names of the labels on each page."""
        names = tuple(name for name, _ in self.answers)
        if len(names) <= _ONE_PAGE:
            return (names,)
        first = tuple(n for n in names if n == "quality" or _widget(n) is Widget.YES_NO)
        scales = tuple(n for n in names if n not in first and _widget(n) is Widget.SCALE)
        flags = tuple(n for n in names if _widget(n) is Widget.FLAG)
        return tuple(page for page in (first, scales, flags) if page)

    def after(self, act: str) -> Form:
        """The form after one more tap; a tap that cannot be meant changes nothing."""
        if act[:1] == _PAGE and act[1:].isdigit() and int(act[1:]) < len(self.pages):
            return replace(self, page=int(act[1:]))
        if len(act) != 2 or act[0] not in _NAMES:
            return self
        name, step = _name(act[0]), _checked(act[0], act[1])
        answers = tuple((n, step if n == name else old) for n, old in self.answers)
        return replace(self, answers=answers)


Choice = tuple[str, Form, str]
"""A button: its words, the form in its data, the act."""
Row = list[Choice]


def rows(form: Form, language: str) -> list[Row]:
    """The buttons of the page in front."""
    answered = dict(form.answers)
    rows: list[Row] = []
    for name in form.pages[form.page]:
        rows += _question_rows(form, name, answered[name], language)
    rows.append(_turning(form, language))
    return rows


def explanation(act: str) -> Text | None:
    """What a tapped question asks, and what its steps mean."""
    label = LABELS.get(_NAMES.get(act.removeprefix(ASK), ""))
    if label is None:
        return None
    if label.ends is None:
        return label.question
    low, high = label.ends
    # limit:200 answer to a tap
    return N_("{question} 1: {low}. 5: {high}.", question=label.question, low=low, high=high)


def _question_rows(form: Form, name: str, step: int | None, language: str) -> list[Row]:
    letter, label = _LETTERS[name], LABELS[name]
    question = say(label.question, language)
    if label.widget is Widget.FLAG:
        return [[_choice(form, letter, 1, question, chosen=step == 1)]]
    asked: Row = [(question, form, ASK + letter)]
    if label.widget is Widget.SCALE:
        return [
            asked,
            [_choice(form, letter, n, str(n + 1), chosen=step == n) for n in range(5)],
        ]
    no = _choice(form, letter, 0, say(_NO, language), chosen=step == 0)
    yes = _choice(form, letter, 1, say(_YES, language), chosen=step == 1)
    if name == "spam":
        yes = (yes[0], form, SPAM)
    return [asked, [no, yes]]


def _choice(form: Form, letter: str, step: int, words: str, *, chosen: bool) -> Choice:
    """A button that answers, or takes back the answer it stands for."""
    if chosen:
        return f"● {words}", form, f"{letter}{_OPEN}"
    return f"○ {words}", form, f"{letter}{step}"


def _turning(form: Form, language: str) -> Row:
    row: Row = []
    if form.page > 0:
        row.append((say(_BACK, language), form, f"{_PAGE}{form.page - 1}"))
    if form.page + 1 < len(form.pages):
        row.append((say(_NEXT, language), form, f"{_PAGE}{form.page + 1}"))
    row.append((say(_SUBMIT, language), form, SUBMIT))
    return row


def _step(widget: Widget, value: float | None) -> int | None:
    return None if value is None else STEPS[widget].index(value)


def _widget(name: str) -> Widget:
    return LABELS[name].widget


def _name(letter: str) -> str:
    if letter not in _NAMES:
        raise ValueError(letter)
    return _NAMES[letter]


def _checked(letter: str, sign: str) -> int | None:
    if sign == _OPEN:
        return None
    step = int(sign)
    if step >= len(STEPS[_widget(_name(letter))]):
        raise ValueError(sign)
    return step
