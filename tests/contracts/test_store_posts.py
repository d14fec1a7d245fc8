"""What every store promises about boards on schedule, and the flow that posts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from fakes.planting import AT, plant

from core.bulletin import Outgoing, PostState
from core.community import Rules, with_rules
from core.flow import posting
from core.flow.turn import Turn
from core.people import AuditEntry, Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.schedule import Schedule
from core.testing import ManualClock, ToldGuess

POLICY = Policy()
_DAYS = ("d:2026-01-01", "d:2026-01-02", "d:2026-01-03")


def community(unit: UnitOfWork, name: str = "home", platform: str = "discord") -> int:
    who = Who(platform, "ada", "Ada", community=name, community_name=name)
    found = unit.arrive(who, None, AT).community
    assert found is not None
    unit.save_community(with_rules(found, Rules(board_channel="77")))
    return found.id


def turn(unit: UnitOfWork, later: timedelta = timedelta(0)) -> Turn:
    clock = ManualClock(AT + later)
    return Turn(unit, World(POLICY, clock, Random(0), ToldGuess()), clock())


async def test_a_schedule_is_kept_changed_and_dropped(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[list[int]]:
        here = community(unit)
        found = []
        for hour in (9, 18):
            unit.save_schedule(Schedule(here, "week", hour=hour, next_run=AT))
            found.append([s.hour for s in unit.schedules(here)])
        unit.drop_schedule(here, "week")
        return [*found, [s.hour for s in unit.schedules(here)]]

    assert await store.transact(work) == [[9], [18], []]


async def test_a_period_is_posted_once_whatever_is_due_again(store: Store) -> None:
    def prepare(unit: UnitOfWork) -> int:
        here = community(unit)
        unit.save_schedule(Schedule(here, "day", hour=9, next_run=AT - timedelta(minutes=20)))
        return here

    here = await store.transact(prepare)
    planned = await store.transact(lambda unit: posting.plan_posts(turn(unit)).looked_at)
    again = await store.transact(lambda unit: posting.plan_posts(turn(unit)).looked_at)

    def rewind(unit: UnitOfWork) -> int:
        unit.save_schedule(Schedule(here, "day", hour=9, next_run=AT - timedelta(minutes=20)))
        return posting.plan_posts(turn(unit)).looked_at

    assert (planned, again) == (1, 0)
    assert await store.transact(rewind) == 1
    posts = await store.transact(lambda unit: unit.posts_of(here, 9))
    assert len(posts) == 1


async def test_a_week_offline_is_one_post(store: Store) -> None:
    def work(unit: UnitOfWork) -> int:
        here = community(unit)
        unit.save_schedule(Schedule(here, "day", hour=9, next_run=AT - timedelta(days=7)))
        while posting.plan_posts(turn(unit)).looked_at:
            pass
        return len(unit.posts_of(here, 99))

    assert await store.transact(work) == 1


async def test_posts_are_begun_once_and_only_by_their_platform(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        here = community(unit)
        unit.add_post(Outgoing(here, "day", "d:2026-01-04", "here", due=AT))
        return [
            len(posting.begin_posts(turn(unit), "telegram").posts),
            len(posting.begin_posts(turn(unit), "discord").posts),
            len(posting.begin_posts(turn(unit), "discord").posts),
        ]

    assert await store.transact(work) == [0, 1, 0]


async def test_a_post_knows_where_it_goes_and_what_it_says(store: Store) -> None:
    def work(unit: UnitOfWork) -> posting.Post:
        here = community(unit)
        ada = unit.arrive(Who("discord", "ada", "Ada"), None, AT).person
        for period, points in (("d:2026-01-04", 3), ("d:2026-01-03", 1)):
            unit.tally(ada.id, [f"c:{here}"], [period], {"rankings": points})
        unit.add_post(Outgoing(here, "day", "d:2026-01-04", "here", due=AT))
        (post,) = posting.begin_posts(turn(unit), "discord").posts
        return post

    post = await store.transact(work)

    assert (post.address, post.channel) == ("home", "77")
    assert [(row.place, row.name, row.points, row.change) for row in post.bulletin.rows] == [
        (1, "Ada", 3, 0)
    ]
    assert "Ada" in str(post.bulletin.alternative)


async def test_what_became_of_a_post_is_kept(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[Outgoing | None]:
        here = community(unit)
        for day in _DAYS:
            unit.add_post(Outgoing(here, "day", day, "here", due=AT))
        first, second, third = posting.begin_posts(turn(unit), "discord").posts
        posting.sent(turn(unit), first.outgoing, "555")
        posting.refused(turn(unit), second.outgoing, "no permission")
        posting.later(turn(unit), third.outgoing, 30)
        return [unit.post(here, "day", day) for day in _DAYS]

    one, two, three = await store.transact(work)

    assert one is not None
    assert (one.state, one.external_ref) == (PostState.SENT, "555")
    assert two is not None
    assert (two.state, two.reason) == (PostState.REFUSED, "no permission")
    assert three is not None
    assert (three.state, three.due) == (PostState.WAITING, AT + timedelta(seconds=30))


async def test_a_post_cut_off_is_taken_up_by_one_alone_however_late(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[int]:
        unit.add_post(Outgoing(community(unit), "day", "d:2026-01-04", "here", due=AT))
        posting.begin_posts(turn(unit), "discord")
        late = turn(unit, timedelta(seconds=2.5 * POLICY.send_patience_seconds))
        later = turn(unit, timedelta(seconds=3 * POLICY.send_patience_seconds - 1))
        return [
            len(posting.take_up_posts(when, "discord", knows_nonces=True).again)
            for when in (late, late, later)
        ]

    assert await store.transact(work) == [1, 0, 0]


async def test_late_words_about_a_try_change_nothing_once_it_was_sent(store: Store) -> None:
    def work(unit: UnitOfWork) -> PostState:
        unit.add_post(Outgoing(community(unit), "day", "d:2026-01-04", "here", due=AT))
        (post,) = posting.begin_posts(turn(unit), "discord").posts
        posting.sent(turn(unit), post.outgoing, "1")
        posting.refused(turn(unit), post.outgoing, "no")
        posting.later(turn(unit), post.outgoing, 5)
        found = unit.post(post.outgoing.community_id, "day", "d:2026-01-04")
        assert found is not None
        posting.sent(turn(unit), replace(found, board="month"), "2")  # one that nobody knows
        return found.state

    assert await store.transact(work) is PostState.SENT


async def test_a_community_that_was_left_meanwhile_is_posted_nothing(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[int, Outgoing | None, posting.TakenUp]:
        here = community(unit)
        for day in _DAYS[:2]:
            unit.add_post(Outgoing(here, "day", day, "here", due=AT))
        posting.begin_posts(turn(unit), "discord", 1)
        found = unit.community(here)
        assert found is not None
        unit.save_community(replace(found, active=False))
        begun = posting.begin_posts(turn(unit), "discord").posts
        late = turn(unit, timedelta(seconds=POLICY.send_patience_seconds))
        up = posting.take_up_posts(late, "discord", knows_nonces=True)
        return len(begun), unit.post(here, "day", _DAYS[1]), up

    begun, refused, up = await store.transact(work)

    assert (begun, up.again, up.given_up) == (0, [], [])
    assert refused is not None
    assert (refused.state, refused.reason) == (PostState.REFUSED, "no community")


async def test_schedules_that_a_clock_put_off_are_brought_back_page_by_page(store: Store) -> None:
    def work(unit: UnitOfWork) -> list[bool]:
        here = [community(unit, name) for name in ("a", "b", "c")]
        for number in here:
            for board in ("day", "week"):
                unit.save_schedule(Schedule(number, board, next_run=AT + timedelta(days=400)))
        last = posting.set_right(turn(unit), limit=4)
        while last is not None:
            last = posting.set_right(turn(unit), last, limit=4)
        soon = AT + timedelta(days=8)
        return [s.next_run < soon for number in here for s in unit.schedules(number)]

    assert await store.transact(work) == [True] * 6


async def test_a_post_cut_off_goes_out_again_only_where_nonces_are_known(store: Store) -> None:
    def begin(unit: UnitOfWork) -> int:
        here = community(unit)
        for day in _DAYS[:2]:
            unit.add_post(Outgoing(here, "day", day, "here", due=AT))
        posting.begin_posts(turn(unit), "discord")
        return here

    here = await store.transact(begin)
    soon, late = timedelta(seconds=70), timedelta(seconds=200)

    def again(unit: UnitOfWork, later: timedelta, knows: bool) -> list[str]:
        taken = posting.take_up_posts(turn(unit, later), "discord", knows_nonces=knows, limit=1)
        return [post.outgoing.nonce for post in taken.again]

    assert len(await store.transact(lambda unit: again(unit, soon, True))) == 1
    assert await store.transact(lambda unit: again(unit, soon, False)) == []
    assert await store.transact(lambda unit: again(unit, late, True)) == []
    states = await store.transact(lambda unit: [p.state for p in unit.posts_of(here, 9)])
    assert states == [PostState.UNKNOWN, PostState.UNKNOWN]


async def test_trees_finished_are_counted_where_they_began(store: Store) -> None:
    def finish(unit: UnitOfWork, where: int | None, minute: int, tree_id: int | None = None) -> int:
        tree_id = tree_id or plant(unit).id
        unit.record(
            AuditEntry(
                at=AT + timedelta(minutes=minute),
                act="state",
                tree_id=tree_id,
                before="ranking",
                after="ready_for_export",
                community_id=where,
            )
        )
        return tree_id

    def work(unit: UnitOfWork) -> list[int]:
        here, there = community(unit, "here"), community(unit, "there")
        for minute in (-1, 0, 5, 9):
            again = finish(unit, here, minute)
        finish(unit, here, 6, again)
        finish(unit, there, 5)
        finish(unit, None, 5)
        halted = AuditEntry(AT, "state", again, after="halted_by_moderator", community_id=here)
        unit.record(halted)
        until = AT + timedelta(minutes=9)
        assert [e.act for e in unit.acts(here, 9)] == [], "no act of anybody's"
        return [unit.finished_trees(where, AT, until) for where in (here, there)]

    assert await store.transact(work) == [3, 1]


async def test_an_admin_sends_a_post_of_unknown_fate_again(store: Store) -> None:
    def work(unit: UnitOfWork) -> int:
        here = community(unit)
        unknown = Outgoing(here, "day", _DAYS[0], "here", due=AT, state=PostState.UNKNOWN)
        unit.add_post(unknown)
        posting.send_now(turn(unit), here, "day", _DAYS[0])
        return len(posting.begin_posts(turn(unit), "discord").posts)

    assert await store.transact(work) == 1
