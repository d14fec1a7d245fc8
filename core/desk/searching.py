"""Searches on moderators' screens: what was found, page by page, and acts on all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from core.casework import Lot, Search, Sweep, SweepState
from core.desk.cases import OUT_OF_DATE, queue_button, reason_from, reasons
from core.desk.naming import person_named
from core.dialogue import AskChoice, Button, Emphasis, Passage, Say, Screen, press
from core.errors import Unknown
from core.flow import judging
from core.flow import searching as flow
from core.flow.searching import Bulk, Preview
from core.flow.turn import Visit
from core.languages import language_named
from core.model import Message
from core.people import Person
from core.text import N_, Text
from core.values import replace

_PER_PAGE = 5
_PREVIEW = 300
_AS_GIVEN = "g"

HOW = N_(
    "Write words that occur in the text; and, if you like, lang:de, by:#12, since:2026-01-31,"
    " until:2026-02-28, state:held or state:removed."
)


def search(visit: Visit, words: str) -> Screen:
    """/mod search: what matches, newest first."""
    if not words:
        return Say(title=N_("Search texts"), body=(HOW,), buttons=(queue_button(),))
    return _results(visit, flow.plan(visit, search_from_words(visit, words)), 0)


def search_from_words(visit: Visit, words: str) -> Search:
    """Plain words, and terms such as `lang:de` that narrow the search."""
    wanted = Search()
    plain = []
    for word in words.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in _TERMS:
            wanted = _TERMS[name.lower()](visit, wanted, value)
        else:
            plain.append(word.casefold())
    return replace(wanted, words=tuple(plain))


def _lang(visit: Visit, wanted: Search, value: str) -> Search:
    language = language_named(value)
    if language is None:
        raise Unknown(N_("I don't know one of these languages. Write them as in /language."))
    return replace(wanted, lang=language.code)


def _by(visit: Visit, wanted: Search, value: str) -> Search:
    return replace(wanted, author_id=person_named(visit, value).id)


def _since(visit: Visit, wanted: Search, value: str) -> Search:
    return replace(wanted, since=_day(value))


def _until(visit: Visit, wanted: Search, value: str) -> Search:
    return replace(wanted, until=_day(value) + timedelta(days=1))


def _day(value: str) -> datetime:
    try:
        day = datetime.strptime(value, "%Y-%m-%d")
        return day.replace(tzinfo=UTC)
    except ValueError:
        raise Unknown(N_("Write days like this: 2026-01-31.")) from None


def _state(visit: Visit, wanted: Search, value: str) -> Search:
    try:
        return replace(wanted, lot=Lot(value.lower()))
    except ValueError:
        raise Unknown(HOW) from None


_TERMS: Mapping[str, Callable[[Visit, Search, str], Search]] = {
    "lang": _lang,
    "by": _by,
    "since": _since,
    "until": _until,
    "state": _state,
}


def press_texts(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """The texts of a person."""
    person = judging.subject(visit, task_id or 0)
    return _results(visit, flow.plan(visit, Search(author_id=person.id)), 0)


def press_hits(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`offset`: a page of what a search found."""
    offset = argument or "0"
    skipped = int(offset) if offset.isdecimal() and len(offset) < 7 else 0
    return _results(visit, flow.preview(visit, task_id or 0), skipped)


# ---------------------------------------------------------------- what was found


def _results(visit: Visit, found: Preview, skipped: int) -> Screen:
    page = found.hits[skipped : skipped + _PER_PAGE]
    sweep = found.sweep
    return Say(
        title=N_("Search texts"),
        body=(*_counts(visit, found),),
        passages=tuple(_hit(message) for message in page),
        buttons=(
            *(
                Button(press("case", message.id), N_("Open {number}", number=f"#{message.id}"))
                for message in page
            ),
            *_turning(sweep, skipped, len(found.hits)),
            *(_bulk(sweep, bulk) for bulk in _possible(visit, found)),
            queue_button(),
        ),
    )


def _counts(visit: Visit, found: Preview) -> list[Text]:
    told = [N_("Texts found: {count}; trees: {trees}", count=len(found.hits), trees=found.trees)]
    if found.below:
        told.append(N_("Texts of others that would go with them: {count}", count=found.below))
    elif found.below is None:
        told.append(N_("What stands below them would go with them."))
    if found.sweep.above:
        depth = visit.policy.search_depth
        told.append(N_("Only the newest {count} texts were searched.", count=depth))
    return told


def _hit(message: Message) -> Passage:
    short = message.text[:_PREVIEW] + ("…" if len(message.text) > _PREVIEW else "")
    heading = N_("Text {text}", text=f"#{message.id}")
    return Passage(text=short, heading=heading, lang=message.lang)


def _turning(sweep: Sweep, skipped: int, total: int) -> list[Button]:
    ways = []
    if skipped:
        ways.append(Button(press("hits", sweep.id, max(0, skipped - _PER_PAGE)), N_("Newer")))
    if skipped + _PER_PAGE < total:
        ways.append(Button(press("hits", sweep.id, skipped + _PER_PAGE), N_("Older")))
    return ways


def _possible(visit: Visit, found: Preview) -> list[Bulk]:
    """What may be done to these; nobody purges themselves."""
    bulks = flow.allowed(found.sweep) if found.hits else ()
    own = found.sweep.search.author_id == visit.person.id
    return [bulk for bulk in bulks if bulk is not Bulk.PURGE or not own]


_BULK: Mapping[Bulk, Text] = {
    Bulk.REMOVE: N_("Remove all"),
    Bulk.HOLD: N_("Hold all"),
    Bulk.RESTORE: N_("Restore all"),
    Bulk.PURGE: N_("Remove all and block"),
}


def _bulk(sweep: Sweep, bulk: Bulk) -> Button:
    emphasis = Emphasis.DANGER if bulk in {Bulk.REMOVE, Bulk.PURGE} else Emphasis.NORMAL
    return Button(press("sweep", sweep.id, bulk.value), _BULK[bulk], emphasis)


# ---------------------------------------------------------------- acts on all


def purge(visit: Visit, person: Person, reason: str) -> Screen:
    """What removing all texts of a person would mean; nothing happens before it is confirmed."""
    return _confirm(visit, flow.plan(visit, Search(author_id=person.id), reason), Bulk.PURGE)


def press_purge(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return purge(visit, judging.subject(visit, task_id or 0), "")


def press_sweep(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`act` shows the counts and asks why; `act.reason` begins; alone, how far it is."""
    name, _, code = (argument or "").partition(".")
    if not name:
        return _progress(flow.planned(visit, task_id or 0))
    try:
        bulk = Bulk(name)
    except ValueError:
        raise Unknown(OUT_OF_DATE) from None
    if not code:
        return _confirm(visit, flow.preview(visit, task_id or 0), bulk)
    if code == _AS_GIVEN:
        reason = flow.planned(visit, task_id or 0).reason or ""
    else:
        reason = reason_from(code)
    return _progress(flow.begin(visit, task_id or 0, bulk, reason))


def _confirm(visit: Visit, found: Preview, bulk: Bulk) -> Screen:
    sweep = found.sweep

    def id_of(code: int | str) -> str:
        return press("sweep", sweep.id, f"{bulk.value}.{code}")

    given = (Button(id_of(_AS_GIVEN), N_("Do it"), Emphasis.DANGER),) if sweep.reason else ()
    return AskChoice(
        title=_BULK[bulk],
        body=(*_counts(visit, found), *(() if given else (N_("It begins when you say why."),))),
        buttons=(
            *(given or reasons(id_of)),
            Button(press("hits", sweep.id), N_("Show them")),
            Button(press("queue"), N_("Leave it as it is")),
        ),
    )


def _progress(sweep: Sweep) -> Screen:
    states: Mapping[SweepState, Sequence[Text]] = {
        SweepState.PLANNED: (N_("It has not begun."),),
        SweepState.RUNNING: (N_("It goes on by itself; you need not wait."),),
        SweepState.DONE: (N_("All done. The record keeps each of them; /mod log shows it."),),
    }
    done = N_("Done: {count} of {all}", count=sweep.done, all=sweep.counted)
    again = (Button(press("sweep", sweep.id), N_("How far is it?")),)
    return Say(
        notes=(done,),
        body=tuple(states[sweep.state]),
        buttons=again if sweep.state is SweepState.RUNNING else (queue_button(),),
    )
