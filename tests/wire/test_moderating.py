"""The queue over real sockets: posted in the log channel, pressed by those who may, and others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import signature
from pathlib import Path
from random import Random

import pytest
from fakes.discord_bot import connected
from fakes.discord_people import MANAGE_GUILD, MANAGE_MESSAGES, SEND, Card, Member
from fakes.discord_server import DiscordServer
from fakes.discord_volunteer import agreed
from fakes.telegram_people import Volunteer, words_on
from fakes.telegram_scene import served, wrong_calls
from fakes.telegram_server import FakeTelegram, Fault, Json
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted

from bot.herald import Herald, PostRefused
from bot.memos import Memos
from core.desk import Desk
from core.dialogue import Say
from core.model import Fate, Message
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess
from core.text import Text

LOG = "4711"


class Town:
    """A desk over a store that outlives the programs before it."""

    def __init__(self) -> None:
        self.store = MemoryStore(Policy(), Random(2))
        self.world = World(Policy(), ManualClock(), Random(1), ToldGuess())
        self.desk = Desk(self.store, self.world)

    async def tell(self, herald: Herald) -> None:
        memos = Memos(self.store, self.world)
        memos.announce(herald)
        await memos.tick()

    @property
    def text(self) -> Message:
        (tree,) = self.store.tables.trees.values()
        return tree.root


# ---------------------------------------------------------------- Discord


async def wrote(author: Member, text: str) -> None:
    card = await (await author.slash("work", kind="initial_prompt")).card()
    form = await (await author.press(card, "Write")).form()
    preview = await (await author.write(form, text)).card()
    await (await author.press(preview, "Submit")).card()


async def reported(reporter: Member) -> None:
    card = await (await reporter.slash("work", kind="label_initial_prompt")).card()
    card = await (await reporter.press(card, "Report")).card()
    card = await (await reporter.press(card, "Hate")).card()
    assert "Moderators will look at it" in card.text


def log_cards(server: DiscordServer) -> list[Card]:
    return [Card(m) for m in server.messages.values() if m["channel_id"] == LOG]


async def test_on_discord_a_report_is_judged_in_the_log_channel_after_a_restart(
    tmp_path: Path,
) -> None:
    town, heralds = Town(), list[Herald]()
    server = await DiscordServer().start()
    try:
        async with connected(town.desk, server, tmp_path, heralds=heralds):
            admin = Member(server, "Ada", permissions=SEND | MANAGE_GUILD)
            await (await admin.slash("config", setting="log_channel", value=LOG)).card()
            await wrote(await agreed(Member(server, "Ben")), "A text that some will not like.")
            await reported(await agreed(Member(server, "Eve")))
            await town.tell(heralds[-1])
        (posted,) = [card for card in log_cards(server) if "Keep" in card.buttons]
        assert "A text that some will not like" in posted.text
        assert "Hate" in posted.text

        async with connected(town.desk, server, tmp_path, heralds=heralds):
            stranger = Member(server, "Sam", permissions=SEND)
            for words in ("Keep", "Remove", "Block", "Warn", "More"):
                answer = await (await stranger.press(posted, words)).card()
                assert "Only moderators of this community can do that." in answer.text
                assert answer.is_private
            assert town.text.is_present
            assert not [e for e in town.store.tables.audit if e.act in {"keep", "remove", "block"}]

            moderator = Member(server, "Mo", permissions=SEND | MANAGE_MESSAGES)
            why = await (await moderator.press(posted, "Remove")).card()
            assert why.is_private
            assert "Nothing waits" in (await (await moderator.press(why, "Hate")).card()).text
            assert town.text.fate is Fate.DELETED
            late = await (
                await Member(server, "Di", permissions=MANAGE_MESSAGES).press(posted, "Keep")
            ).card()
            assert "Nothing is left to decide" in late.text
            assert town.text.fate is Fate.DELETED
            await town.tell(heralds[-1])
        assert any("removed" in card.text for card in log_cards(server))
        assert not server.complaints, "\n".join(server.complaints)
    finally:
        await server.close()


async def test_on_discord_forged_buttons_do_nothing_in_a_server_of_ones_own(
    tmp_path: Path,
) -> None:
    town = Town()
    server = await DiscordServer().start()
    try:
        async with connected(town.desk, server, tmp_path):
            await wrote(await agreed(Member(server, "Ben")), "A text that some will not like.")
            card = await (await Member(server, "Eve").slash("help")).card()
            thief = Member(server, "Eve", guild="999", permissions=MANAGE_GUILD | MANAGE_MESSAGES)
            text, author = town.text.id, town.text.author_id
            before = town.store.tables.snapshot()
            for press_id in (
                f"judge:{text}:remove.0.0",
                f"who:{author}:w.0",
                f"purge:{author}",
                "x",
            ):
                answer = await (await thief.press_id(card, f"g1:p:{press_id}")).card()
                assert answer.text
            assert town.store.tables.trees == before.trees
            assert town.store.tables.audit == before.audit
            assert not town.store.tables.sweeps
    finally:
        await server.close()


# ---------------------------------------------------------------- Telegram

GROUP: Json = {"id": -100500, "type": "supergroup", "title": "Gardeners"}
MODS: Json = {"id": -100700, "type": "supergroup", "title": "Gardeners, moderators"}


@asynccontextmanager
async def telegram(town: Town, tg: FakeTelegram) -> AsyncIterator[Herald]:
    heralds = list[Herald]()
    async with served(tg, town.desk, announce=heralds.append):
        await tg.until(lambda: heralds)
        yield heralds[0]


async def joined(tg: FakeTelegram, number: int, name: str) -> Volunteer:
    """A member of the group who followed its link and agreed."""
    person = Volunteer(tg, number, name)
    tg.members[GROUP["id"], number] = "member"
    await person.asks(f"/start j_{GROUP['id']}", "Before you begin")
    await person.tap("I agree")
    await person.reads("You can begin")
    return person


async def test_on_telegram_a_report_is_judged_in_the_moderators_group_after_a_restart() -> None:
    town = Town()
    async with FakeTelegram() as tg:
        tg.chats[GROUP["id"]], tg.chats[MODS["id"]] = GROUP, MODS
        async with telegram(town, tg) as herald:
            ada = Volunteer(tg, 1, "Ada")
            tg.members[GROUP["id"], 1] = "administrator"
            ada.say(f"/config log_channel {MODS['id']}", GROUP)
            await ada.reads("of a group that you manage as well")
            tg.members[MODS["id"], 1] = "administrator"
            ada.say(f"/config log_channel {MODS['id']}", GROUP)
            await ada.reads("Saved")
            ben, eve = await joined(tg, 2, "Ben"), await joined(tg, 3, "Eve")
            await ben.asks("/prompt", "Write a first message")
            await ben.asks("A text that some will not like.", "Send it like this?")
            await ben.tap("Submit")
            await ben.reads("Thank you")
            await eve.asks("/work label_initial_prompt", "Review a first message")
            await eve.tap("Report")
            await eve.reads("What is wrong with this text?")
            await eve.tap("Hate")
            await eve.reads("Moderators will look at it")
            await town.tell(herald)
        posted = [m for (c, _), m in tg.messages.items() if c == MODS["id"] and words_on(m)][-1]
        assert "A text that some will not like" in posted["text"]
        assert {"Keep", "Remove", "Warn", "Block"} <= set(words_on(posted))

        async with telegram(town, tg):
            for words in ("Keep", "Remove", "Block"):
                answer = await eve.tap(words, posted)
                assert "Only moderators of this community" in answer["text"]
            assert words_on(posted), "what all see stays"
            assert town.text.is_present

            mo = Volunteer(tg, 4, "Mo")
            tg.members[GROUP["id"], 4] = "administrator"
            await mo.tap("Remove", posted)
            await mo.reads("Remove text")
            tg.members[GROUP["id"], 4] = "member"  # no admin any more
            answer = await mo.tap("Hate")
            assert "Only moderators of this community" in answer["text"]
            assert town.text.is_present
            tg.members[GROUP["id"], 4] = "administrator"
            await mo.tap("Remove", posted)
            await mo.reads("Remove text")
            await mo.tap("Hate")
            await mo.reads("was removed")
            assert town.text.fate is Fate.DELETED
        assert wrong_calls(tg) == []


async def test_on_telegram_what_moderators_were_not_told_is_known_and_the_next_thing_is_tried() -> (
    None
):
    town = Town()
    said = Say(notes=(Text("Something happened."),))
    async with FakeTelegram() as tg, telegram(town, tg) as herald:
        for description in ("not enough rights to send text messages", "CHAT_RESTRICTED"):
            fault = Fault("sendMessage", "400", times=9, description=f"Bad Request: {description}")
            tg.faults.append(fault)
            with pytest.raises(PostRefused):
                await herald.show(str(GROUP["id"]), str(MODS["id"]), said)
            fault.times = 0
            await herald.show(str(GROUP["id"]), str(MODS["id"]), said)

        assert [chat for chat, _ in tg.messages] == [MODS["id"]] * 2


async def test_on_telegram_a_group_that_removes_the_bot_keeps_its_settings() -> None:
    town = Town()
    async with FakeTelegram() as tg:
        tg.chats[GROUP["id"]] = GROUP
        async with telegram(town, tg):
            ada = Volunteer(tg, 1, "Ada")
            tg.members[GROUP["id"], 1] = "administrator"
            ada.say("/config quota 5", GROUP)
            await ada.reads("Saved")
            statuses = ("kicked", "member", "restricted", "administrator", "left", "member")
            for status, active in zip(statuses, (False, True) * 3, strict=True):
                tg.queue("my_chat_member", membership(ada, status))
                await tg.until(lambda active=active: community(town).active is active)
            assert community(town).settings["daily_quota"] == "5"


def community(town: Town):  # type: ignore[no-untyped-def]
    return town.store.tables.communities["telegram", str(GROUP["id"])]


def _all_false(kind: type[ChatMember]) -> Json:
    names = signature(kind).parameters
    return {name: False for name in names if name.startswith(("can_", "is_"))}


_RIGHTS: dict[str, Json] = defaultdict(
    dict,
    restricted=_all_false(ChatMemberRestricted),
    administrator=_all_false(ChatMemberAdministrator),
)


def membership(admin: Volunteer, status: str) -> Json:
    bot = {"id": 42, "is_bot": True, "first_name": "grove"}
    old = {"user": bot, "status": "member"}
    new = {"user": bot, "status": status, "until_date": 0, "is_member": False, **_RIGHTS[status]}
    return {
        "chat": GROUP,
        "from": admin.user,
        "date": 1,
        "old_chat_member": old,
        "new_chat_member": new,
    }
