"""Boards are posted once for each period, whatever fails; of unknown fates an admin is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from random import Random

import pytest
from fakes.boards import FakeHerald, Killed, community, poster, posts, ticked
from fakes.planting import AT
from fakes.players import Grove, Player

from bot.posting import Poster
from core.bulletin import Bulletin, Outgoing, PostState
from core.flow import posting
from core.flow.turn import Turn
from core.people import Streak, Who
from core.policy import Policy
from core.ports import Store, UnitOfWork, World
from core.testing import ManualClock, MemoryStore, ToldGuess

POLICY = Policy()


async def one(store: Store, platform: str = "discord", **rules: object) -> int:
    return await store.transact(lambda unit: community(unit, "home", platform, AT, **rules))


async def fate(store: Store, number: int) -> Outgoing:
    (post,) = await posts(store, [number])
    return post


async def test_what_is_due_is_planned_drawn_and_posted_once_by_two_loops(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)
    first, second = poster(store, clock, herald), poster(store, clock, herald)

    await asyncio.gather(first.tick(), second.tick())
    await asyncio.gather(first.tick(), second.tick())

    post = await fate(store, number)
    assert list(herald.arrived.values()) == [1]
    assert (post.state, post.external_ref) == (PostState.SENT, f"m{post.nonce}")


async def test_the_words_beside_the_picture_say_what_is_in_it(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)

    def work(unit: UnitOfWork) -> None:
        ada = unit.arrive(Who("discord", "ada", "Ada"), None, AT).person
        unit.tally(ada.id, [f"c:{number}"], ["d:2026-01-04"], {"rankings": 3})

    await store.transact(work)
    await poster(store, clock, herald).tick()

    assert herald.captions == ["Leaderboard of the day · Sunday, January 4, 2026\n\n1. Ada (3) ★"]


async def test_a_refused_post_is_told_to_the_admins_and_not_tried_again(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    herald.faults = ["refused"]
    number = await one(store, log_channel="99")
    loop = poster(store, clock, herald)

    for _ in range(10):
        await loop.tick()
        clock.advance(minutes=1)

    post = await fate(store, number)
    assert (post.state, post.reason) == (PostState.REFUSED, "Missing Permissions")
    assert not herald.arrived
    ((channel, words),) = herald.told
    assert channel == "99"
    assert "Missing Permissions" in words
    assert "/config" in words


async def test_a_platform_that_wants_quiet_gets_it(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    herald.faults = ["later"]
    number = await one(store)
    loop = poster(store, clock, herald)
    await loop.tick()
    await loop.tick()
    assert not herald.arrived

    clock.advance(seconds=31)
    await loop.tick()

    assert (await fate(store, number)).state is PostState.SENT
    assert list(herald.arrived.values()) == [1]


@pytest.mark.parametrize("fault", ["killed before", "killed after", "dropped", "lost"])
async def test_where_nonces_are_known_a_post_cut_off_arrives_once(store: Store, fault: str) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    herald.faults = [fault]
    number = await one(store)
    await ticked(poster(store, clock, herald))
    after = poster(store, clock, herald)

    for _ in range(5):
        clock.advance(seconds=20)
        await after.tick()

    assert (await fate(store, number)).state is PostState.SENT
    assert list(herald.arrived.values()) == [1]


@pytest.mark.parametrize("fault", ["killed before", "killed after", "dropped", "lost"])
async def test_where_nonces_are_unknown_an_admin_is_told_instead(store: Store, fault: str) -> None:
    clock, herald = ManualClock(AT), FakeHerald("telegram", knows_nonces=False)
    herald.faults = [fault]
    number = await one(store, "telegram", log_channel="99")
    await ticked(poster(store, clock, herald))
    arrived = sum(herald.arrived.values())
    after = poster(store, clock, herald)

    for _ in range(20):
        clock.advance(seconds=20)
        await after.tick()

    assert (await fate(store, number)).state is PostState.UNKNOWN
    assert sum(herald.arrived.values()) == arrived
    assert ["may or may not" in words for _, words in herald.told] == [True]


async def test_no_word_of_a_second_try_settles_the_first(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    herald.faults = ["lost", "later", "refused", "refused", "refused", "refused", "refused"]
    number = await one(store)
    loop = poster(store, clock, herald)

    for _ in range(12):
        await loop.tick()
        clock.advance(seconds=20)

    assert (await fate(store, number)).state is PostState.UNKNOWN
    assert list(herald.arrived.values()) == [1]


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_clock_put_back_in_the_middle_of_a_send_makes_its_fate_unknown(
    store: Store, platform: str
) -> None:
    clock, herald = ManualClock(AT), FakeHerald(platform, knows_nonces=platform == "discord")
    herald.faults = ["killed after"]
    number = await one(store, platform)
    await ticked(poster(store, clock, herald))
    herald.nonces.clear()  # as after a time that no clock tells of
    clock.advance(hours=-5)

    for _ in range(10):
        await poster(store, clock, herald).tick()
        clock.advance(seconds=20)

    assert (await fate(store, number)).state is PostState.UNKNOWN
    assert list(herald.arrived.values()) == [1]


async def test_a_clock_that_ran_ahead_and_was_put_right_costs_no_period(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)
    loop = poster(store, clock, herald)
    await loop.tick()
    clock.advance(days=400)
    await loop.tick()
    clock.advance(days=-400)
    await loop.tick()

    for _ in range(3):
        clock.advance(days=1)
        await loop.tick()

    found = {post.period for post in await posts(store, [number])}
    assert {"d:2026-01-04", "d:2026-01-05", "d:2026-01-06", "d:2026-01-07"} <= found
    assert set(herald.arrived.values()) == {1}


async def test_nothing_is_posted_in_quiet_hours_and_all_of_it_afterwards(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store, quiet=(0, AT.hour + 2), timezone="UTC")
    loop = poster(store, clock, herald)
    await loop.tick()
    assert (await fate(store, number)).state is PostState.WAITING
    assert not herald.arrived

    clock.advance(hours=2)
    await loop.tick()

    assert (await fate(store, number)).state is PostState.SENT


async def test_a_community_that_was_left_gets_one_post_once_it_is_back(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)

    def active(unit: UnitOfWork, value: bool) -> None:
        here = unit.community(number)
        assert here is not None
        unit.save_community(replace(here, active=value))

    await store.transact(lambda unit: active(unit, False))
    loop = poster(store, clock, herald)
    for _ in range(5):
        await loop.tick()
        clock.advance(days=1)
    assert await posts(store, [number]) == []
    await store.transact(lambda unit: active(unit, True))

    await loop.tick()

    assert (await fate(store, number)).state is PostState.SENT
    assert list(herald.arrived.values()) == [1]


async def test_a_board_that_cannot_be_drawn_is_posted_in_words(store: Store) -> None:
    async def broken(bulletin: Bulletin) -> bytes:
        raise RuntimeError("no paint")

    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)
    loop = Poster(store, World(POLICY, clock, Random(0), ToldGuess()), broken)
    loop.announce(herald)

    await loop.tick()

    assert (await fate(store, number)).state is PostState.SENT
    assert herald.pictures == [None]


async def test_a_loop_that_is_closed_ends_what_it_began_and_begins_nothing(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(bulletin: Bulletin) -> bytes:
        begun.set()
        await go.wait()
        return b"png"

    loop = Poster(store, World(POLICY, clock, Random(0), ToldGuess()), slow)
    loop.announce(herald)
    ticking = asyncio.create_task(loop.tick())
    await begun.wait()
    closing = asyncio.create_task(loop.close(5))
    go.set()
    await asyncio.gather(ticking, closing)
    assert (await fate(store, number)).state is PostState.SENT

    clock.advance(days=1)
    await loop.tick()

    assert len(await posts(store, [number])) == 1


async def test_people_who_hide_or_are_blocked_are_in_no_line_of_a_post(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    number = await one(store)

    def work(unit: UnitOfWork) -> None:
        for points, name in enumerate(("Ada", "Hidden", "Blocked", "Bob"), 2):
            person = unit.arrive(Who("discord", name, name), None, AT).person
            streak = Streak(days=points, last_day=AT.date(), best=points)
            unit.save_person(
                replace(person, hidden=name == "Hidden", blocked=name == "Blocked", streak=streak)
            )
            periods = ["d:2026-01-04"] if name != "Bob" else ["d:2026-01-04", "d:2026-01-03"]
            unit.tally(person.id, [f"c:{number}"], periods, {"rankings": points})

    await store.transact(work)
    await poster(store, clock, herald).tick()

    assert herald.captions == [
        "Leaderboard of the day · Sunday, January 4, 2026\n\n1. Bob (5) =\n2. Ada (2) ★\n\n"
        "New on the board: Ada\nDays in a row: Bob (5 days), Ada (2 days)"
    ]
    assert herald.alternatives == ["Leaderboard: 1. Bob (5), 2. Ada (2)"]


async def test_an_admin_sees_what_happened_and_sends_it_now() -> None:
    grove = Grove(MemoryStore(POLICY), POLICY)
    herald = FakeHerald("telegram", knows_nonces=False)
    herald.faults = ["dropped"]
    number = await grove.store.transact(lambda unit: community(unit, "home", "telegram", AT))
    loop = poster(grove.store, grove.clock, herald)
    await loop.tick()
    grove.clock.advance(minutes=2)
    await loop.tick()
    who = Who("telegram", "boss", "Boss", "en", community="home", may_manage=True)
    admin, stranger = Player(grove, who), Player(grove, Who("telegram", "x", community="home"))
    send = "sendnow::day.d:2026-01-04"

    await stranger.press(send)
    assert (await fate(grove.store, number)).state is PostState.UNKNOWN
    shown = await admin.does("config")
    assert "2026-01-04 may or may not have arrived" in str(shown.body[1])
    assert send in [button.id for button in shown.buttons]
    await admin.press(send)
    assert "being sent" in admin.notes
    await loop.tick()

    assert (await fate(grove.store, number)).state is PostState.SENT
    assert list(herald.arrived.values()) == [1]
    await admin.press(send)
    assert "needs nothing" in admin.notes


async def test_a_community_at_fault_keeps_no_other_waiting_and_is_posted_once_mended(
    store: Store,
) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    numbers = await store.transact(
        lambda unit: [community(unit, f"c{n}", "discord", AT) for n in range(24)]
    )

    def spoil(unit: UnitOfWork, settings: dict[str, str]) -> None:
        for number in numbers[:22]:
            here = unit.community(number)
            assert here is not None
            unit.save_community(replace(here, settings=settings))

    await store.transact(lambda unit: spoil(unit, {"quiet": "never"}))
    loop = poster(store, clock, herald)

    await loop.tick()
    assert len(herald.arrived) == 2
    await store.transact(lambda unit: spoil(unit, {"board_channel": "77"}))
    clock.advance(hours=1)
    await loop.tick()
    assert len(herald.arrived) == 24


async def test_a_post_cut_off_whose_community_is_at_fault_is_for_an_admin(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()
    herald.faults = ["lost"]
    number = await one(store)
    await poster(store, clock, herald).tick()

    def spoil(unit: UnitOfWork) -> None:
        here = unit.community(number)
        assert here is not None
        unit.save_community(replace(here, settings={"quiet": "never"}))

    await store.transact(spoil)
    clock.advance(minutes=2)
    await poster(store, clock, herald).tick()

    assert (await fate(store, number)).state is PostState.UNKNOWN


async def test_a_platform_that_does_not_answer_keeps_no_other_waiting(store: Store) -> None:
    class Mute(FakeHerald):
        async def post(self, *said: object) -> str:
            await asyncio.Event().wait()
            raise AssertionError

    clock, herald = ManualClock(AT), FakeHerald()
    for platform in ("discord", "telegram"):
        await one(store, platform)
    loop = poster(store, clock, Mute("telegram"), herald)

    first = asyncio.create_task(loop.tick())
    for _ in range(500):
        await asyncio.sleep(0.002)
        if herald.arrived:
            break
    clock.advance(days=1)
    for _ in range(20):  # the first round on Discord may just be ending
        await loop.tick()
        await asyncio.sleep(0.002)

    assert len(herald.arrived) == 2
    assert not first.done()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_schedule_at_fault_keeps_no_other_waiting(store: Store) -> None:
    clock, herald = ManualClock(AT), FakeHerald()

    def work(unit: UnitOfWork) -> None:
        for name in ("a", "b"):
            (schedule,) = unit.schedules(community(unit, name, "discord", AT))
            unit.save_schedule(replace(schedule, timezone="Mars/Base" if name == "a" else "UTC"))

    await store.transact(work)

    await poster(store, clock, herald).tick()

    assert len(herald.arrived) == 1


JUMPS = (5, 20, 20, 70, 130, 600, 3600, 6 * 3600, -40, -600, 3 * 86400, -3 * 86400)
"""Seconds; a clock goes forth and back."""


@dataclass
class Aftermath:
    """What is found when a storm is over."""

    world: World
    heralds: list[FakeHerald]
    numbers: list[int]
    found: list[Outgoing]


async def storm(store: Store, rng: Random, faults: int) -> Aftermath:
    """Kills, cut lines, quiet and jumps of the clock, at random, over two loops of processes."""
    clock = ManualClock(AT)
    heralds = [FakeHerald("discord"), FakeHerald("telegram", knows_nonces=False)]

    def work(unit: UnitOfWork) -> list[int]:
        return [
            community(unit, f"{herald.platform}{number}", herald.platform, AT, log_channel="99")
            for herald in heralds
            for number in range(3)
        ]

    numbers = await store.transact(work)
    kinds = ["killed before", "killed after", "dropped", "lost", "later", "refused"]
    left = faults
    while left:
        for herald in heralds:
            if left and not herald.faults and rng.random() < 0.6:
                herald.faults = [rng.choice(kinds)]
                left -= 1
        running = [asyncio.create_task(ticked(poster(store, clock, *heralds))) for _ in range(2)]
        if left and rng.random() < 0.4:  # a kill between any two steps of one process
            left -= 1
            for _ in range(rng.randrange(40)):
                await asyncio.sleep(0)
            running[0].cancel()
        await asyncio.gather(*running, return_exceptions=True)
        clock.advance(seconds=rng.choice(JUMPS))
    for herald in heralds:
        herald.faults.clear()
    for _ in range(60):
        await poster(store, clock, *heralds).tick()
        clock.advance(seconds=20)

    world = World(POLICY, clock, Random(0), ToldGuess())
    return Aftermath(world, heralds, numbers, await posts(store, numbers))


def doubled(after: Aftermath) -> list[str]:
    """Posts that arrived more than once."""
    return [n for herald in after.heralds for n, times in herald.arrived.items() if times > 1]


async def lost(store: Store, after: Aftermath) -> list[Outgoing]:
    """Posts of whose fate the store says what is not so, or nothing that an admin could see."""
    arrived = after.heralds[0].arrived + after.heralds[1].arrived
    wrong = []
    for post in after.found:
        match post.state:
            case PostState.SENDING:
                told = False
            case PostState.WAITING:
                told = post.due > after.world.clock()
            case PostState.SENT:
                told = arrived[post.nonce] == 1
            case PostState.REFUSED:
                told = not arrived[post.nonce]
            case PostState.UNKNOWN:
                told = await is_shown(store, after.world, post)
        if not told:
            wrong.append(post)
    return wrong


async def is_shown(store: Store, world: World, post: Outgoing) -> bool:
    """Whether the admin of the community sees an unknown fate, among ten at most."""
    number = post.community_id
    seen = await store.transact(
        lambda unit: posting.unsettled(Turn(unit, world, world.clock()), number)
    )
    return (post in seen or len(seen) >= 10) and "may or may not" in str(posting.trouble(post))


def periods(after: Aftermath) -> list[set[str]]:
    """The days that each community has a post for."""
    return [
        {post.period for post in after.found if post.community_id == number}
        for number in after.numbers
    ]


async def test_few_faults_neither_double_nor_lose_a_post(store: Store) -> None:
    after = await storm(store, Random(1), faults=8)

    assert doubled(after) == []
    assert await lost(store, after) == []
    assert periods(after) == [periods(after)[0]] * len(after.numbers)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
async def test_fifty_faults_neither_double_nor_lose_a_post(store: Store, seed: int) -> None:
    after = await storm(store, Random(seed), faults=50)

    assert doubled(after) == []
    assert await lost(store, after) == []
    assert periods(after) == [periods(after)[0]] * len(after.numbers)


def test_a_kill_is_no_fault_that_anybody_catches() -> None:
    assert not issubclass(Killed, Exception)
