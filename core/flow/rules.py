"""What a community's rules allow, checked whenever work is asked for there."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from core.community import Rules, rules_of, with_rules
from core.errors import NotAllowed, TooMuch, Unknown
from core.flow.handing import Wish
from core.flow.record import noted
from core.flow.turn import Visit
from core.languages import LANGUAGES
from core.people import AuditEntry, Community
from core.schedule import Schedule, first_run, is_quiet, period_start
from core.text import N_, Nn_
from core.values import replace


def rules_here(visit: Visit) -> Rules:
    return rules_of(visit.community)


def may_moderate(visit: Visit) -> bool:
    """Owners anywhere; in a community those the platform says, and those with a chosen role."""
    if visit.is_owner:
        return True
    if visit.community is None:
        return False
    chosen = set(rules_here(visit).mod_roles)
    return visit.who.may_manage or visit.who.may_moderate or bool(chosen & set(visit.who.roles))


def allowed_wish(visit: Visit, wish: Wish) -> Wish:
    """The wish within the rules of the community it is made in; in private all is allowed."""
    if visit.community is None:
        return wish
    rules = rules_here(visit)
    _refuse_closed(visit, rules)
    _refuse_elsewhere(visit, rules)
    _refuse_over_quota(visit, rules)
    kinds = wish.kinds or rules.kinds
    if rules.kinds and not set(kinds) <= set(rules.kinds):
        raise NotAllowed(
            N_("This kind of task is switched off in this community. Take another with /work.")
        )
    return Wish(kinds, _languages(visit, wish))


def _languages(visit: Visit, wish: Wish) -> tuple[str, ...]:
    wanted = wish.languages or visit.person.languages
    here = visit.community.languages if visit.community is not None else ()
    if not here:
        return wish.languages
    common = tuple(code for code in wanted if code in here)
    if not common:
        names = tuple(LANGUAGES[code].own_name for code in here)
        raise NotAllowed(
            N_(
                "This community works in {languages}. Choose one of them with /language, or write"
                " to me in private.",
                languages=names,
            )
        )
    return common


def _refuse_closed(visit: Visit, rules: Rules) -> None:
    if not rules.open:
        raise NotAllowed(
            N_("Tasks are switched off in this community. You can write to me in private.")
        )
    if rules.work_roles and not set(rules.work_roles) & set(visit.who.roles):
        raise NotAllowed(
            N_("In this community only some roles take tasks. You can write to me in private.")
        )
    hour = visit.now.astimezone(ZoneInfo(rules.timezone)).hour
    if is_quiet(hour, rules.quiet):
        assert rules.quiet is not None
        raise TooMuch(
            N_(
                "This community rests now. It goes on at {hour}:00 ({timezone}).",
                hour=rules.quiet[1],
                timezone=rules.timezone,
            )
        )


def _refuse_elsewhere(visit: Visit, rules: Rules) -> None:
    """A channel set aside for tasks is where they are taken; a group stands for its topics."""
    place, chosen = visit.who.place, rules.task_channel
    if None not in (place, chosen) and place not in (chosen, (chosen or "").partition("/")[0]):
        raise NotAllowed(
            N_(
                "In this community tasks have a channel of their own. Take one there, or write to"
                " me in private."
            )
        )


def _refuse_over_quota(visit: Visit, rules: Rules) -> None:
    """What they took elsewhere is no concern of this community's."""
    if rules.daily_quota is None:
        return
    midnight = period_start("day", visit.now)
    taken = visit.unit.tasks_taken_in(visit.here_id or 0, visit.person.id, midnight)
    if taken >= rules.daily_quota:
        hours = max(1, -(-(midnight + timedelta(days=1) - visit.now) // timedelta(hours=1)))
        raise TooMuch(
            Nn_(
                "That was your last task here for today. You can go on in {count} hour.",
                "That was your last task here for today. You can go on in {count} hours.",
                hours,
            )
        )


# ---------------------------------------------------------------- changing them


def change_rules(visit: Visit, what: str, rules: Rules) -> Rules:
    """New rules for the community of this visit; the old ones are kept in the record."""
    here = community_here(visit)
    before = here.settings
    community = with_rules(here, rules)
    visit.community = community
    visit.unit.save_community(community)
    _keep_hours(visit, community.id, rules.timezone)
    _noted(visit, what, str(dict(before)), str(dict(community.settings)))
    return rules


def _keep_hours(visit: Visit, community_id: int, timezone: str) -> None:
    """Boards keep the hours that were set, in whatever time zone the community has now."""
    for schedule in visit.unit.schedules(community_id):
        if schedule.timezone != timezone:
            moved = replace(schedule, timezone=timezone)
            run = first_run(moved, visit.now, schedule)
            visit.unit.save_schedule(replace(moved, next_run=run))


def admitted(visit: Visit, *, is_in: bool) -> None:
    """Removed from a community: nothing is posted there; let in again: all is as it was set."""
    community = visit.community
    if community is None or community.active == is_in:
        return
    visit.community = replace(community, active=is_in)
    visit.unit.save_community(visit.community)
    _noted(visit, "bot", "out" if is_in else "in", "in" if is_in else "out")


def community_here(visit: Visit) -> Community:
    """The one that is being set up; in private there is none."""
    if visit.community is None:
        raise Unknown(N_("Use this command in the community that you want to set up."))
    return visit.community


def community_moved(visit: Visit, to: str) -> None:
    """The community is called something else by its platform: all that was set stays set."""
    community, old = visit.community, visit.who.community
    if community is None or old is None or not visit.unit.move_community(visit.who, to):
        return
    rules = rules_of(community)
    moved = replace(
        rules,
        task_channel=_moved_place(rules.task_channel, old, to),
        board_channel=_moved_place(rules.board_channel, old, to),
        log_channel=_moved_place(rules.log_channel, old, to),
    )
    visit.unit.save_community(with_rules(community, moved))
    visit.community = None


def _moved_place(place: str | None, old: str, to: str) -> str | None:
    """A place in the community, which is named by its id and perhaps a topic."""
    if place is None:
        return None
    chat, slash, topic = place.partition("/")
    return f"{to}{slash}{topic}" if chat == old else place


def change_languages(visit: Visit, codes: tuple[str, ...]) -> None:
    """The task languages of the community; none means all."""
    here = community_here(visit)
    before = here.languages
    visit.community = replace(here, languages=codes)
    visit.unit.save_community(visit.community)
    _noted(visit, "languages", ",".join(before), ",".join(codes))


def change_board(visit: Visit, board: str, schedule: Schedule | None) -> None:
    """When a board is posted here, or that it no longer is."""
    here = community_here(visit)
    if schedule is None:
        visit.unit.drop_schedule(here.id, board)
    else:
        known = {one.board: one for one in visit.unit.schedules(here.id)}
        run = first_run(schedule, visit.now, known.get(board))
        visit.unit.save_schedule(replace(schedule, next_run=run))
    _noted(visit, f"board {board}", None, "off" if schedule is None else f"{schedule.hour}:00")


def _noted(visit: Visit, what: str, before: str | None, after: str) -> None:
    noted(
        visit,
        AuditEntry(
            at=visit.now,
            act="configure",
            actor_id=visit.person.id,
            before=before,
            after=after,
            reason=what,
            community_id=visit.here_id,
        ),
    )
