"""Whoever or whatever an act is meant for may be gone by then: it ends quietly or says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.boards import community
from fakes.neighbourhood import Neighbourhood
from fakes.planting import AT
from fakes.players import Grove, Player

from core.bulletin import Outgoing, PostState, bulletin
from core.casework import Search, Sweep, SweepState
from core.desk import cases
from core.dialogue import Press, Say, press
from core.errors import NotAllowed, Unknown
from core.flow import judging, moderation, posting, record, reminding, searching
from core.flow.turn import Turn, Visit
from core.model import Fate, TaskKind
from core.people import AuditEntry, Person, Who
from core.policy import Policy
from core.ports import Standing
from core.reminding import Reminder, call
from core.testing import MemoryStore

POLICY = Policy()
TOMORROW = AT + timedelta(days=1)


@pytest.fixture
def grove() -> Grove:
    return Grove(MemoryStore(POLICY), POLICY)


async def due_post(grove: Grove) -> Outgoing:
    """A post whose hour has come."""
    number = await grove.store.transact(lambda unit: community(unit, "home", "discord", AT))
    grove.clock.now = TOMORROW
    await grove.turn(posting.plan_posts)
    (post,) = await grove.turn(lambda turn: turn.unit.posts_of(number, 9))
    return post


async def fate(grove: Grove, post: Outgoing) -> Outgoing | None:
    return await grove.turn(lambda turn: turn.unit.post(post.community_id, post.board, post.period))


async def test_a_post_for_a_community_that_left_is_not_sent_and_says_why(grove: Grove) -> None:
    post = await due_post(grove)

    def leaves(turn: Turn) -> None:
        found = turn.unit.community(post.community_id)
        assert found is not None
        turn.unit.save_community(replace(found, active=False))

    await grove.turn(leaves)
    grove.clock.advance(days=1)

    assert await grove.turn(lambda turn: posting.begin_posts(turn, "discord").posts) == []
    kept = await fate(grove, post)
    assert kept is not None
    assert (kept.state, kept.reason) == (PostState.REFUSED, "no community")


@pytest.mark.parametrize(
    "told",
    [
        lambda turn, post: posting.sent(turn, post, "m1"),
        lambda turn, post: posting.refused(turn, post, "no"),
        lambda turn, post: posting.later(turn, post, 9),
    ],
)
async def test_what_a_platform_tells_of_a_post_that_is_no_more_changes_nothing(
    grove: Grove, told: Callable[[Turn, Outgoing], None]
) -> None:
    post = Outgoing(community_id=1, board="day", period="d:2026-01-04", scope="here", due=AT)

    await grove.turn(lambda turn: told(turn, post))

    assert await fate(grove, post) is None


async def test_a_board_without_its_person_has_no_streak_for_them(grove: Grove) -> None:
    standings = [Standing(1, 7, "", 3, {})]

    assert await grove.turn(lambda turn: posting._streaks(turn, standings)) == {}


def test_a_board_tells_what_was_finished_and_what_is_wanted_most() -> None:
    post = Outgoing(community_id=1, board="day", period="d:2026-01-04", scope="here", due=AT)
    needs = {
        ("de", TaskKind.ASSISTANT_REPLY): 2,
        ("en", TaskKind.RANK_ASSISTANT_REPLIES): 1,
        ("de", TaskKind.RANK_ASSISTANT_REPLIES): 3,
        ("de", TaskKind.LABEL_ASSISTANT_REPLY): 9,
    }

    told = bulletin(post, [], {}, streaks={}, finished=1, needs=needs, language="en")

    assert [str(fact) for fact in told.facts] == [
        "1 tree begun here was finished.",
        "Deutsch needs 3 rankings.",
        "Deutsch needs 2 replies.",
    ]


async def test_nobody_is_warned_who_is_not_there(grove: Grove) -> None:
    with pytest.raises(Unknown, match="no such person"):
        await grove.turn(lambda turn: moderation.warn(turn, 99, "why"))


async def test_a_community_that_is_gone_is_told_nothing(grove: Grove) -> None:
    entry = AuditEntry(at=AT, act="hold")

    await grove.turn(lambda turn: record.tell_moderators(turn, 99, entry))

    assert grove.store.tables.memos == {}


async def test_a_community_with_a_log_channel_is_told() -> None:
    village = Neighbourhood()
    await village.volunteer()
    village.logs_to("88")

    await village.reported()

    assert [memo.entry.act for memo in village.memory.tables.memos.values()] == ["report"]


async def test_a_reminder_that_was_taken_back_meanwhile_is_not_put_off(grove: Grove) -> None:
    reminder = Reminder(7, 7, "telegram", 20, AT)
    nudge = reminding.Nudge(Say(), "ada", reminder, reminder)

    await grove.turn(lambda turn: reminding.later(turn, nudge, 30))
    await grove.turn(lambda turn: reminding.refused(turn, nudge))

    assert grove.store.tables.reminders == {}


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (TaskKind.RANK_ASSISTANT_REPLIES, "Deutsch needs 30 rankings."),
        (TaskKind.PROMPTER_REPLY, "Deutsch needs 30 replies."),
        (TaskKind.LABEL_INITIAL_PROMPT, "Deutsch needs 30 reviews."),
    ],
)
def test_a_call_names_what_is_needed_most(kind: TaskKind, sentence: str) -> None:
    needs = {("de", kind): 30, ("fr", kind): 99}
    person = Person(1, AT, languages=("de",))

    assert str(call(person, needs, POLICY)) == sentence
    assert call(replace(person, languages=()), needs, POLICY) is None


async def test_a_community_that_never_was_has_no_address_and_no_needs(grove: Grove) -> None:
    village = Neighbourhood()
    await village.growing()

    assert await village.turn(lambda turn: turn.unit.address_of(99)) is None
    assert await village.turn(lambda turn: turn.unit.needs(["de"], 9)) == {}


async def test_a_text_that_was_seen_to_meanwhile_is_passed_over() -> None:
    village = Neighbourhood()
    await village.prompt()

    def sweeps(turn: Turn) -> Sweep:
        sweep = Sweep(Search(), "restore", turn.now, above=0, below=99, counted=1)
        return searching.go_on(turn, turn.unit.add_sweep(sweep))

    sweep = await village.turn(sweeps)

    assert (sweep.done, sweep.state) == (0, SweepState.DONE)


async def test_what_only_moderators_may_press_is_refused_to_others() -> None:
    village = Neighbourhood()
    await village.reported()
    moderator, other = village.moderator(), await village.volunteer()
    await moderator.does("mod", action="search", what="lang:en")

    for button in moderator.buttons:
        await other.send(Press(button))
        assert other.screen.refused, button

    assert village.tree.root.is_present
    with pytest.raises(NotAllowed):
        await village.turn(lambda turn: judging.scope(visit_of(turn, other.who)))


def visit_of(turn: Turn, who: Who) -> Visit:
    """Somebody at the desk, past all that the desk itself asks."""
    come = turn.unit.arrive(who, None, turn.now)
    return Visit(
        unit=turn.unit,
        world=turn.world,
        now=turn.now,
        who=who,
        person=come.person,
        account=come.account,
        session=come.session,
        community=come.community,
    )


async def test_texts_without_an_author_make_nobody_a_troll() -> None:
    village = Neighbourhood()
    await village.reported()
    tree = village.tree
    nobodys = tree.with_message(replace(tree.root, author_id=None))
    await village.turn(lambda turn: turn.unit.save_tree(nobodys))
    moderator = village.moderator()

    await moderator.does("mod", action="trolls")

    assert moderator.screen.table is None or not moderator.screen.table.rows


async def test_a_language_that_nobody_knows_is_not_set_up(grove: Grove) -> None:
    who = Who("discord", "admin", "Admin", "en", community="home", place="7", may_manage=True)
    admin = Player(grove, who)

    await admin.send(Press(press("setup", None, "languages.klingon")))

    (home,) = grove.store.tables.communities.values()
    assert home.languages == ()


async def test_a_case_about_a_text_that_its_author_took_back_offers_no_restore() -> None:
    village = Neighbourhood()
    message = await village.reported()
    tree = village.tree
    gone = replace(tree.root, fate=Fate.WITHDRAWN)
    await village.turn(lambda turn: turn.unit.save_tree(tree.with_message(gone)))
    file = await village.turn(lambda turn: judging.file_of(turn, message.id))

    labels = [str(button.label) for button in cases._verdicts(replace(file, reports=()))]

    assert "Restore" not in labels
