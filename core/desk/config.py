"""/config: how a community collects, setting by setting, for those who manage it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.bulletin import Outgoing
from core.commands import kinds_named
from core.community import Rules, codes_from
from core.dialogue import Button, Say, Screen, Table, press
from core.errors import Unknown
from core.flow import posting
from core.flow import rules as flow
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.model import TaskKind
from core.schedule import BOARDS, Schedule
from core.text import N_, Text
from core.timezones import timezone_named
from core.values import replace

# ---------------------------------------------------------------- /config


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set by name."""

    name: str
    sentence: Text
    show: Callable[[Visit, Rules], Text | str]
    read: Callable[[Visit, Rules, str], Rules] | None = None  # None: set in its own way


def config(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/config [setting] [value]: shows all, explains one, or sets it."""
    flow.community_here(visit)
    name = args.get("setting", "").strip().lower().replace("-", "_")
    if not name:
        return all_settings(visit)
    setting = _BY_NAME.get(name)
    if setting is None:
        raise Unknown(
            N_(
                "There is no setting “{name}”. There are: {names}.",
                name=name[:60],
                names=tuple(_BY_NAME),
            )
        )
    if "value" not in args:
        shown = setting.show(visit, flow.rules_here(visit))
        return Say(
            title=N_("{name}", name=name),
            body=(setting.sentence, N_("Now: {value}", value=shown)),
        )
    _set(visit, setting, args["value"].strip())
    return replace(all_settings(visit), notes=(N_("Saved."),))


def _set(visit: Visit, setting: Setting, value: str) -> None:
    if setting.name == "languages":
        codes = () if value.lower() in {"", "all"} else codes_from(value)
        if codes is None:
            raise Unknown(N_("I don't know one of these languages. Write them as in /language."))
        flow.change_languages(visit, codes)
    elif setting.name in BOARDS:
        flow.change_board(visit, setting.name, schedule_from(visit, setting.name, value))
    else:
        assert setting.read is not None
        rules = setting.read(visit, flow.rules_here(visit), value)
        flow.change_rules(visit, setting.name, rules)


def all_settings(visit: Visit) -> Screen:
    rules = flow.rules_here(visit)
    posts = _unsettled(visit)
    return Say(
        title=N_("Settings of this community"),
        body=(
            N_("Change one with /config, its name and the new value."),
            *(posting.trouble(post) for post in posts),
        ),
        table=Table(
            head=(N_("Setting"), N_("Now"), N_("What it does")),
            rows=tuple((s.name, s.show(visit, rules), s.sentence) for s in SETTINGS),
        ),
        buttons=(
            Button(press("open", None, "no" if rules.open else "yes"), _OPEN[not rules.open]),
            Button(press("setup"), N_("Set up step by step")),
            *(
                Button(
                    press("sendnow", None, f"{post.board}.{post.period}"),
                    N_("Send {period} now", period=post.period.partition(":")[2]),
                )
                for post in posts
            ),
        ),
    )


_POSTS_SHOWN = 3


def _unsettled(visit: Visit) -> Sequence[Outgoing]:
    """Posts that only an admin can decide about."""
    return posting.unsettled(visit, flow.community_here(visit).id)[:_POSTS_SHOWN]


_OPEN = {True: N_("Switch tasks on"), False: N_("Switch tasks off")}


def press_open(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    flow.community_here(visit)
    rules = replace(flow.rules_here(visit), open=argument == "yes")
    flow.change_rules(visit, "open", rules)
    return replace(all_settings(visit), notes=(N_("Saved."),))


def press_sendnow(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    """`board.period`: a post that was refused, or may not have arrived, goes out (again)."""
    board, _, period = (argument or "").partition(".")
    posting.send_now(visit, flow.community_here(visit).id, board, period)
    return replace(all_settings(visit), notes=(N_("It is being sent."),))


# -- reading and showing values


def _yes_no(visit: Visit, rules: Rules, value: str) -> Rules:
    words = {"yes": True, "on": True, "no": False, "off": False}
    if value.lower() not in words:
        raise Unknown(N_("Write yes or no."))
    return replace(rules, open=words[value.lower()])


def _kinds(visit: Visit, rules: Rules, value: str) -> Rules:
    if value.lower() in {"", "all"}:
        return replace(rules, kinds=())
    parts = [kinds_named(part) for part in value.split(",")]
    if not all(parts):
        raise Unknown(
            N_("Write all, or some of these: {kinds}.", kinds=tuple(k.value for k in TaskKind))
        )
    return replace(rules, kinds=tuple(dict.fromkeys(kind for part in parts for kind in part)))


def _channel(name: str) -> Callable[[Visit, Rules, str], Rules]:
    def read(visit: Visit, rules: Rules, value: str) -> Rules:
        if value.lower() in {"", "off", "none"}:
            return replace(rules, **{name: None})  # type: ignore[arg-type]
        place = visit.who.place if value.lower() == "here" else value.strip("<#>")
        if not place or not _may_name(visit, place):
            raise Unknown(
                N_(
                    "Write here, the number of a channel of this community or of a group that you"
                    " manage as well, or off."
                )
            )
        return replace(rules, **{name: place})  # type: ignore[arg-type]

    return read


def _may_name(visit: Visit, place: str) -> bool:
    """Nobody sends what is posted here into channels of others; a group stands for its topics."""
    who = visit.who
    return place == who.place or place in who.places or place.partition("/")[0] == who.community


def _roles(name: str) -> Callable[[Visit, Rules, str], Rules]:
    def read(visit: Visit, rules: Rules, value: str) -> Rules:
        parts = [part.strip().strip("<@&>") for part in value.split(",")]
        roles = tuple(part for part in parts if part and part.lower() != "all")
        if any(not role.isdecimal() for role in roles):
            raise Unknown(N_("Write all, or roles separated by commas."))
        return replace(rules, **{name: roles})  # type: ignore[arg-type]

    return read


def _quota(visit: Visit, rules: Rules, value: str) -> Rules:
    if value.lower() in {"", "off", "none"}:
        return replace(rules, daily_quota=None)
    if not value.isdecimal() or len(value) > _DIGITS or not 1 <= int(value) <= 10_000:
        raise Unknown(N_("Write how many tasks a person may take in a day, or off."))
    return replace(rules, daily_quota=int(value))


def _quiet(visit: Visit, rules: Rules, value: str) -> Rules:
    if value.lower() in {"", "off", "none"}:
        return replace(rules, quiet=None)
    begin, dash, end = value.replace(" ", "").replace(":00", "").partition("-")
    if not dash or not (_is_hour(begin) and _is_hour(end)):
        raise Unknown(N_("Write two hours such as 22-7, or off."))
    return replace(rules, quiet=(int(begin), int(end)))


def _timezone(visit: Visit, rules: Rules, value: str) -> Rules:
    known = timezone_named(value)
    if known is not None:
        return replace(rules, timezone=known)
    raise Unknown(
        N_(
            "I don't know the time zone “{name}”. Write it like Europe/Madrid or UTC.",
            name=value[:60],
        )
    )


def _language(visit: Visit, rules: Rules, value: str) -> Rules:
    codes = codes_from(value)
    if not codes or len(codes) > 1:
        raise Unknown(N_("Write one language, by name or code."))
    return replace(rules, language=codes[0])


def schedule_from(visit: Visit, board: str, value: str) -> Schedule | None:
    """`off`, `9`, `9:00` or, for weekly boards, `monday 9`; local hours of the community."""
    assert visit.community is not None
    words = value.lower().replace(":00", "").split()
    if words in ([], ["off"], ["none"]):
        return None
    weekday = 0
    if board == "week" and len(words) == 2:
        days = [i for i, day in enumerate(_WEEKDAYS) if day.startswith(words[0][:3])]
        if len(words[0]) < 3 or not days:
            raise Unknown(_BOARD_HELP)
        weekday, words = days[0], words[1:]
    if len(words) != 1 or not _is_hour(words[0]):
        raise Unknown(_BOARD_HELP)
    return Schedule(
        visit.community.id,
        board,
        timezone=flow.rules_here(visit).timezone,
        weekday=weekday,
        hour=int(words[0]),
    )


_DIGITS = 9
"""No number that means something has more."""


def _is_hour(words: str) -> bool:
    return words.isdecimal() and len(words) <= _DIGITS and int(words) < 24


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BOARD_HELP = N_("Write an hour such as 9, for weekly boards also a day: monday 9. Or off.")


def _show_place(place: str | None) -> Text | str:
    return N_("not set") if place is None else place


def _show_roles(roles: tuple[str, ...]) -> Text | str:
    return ", ".join(roles) if roles else N_("everybody")


def _show_board(board: str) -> Callable[[Visit, Rules], Text | str]:
    def show(visit: Visit, rules: Rules) -> Text | str:
        assert visit.community is not None
        for schedule in visit.unit.schedules(visit.community.id):
            if schedule.board == board:
                return f"{schedule.hour}:00 {schedule.timezone}"
        return N_("off")

    return show


def show_languages(visit: Visit, rules: Rules) -> Text | str:
    codes = visit.community.languages if visit.community is not None else ()
    return ", ".join(LANGUAGES[code].own_name for code in codes) if codes else N_("all")


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "open",
        N_("Whether tasks are handed out here: yes or no"),
        lambda visit, rules: N_("yes") if rules.open else N_("no"),
        _yes_no,
    ),
    Setting("languages", N_("Task languages, separated by commas, or all"), show_languages),
    Setting(
        "kinds",
        N_("Kinds of task, separated by commas, or all"),
        lambda visit, rules: ", ".join(rules.kinds) if rules.kinds else N_("all"),
        _kinds,
    ),
    Setting(
        "task_channel",
        N_("Where volunteers are sent for tasks: here, a channel, or off"),
        lambda visit, rules: _show_place(rules.task_channel),
        _channel("task_channel"),
    ),
    Setting(
        "board_channel",
        N_("Where leaderboards are posted: here, a channel, or off"),
        lambda visit, rules: _show_place(rules.board_channel),
        _channel("board_channel"),
    ),
    Setting(
        "log_channel",
        N_("Where moderators see reports: here, a channel, or off"),
        lambda visit, rules: _show_place(rules.log_channel),
        _channel("log_channel"),
    ),
    Setting("day", N_("Daily leaderboard: an hour such as 9, or off"), _show_board("day")),
    Setting(
        "week",
        N_("Weekly leaderboard: a day and an hour such as monday 9, or off"),
        _show_board("week"),
    ),
    Setting("month", N_("Monthly leaderboard: an hour such as 9, or off"), _show_board("month")),
    Setting(
        "work_roles",
        N_("Roles that may take tasks, separated by commas, or all"),
        lambda visit, rules: _show_roles(rules.work_roles),
        _roles("work_roles"),
    ),
    Setting(
        "mod_roles",
        N_("Roles that may moderate, besides those who can anyway"),
        lambda visit, rules: ", ".join(rules.mod_roles) if rules.mod_roles else N_("none"),
        _roles("mod_roles"),
    ),
    Setting(
        "quota",
        N_("Tasks that a person may take in a day, or off"),
        lambda visit, rules: str(rules.daily_quota) if rules.daily_quota else N_("off"),
        _quota,
    ),
    Setting(
        "quiet",
        N_("Hours without tasks and posts, such as 22-7, or off"),
        lambda visit, rules: f"{rules.quiet[0]}-{rules.quiet[1]}" if rules.quiet else N_("off"),
        _quiet,
    ),
    Setting(
        "timezone",
        N_("The time zone of all these hours, such as Europe/Madrid"),
        lambda visit, rules: rules.timezone,
        _timezone,
    ),
    Setting(
        "language",
        N_("The language of what is posted here"),
        lambda visit, rules: LANGUAGES[rules.language].own_name if rules.language else N_("auto"),
        _language,
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}
