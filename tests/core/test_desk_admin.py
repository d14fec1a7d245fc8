"""Statements about how admins set up a community, and what its rules mean for volunteers."""

from dataclasses import replace

import pytest
from fakes.players import Grove, Player

from core.community import rules_of
from core.desk.config import SETTINGS
from core.dialogue import Admitted, AskText, Invite, Moved, Press
from core.flow import posting
from core.people import Who
from core.policy import Policy
from core.testing import MemoryStore

POLICY = Policy(max_requests=1000)


@pytest.fixture
def grove() -> Grove:
    return Grove(MemoryStore(POLICY), POLICY)


def member(grove: Grove, name: str, **changes: object) -> Player:
    who = Who("discord", name, name, "en", community="home", community_name="Home", place="77")
    who = replace(who, places=("77", "88/5", "123"))
    return Player(grove, replace(who, **changes))


async def admin_of(grove: Grove) -> Player:
    admin = member(grove, "admin", may_manage=True)
    await admin.press("agree")
    return admin


async def volunteer_of(grove: Grove, **changes: object) -> Player:
    player = member(grove, "volunteer", **changes)
    await player.press("agree")
    return player


def rules(grove: Grove) -> object:
    (community,) = grove.store.tables.communities.values()
    return rules_of(community)


async def test_a_community_is_ready_after_four_presses(grove: Grove) -> None:
    admin = member(grove, "admin", may_manage=True, lacks=("Attach Files",))
    await admin.does("setup")
    for choice in ("channel.here", "languages.all", "board.week", "terms.yes"):
        await admin.press(f"setup::{choice}")

    (community,) = grove.store.tables.communities.values()
    assert rules_of(community).board_channel == "77"
    assert rules_of(community).terms_version == POLICY.terms_version
    assert [s.board for s in grove.store.tables.schedules.values()] == ["week"]
    assert "Attach Files" in admin.notes


async def test_a_button_is_posted_for_everybody_in_the_language_of_the_community(
    grove: Grove,
) -> None:
    admin = member(grove, "admin", may_manage=True)
    own = await admin.does("post-button")
    await admin.press("setup::languages.de")
    theirs = await admin.does("post-button")

    assert isinstance(own, Invite)
    assert isinstance(theirs, Invite)
    assert [button.id for button in theirs.card.buttons] == ["work"]
    assert theirs.card.public
    assert (own.card.language, theirs.card.language, theirs.language) == ("en", "de", "en")


async def test_who_does_not_manage_the_community_posts_no_button(grove: Grove) -> None:
    assert (await member(grove, "moderator", may_moderate=True).does("post-button")).refused
    in_private = member(grove, "admin", may_manage=True, community=None)
    assert (await in_private.does("post-button")).refused


async def test_steps_can_be_left_as_they_are(grove: Grove) -> None:
    admin = member(grove, "admin", may_manage=True)
    for choice in ("channel.keep", "languages.de", "board.keep", "terms.yes"):
        await admin.press(f"setup::{choice}")

    (community,) = grove.store.tables.communities.values()
    assert rules_of(community).board_channel is None
    assert community.languages == ("de",)
    assert not grove.store.tables.schedules


@pytest.mark.parametrize(
    ("setting", "value", "shown"),
    [
        ("open", "no", "no"),
        ("languages", "german, english", "Deutsch, English"),
        ("languages", "all", "all"),
        ("kinds", "assistant-reply", "assistant_reply"),
        ("kinds", "reply, assistant reply", "prompter_reply, assistant_reply"),
        ("kinds", "all", "all"),
        ("task_channel", "here", "77"),
        ("board-channel", "<#123>", "123"),
        ("log_channel", "off", "not set"),
        ("day", "9:00", "9:00 UTC"),
        ("week", "friday 18", "18:00 UTC"),
        ("month", "off", "off"),
        ("work_roles", "<@&5>, 6", "5, 6"),
        ("mod_roles", "7", "7"),
        ("mod_roles", "all", "none"),
        ("quota", "20", "20"),
        ("quota", "off", "off"),
        ("quiet", "22:00 - 7:00", "22-7"),
        ("quiet", "off", "off"),
        ("timezone", "europe/madrid", "Europe/Madrid"),
        ("language", "es", "español"),
    ],
)
async def test_every_setting_is_set_by_name_and_shown(
    grove: Grove, setting: str, value: str, shown: str
) -> None:
    admin = await admin_of(grove)

    screen = await admin.does("config", setting=setting, value=value)

    assert "Saved" in admin.notes
    table = {str(row[0]): str(row[1]) for row in screen.table.rows}
    assert table[setting.replace("-", "_")] == shown
    explained = await admin.does("config", setting=setting)
    assert shown in str(explained.body[1])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("colour", "red"),
        ("open", "perhaps"),
        ("languages", "klingon"),
        ("kinds", "dance"),
        ("task_channel", "x" * 50),
        ("board_channel", "666"),  # of another community
        ("log_channel", "away/7"),
        ("week", "someday 9"),
        ("day", "25"),
        ("day", "soon"),
        ("work_roles", "friends"),
        ("quota", "-1"),
        ("quota", "1" * 5000),
        ("quiet", "late"),
        ("quiet", "22-" + "7" * 5000),
        ("day", "9" * 5000),
        ("timezone", "Atlantis"),
        ("timezone", "localtime"),
        ("language", "de, en"),
    ],
)
async def test_values_that_make_no_sense_change_nothing(
    grove: Grove, setting: str, value: str
) -> None:
    admin = await admin_of(grove)
    before = rules(grove)

    screen = await admin.does("config", setting=setting, value=value)

    assert screen.refused
    assert rules(grove) == before


async def test_a_community_without_settings_shows_them_all(grove: Grove) -> None:
    admin = await admin_of(grove)

    screen = await admin.does("config")

    assert len(screen.table.rows) == len(SETTINGS)


async def test_admin_commands_need_the_right_and_a_community(grove: Grove) -> None:
    stranger = await volunteer_of(grove)
    for event in (Press("setup::terms.yes"), Press("open::no")):
        await stranger.send(event)
        assert stranger.screen.refused
    assert (await stranger.does("config")).refused

    private = Player(grove, replace(stranger.who, community=None, may_manage=True))
    for command in ("config", "setup"):
        assert (await private.does(command)).refused
    assert (await private.send(Press("open::no"))).refused
    assert rules(grove) == rules_of(None)


async def test_buttons_switch_tasks_off_and_on(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)

    await admin.press("open::no")
    assert (await volunteer.takes()).refused

    await admin.press("open::yes")
    assert isinstance(await volunteer.takes("initial_prompt"), AskText)


async def test_kinds_that_are_switched_off_are_refused(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="kinds", value="assistant_reply")

    assert (await volunteer.takes("initial_prompt")).refused
    assert not (await volunteer.takes()).refused


async def test_tasks_are_in_the_languages_of_the_community(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="languages", value="german")

    assert (await volunteer.takes("initial_prompt")).refused
    assert "Deutsch" in volunteer.notes

    await volunteer.does("language", languages="en, de")
    await volunteer.takes("initial_prompt")
    (task,) = grove.store.tables.tasks.values()
    assert task.lang == "de"


async def test_some_roles_alone_may_work(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="work_roles", value="5")
    assert (await volunteer.takes("initial_prompt")).refused

    trusted = Player(grove, replace(volunteer.who, roles=("5",)))

    assert isinstance(await trusted.takes("initial_prompt"), AskText)


async def test_a_quota_is_told_with_the_time_until_it_ends(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="quota", value="1")
    await volunteer.takes("initial_prompt")
    await volunteer.press("skip")

    screen = await volunteer.takes("initial_prompt")

    assert screen.refused
    assert "12 hours" in volunteer.notes


async def test_a_quota_counts_what_was_done_in_that_community_alone(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="quota", value="1")
    elsewhere = Player(grove, replace(volunteer.who, community="elsewhere"))
    await elsewhere.takes("initial_prompt")
    await elsewhere.press("skip")

    assert isinstance(await volunteer.takes("initial_prompt"), AskText)


async def test_quiet_hours_say_when_they_end(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="quiet", value="11-13")

    assert (await volunteer.takes()).refused
    assert "13:00" in volunteer.notes


async def test_unknown_steps_are_refused(grove: Grove) -> None:
    admin = await admin_of(grove)

    assert (await admin.press("setup::dance")).refused


async def test_a_community_that_moved_keeps_its_settings_and_its_places(grove: Grove) -> None:
    admin = await admin_of(grove)
    for name, value in (("quota", "5"), ("board_channel", "home/3"), ("task_channel", "123")):
        await admin.does("config", setting=name, value=value)

    for _ in range(2):
        await admin.send(Moved("hall"))

    moved = rules_of(grove.store.tables.communities["discord", "hall"])
    assert moved.daily_quota == 5
    assert (moved.board_channel, moved.task_channel) == ("hall/3", "123")
    assert moved.log_channel is None


async def test_who_is_in_no_community_moves_nothing(grove: Grove) -> None:
    admin = await admin_of(grove)
    private = Player(grove, replace(admin.who, community=None))

    await private.send(Moved("hall"))

    assert list(grove.store.tables.communities) == [("discord", "home")]


async def test_admin_commands_in_private_say_where_they_belong(grove: Grove) -> None:
    admin = await admin_of(grove)
    private = Player(grove, replace(admin.who, community=None, may_manage=False))

    await private.does("config")

    assert "in the community that you want to set up" in private.notes


async def test_private_work_counts_for_the_community_whose_link_was_followed_last(
    grove: Grove,
) -> None:
    ana = member(grove, "ana", follows=True)
    await ana.does("work")
    private = Player(grove, replace(ana.who, community=None, follows=False))
    await private.press("agree")
    homes = [home_of(grove)]

    for community, follows in (("elsewhere", False), ("home", True), ("led", True)):
        other = Player(grove, replace(ana.who, community=community, follows=follows))
        await other.does("work")
        homes.append(home_of(grove))

    assert homes == ["home", "home", "home", "led"]


def home_of(grove: Grove) -> str | None:
    """Where the private work of the only person counts."""
    (person,) = grove.store.tables.people.values()
    return next(n for (_, n), c in grove.store.tables.communities.items() if c.id == person.home_id)


async def test_a_community_that_removed_the_bot_finds_its_settings_when_it_comes_back(
    grove: Grove,
) -> None:
    admin = await admin_of(grove)
    await admin.does("config", setting="quota", value="5")
    await admin.does("config", setting="day", value="9")

    await admin.send(Admitted(is_in=False))
    (gone,) = grove.store.tables.communities.values()
    grove.clock.advance(days=3)
    planned = await grove.turn(posting.plan_posts)
    assert (gone.active, planned.looked_at, grove.store.tables.posts) == (False, 0, {})
    await admin.send(Admitted(is_in=True))
    await admin.send(Admitted(is_in=True))
    grove.clock.advance(days=1)
    await grove.turn(posting.plan_posts)

    (back,) = grove.store.tables.communities.values()
    assert (back.active, rules_of(back).daily_quota) == (True, 5)
    assert len(grove.store.tables.posts) == 1
    acts = [(e.reason, e.after) for e in grove.store.tables.audit if e.reason == "bot"]
    assert acts == [("bot", "out"), ("bot", "in")]


async def test_whoever_comes_from_a_community_shows_that_the_bot_is_in_it_again(
    grove: Grove,
) -> None:
    admin = await admin_of(grove)
    await admin.send(Admitted(is_in=False))

    await admin.does("config")

    (back,) = grove.store.tables.communities.values()
    assert back.active


async def test_tasks_have_their_channel_where_one_is_set(grove: Grove) -> None:
    admin, volunteer = await admin_of(grove), await volunteer_of(grove)
    await admin.does("config", setting="task_channel", value="88/5")

    await volunteer.takes("initial_prompt")
    assert "tasks have a channel of their own" in volunteer.notes
    for place in ("88/5", "88", None):
        volunteer.who = replace(volunteer.who, place=place)
        assert not (await volunteer.takes("initial_prompt")).refused


async def test_boards_keep_their_hours_when_the_time_zone_changes(grove: Grove) -> None:
    admin = await admin_of(grove)
    await admin.does("config", setting="day", value="18")

    await admin.does("config", setting="timezone", value="Asia/Tokyo")

    (schedule,) = grove.store.tables.schedules.values()
    assert (schedule.hour, schedule.timezone) == (18, "Asia/Tokyo")
    grove.clock.advance(hours=7)
    await grove.turn(posting.plan_posts)
    (schedule,) = grove.store.tables.schedules.values()
    assert (schedule.next_run.day, schedule.next_run.hour) == (6, 9)


@pytest.mark.parametrize(("setting", "value"), [("timezone", "Asia/Tokyo"), ("day", "9")])
async def test_the_board_of_today_still_comes_when_its_hour_is_changed(
    grove: Grove, setting: str, value: str
) -> None:
    admin = await admin_of(grove)
    await admin.does("config", setting="day", value="18")

    await admin.does("config", setting=setting, value=value)
    grove.clock.advance(hours=7)
    await grove.turn(posting.plan_posts)

    assert [post.period for post in grove.store.tables.posts.values()] == ["d:2026-01-04"]
