"""Sentences of the terminal itself: how a screen is answered by keyboard."""

from __future__ import annotations

from bot.platforms.terminal.form import takes
from bot.platforms.terminal.meaning import View
from bot.platforms.terminal.order import Groups, order_said
from core.dialogue import AskLabels, AskOrder, AskText, LabelQuestion
from core.text import N_, Text


def how_to(view: View) -> Text | None:
    """How a screen is answered, until that has begun; nothing where pressing a button is all."""
    if has_begun(view):
        return None
    match view.screen:
        case AskOrder(candidates=candidates) if len(candidates) == 2:
            return N_("Type the number of the better one, = if they are equal, bad if both are.")
        case AskOrder():
            return N_(
                "Type the numbers best first, = for equal ones, such as 2 1=3; or one after the "
                "other. bad says all are bad, 0 starts over."
            )
        case AskLabels():
            return N_(
                "Enter leaves a question open, < goes back, done sends what is answered, spam says "
                "it is spam. Or all in one line: spam=n quality=4."
            )
        case AskText():
            return N_(
                "Type the text and press Enter. For several lines end a line with a backslash, or "
                'put the text between two lines of """.'
            )
    return None


def has_begun(view: View) -> bool:
    """Whether a form or an order is being filled in."""
    screen = view.screen
    answered = isinstance(screen, AskLabels) and any(q.value is not None for q in screen.questions)
    return bool(view.groups or view.passed or answered)


def question_said(question: LabelQuestion) -> Text:
    """A label's question with what may be typed."""
    if question.ends is None:
        return N_("{question} ({answers})", question=question.question, answers=takes(question))
    return N_(
        "{question} (1 = {lowest}, 5 = {highest})",
        question=question.question,
        lowest=question.ends[0],
        highest=question.ends[1],
    )


def steps_said(groups: Groups) -> Text:
    """What was typed of an order so far."""
    return N_("So far: {order}. Which is the next best?", order=order_said(groups))


def reveal_hint() -> Text:
    return N_("This may be unpleasant to read. /show shows it.")


def greeting(name: str) -> Text:
    return N_(
        "You are {name}. /work gets a task, /help shows all commands, /quit leaves.", name=name
    )
