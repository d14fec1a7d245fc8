"""A person's settings: languages, boards, time zone, reminders, linked accounts."""

from __future__ import annotations

from collections.abc import Mapping

from core.desk.data import consent_screen
from core.desk.tasks import nothing_open
from core.desk.words import take_task
from core.dialogue import AskChoice, AskText, Button, Say, Screen, Typed, press
from core.errors import Unknown
from core.flow import people, reminding
from core.flow.turn import Visit
from core.languages import DEFAULT, LANGUAGES, language_named
from core.text import N_, Nn_, Text
from core.values import replace

_PER_PAGE = 15

SPOKEN = ("en", "es", "de", "fr", "zh", "ar")
"""Languages in which everything that volunteers see can be said."""


# ---------------------------------------------------------------- languages


def language(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/language: with names it sets them, without it shows what can be chosen."""
    if args.get("interface"):
        people.choose_interface(visit, _code(args["interface"]))
    if args.get("languages"):
        words = [word for word in args["languages"].split(",") if word.strip()]
        people.choose_languages(visit, [_code(word) for word in words])
    return languages_screen(visit, 0)


def press_languages(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return languages_screen(visit, _page(argument))


def press_lang(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Adds or removes one task language; the last one stays."""
    code, _, page = (argument or "").partition(".")
    code, chosen = _code(code), list(visit.person.languages)
    if code in chosen:
        if len(chosen) == 1:
            return languages_screen(visit, _page(page), [N_("Keep at least one language.")])
        chosen.remove(code)
    else:
        chosen.append(code)
    people.choose_languages(visit, chosen)
    return languages_screen(visit, _page(page))


def press_speak(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Sets the language in which the desk speaks; without one, asks which."""
    if argument is not None:
        people.choose_interface(visit, _code(argument))
        return languages_screen(visit, 0)
    return AskChoice(
        title=N_("Which language shall I speak with you?"),
        buttons=(
            *(
                Button(press("speak", None, code), N_("{language}", language=_own_name(code)))
                for code in SPOKEN
            ),
            Button(press("languages"), N_("Back")),
        ),
    )


def languages_screen(visit: Visit, page: int, notes: list[Text] | None = None) -> Screen:
    """Task languages to switch on and off, a page at a time; chosen ones first."""
    chosen = visit.person.languages
    others = [code for code in LANGUAGES if code not in chosen]
    codes = [*chosen, *others]
    pages = -(-len(codes) // _PER_PAGE)
    page = min(page, pages - 1)
    shown = codes[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    names = tuple(_own_name(code) for code in chosen)
    buttons = [
        Button(
            press("lang", None, f"{code}.{page}"),
            N_("✓ {language}", language=_own_name(code))
            if code in chosen
            else N_("{language}", language=_own_name(code)),
        )
        for code in shown
    ]
    if page:
        buttons.append(Button(press("languages", None, page - 1), N_("Back")))
    if page < pages - 1:
        buttons.append(Button(press("languages", None, page + 1), N_("More")))
    buttons.append(Button(press("speak"), N_("I speak: {language}", language=_spoken(visit))))
    buttons.append(take_task())
    return AskChoice(
        title=N_("Languages"),
        body=(
            N_("You get tasks in: {languages}", languages=names)
            if names
            else N_("You have chosen no task language yet."),
            N_("Press a language to switch it on or off."),
        ),
        notes=tuple(notes or ()),
        buttons=tuple(buttons),
    )


def _own_name(code: str) -> str:
    return LANGUAGES[code].own_name


def _spoken(visit: Visit) -> str:
    return _own_name(visit.language if visit.language in SPOKEN else DEFAULT)


def _code(words: str) -> str:
    found = language_named(words)
    if found is None:
        raise Unknown(
            N_("I don't know the language “{name}”. See /language.", name=words.strip()[:60])
        )
    return found.code


def _page(argument: str | None) -> int:
    number = argument or "0"
    return int(number) if number.isdecimal() and len(number) < 4 else 0


# ---------------------------------------------------------------- switches


def hide(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/hide: off the boards, or back on them."""
    hidden = not visit.person.hidden
    visit.save_person(replace(visit.person, hidden=hidden))
    note = (
        N_("You are hidden from all leaderboards. You still see your own points with /me.")
        if hidden
        else N_("You are shown on leaderboards again.")
    )
    return Say(notes=(note,), buttons=(Button(press("hide"), N_("Undo")),))


def press_hide(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return hide(visit, {})


def remind(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/remind [hour]: reminders on or off; off to begin with."""
    word = args.get("hour", "").strip().lower()
    off = visit.person.reminders if not word else word in {"off", "no"}
    return _reminded_no_more(visit) if off else _reminded(visit, _hour(word))


def press_remind(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """Stopping them is anybody's right, whatever became of their consent."""
    if argument != "off" and not people.has_consented(visit):
        return consent_screen(visit)
    return remind(visit, {} if argument is None else {"hour": argument})


def _reminded(visit: Visit, hour: int | None) -> Screen:
    reminder = reminding.wish(visit, hour)
    return Say(
        notes=(
            N_("I will remind you when your streak is about to end or your languages need help."),
        ),
        body=(
            N_(
                "That is at about {hour}:00 of your day ({timezone}), and here. Choose another hour"
                " with /remind, or another zone with /timezone.",
                hour=reminder.hour,
                timezone=visit.person.timezone,
            ),
        ),
        buttons=(Button(press("remind", None, "off"), N_("No more reminders")),),
    )


def _reminded_no_more(visit: Visit) -> Screen:
    reminding.stop(visit)
    return Say(
        notes=(N_("No more reminders."),),
        buttons=(Button(press("remind", None, "on"), N_("Undo")),),
    )


def _hour(word: str) -> int | None:
    if word in {"", "on", "yes"}:
        return None
    if word.isdecimal() and len(word) <= 2 and int(word) < 24:
        return int(word)
    raise Unknown(N_("Write an hour from 0 to 23, or off."))


def timezone(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/timezone: sets it, or says what it is and asks."""
    if args.get("zone"):
        return _timezone_chosen(visit, args["zone"])
    visit.session = replace(visit.session, step="timezone")
    return AskText(
        title=N_("Time zone"),
        body=(
            N_("Your time zone is {name}.", name=visit.person.timezone),
            N_("Send another one, such as Europe/Madrid."),
        ),
        buttons=(Button(press("home"), N_("Keep it")),),
        field_label=N_("Time zone"),
        max_length=60,
        again=press("timezone"),
    )


def press_timezone(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    return timezone(visit, {})


def typed_timezone(visit: Visit, event: Typed) -> Screen:
    screen = _timezone_chosen(visit, event.text)
    visit.session = replace(visit.session, step="idle")
    return screen


def _timezone_chosen(visit: Visit, words: str) -> Screen:
    name = people.choose_timezone(visit, words)
    return nothing_open([N_("Your time zone is {name}.", name=name)])


# ---------------------------------------------------------------- linking


def link(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/link: shows a code, or takes one."""
    if args.get("code"):
        return _linked(visit, args["code"])
    code = people.offer_link(visit)
    return Say(
        title=N_("Link your accounts"),
        body=(
            Nn_(
                "On your other platform, send /link with this code within {count} minute:",
                "On your other platform, send /link with this code within {count} minutes:",
                visit.policy.link_minutes,
            ),
            N_("{code}", code=code),
            N_("Never show it to anybody else."),
        ),
        buttons=(take_task(),),
    )


def _linked(visit: Visit, code: str) -> Screen:
    if people.accept_link(visit, code):
        return nothing_open(
            [N_("Your accounts are linked: points, limits and settings are now shared.")]
        )
    wrong = N_("That code is wrong or too old. Get a new one with /link on the other platform.")
    return replace(nothing_open([wrong]), refused=True)
