"""The one door for chat platforms: parse, `Desk.handle`, draw.

Every event is handled in one transaction, begun by finding out who came. Conversation state is
the session row and the task rows; nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.commands import Audience, command_named, command_nearest
from core.desk import (
    auditlog,
    boards,
    cases,
    config,
    data,
    mine,
    mod,
    reporting,
    searching,
    settings,
    setup,
    standing,
    subjects,
    teaching,
    working,
)
from core.desk.intake import arguments, refuse_unreadable, tidy
from core.dialogue import (
    SHOW,
    Admitted,
    Command,
    Event,
    Labelled,
    Moved,
    Ordered,
    Passage,
    Press,
    Revised,
    Say,
    Screen,
    Typed,
    press_parts,
)
from core.errors import NotAllowed, NotYours, Refusal, Unknown, handing_back
from core.flow import people, rules
from core.flow.judging import ONLY_MODERATORS
from core.flow.reminding import NOTICES
from core.flow.turn import Visit
from core.people import Who
from core.ports import Arrival, Store, UnitOfWork, World
from core.text import N_
from core.values import replace

CommandHandler = Callable[[Visit, Mapping[str, str]], Screen]
PressHandler = Callable[[Visit, "int | None", "str | None"], Screen]

COMMAND_HANDLERS: Mapping[str, CommandHandler] = {
    "work": working.work,
    "prompt": working.prompt,
    "skip": working.skip,
    "undo": working.undo,
    "edit": mine.edit,
    "withdraw": mine.withdraw,
    "mine": mine.mine,
    "me": boards.me,
    "leaderboard": boards.leaderboard,
    "language": settings.language,
    "hide": settings.hide,
    "timezone": settings.timezone,
    "remind": settings.remind,
    "link": settings.link,
    "consent": data.consent,
    "privacy": data.privacy,
    "export-my-data": data.export_my_data,
    "delete-my-data": data.delete_my_data,
    "report": reporting.report,
    "tutorial": teaching.tutorial,
    "help": teaching.help_,
    "setup": setup.setup,
    "post-button": setup.post_button,
    "config": config.config,
    "mod": mod.mod,
}

PRESS_HANDLERS: Mapping[str, PressHandler] = {
    "work": working.press_work,
    "next": working.press_next,
    "choose": working.press_choose,
    "submit": working.press_submit,
    "anyway": working.press_anyway,
    "edit": working.press_edit,
    "skip": working.press_skip,
    "why": working.press_why,
    "undo": working.press_undo,
    "thumb": working.press_thumb,
    "back": working.press_back,
    SHOW: standing.press_show,
    "report": reporting.press_report,
    "reported": reporting.press_reported,
    "flag": reporting.press_flag,
    "ownwords": reporting.press_ownwords,
    "mine": mine.press_mine,
    "own": mine.press_own,
    "editown": mine.press_editown,
    "takeback": mine.press_takeback,
    "gone": mine.press_gone,
    "languages": settings.press_languages,
    "lang": settings.press_lang,
    "speak": settings.press_speak,
    "terms": data.press_terms,
    "timezone": settings.press_timezone,
    "hide": settings.press_hide,
    "remind": settings.press_remind,
    "board": boards.press_board,
    "agree": data.press_agree,
    "decline": data.press_decline,
    "privacy": data.press_privacy,
    "mydata": data.press_mydata,
    "forget": data.press_forget,
    "home": data.press_home,
    "learn": teaching.press_learn,
    "help": teaching.press_help,
    "setup": setup.press_setup,
    "open": config.press_open,
    "sendnow": config.press_sendnow,
    "heard": standing.press_heard,
    "queue": cases.press_queue,
    "case": cases.press_case,
    "judge": cases.press_judge,
    "who": subjects.press_who,
    "trolls": subjects.press_trolls,
    "texts": searching.press_texts,
    "hits": searching.press_hits,
    "purge": searching.press_purge,
    "sweep": searching.press_sweep,
    "acts": auditlog.press_acts,
}

_OPEN_PRESSES = frozenset(
    {
        "agree",
        "decline",
        "privacy",
        "mydata",
        "forget",
        "home",
        "terms",
        "learn",
        "help",
        "languages",
        "lang",
        "speak",
        "board",
        "remind",
        "heard",
    }
)
"""Presses that need no consent, or see to it themselves."""

ADMIN_PRESSES = frozenset({"setup", "open", "sendnow"})
"""Presses for those who manage the community; platforms look that up before they send one."""

MOD_PRESSES = frozenset(
    {"queue", "case", "judge", "who", "trolls", "texts", "hits", "purge", "sweep", "acts"}
)
"""Presses for moderators of the community; platforms look that up as well."""

_RIGHTS = frozenset({"privacy", "consent", "export-my-data", "delete-my-data", "help"})
"""What nobody can be barred from."""

_RIGHTS_PRESSES = frozenset(
    {"decline", "privacy", "mydata", "forget", "home", "terms", "help", "heard", "remind"}
)


class Desk:
    """Answers events with screens."""

    def __init__(self, store: Store, world: World) -> None:
        self._store = store
        self._world = world

    async def handle(self, who: Who, event: Event, key: str | None = None) -> Screen:
        """The screen that answers this event.

        `key` names the event for ever (platform, bot, event id): a repeat stores nothing and
        shows where the person stands. Refusals are screens too, with `refused` set; only a
        failing store raises.
        """
        try:
            return await self._store.transact(lambda unit: self._answer(unit, who, event, key))
        except Refusal as refusal:
            answer = refusal
        return await self._store.transact(lambda unit: self._refuse(unit, who, event, answer, key))

    def _answer(self, unit: UnitOfWork, who: Who, event: Event, key: str | None) -> Screen:
        visit, arrival = self._welcome(unit, who, key)
        if not isinstance(event, Admitted):
            rules.admitted(visit, is_in=True)
        repeat = arrival.is_repeat
        screen = standing.repeated(visit, event) if repeat else respond(visit, arrival, event)
        return _finished(visit, arrival, screen)

    def _refuse(
        self, unit: UnitOfWork, who: Who, event: Event, refusal: Refusal, key: str | None
    ) -> Screen:
        visit, arrival = self._welcome(unit, who, key)
        if isinstance(event, Typed):
            standing.text_refused(visit, event)
        handed_back = refusal.handed_back
        screen = replace(
            standing.present(visit, [refusal.text]),
            refused=True,
            foreign=isinstance(refusal, NotYours),
        )
        if handed_back is not None:
            own = Passage(text=handed_back, heading=N_("Your text"))
            screen = replace(screen, passages=(*screen.passages, own))
        return _finished(visit, arrival, screen)

    def _welcome(self, unit: UnitOfWork, who: Who, key: str | None) -> tuple[Visit, Arrival]:
        who, now = tidy(who), self._world.clock()
        arrival = unit.arrive(who, key, now)
        visit = Visit(
            unit=unit,
            world=self._world,
            now=now,
            who=who,
            person=arrival.person,
            account=arrival.account,
            session=arrival.session,
            community=arrival.community,
        )
        return visit, arrival


def _finished(visit: Visit, arrival: Arrival, screen: Screen) -> Screen:
    """Keep where the conversation stands, and say everything in the person's language."""
    if visit.person.notice is not None and not screen.public:
        screen = replace(screen, notes=(*screen.notes, NOTICES[visit.person.notice]))
        visit.save_person(replace(visit.person, notice=None))
    if visit.session != arrival.session:
        visit.unit.save_session(replace(visit.session, version=arrival.session.version + 1))
    return replace(standing.with_warning(visit, screen), language=visit.language)


def respond(visit: Visit, arrival: Arrival, event: Event) -> Screen:
    """The answer to an event of somebody who may ask for it."""
    refuse_unreadable(event)
    match event:
        case Command():
            return _command(visit, arrival, event)
        case Press():
            return _press(visit, arrival, event)
        case Moved():
            rules.community_moved(visit, event.to)
            return Say()
        case Admitted():
            rules.admitted(visit, is_in=event.is_in)
            return Say()
        case Typed():
            with handing_back(event.text):
                _refuse_blocked(visit, arrival)
            if not people.has_consented(visit):
                return data.consent_screen(visit, event.text)
            return _answered(visit, event)
        case _:
            _refuse_blocked(visit, arrival)
            if not people.has_consented(visit):
                return data.consent_screen(visit)
            return _answered(visit, event)


def _refuse_blocked(visit: Visit, arrival: Arrival) -> None:
    """No moderator locks those out who manage the community."""
    people.refuse_blocked(visit, barred=arrival.barred and not visit.who.may_manage)


def _command(visit: Visit, arrival: Arrival, event: Command) -> Screen:
    spec = command_named(event.name)
    if spec is None:
        raise _no_command(event.name[:60])
    if spec.name not in _RIGHTS:
        _refuse_blocked(visit, arrival)
    people.come_from(visit)
    if spec.audience is Audience.VOLUNTEER and not people.has_consented(visit):
        return data.consent_screen(visit)
    if spec.audience is Audience.ADMIN and not visit.who.may_manage:
        rules.community_here(visit)
        raise NotAllowed(N_("Only people who manage this community can do that."))
    if spec.audience is Audience.MODERATOR and not rules.may_moderate(visit):
        raise NotAllowed(ONLY_MODERATORS)
    standing.question_dropped(visit)
    return COMMAND_HANDLERS[spec.name](visit, arguments(spec, event))


def _no_command(name: str) -> Unknown:
    near = command_nearest(name)
    if near is None:
        return Unknown(N_("There is no command “{name}”. See /help.", name=name))
    return Unknown(
        N_("There is no command “{name}”. Did you mean {command}?", name=name, command=f"/{near}")
    )


def _press(visit: Visit, arrival: Arrival, event: Press) -> Screen:
    try:
        verb, task_id, argument = press_parts(event.id)
        handler = PRESS_HANDLERS[verb]
    except (ValueError, KeyError):
        raise Unknown(N_("This button is out of date. Go on with /work.")) from None
    if verb not in _RIGHTS_PRESSES:
        _refuse_blocked(visit, arrival)
    if verb in ADMIN_PRESSES and not visit.who.may_manage:
        raise NotAllowed(N_("Only people who manage this community can do that."))
    if verb in MOD_PRESSES and not rules.may_moderate(visit):
        raise NotAllowed(ONLY_MODERATORS)
    if verb not in _OPEN_PRESSES | ADMIN_PRESSES | MOD_PRESSES and not people.has_consented(visit):
        return data.consent_screen(visit)
    if verb != SHOW:
        standing.question_dropped(visit)
    return handler(visit, task_id, argument)


def _answered(visit: Visit, event: Typed | Revised | Ordered | Labelled) -> Screen:
    match event:
        case Ordered():
            return working.ordered(visit, event)
        case Labelled():
            return working.labelled(visit, event)
        case Revised():
            return working.revised(visit, event)
        case _:
            return standing.typed(visit, event)
