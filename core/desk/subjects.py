"""People on moderators' screens: what they wrote, what others say of it, warnings and blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.casework import Lot, Search, trouble
from core.desk.cases import OUT_OF_DATE, queue_button, reason_from, reason_words, reasons
from core.dialogue import AskChoice, Button, Emphasis, Say, Screen, Table, press
from core.errors import Unknown
from core.flow import judging, searching
from core.flow.turn import Visit
from core.people import Person
from core.text import N_, Text

_MOST_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Deed:
    """What can be done to a person, by its letter in a button."""

    question: Callable[[str], Text]
    done: Callable[[str], Text]
    do: Callable[[Visit, Person, str], None]


def _warn(visit: Visit, person: Person, reason: str) -> None:
    judging.warn(visit, person, reason)


_DEEDS: Mapping[str, _Deed] = {
    "w": _Deed(
        lambda name: N_("Warn {name}", name=name),
        lambda name: N_("{name} will read the warning.", name=name),
        _warn,
    ),
    "b": _Deed(
        lambda name: N_("Block {name} in this community", name=name),
        lambda name: N_("{name} is blocked in this community.", name=name),
        lambda visit, person, reason: judging.block(visit, person, reason, everywhere=False),
    ),
    "B": _Deed(
        lambda name: N_("Block {name} everywhere", name=name),
        lambda name: N_("{name} is blocked everywhere.", name=name),
        lambda visit, person, reason: judging.block(visit, person, reason, everywhere=True),
    ),
    "u": _Deed(
        lambda name: N_("Unblock {name} in this community", name=name),
        lambda name: N_("{name} may contribute in this community again.", name=name),
        lambda visit, person, reason: judging.unblock(visit, person, reason, everywhere=False),
    ),
    "U": _Deed(
        lambda name: N_("Unblock {name} everywhere", name=name),
        lambda name: N_("{name} may contribute everywhere again.", name=name),
        lambda visit, person, reason: judging.unblock(visit, person, reason, everywhere=True),
    ),
}
_NEED_REASON = frozenset("wbB")
_BLOCKS = {"b": False, "B": True}
"""Whether a block is one everywhere."""


def press_who(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`letter[.reason]` on a person; without a letter, the person."""
    person = judging.subject(visit, task_id or 0)
    letter, _, code = (argument or "").partition(".")
    if not letter:
        return shown(visit, person)
    if letter not in _DEEDS:
        raise Unknown(OUT_OF_DATE)
    if letter in _NEED_REASON and not code:
        return _ask_reason(visit, person, letter)
    return acted(visit, person, letter, reason_from(code) if code else "")


def acted(visit: Visit, person: Person, letter: str, reason: str) -> Screen:
    """An act on a person; by command, with the reason in the moderator's own words."""
    deed = _DEEDS[letter]
    if letter in _NEED_REASON and not reason:
        return _ask_reason(visit, person, letter)
    deed.do(visit, person, reason)
    done = deed.done(_name(person))
    return shown(visit, judging.subject(visit, person.id), [done])


def _ask_reason(visit: Visit, person: Person, letter: str) -> Screen:
    if letter in _BLOCKS:
        judging.place_of_block(visit, person, everywhere=_BLOCKS[letter])
    return AskChoice(
        title=_DEEDS[letter].question(_name(person)),
        body=(N_("Why? Your own words can be given with /mod."),),
        buttons=(
            *reasons(lambda number: press("who", person.id, f"{letter}.{number}")),
            Button(press("who", person.id), N_("Back")),
        ),
    )


def shown(visit: Visit, person: Person, notes: Sequence[Text] = ()) -> Screen:
    """One person, as far as this moderator's community goes."""
    found = searching.texts_of(visit, person.id)
    score = sum(trouble(message) for message in found)
    barred = visit.here_id is not None and visit.unit.is_barred(person.id, visit.here_id)
    facts = [
        N_("Texts here: {count}", count=len(found)),
        N_("Complaints count {score}.", score=round(score, 1)),
    ]
    if barred:
        facts.append(N_("Blocked in this community."))
    if person.blocked:
        reason = reason_words(person.block_reason)
        facts.append(N_("Blocked everywhere: {reason}", reason=reason))
    if person.warning is not None:
        facts.append(N_("Has yet to read a warning: {reason}", reason=reason_words(person.warning)))
    return Say(
        title=N_("{name} ({number})", name=_name(person), number=f"#{person.id}"),
        notes=tuple(notes),
        body=tuple(facts),
        buttons=tuple(_choices(visit, person, barred=barred, has_texts=bool(found))),
    )


def _choices(visit: Visit, person: Person, *, barred: bool, has_texts: bool) -> list[Button]:
    def choice(letter: str, words: Text) -> Button:
        return Button(press("who", person.id, letter), words)

    choices = [choice("w", N_("Warn"))]
    may_block = person.id != visit.person.id
    if visit.here_id is not None and may_block:
        choices.append(choice("u", N_("Unblock")) if barred else choice("b", N_("Block")))
    if visit.is_owner and may_block:
        choices.append(
            choice("U", N_("Unblock everywhere"))
            if person.blocked
            else choice("B", N_("Block everywhere"))
        )
    if has_texts:
        choices.append(Button(press("texts", person.id), N_("Texts")))
    if has_texts and may_block:
        remove_all = N_("Remove all texts")
        choices.append(Button(press("purge", person.id), remove_all, Emphasis.DANGER))
    return [*choices, Button(press("acts", person.id), N_("What was done"))]


def trolls(visit: Visit, what: str = "", reason: str = "") -> Screen:
    """Those whose texts others complain about most, among the newest texts."""
    scores: dict[int, float] = defaultdict(float)
    counts: dict[int, int] = defaultdict(int)
    for message in searching.newest(visit, Search(lot=Lot.PRESENT)):
        if message.author_id is not None:
            scores[message.author_id] += trouble(message)
            counts[message.author_id] += 1
    worst = sorted((-score, person_id) for person_id, score in scores.items() if score > 0)
    listed = [
        (person, -score)
        for score, person_id in worst[:_MOST_ROWS]
        if (person := visit.unit.person(person_id)) is not None
    ]
    return Say(
        title=N_("Complaints by person"),
        body=(
            N_(
                "Counted over the newest {count} texts: reports three times, thumbs down, harms"
                " that reviewers saw, rejected prompts; less thumbs up.",
                count=visit.policy.search_depth,
            ),
            *(() if listed else (N_("Nobody has complained about anything."),)),
        ),
        table=Table(
            head=(N_("Who"), N_("Texts"), N_("Complaints")),
            rows=tuple(
                (f"{_name(p)} (#{p.id})", str(counts[p.id]), f"{score:g}") for p, score in listed
            ),
        )
        if listed
        else None,
        buttons=(
            *(
                Button(press("who", person.id), N_("{name}", name=_name(person)))
                for person, _ in listed
            ),
            queue_button(),
        ),
    )


def press_trolls(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return trolls(visit)


def _name(person: Person) -> str:
    return person.name or f"#{person.id}"
