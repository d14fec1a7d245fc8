"""Commands, completion, menus and the public button on Discord, over real sockets."""

import json
from pathlib import Path

import pytest
from fakes.discord_bot import ScriptedDesk, connected, discord, real_desk
from fakes.discord_payloads import APPLICATION, CHANNEL, EPHEMERAL, GUILD
from fakes.discord_people import ADMINISTRATOR, MANAGE_GUILD, MANAGE_MESSAGES, SEND, Card, Member
from fakes.discord_server import DiscordServer, Fault
from fakes.discord_volunteer import agreed

from core.commands import COMMANDS, Audience
from core.dialogue import AskText, Attachment, Button, Command, Passage, Press, Say, press
from core.model import Role, TaskKind
from core.text import N_

HELLO = Say(body=(N_("Hello"),))


async def test_every_command_of_the_table_reaches_the_desk(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)

        await server.until(lambda: server.commands)

        for spec in COMMANDS:
            given = {argument.name: f"some {argument.name}" for argument in spec.arguments}
            card = await (await ada.slash(spec.name, **given)).card()
            assert card.is_private
            assert desk.events[-1] == Command(spec.name, given)

        assert {spec.name for spec in COMMANDS} <= {c["name"] for c in server.commands}


async def test_who_asks_where_and_with_which_rights_is_told_to_the_desk(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        admin = Member(server, "Ada", locale="de", permissions=MANAGE_GUILD | MANAGE_MESSAGES)
        stranger = Member(server, "Ben", installed_for="user")
        private = Member(server, "Eve", guild=None)
        admin.roles, admin.bot_may = ["41"], ~(1 << 15) & ((1 << 53) - 1) & ~ADMINISTRATOR
        for member in (admin, stranger, private):
            await (await member.slash("me")).card()

        ada, ben, eve = (who for who, _, _ in desk.heard)

        assert (ada.external_id, ada.name, ada.locale) == (admin.id, "Ada", "de")
        assert (ada.community, ada.community_name) == (GUILD, "Testers")
        assert (ada.may_manage, ada.may_moderate) == (True, True)
        assert (ada.place, ada.roles, ada.lacks) == (CHANNEL, ("41",), ("Attach Files",))
        assert (ben.community, ben.may_manage) == (None, False), "the server has not installed it"
        assert (eve.community, eve.may_manage) == (None, False)


async def test_administrators_may_all_that_there_is(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        await (await Member(server, permissions=ADMINISTRATOR).slash("config")).card()

        ((who, _, _),) = desk.heard

        assert (who.may_manage, who.may_moderate, who.lacks) == (True, True, ())


async def test_a_community_is_set_up_in_four_presses_and_its_boards_have_their_place(
    tmp_path: Path,
):
    async with discord(real_desk(), tmp_path) as server:
        admin = Member(server, permissions=MANAGE_GUILD)
        card = await (await admin.slash("setup")).card()
        for words in ("Yes, here", "All languages", "Mondays at 9:00", "We promise"):
            card = await (await admin.press(card, words)).card()

        assert "Ready. Volunteers can begin" in card.text
        (board,) = [line for line in card.text.splitlines() if "board\\_channel" in line]
        assert CHANNEL in board


@pytest.mark.parametrize("command", [c.name for c in COMMANDS if c.audience is Audience.ADMIN])
async def test_an_admin_s_command_is_refused_at_run_time_whatever_the_settings_show(
    tmp_path: Path, command: str
):
    async with discord(real_desk(), tmp_path) as server:
        moderator = Member(server, permissions=SEND | MANAGE_MESSAGES)

        card = await (await moderator.slash(command)).card()

        assert "Only people who manage this community can do that." in card.text
        assert card.is_private


async def test_every_argument_that_can_be_completed_is(tmp_path: Path):
    async with discord(ScriptedDesk(), tmp_path) as server:
        ada = Member(server)
        sources = [(c.name, a.name) for c in COMMANDS for a in c.arguments if a.source]

        offered = [await (await ada.type_ahead(*pair, "")).choices() for pair in sources]

        assert all(0 < len(choices) <= 25 for choices in offered)


async def test_an_event_has_one_key_for_ever(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        answer = await ada.slash("work")
        await answer.card()
        await (await ada.again(answer)).card()

        keys = [key for _, _, key in desk.heard]

        assert keys == [f"discord:{APPLICATION}:{answer.pending.interaction['id']}"] * 2


@pytest.mark.parametrize(
    ("command", "option", "typed", "first", "value"),
    [
        ("work", "language", "deu", "Deutsch / German", "de"),
        ("work", "language", "", None, None),
        ("language", "languages", "de, fran", "français / French", "de, fr"),
        ("work", "kind", "rank the a", "Rank the assistant's replies", "rank_assistant_replies"),
        ("leaderboard", "period", "mo", "This month", "month"),
        ("leaderboard", "scope", "every", "Everywhere", "everywhere"),
        ("help", "topic", "lea", "/leaderboard", "leaderboard"),
        ("timezone", "zone", "europe/mad", "Europe/Madrid", "Europe/Madrid"),
        ("work", "language", "xyzzy", None, None),
    ],
)
async def test_arguments_are_completed_as_they_are_typed(
    tmp_path: Path, command, option, typed, first, value
):
    async with discord(ScriptedDesk(), tmp_path) as server:
        choices = await (await Member(server).type_ahead(command, option, typed)).choices()

        assert len(choices) <= 25
        if first is not None:
            assert choices[0] == {"name": first, "value": value}


async def test_commands_are_told_to_discord_only_when_they_have_changed(tmp_path: Path):
    server = await DiscordServer().start()
    try:
        for _ in range(2):
            async with connected(ScriptedDesk(HELLO), server, tmp_path):
                await server.until(lambda: server.commands)
                await (await Member(server).slash("me")).card()
        assert len(server.sent("/commands")) == 1

        remembered = tmp_path / "discord-commands.json"
        remembered.write_text(json.dumps({APPLICATION: "of an older version"}))
        async with connected(ScriptedDesk(HELLO), server, tmp_path):
            await server.until(lambda: len(server.sent("/commands")) == 2)
    finally:
        await server.close()


async def test_commands_carry_the_sentences_of_the_catalogues(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        await server.until(lambda: server.commands)

        work = next(command for command in server.commands if command["name"] == "work")

        assert work["description"] == "Get a task"
        assert work["description_localizations"]["de"] != "Get a task"
        assert work["integration_types"] == [0, 1], "for servers and for single people"
        assert work["contexts"] == [0, 1], "in servers and in private"


async def test_a_command_of_an_older_version_is_answered_politely(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        said = await (await Member(server).slash("old-command")).card()

        assert "This command has changed" in said.text
        assert desk.events == []


async def test_the_same_choice_is_offered_once(tmp_path: Path):
    twice = Say(buttons=(Button(press("next"), N_("Next task")),) * 2)
    async with discord(ScriptedDesk(twice), tmp_path) as server:
        card = await (await Member(server).slash("me")).card()

        assert list(card.buttons) == ["Next task"]


async def test_a_file_for_the_reader_comes_with_the_message(tmp_path: Path):
    file = Attachment("my-data.json", b'{"texts": []}', N_("Everything about you"))
    async with discord(ScriptedDesk(Say(body=(N_("Here."),), attachment=file)), tmp_path) as server:
        card = await (await Member(server).slash("export-my-data")).card()

        assert card.files == {"my-data.json": '{"texts": []}'}
        assert card.is_private


async def test_only_what_may_be_seen_by_others_is_public(tmp_path: Path):
    desk = ScriptedDesk(Say(body=(N_("1. Ada"),), public=True), HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)

        board = await (await ada.slash("leaderboard")).card()
        private = await (await ada.slash("me")).card()

        assert not board.is_private
        assert private.is_private


# ---------------------------------------------------------------- the public button


async def test_an_admin_posts_a_button_and_one_press_of_anybody_leads_to_a_task(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        admin = await agreed(Member(server, "Ada", permissions=MANAGE_GUILD))
        ben = await agreed(Member(server, "Ben"))
        done = await (await admin.slash("post-button")).card()
        assert "posted" in done.text
        (post,) = server.sent("/channels/")
        assert post.path == f"/channels/{CHANNEL}/messages"
        assert done.is_private
        public = Card(next(m for m in server.messages.values() if not m["flags"] & EPHEMERAL))

        task = await (await ben.press(public, "Take a task")).card()

        assert "Write" in task.buttons
        assert task.is_private
        assert task.raw["id"] != public.raw["id"], "the public message stays as it is"


async def test_without_manage_server_the_button_is_refused_whatever_the_settings_show(
    tmp_path: Path,
):
    async with discord(real_desk(), tmp_path) as server:
        card = await (await Member(server, permissions=SEND).slash("post-button")).card()

        assert "Only people who manage this community" in card.text
        assert server.sent("/channels/") == []


async def test_a_missing_permission_of_the_bot_is_named(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        server.may_post = False
        admin = Member(server, permissions=MANAGE_GUILD)

        card = await (await admin.slash("post-button")).card()

        assert "Send Messages" in card.text


async def test_where_nothing_can_be_posted_that_is_said(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        refusal = {"code": 160005, "message": "Thread is locked"}
        server.faults.append(Fault("/channels/", 400, body=refusal))
        admin = Member(server, permissions=MANAGE_GUILD)

        card = await (await admin.slash("post-button")).card()

        assert "I cannot post here" in card.text


async def test_a_post_that_takes_long_leaves_nobody_waiting_and_is_made_once(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        server.faults.append(Fault("/channels/", "lost", delay=2.5))
        admin = Member(server, permissions=MANAGE_GUILD)

        answer = await admin.slash("post-button")
        done = await answer.card()

        assert "posted" in done.text
        assert answer.pending.first_after < 3.0
        assert len([m for m in server.messages.values() if not m["flags"] & EPHEMERAL]) == 1


# ---------------------------------------------------------------- the menus of a message


def task_card() -> AskText:
    return AskText(
        passages=(Passage("Hello?", N_("User"), role=Role.PROMPTER, in_focus=True),),
        buttons=(Button(press("report", 99), N_("Report")),),
        task_id=99,
        kind=TaskKind.ASSISTANT_REPLY,
        again=press("edit", 99),
    )


async def test_the_menus_of_a_message_act_on_a_card_that_shows_a_text(tmp_path: Path):
    desk = ScriptedDesk(task_card(), task_card(), HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        judged = await (await ada.menu("Label this", card.raw)).card()
        await (await ada.menu("Report", card.raw)).card()

        assert desk.events[1:] == [Press(press("show", 99)), Press(press("report", 99))]
        assert "Hello?" in judged.text
        assert list(judged.buttons) == ["Thumbs up", "Thumbs down", "Report", "Back"]


async def test_label_this_on_a_card_that_asks_for_a_review_opens_that_review(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada, ben = await agreed(Member(server, "Ada")), await agreed(Member(server, "Ben"))
        form = await (await ada.slash("prompt")).form()
        preview = await (await ada.write(form, "Why is the sky blue?")).card()
        await (await ada.press(preview, "Submit")).card()
        review = await (await ben.slash("work", kind="label_initial_prompt")).card()

        judged = await (await ben.menu("Label this", review.raw)).card()

        assert {"Not spam", "Spam"} <= set(judged.buttons)


@pytest.mark.parametrize("menu", ["Label this", "Report"])
async def test_the_menus_never_look_at_what_is_written_in_a_channel(tmp_path: Path, menu):
    desk = ScriptedDesk(task_card())
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()
        foreign = {**card.raw, "author": {**card.raw["author"], "id": "5"}, "content": "secret"}

        said = await (await ada.menu(menu, foreign)).card()

        assert "I never read what is written in channels" in said.text
        assert len(desk.events) == 1
