"""/setup: a community made ready in four presses; and a button with which its people begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.desk.config import all_settings, schedule_from, show_languages
from core.desk.words import take_task
from core.dialogue import AskChoice, Button, Emphasis, Invite, Say, Screen, press
from core.errors import Unknown
from core.flow import rules as flow
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.schedule import BOARDS
from core.text import N_
from core.values import replace


def setup(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/setup: four steps, each one press; what was set before can be kept."""
    return press_setup(visit, None, "channel")


def press_setup(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`step` shows a step, `step.choice` sets it and goes on."""
    flow.community_here(visit)
    step, _, choice = (argument or "channel").partition(".")
    if step not in _STEPS:
        raise Unknown(N_("This button is out of date. Go on with /setup."))
    if choice:
        _STEPS[step][1](visit, choice)
        names = list(_STEPS)
        following = names[names.index(step) + 1 :]
        step = following[0] if following else "done"
    return _done(visit) if step == "done" else _STEPS[step][0](visit)


def _step_channel(visit: Visit) -> Screen:
    return AskChoice(
        title=N_("Set up 1/4: channel"),
        body=(N_("Shall tasks and leaderboards have their place here, in this channel?"),),
        buttons=(
            Button(press("setup", None, "channel.here"), N_("Yes, here"), Emphasis.PRIMARY),
            Button(press("setup", None, "channel.keep"), N_("Leave it as it is")),
        ),
    )


def _set_channel(visit: Visit, choice: str) -> None:
    if choice == "here" and visit.who.place is not None:
        place = visit.who.place
        rules = replace(flow.rules_here(visit), task_channel=place, board_channel=place)
        flow.change_rules(visit, "channels", rules)


def _step_languages(visit: Visit) -> Screen:
    own = visit.person.languages[:1] or ("en",)
    name = LANGUAGES[own[0]].own_name
    return AskChoice(
        title=N_("Set up 2/4: languages"),
        body=(
            N_("Now: {value}", value=show_languages(visit, flow.rules_here(visit))),
            N_("More than one: /config languages German, English"),
        ),
        buttons=(
            Button(press("setup", None, "languages.all"), N_("All languages"), Emphasis.PRIMARY),
            Button(
                press("setup", None, f"languages.{own[0]}"), N_("Only {language}", language=name)
            ),
            Button(press("setup", None, "languages.keep"), N_("Leave it as it is")),
        ),
    )


def _set_languages(visit: Visit, choice: str) -> None:
    if choice == "all":
        flow.change_languages(visit, ())
    elif choice in LANGUAGES:  # else it stays as it is
        flow.change_languages(visit, (choice,))


def _step_board(visit: Visit) -> Screen:
    zone = flow.rules_here(visit).timezone
    return AskChoice(
        title=N_("Set up 3/4: leaderboard"),
        body=(N_("When shall the leaderboard be posted? Hours are in {timezone}.", timezone=zone),),
        buttons=(
            Button(press("setup", None, "board.week"), N_("Mondays at 9:00"), Emphasis.PRIMARY),
            Button(press("setup", None, "board.day"), N_("Every day at 9:00")),
            Button(press("setup", None, "board.off"), N_("Never")),
            Button(press("setup", None, "board.keep"), N_("Leave it as it is")),
        ),
    )


def _set_board(visit: Visit, choice: str) -> None:
    if choice == "keep":
        return
    for board in BOARDS:
        wanted = "9" if board == choice else "off"
        flow.change_board(visit, board, schedule_from(visit, board, wanted))


def _step_terms(visit: Visit) -> Screen:
    return AskChoice(
        title=N_("Set up 4/4: terms"),
        body=(
            N_(
                "Volunteers are asked for their own consent. As operators you promise not to send"
                " other people's texts, and to handle reports."
            ),
        ),
        buttons=(
            Button(press("setup", None, "terms.yes"), N_("We promise"), Emphasis.PRIMARY),
            Button(press("setup", None, "channel"), N_("Back")),
        ),
    )


def _set_terms(visit: Visit, choice: str) -> None:
    rules = replace(flow.rules_here(visit), terms_version=visit.policy.terms_version, open=True)
    flow.change_rules(visit, "terms", rules)


def post_button(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/post-button: the way in for those who never type a command."""
    flow.community_here(visit)
    return Invite(
        notes=(N_("The button is posted. You may want to pin the message."),),
        card=Say(
            title=N_("Help to grow conversations"),
            body=(
                N_(
                    "Write, review or rank messages from which assistants learn. A task takes a "
                    "minute or two; only you see it."
                ),
            ),
            buttons=(take_task(),),
            public=True,
            language=_spoken_here(visit),
        ),
    )


def _spoken_here(visit: Visit) -> str:
    """The language of what is posted here; where none is set, that of whoever posts it."""
    languages = visit.community.languages if visit.community is not None else ()
    return flow.rules_here(visit).language or (*languages, visit.language)[0]


_STEPS: Mapping[str, tuple[Callable[[Visit], Screen], Callable[[Visit, str], None]]] = {
    "channel": (_step_channel, _set_channel),
    "languages": (_step_languages, _set_languages),
    "board": (_step_board, _set_board),
    "terms": (_step_terms, _set_terms),
}


def _done(visit: Visit) -> Screen:
    missing = tuple(visit.who.lacks)
    notes = (
        N_("Ready. Volunteers can begin with /work."),
        N_("Post a button for them with /post-button, and they need not type."),
        *((N_("I still need these permissions here: {names}", names=missing),) if missing else ()),
    )
    return replace(all_settings(visit), notes=notes)
