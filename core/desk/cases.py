"""Cases on screen: the queue, one text in its conversation, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.desk.tasks import passage
from core.desk.words import REPORT_REASONS
from core.dialogue import (
    AskChoice,
    Button,
    Emphasis,
    Say,
    Screen,
    base36,
    number_from_base36,
    press,
)
from core.errors import TooLate, Unknown
from core.flow import judging, moderation
from core.flow.handing import SKIPPED
from core.flow.judging import CLOSING, Act, CaseFile
from core.flow.turn import Turn, Visit
from core.model import TreeState
from core.people import Report
from core.text import N_, Text
from core.values import replace

OUT_OF_DATE = N_("This button is out of date. Go on with /mod.")
AS_REPORTED = "r"
_MOST_REASONS = 500

LOTS = {
    "under review": N_("under review"),
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "held": N_("held"),
    "deleted": N_("removed"),
    "withdrawn": N_("taken back by its author"),
}
_REASONS = {reason.name: reason.label for reason in REPORT_REASONS} | {
    SKIPPED: N_("Skipped by many"),
    moderation.BY_MANY: N_("Reported by many"),
}
_DONE: Mapping[Act, Callable[[str], Text]] = {
    Act.KEEP: lambda text: N_("Text {text} stays.", text=text),
    Act.REMOVE: lambda text: N_("Text {text} was removed.", text=text),
    Act.RESTORE: lambda text: N_("Text {text} is back.", text=text),
    Act.HOLD: lambda text: N_("Text {text} is held.", text=text),
    Act.RELEASE: lambda text: N_("Text {text} was accepted.", text=text),
    Act.HALT: lambda text: N_("The tree of text {text} is halted.", text=text),
    Act.RESUME: lambda text: N_("The tree of text {text} goes on.", text=text),
}


def reason_words(reason: str | None) -> Text | str:
    """A reason as it is said: one of ours in the reader's language, others as they were written."""
    return _REASONS.get(reason or "", reason or "—")


# ---------------------------------------------------------------- screens


def queue(visit: Visit, what: str = "", reason: str = "") -> Screen:
    """The case that has waited longest."""
    return press_queue(visit, None, None)


def press_queue(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`offset`: the case behind so many others."""
    offset = argument or "0"
    return _next(visit, int(offset) if offset.isdecimal() and len(offset) < 6 else 0)


def _next(visit: Visit, offset: int = 0, notes: Sequence[Text] = ()) -> Screen:
    file, count = judging.next_case(visit, offset)
    if file is None:
        words = N_("Nothing waits for moderators.")
        return Say(notes=tuple(notes), body=(words,), buttons=(acts_button(), _trolls()))
    waiting = N_("Waiting for moderators: {count}", count=count)
    screen = _shown(visit, file, notes)
    following = Button(press("queue", None, (offset + 1) % count), N_("Next case"))
    return replace(
        screen,
        body=(waiting, *screen.body),
        buttons=(*screen.buttons, *((following,) if count > 1 else ())),
    )


def shown(visit: Visit, message_id: int, notes: Sequence[Text] = ()) -> Screen:
    """One text, whether it waits or not."""
    return _shown(visit, judging.case_file(visit, message_id), notes)


def press_case(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return shown(visit, task_id or 0)


def for_all(turn: Turn, file: CaseFile) -> Screen:
    """A case as it is shown to all moderators at once, whoever will press."""
    choices = [*_verdicts(file), *_about_author(file.message.author_id, _HERE)]
    look = Button(press("case", file.message.id), N_("More"))
    return _screen(turn, file, (*choices, look))


def _shown(visit: Visit, file: CaseFile, notes: Sequence[Text] = ()) -> Screen:
    return replace(_screen(visit, file, _choices(visit, file)), notes=tuple(notes))


def _screen(turn: Turn, file: CaseFile, choices: Sequence[Button]) -> AskChoice:
    thread = file.tree.thread(file.message.id)
    return AskChoice(
        title=N_("Text {text}", text=f"#{file.message.id}"),
        body=(*_facts(turn, file), *map(_complaint, file.reports)),
        passages=tuple(passage(m, in_focus=m is thread[-1]) for m in thread),
        buttons=tuple(choices),
    )


def _facts(turn: Turn, file: CaseFile) -> list[Text]:
    message, tree = file.message, file.tree
    person = None if message.author_id is None else turn.unit.person(message.author_id)
    facts = [N_("It is {lot}.", lot=LOTS[moderation.lot(message)])]
    if tree.state is TreeState.HALTED_BY_MODERATOR:
        facts.append(N_("Its tree is halted."))
    if person is not None:
        facts.append(N_("Written by {name} ({number}).", name=person.name, number=f"#{person.id}"))
    below = sum(m.is_present for m in tree.descendants(message.id))
    if below:
        facts.append(N_("Texts below it: {count}", count=below))
    return facts


def _complaint(report: Report) -> Text:
    return N_("Report of {date}: {reason}", date=report.at, reason=reason_words(report.reason))


def _choices(visit: Visit, file: CaseFile) -> list[Button]:
    author_id, letter = file.message.author_id, "B" if visit.here_id is None else _HERE
    own = author_id == visit.person.id
    about = _about_author(author_id, None if own else letter)
    return [*_verdicts(file), *about, *_on_tree(file)]


def _verdicts(file: CaseFile) -> list[Button]:
    message, choices = file.message, []
    if file.is_open:
        choices.append(_choice(file, Act.KEEP, N_("Keep"), Emphasis.PRIMARY))
    if file.is_open or message.is_present:
        choices.append(_choice(file, Act.REMOVE, N_("Remove"), Emphasis.DANGER))
    elif moderation.can_be_restored(file.tree, message):
        choices.append(_choice(file, Act.RESTORE, N_("Restore")))
    return choices


_HERE = "b"
"""The letter of a block in the community where the button is pressed."""


def _about_author(author_id: int | None, block: str | None) -> list[Button]:
    """What can be done to the author; `block` is the letter of the block that is offered."""
    if author_id is None:
        return []
    blocks = [] if block is None else [Button(press("who", author_id, block), N_("Block"))]
    return [
        Button(press("who", author_id, "w"), N_("Warn")),
        *blocks,
        Button(press("who", author_id), N_("The author")),
    ]


def _on_tree(file: CaseFile) -> list[Button]:
    message, tree, choices = file.message, file.tree, []
    if not file.is_open and message.keeps_place:
        act, words = (Act.RELEASE, N_("Accept")) if message.held else (Act.HOLD, N_("Hold"))
        choices.append(_choice(file, act, words))
    if tree.state is TreeState.HALTED_BY_MODERATOR:
        choices.append(_choice(file, Act.RESUME, N_("Resume the tree")))
    elif tree.state is not TreeState.ABORTED_LOW_GRADE:
        choices.append(_choice(file, Act.HALT, N_("Halt the tree")))
    return choices


def _choice(file: CaseFile, act: Act, words: Text, emphasis: Emphasis = Emphasis.NORMAL) -> Button:
    return Button(_judge(file, act), words, emphasis)


def _judge(file: CaseFile, act: Act, reason: int | str = "") -> str:
    parts = [act.value, base36(file.seen), *([str(reason)] if reason != "" else [])]
    return press("judge", file.message.id, ".".join(parts))


def acts_button() -> Button:
    return Button(press("acts"), N_("What was done"))


def queue_button() -> Button:
    return Button(press("queue"), N_("What waits"))


def _trolls() -> Button:
    return Button(press("trolls"), N_("Complaints by person"))


# ---------------------------------------------------------------- acts


def press_judge(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`act.seen[.reason]`: asks for the reason where one is due, then acts."""
    file = judging.case_file(visit, task_id or 0)
    name, _, rest = (argument or "").partition(".")
    seen, _, code = rest.partition(".")
    try:
        act, number = Act(name), number_from_base36(seen)
    except ValueError:
        raise Unknown(OUT_OF_DATE) from None
    if act in CLOSING and (file.is_open or number):
        try:
            judging.refuse_stale(file, number)
        except TooLate as late:  # shown as it is now; nothing was done
            return replace(_shown(visit, file, [late.text]), refused=True)
    if act is Act.REMOVE and not code:
        return _ask_reason(file)
    return _acted(visit, file, act, _meant(file, code))


def acted(visit: Visit, message_id: int, act: Act, reason: str) -> Screen:
    """An act by command, with the reason in the moderator's own words."""
    return _acted(visit, judging.case_file(visit, message_id), act, reason or None)


def _acted(visit: Visit, file: CaseFile, act: Act, reason: str | None) -> Screen:
    judging.judge(visit, file, act, reason)
    done = _DONE[act](f"#{file.message.id}")
    if act in CLOSING:
        return _next(visit, notes=[done])
    return shown(visit, file.message.id, [done])


def _ask_reason(file: CaseFile) -> Screen:
    reported = [Button(_judge(file, Act.REMOVE, AS_REPORTED), N_("As reported"), Emphasis.PRIMARY)]
    return AskChoice(
        title=N_("Remove text {text}", text=f"#{file.message.id}"),
        body=(N_("Why? Your own words can be given with /mod."),),
        passages=(passage(file.message, in_focus=True),),
        buttons=(
            *(reported if file.reports else []),
            *reasons(lambda number: _judge(file, Act.REMOVE, number)),
            Button(press("case", file.message.id), N_("Back")),
        ),
    )


def reasons(id_of: Callable[[int], str]) -> list[Button]:
    """One button for each of the usual reasons, which stand in it as numbers."""
    return [Button(id_of(number), reason.label) for number, reason in enumerate(REPORT_REASONS)]


def reason_from(code: str) -> str:
    """The reason behind a number."""
    if not code.isdecimal() or int(code) >= len(REPORT_REASONS):
        raise Unknown(OUT_OF_DATE)
    return REPORT_REASONS[int(code)].name


def _meant(file: CaseFile, code: str) -> str | None:
    if code == AS_REPORTED:
        told = dict.fromkeys(report.reason for report in file.reports)
        return "; ".join(told)[:_MOST_REASONS] or None
    return reason_from(code) if code else None
