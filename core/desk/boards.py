"""Points, levels, streaks and leaderboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from zoneinfo import ZoneInfo

from core import points
from core.bulletin import shown_name
from core.commands import HERE, period_meant, scope_meant
from core.desk.words import take_task
from core.dialogue import Button, Emphasis, Say, Screen, Table, press
from core.errors import Unknown
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.ports import Standing
from core.text import N_, Nn_, Text

# limit:80 button
PERIOD_NAMES: Mapping[str, Text] = {
    "day": N_("Today"),
    "week": N_("This week"),
    "month": N_("This month"),
    "total": N_("All time"),
}
_BOARD_ROWS = 20

COUNT_NAMES: Mapping[str, Text] = {
    "prompts": N_("First messages written"),
    "replies_assistant": N_("Replies written as the assistant"),
    "replies_prompter": N_("Replies written as the user"),
    "labels_simple": N_("Short reviews"),
    "labels_full": N_("Full reviews"),
    "rankings": N_("Rankings"),
    "accepted_prompts": N_("First messages accepted"),
    "accepted_replies_assistant": N_("Assistant replies accepted"),
    "accepted_replies_prompter": N_("User replies accepted"),
    "ranked_1": N_("Ranked first by a volunteer"),
    "ranked_2": N_("Ranked second by a volunteer"),
    "ranked_3": N_("Ranked third by a volunteer"),
    "agreed": N_("Agreement with other voters"),
}


def me(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/me: points with the reasons for them, level, streak, badges."""
    total = visit.unit.standing(visit.person.id, "*", "total")
    today = visit.now.astimezone(ZoneInfo(visit.person.timezone)).date()
    streak = points.streak_today(visit.person.streak, today, visit.policy.streak_freezes_per_week)
    earned = points.Earned(
        counts=total.counts,
        languages=visit.unit.boards_worked_for(visit.person.id, points.language_scopes()),
        best_streak=visit.person.streak.best,
    )
    badges = tuple(badge.title for badge in points.badges(earned))
    body = [
        Nn_("{count} point", "{count} points", total.points),
        _level(total.points),
        Nn_("Streak: {count} day", "Streak: {count} days", streak),
    ]
    if badges:
        body.append(N_("Badges: {badges}", badges=badges))
    if total.place:
        body.append(N_("Your place, all time and everywhere: {place}", place=total.place))
    return Say(
        title=N_("You"),
        body=tuple(body),
        table=_reasons(visit, total),
        buttons=(
            take_task(),
            Button(press("mine"), N_("Your texts")),
            Button(press("board"), N_("Leaderboard")),
        ),
    )


def _level(total: int) -> Text:
    level, missing = points.level(total), points.points_to_next(total)
    if missing is None:
        return N_("Level {level}", level=level)
    return Nn_(
        "Level {level}, {count} point to the next",
        "Level {level}, {count} points to the next",
        missing,
        level=level,
    )


def _reasons(visit: Visit, standing: Standing) -> Table | None:
    rows = tuple(
        (COUNT_NAMES[name], str(count), str(points.points({name: count}, visit.policy.points)))
        for name, count in standing.counts.items()
        if count and visit.policy.points[name]
    )
    if not rows:
        return None
    return Table(head=(N_("What for"), N_("How often"), N_("Points")), rows=rows)


def leaderboard(visit: Visit, args: Mapping[str, str]) -> Screen:
    """/leaderboard [period] [scope]."""
    return board(visit, _period(args.get("period", "")), _scope(visit, args.get("scope", "")))


def press_board(visit: Visit, task_id: int | None, argument: str | None) -> Screen:
    period, _, scope = (argument or "week.*").partition(".")
    if period not in PERIOD_NAMES or not _is_known_scope(visit, scope):
        raise Unknown(N_("This button is out of date. Go on with /work."))
    return board(visit, period, scope)


def board(visit: Visit, period: str, scope: str) -> Screen:
    """A board with the reader's own place, listed or not."""
    key = points.period_named(period, visit.now)
    rows = visit.unit.board(scope, key, _BOARD_ROWS)
    own = visit.unit.standing(visit.person.id, scope, key)
    listed = [row.person_id for row in rows]
    shown = [_cells(row) for row in rows]
    own_row = listed.index(own.person_id) if own.person_id in listed else None
    body: tuple[Text, ...] = ()
    if not rows:
        body = (N_("Nobody has any points here yet."),)
    elif own_row is None and own.points and (own.place or visit.community is None):
        body = (
            Nn_("You have {count} point.", "You have {count} points.", own.points)
            if not own.place
            else Nn_(
                "Your place is {place}, with {count} point.",
                "Your place is {place}, with {count} points.",
                own.points,
                place=own.place,
            ),
        )
        if own.place:
            near = visit.unit.neighbours(own, scope, key)
            own_row = _add_neighbourhood(shown, listed, own, near)
    return Say(
        title=N_("{period}: {scope}", period=PERIOD_NAMES[period], scope=_scope_name(visit, scope)),
        body=body,
        table=Table(
            head=(N_("Place"), N_("Who"), N_("Points")),
            rows=tuple(shown),
            own_row=own_row,
        )
        if rows
        else None,
        buttons=tuple(
            Button(
                press("board", None, f"{name}.{scope}"),
                label,
                Emphasis.PRIMARY if name == period else Emphasis.NORMAL,
            )
            for name, label in PERIOD_NAMES.items()
        ),
        public=True,
    )


_Row: TypeAlias = tuple[Text | str, ...]
_GAP: _Row = ("…", "…", "…")


def _cells(row: Standing) -> _Row:
    return str(row.place), shown_name(row), str(row.points)


def _add_neighbourhood(
    shown: list[_Row], listed: Sequence[int], own: Standing, near: Sequence[Standing]
) -> int:
    """Add somebody between those just above and just below to a board; the row that is theirs."""
    around = sorted([own, *near], key=lambda row: (-row.points, row.person_id))
    if around[0].person_id not in listed:
        shown.append(_GAP)
    fresh = [row for row in around if row.person_id not in listed]
    own_row = len(shown) + fresh.index(own)
    shown += map(_cells, fresh)
    return own_row


def _period(words: str) -> str:
    found = period_meant(words.strip() or "week")
    if found is None:
        raise Unknown(N_("Choose day, week, month or total."))
    return found


def _scope(visit: Visit, words: str) -> str:
    match scope_meant(words.strip() or HERE):
        case None:
            raise Unknown(N_("Choose here, everywhere, or a language."))
        case "here":
            return f"c:{visit.community.id}" if visit.community is not None else "*"
        case "everywhere":
            return "*"
        case code:
            return f"l:{code}"


def _is_known_scope(visit: Visit, scope: str) -> bool:
    here = f"c:{visit.community.id}" if visit.community is not None else "*"
    return scope in {"*", here} or (scope.startswith("l:") and scope[2:] in LANGUAGES)


def _scope_name(visit: Visit, scope: str) -> Text:
    if scope.startswith("l:"):
        return N_("{language}", language=LANGUAGES[scope[2:]].own_name)
    if scope.startswith("c:"):
        return N_("this community")
    return N_("everywhere")
