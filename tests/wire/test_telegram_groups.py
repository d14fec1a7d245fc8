"""Groups over the wire: a button for all, settings for admins, silence otherwise."""

import json

import pytest
from fakes.telegram_people import Volunteer, button_with, words_on
from fakes.telegram_scene import Scene, scene
from fakes.telegram_server import BOT_ID, BOT_NAME, Fault, Json

from core.community import Rules, rules_of

GROUP = {"id": -100500, "type": "supergroup", "title": "Gardeners", "is_forum": True}


async def test_admins_post_a_button_that_leads_to_a_task_in_private() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana, ben = here.person("Ana"), here.person("Ben")
        here.tg.members[GROUP["id"], ana.id] = "administrator"
        here.tg.members[GROUP["id"], ben.id] = "member"

        ana.say("/post_button", GROUP, message_thread_id=77, is_topic_message=True)
        posted = await here.tg.until(
            lambda: next((m for (c, _), m in here.tg.messages.items() if c == GROUP["id"]), None)
        )
        assert posted["message_thread_id"] == 77
        answer = await ben.tap("Take a task", posted)
        assert answer["url"] == f"https://t.me/{BOT_NAME}?start=j_{GROUP['id']}"

        await ben.asks(f"/start {answer['url'].partition('=')[2]}", "Before you begin")
        await ben.tap("I agree")
        await ben.reads("You can begin")
        ((name, group),) = here.store.tables.communities.items()
        assert name == ("telegram", str(GROUP["id"]))
        homes = {person.name: person.home_id for person in here.store.tables.people.values()}
        assert homes["Ben"] == group.id


async def test_a_link_of_a_group_one_is_not_in_counts_for_no_group() -> None:
    async with scene() as here:
        eve = here.person("Eve")

        await eve.asks("/start j_-100500", "Before you begin")

        assert here.store.tables.communities == {}


async def test_groups_hear_nothing_but_answers_to_commands() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana = await here.volunteer("Ana")

        ana.say("what a nice day", GROUP)
        ana.say("/work@SomeOtherBot", GROUP)
        ana.say("/unheard_of", GROUP)
        ana.say("/skip", GROUP)
        ana.say(f"/leaderboard@{BOT_NAME}", GROUP)
        board = await here.tg.until(
            lambda: next((m for (c, _), m in here.tg.messages.items() if c == GROUP["id"]), None)
        )

        assert "This week" in board["text"]
        assert sum(chat == GROUP["id"] for chat, _ in here.tg.messages) == 1


async def test_a_board_in_a_group_obeys_the_one_who_asked_for_it() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana, eve = await here.volunteer("Ana"), await here.volunteer("Eve")
        ana.say("/leaderboard", GROUP)
        board = await here.tg.until(
            lambda: next((m for (c, _), m in here.tg.messages.items() if c == GROUP["id"]), None)
        )
        seen = json.loads(json.dumps(board))

        answer = await eve.tap("All time", seen)
        assert answer["show_alert"] == "true"
        assert "somebody else" in answer["text"]
        await ana.tap("All time", seen)
        await here.tg.until(lambda: "All time" in board["text"])


async def test_what_is_private_is_not_said_in_a_group() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana, eve = await here.volunteer("Ana"), here.person("Eve")
        here.tg.blocked.add(eve.id)

        ana.say("/me", GROUP)
        await ana.reads("Streak")
        assert all(chat != GROUP["id"] for chat, _ in here.tg.messages)

        eve.say("/me", GROUP)
        invited = await here.tg.until(
            lambda: next((m for (c, _), m in here.tg.messages.items() if c == GROUP["id"]), None)
        )
        assert words_on(invited) == ["Open the private chat"]


HIDDEN = {"id": 1087968824, "is_bot": True, "first_name": "Group"}


async def admin_of(here: Scene, group: Json = GROUP, name: str = "Ana") -> Volunteer:
    """An admin of the group who has agreed to the terms in private."""
    here.tg.chats[group["id"]] = group
    admin = await here.volunteer(name)
    here.tg.members[group["id"], admin.id] = "administrator"
    return admin


def in_group(here: Scene, group: Json = GROUP) -> list[Json]:
    """What the bot has said in the group."""
    return [message for (chat, _), message in here.tg.messages.items() if chat == group["id"]]


def rules(here: Scene, group: Json = GROUP) -> Rules:
    return rules_of(here.store.tables.communities["telegram", str(group["id"])])


async def test_who_is_no_admin_posts_no_button_and_hears_so_in_private() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        eve = await here.volunteer("Eve")
        here.tg.members[GROUP["id"], eve.id] = "member"

        eve.say("/post_button", GROUP)

        await eve.reads("Only people who manage this community")
        assert in_group(here) == []


async def test_an_admin_who_hides_posts_a_button_and_is_led_to_the_settings_in_private() -> None:
    async with scene() as here:
        ana = await admin_of(here)

        here.tg.queue("message", here.tg.message(HIDDEN, GROUP, "/post_button", sender_chat=GROUP))
        await here.tg.until(lambda: any(words_on(m) == ["Take a task"] for m in in_group(here)))
        here.tg.queue("message", here.tg.message(HIDDEN, GROUP, "/config", sender_chat=GROUP))
        await here.tg.until(lambda: len(in_group(here)) == 2)

        led = in_group(here)[-1]
        assert "I cannot see who you are" in led["text"]
        url = led["reply_markup"]["inline_keyboard"][0][0]["url"]
        await ana.asks(f"/start {url.partition('=')[2]}", "Settings of this community")
        await ana.tap("Switch tasks off")
        await ana.reads("Saved")
        assert not rules(here).open


async def test_a_moderator_who_hides_is_led_to_what_waits_in_private() -> None:
    async with scene() as here:
        ana = await admin_of(here)

        here.tg.queue("message", here.tg.message(HIDDEN, GROUP, "/mod", sender_chat=GROUP))
        await here.tg.until(lambda: in_group(here))
        url = in_group(here)[-1]["reply_markup"]["inline_keyboard"][0][0]["url"]
        await ana.asks(f"/start {url.partition('=')[2]}", "Nothing waits for moderators")
        await ana.tap("What was done")

        assert not any("Only" in message["text"] for message in ana.inbox())


async def test_an_admin_who_hides_can_invite_and_is_led_to_private_for_the_rest() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP

        for text in ("/work", "/me", "/skip", "nice weather"):
            here.tg.queue("message", here.tg.message(HIDDEN, GROUP, text, sender_chat=GROUP))
        await here.tg.until(lambda: len(in_group(here)) == 2)

        assert [words_on(m) for m in in_group(here)] == [["Take a task"], ["Open the private chat"]]
        assert here.store.tables.accounts == {}


async def test_a_group_is_set_up_in_private_from_the_topic_where_it_was_asked_for() -> None:
    async with scene() as here:
        ana = await admin_of(here)

        ana.say("/setup", GROUP, message_thread_id=77, is_topic_message=True)
        await ana.reads("Set up 1/4")
        for words, then in (
            ("Yes, here", "Set up 2/4"),
            ("All languages", "Set up 3/4"),
            ("Mondays at 9:00", "Set up 4/4"),
            ("We promise", "Ready. Volunteers can begin"),
        ):
            await ana.tap(words)
            await ana.reads(then)

        assert rules(here).board_channel == f"{GROUP['id']}/77"
        assert rules(here).terms_version is not None
        assert in_group(here) == []


@pytest.mark.parametrize(
    ("bot_is", "everybody_may", "lacks"),
    [
        ("administrator", {}, ""),
        ("restricted", {}, "Send Photos"),
        ("member", {"can_send_messages": True, "can_send_photos": True}, ""),
        ("member", {"can_send_messages": False, "can_send_photos": False}, "Send Messages"),
    ],
)
async def test_the_end_of_the_setup_names_what_the_bot_may_not_do(
    bot_is: str, everybody_may: Json, lacks: str
) -> None:
    async with scene() as here:
        ana = await admin_of(here)
        here.tg.members[GROUP["id"], BOT_ID] = bot_is
        here.tg.chats[GROUP["id"]] = {**GROUP, "permissions": everybody_may}

        ana.say("/setup", GROUP)
        await ana.reads("Set up 1/4")
        for words, then in (
            ("Yes, here", "Set up 2/4"),
            ("All languages", "Set up 3/4"),
            ("Mondays at 9:00", "Set up 4/4"),
            ("We promise", "Ready. Volunteers can begin"),
        ):
            await ana.tap(words)
            ready = await ana.reads(then)

        assert ("I still need these permissions" in ready["text"]) == bool(lacks)
        assert lacks in ready["text"]


async def test_settings_obey_only_those_who_are_admins_when_they_tap() -> None:
    async with scene() as here:
        ana, eve = await admin_of(here), await here.volunteer("Eve")
        ana.say("/config", GROUP)
        settings = await ana.reads("Settings of this community")
        data = button_with(settings, "Switch tasks off")["callback_data"]

        for thief, message in ((eve, {**settings, "chat": eve.chat}), (ana, settings)):
            here.tg.members[GROUP["id"], ana.id] = "member"
            query = here.tg.tap(thief.user, message, data)
            answer = await here.tg.until(lambda query=query: here.tg.answers.get(query))
            assert answer["show_alert"] == "true"

        assert rules(here).open


async def test_settings_asked_for_in_private_are_said_to_belong_to_the_group() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")

        said = await ana.asks("/config", "Use this command in the community that you want")

        assert said["chat"] == ana.chat
        assert here.store.tables.communities == {}


OLD: Json = {"id": -7, "type": "group", "title": "Gardeners"}
NEW: Json = {"id": -1007, "type": "supergroup", "title": "Gardeners"}


async def test_a_group_that_became_a_supergroup_keeps_its_settings() -> None:
    async with scene() as here:
        ana = await admin_of(here, OLD)
        ana.say("/config quota 5", OLD)
        await ana.reads("Saved")
        ana.say("/config board_channel here", OLD)
        await here.tg.until(lambda: rules(here, OLD).board_channel == "-7")

        here.tg.chats |= {-7: {**OLD, "moved_to": -1007}, -1007: NEW}
        ana.say(None, OLD, migrate_to_chat_id=-1007)
        ana.say(None, NEW, migrate_from_chat_id=-7)
        ana.say("/leaderboard", NEW)
        await here.tg.until(lambda: in_group(here, NEW))

        assert rules(here, NEW).daily_quota == 5
        assert rules(here, NEW).board_channel == "-1007"


async def test_a_move_that_nobody_told_of_is_found_out_when_something_is_sent() -> None:
    async with scene() as here:
        ana = await admin_of(here, OLD)
        ana.say("/config quota 5", OLD)
        await ana.reads("Saved")

        here.tg.chats |= {-7: {**OLD, "moved_to": -1007}, -1007: NEW}
        ana.say("/leaderboard", OLD)
        await here.tg.until(lambda: in_group(here, NEW))

        await here.tg.until(lambda: ("telegram", "-1007") in here.store.tables.communities)
        assert rules(here, NEW).daily_quota == 5


async def test_what_was_posted_before_a_group_moved_is_about_the_one_it_became() -> None:
    async with scene() as here:
        ana, ben = await admin_of(here, OLD), here.person("Ben")
        ana.say("/config quota 5", OLD)
        settings = await ana.reads("Saved")
        ana.say("/post_button", OLD)
        card = (await here.tg.until(lambda: in_group(here, OLD)))[0]

        here.tg.chats |= {-7: {**OLD, "moved_to": -1007}, -1007: NEW}
        here.tg.members |= {(-1007, ana.id): "administrator", (-1007, ben.id): "member"}
        asked = len(here.tg.called("getChatMember"))
        await ana.tap("Switch tasks off", settings)
        await here.tg.until(lambda: not rules(here, NEW).open)
        answer = await ben.tap("Take a task", card)
        await ben.asks(f"/start {answer['url'].partition('=')[2]}", "Before you begin")
        await ben.tap("I agree")
        await ben.reads("You can begin")

        assert rules(here, NEW).daily_quota == 5
        homes = {person.name: person.home_id for person in here.store.tables.people.values()}
        assert homes["Ben"] == here.store.tables.communities["telegram", "-1007"].id
        assert len(here.tg.called("getChatMember")) - asked <= 4, "the old group is not insisted on"


async def test_where_members_are_hidden_the_list_of_admins_tells_who_manages() -> None:
    async with scene() as here:
        ana, eve = await admin_of(here), await here.volunteer("Eve")
        here.tg.members[GROUP["id"], eve.id] = "member"
        hidden = "Bad Request: CHAT_ADMIN_REQUIRED"
        here.tg.faults.append(Fault("getChatMember", "400", times=9, description=hidden))

        ana.say("/post_button", GROUP)
        await ana.reads("The button is posted")
        eve.say("/post_button", GROUP)
        await eve.reads("Only people who manage this community")

        assert len(in_group(here)) == 1


@pytest.mark.parametrize("kind", ["400", "429"])
async def test_who_may_be_an_admin_is_not_told_that_they_are_none(kind: str) -> None:
    async with scene() as here:
        ana = await admin_of(here)
        here.tg.faults += [
            Fault("getChatMember", kind, times=9, seconds=3600),
            Fault("getChatAdministrators", kind, times=9, seconds=3600),
        ]

        ana.say("/config", GROUP)
        await ana.reads("Telegram does not tell me who manages this group")
        await ana.asks("/start c_-100500", "Telegram does not tell me who manages this group")

        said = [message.get("text", "") for message in ana.inbox()]
        assert not any("Only people who manage" in words for words in said)


@pytest.mark.parametrize(
    "description",
    ["Bad Request: not enough rights to send text messages to the chat",
     "Bad Request: CHAT_RESTRICTED"],
)  # fmt: skip
async def test_a_button_that_could_not_be_posted_is_not_said_to_be(description: str) -> None:
    async with scene() as here:
        ana = await admin_of(here)
        fault = Fault("sendMessage", "400", times=9, chat=GROUP["id"], description=description)
        here.tg.faults.append(fault)

        ana.say("/post_button", GROUP)
        await ana.reads("I may not write in this group")
        fault.times = 0
        ana.say("/post_button", GROUP)
        await ana.reads("The button is posted")

        assert len(in_group(here)) == 1


async def test_channels_and_their_posts_in_a_group_are_passed_over() -> None:
    async with scene() as here:
        here.tg.chats[GROUP["id"]] = GROUP
        ana = await here.volunteer("Ana")
        channel = {"id": -100900, "type": "channel", "title": "News"}
        forwarder = {"id": 777000, "is_bot": False, "first_name": "Telegram"}

        for text in ("/config", "/work", f"/me@{BOT_NAME}"):
            post = here.tg.message(forwarder, GROUP, text, sender_chat=channel)
            here.tg.queue("message", post)
        await ana.asks("/me", "Streak")

        assert in_group(here) == []
        assert len(here.store.tables.accounts) == 1
