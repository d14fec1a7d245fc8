"""Labels answered by keyboard: one question at a time, or a whole form in one line."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.dialogue import AskLabels, LabelQuestion, Widget
from core.text import N_, Text

YES = frozenset({"y", "yes", "1"})
NO = frozenset({"n", "no", "0"})
TAKE_BACK = "-"
STEPS = {str(step): (step - 1) / 4 for step in range(1, 6)}


class NotALabel(ValueError):
    """The line does not answer the question; `text` says what would."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def next_question(form: AskLabels, passed: Collection[str]) -> LabelQuestion | None:
    """The first question that was neither answered nor passed over."""
    for question in form.questions:
        if question.value is None and question.name not in passed:
            return question
    return None


def previous_question(form: AskLabels, now: LabelQuestion | None) -> LabelQuestion | None:
    """The question before this one; before the end, the last."""
    names = [question.name for question in form.questions]
    place = len(names) if now is None else names.index(now.name)
    return form.questions[place - 1] if place > 0 else None


def takes(question: LabelQuestion) -> Text:
    """What may be typed."""
    if question.widget is Widget.SCALE:
        return N_("1 to 5")
    return N_("y or n")


def value_of(question: LabelQuestion, word: str) -> float | None:
    """The value that a word gives to a question; None takes an answer back."""
    typed = word.strip().lower()
    if typed == TAKE_BACK:
        return None
    if question.widget is Widget.SCALE:
        if typed in STEPS:
            return STEPS[typed]
    elif typed in YES | NO:
        return float(typed in YES)
    raise NotALabel(
        N_("{name} is answered with {values}.", name=question.name, values=takes(question))
    )


def is_one_line(form: AskLabels, line: str) -> bool:
    """Whether the line names labels rather than answering the question in front."""
    head = line.replace("=", " ").split()
    return bool(head) and ("=" in line or head[0].lower() in {q.name for q in form.questions})


def values_in(form: AskLabels, line: str) -> Mapping[str, float | None]:
    """`spam=n quality=4 pii`; a flag or yes-no question named alone is a yes."""
    values: dict[str, float | None] = {}
    for part in line.replace(",", " ").split():
        name, equals, word = part.partition("=")
        question = _named(form, name)
        values[question.name] = value_of(question, word if equals else "y")
    return values


def unanswered(form: AskLabels, values: Mapping[str, float | None]) -> LabelQuestion | None:
    """The first question that must be answered and is not, once these values are counted in."""
    for question in form.questions:
        if question.mandatory and values.get(question.name, question.value) is None:
            return question
    return None


def _named(form: AskLabels, name: str) -> LabelQuestion:
    """By its name or the beginning of only one name."""
    found = [q for q in form.questions if q.name == name.lower()] or [
        q for q in form.questions if name and q.name.startswith(name.lower())
    ]
    if len(found) != 1:
        names = tuple(question.name for question in form.questions)
        raise NotALabel(
            N_("This form does not ask about {name}, only about {names}.", name=name, names=names)
        )
    return found[0]
