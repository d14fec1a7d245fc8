"""A person's own texts and what became of them; editing and withdrawing."""

from __future__ import annotations

from collections.abc import Mapping

from core.desk.tasks import nothing_open, passage
from core.desk.words import take_task
from core.dialogue import (
    AskChoice,
    AskText,
    Button,
    Emphasis,
    Passage,
    Say,
    Screen,
    Typed,
    press,
)
from core.errors import TooLate, Unknown
from core.flow import own
from core.flow.turn import Visit
from core.model import Fate, Message, TreeState
from core.ports import Contribution
from core.text import N_, Nn_, Text
from core.values import replace

_PER_PAGE = 5
_PREVIEW = 300
_STOPPED = frozenset({TreeState.HALTED_BY_MODERATOR, TreeState.ABORTED_LOW_GRADE})


def mine(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/mine: the newest texts with their fate."""
    return _page(visit, 0)


def press_mine(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    offset = argument or "0"
    return _page(visit, int(offset) if offset.isdecimal() and len(offset) < 6 else 0)


def _page(visit: Visit, offset: int) -> Screen:
    found = own.contributions(visit, _PER_PAGE + 1, offset)
    if not found and offset:
        return _page(visit, 0)
    if not found:
        return nothing_open([N_("You have not written anything yet.")])
    buttons = [
        Button(press("own", None, c.message.id), N_("Open {number}", number=offset + i))
        for i, c in enumerate(found[:_PER_PAGE], start=1)
        if c.message.fate is not Fate.WITHDRAWN
    ]
    if offset:
        buttons.append(Button(press("mine", None, max(0, offset - _PER_PAGE)), N_("Newer")))
    if len(found) > _PER_PAGE:
        buttons.append(Button(press("mine", None, offset + _PER_PAGE), N_("Older")))
    buttons.append(take_task())
    return Say(
        title=N_("Your texts"),
        passages=tuple(
            Passage(
                text=_shortened(c.message.text),
                heading=N_("{number}: {fate}", number=offset + i, fate=fate(c)),
                lang=c.message.lang,
            )
            for i, c in enumerate(found[:_PER_PAGE], start=1)
        ),
        buttons=tuple(buttons),
    )


def _shortened(text: str) -> str:
    """The beginning of a long text; its whole is one press away."""
    return text if len(text) <= _PREVIEW else text[: _PREVIEW - 1] + "…"


def fate(contribution: Contribution) -> Text:
    """What became of a text, in a few words."""
    message, state = contribution.message, contribution.tree_state
    if message.fate is Fate.WITHDRAWN:
        return N_("taken back")
    if message.fate is Fate.DELETED:
        return N_("removed by a moderator")
    if message.held:
        return N_("waiting for a moderator")
    if message.accepted is None and state in _STOPPED:
        return N_("not used for now: its conversation was stopped")
    if message.accepted is None:
        return Nn_(
            "under review, {count} review so far",
            "under review, {count} reviews so far",
            message.review_count,
        )
    if not message.accepted:
        return N_("not accepted")
    if message.rank is not None and contribution.siblings > 1:
        return N_(
            "accepted, ranked {place} of {count}",
            place=message.rank + 1,
            count=contribution.siblings,
        )
    if message.is_root and state is TreeState.PROMPT_LOTTERY_WAITING:
        return N_("accepted, waiting for its turn")
    return N_("accepted")


def press_own(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """One text in full, with what can still be done to it."""
    tree, message = own.own_text(visit, _message_id(argument))
    replies = len([m for m in tree.children(message.id) if m.is_accepted])
    siblings = 0
    if message.parent_id is not None:
        siblings = len([m for m in tree.children(message.parent_id) if m.is_accepted])
    changeable = own.may_change(tree, message) is None
    actions = (
        Button(press("editown", None, message.id), N_("Edit")),
        Button(press("takeback", None, message.id), N_("Take it back"), Emphasis.DANGER),
    )
    return Say(
        title=N_("Your text"),
        body=(
            N_("Where it stands: {fate}", fate=fate(Contribution(message, tree.state, siblings))),
            *((N_("Accepted replies: {count}", count=replies),) if replies else ()),
        ),
        passages=(passage(message, in_focus=True),),
        buttons=(*(actions if changeable else ()), Button(press("mine"), N_("Back"))),
    )


# ---------------------------------------------------------------- edit


def edit(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/edit: a text by its number in /mine, or the newest one that can still be changed."""
    return _ask_edit(visit, _chosen(visit, args.get("text", "")))


def press_editown(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    _, message = own.own_text(visit, _message_id(argument))
    return _ask_edit(visit, message)


def _ask_edit(visit: Visit, message: Message) -> Screen:
    tree, _ = own.own_text(visit, message.id)
    refusal = own.may_change(tree, message)
    if refusal is not None:
        raise TooLate(refusal)
    visit.session = replace(visit.session, step=f"edit:{message.id}")
    return AskText(
        title=N_("Edit"),
        body=(N_("Send the new text; it replaces the old one."),),
        passages=(passage(message, in_focus=True),),
        buttons=(Button(press("own", None, message.id), N_("Back")),),
        field_label=N_("New text"),
        draft=message.text,
        again=press("editown", None, message.id),
        min_length=visit.policy.min_text_length,
        max_length=visit.policy.max_text_length,
    )


def typed_edit(visit: Visit, event: Typed, message_id: str) -> Screen:
    message = own.edit_text(visit, _message_id(message_id), event.text)
    visit.session = replace(visit.session, step="idle")
    return Say(
        notes=(N_("Changed."),),
        passages=(passage(message, in_focus=True),),
        buttons=(Button(press("mine"), N_("Your texts")),),
    )


# ---------------------------------------------------------------- withdraw


def withdraw(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/withdraw: asks once more, then takes the text back."""
    return _ask_withdraw(visit, _chosen(visit, args.get("text", "")))


def press_takeback(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    _, message = own.own_text(visit, _message_id(argument))
    return _ask_withdraw(visit, message)


def _ask_withdraw(visit: Visit, message: Message) -> Screen:
    tree, _ = own.own_text(visit, message.id)
    refusal = own.may_change(tree, message)
    if refusal is not None:
        raise TooLate(refusal)
    return AskChoice(
        title=N_("Take it back"),
        body=(N_("Take this text back for good? It will never be published."),),
        passages=(passage(message, in_focus=True),),
        buttons=(
            Button(press("gone", None, message.id), N_("Take it back"), Emphasis.DANGER),
            Button(press("own", None, message.id), N_("Keep it")),
        ),
    )


def press_gone(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    own.withdraw_text(visit, _message_id(argument))
    return nothing_open([N_("Taken back.")])


def _chosen(visit: Visit, number: str) -> Message:
    """The text with this number in /mine; without one, the newest that is still under review."""
    if number.strip():
        place = int(number) if number.strip().isdecimal() and len(number) < 6 else 0
        if place < 1:
            raise Unknown(N_("Give the number that the text has in /mine."))
        found = own.contributions(visit, 1, place - 1)
    else:
        found = [
            c
            for c in own.contributions(visit, 10)
            if c.message.is_undecided and c.message.review_count == 0
        ][:1]
    if not found:
        raise Unknown(N_("You have no such text. See /mine."))
    return found[0].message


def _message_id(argument: str | None) -> int:
    if not (argument or "").isdecimal() or len(argument or "") > 18:
        raise Unknown(N_("This button is out of date. Go on with /work."))
    return int(argument or "")
