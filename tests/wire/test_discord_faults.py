"""What goes wrong on the way to Discord and back: nothing is lost, nobody is left waiting."""

import asyncio
import logging
import time
from pathlib import Path

import pytest
from fakes.discord_bot import ScriptedDesk, connected, discord, real_desk
from fakes.discord_people import FormShown, Member
from fakes.discord_server import DiscordServer, Fault
from fakes.discord_volunteer import agreed

from bot.errors import StartError, WrongToken
from cogs.writing import text_form
from core.dialogue import AskText, Button, Passage, Press, Say, Typed, press
from core.model import TaskKind
from core.text import N_

HELLO = Say(body=(N_("Hello"),), buttons=(Button(press("next"), N_("Next task")),))
QUESTION = AskText(
    body=(N_("Write something."),),
    passages=(Passage("What is it?", N_("User")),),
    task_id=5,
    kind=TaskKind.ASSISTANT_REPLY,
    field_label=N_("Your answer"),
    again=press("edit", 5),
)


# ---------------------------------------------------------------- a slow desk


async def test_a_slow_desk_gets_more_time_within_three_seconds(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("me")).card()
        desk.screens, desk.slow = [QUESTION], 2.3
        form = FormShown(text_form(QUESTION).to_dict(), card)

        called = await ada.slash("prompt")
        pressed = await ada.press(card, "Next task")
        submitted = await ada.submit(form, {})
        cards = [await answer.card() for answer in (called, pressed, submitted)]

        for answer in (called, pressed, submitted):
            assert answer.pending.first_after < 3.0
        assert all("Write" in card.buttons for card in cards), "a form cannot follow a deferral"
        assert cards[1].raw["id"] == card.raw["id"], "the pressed card is replaced all the same"
        desk.slow = 0
        opened = await (await ada.press(cards[0], "Write")).form()
        assert "What is it?" in opened.text
        assert desk.events[-1] == Press(press("edit", 5))


# ---------------------------------------------------------------- a failing desk


async def test_a_failing_desk_is_told_to_the_person_and_the_log_without_their_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    desk = ScriptedDesk(QUESTION)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        form = await (await ada.slash("prompt")).form()
        desk.fails = RuntimeError("canary-7 in the parameters")

        sorry = await (await ada.write(form, "canary-7")).card()

        assert "Something went wrong on my side" in sorry.text
        assert "canary-7" in sorry.text, "the text is handed back"
        error_id = sorry.text.partition("Error ")[2].split()[0]
        errors = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
        assert any(error_id in line and "RuntimeError" in line for line in errors)
        assert not any("canary-7" in line for line in errors)


@pytest.mark.parametrize("slow", [0.0, 2.3])
async def test_after_a_failure_the_card_is_still_there_and_its_button_works(
    tmp_path: Path, slow: float
):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server, guild=None)
        card = await (await ada.slash("me")).card()
        desk.fails, desk.slow = OSError("the store is away"), slow
        sorry = await (await ada.press(card, "Next task")).card()
        desk.fails, desk.slow = None, 0

        assert "Something went wrong" in sorry.text
        assert sorry.raw["id"] != card.raw["id"], "beside the card"
        again = await (await ada.press(card, "Next task")).card()
        assert "Hello" in again.text


# ---------------------------------------------------------------- a failing Discord


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/callback", "reset"),
        Fault("/callback", "lost"),
        Fault("/callback", 429, headers={"Retry-After": "0.2"}),
        Fault("/callback", 429, headers={"Via": "1.1 google"}, body={"retry_after": 0.2}),
        Fault("/callback", 503),
    ],
    ids=["reset", "lost", "429", "429 with Via", "503"],
)
async def test_a_first_response_that_fails_on_the_way_is_sent_again(tmp_path: Path, fault: Fault):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        server.faults.append(fault)

        answer = await Member(server).slash("me")
        card = await answer.card()

        assert "Hello" in card.text
        assert len(desk.events) == 1
        await answer.nothing()


@pytest.mark.parametrize("status", ["reset", 429, 503])
async def test_a_further_message_that_fails_on_the_way_is_sent_again(tmp_path: Path, status):
    long = Say(passages=tuple(Passage("x" * 3_500, N_("User")) for _ in range(2)))
    async with discord(ScriptedDesk(long), tmp_path) as server:
        server.faults.append(Fault("/webhooks/", status, headers={"Retry-After": "0.1"}))

        cards = await (await Member(server).slash("mine")).cards(2)

        assert sum(card.text.count("x") for card in cards) == 7_000


async def test_a_reply_that_comes_too_late_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        answer = await Member(server).slash("me")
        answer.pending.began -= 60
        await server.until(lambda: desk.events)
        await asyncio.sleep(0.2)

        card = await (await Member(server).slash("me")).card()

        assert "Hello" in card.text
        assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_a_card_that_is_gone_is_replaced_by_a_new_message(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("me")).card()
        gone = Fault("/callback", 404, body={"code": 10008, "message": "Unknown Message"})
        server.faults.append(gone)

        again = await (await ada.press(card, "Next task")).card()

        assert again.raw["id"] != card.raw["id"]


async def test_an_implementation_that_says_nothing_back_is_served_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    long = Say(passages=tuple(Passage("x" * 3_500, N_("User")) for _ in range(2)))
    async with discord(ScriptedDesk(long), tmp_path) as server:
        server.says_what_became_of_it = False

        cards = await (await Member(server).slash("mine")).cards(2)

        assert sum(card.text.count("x") for card in cards) == 7_000
        assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_all_that_comes_after_a_reply_that_came_too_late_is_left_unsaid(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    long = Say(passages=tuple(Passage("x" * 3_500, N_("User")) for _ in range(2)))
    async with discord(ScriptedDesk(long), tmp_path) as server:
        late = Fault("/callback", 404, body={"code": 10062, "message": "Unknown interaction"})
        server.faults.append(late)

        answer = await Member(server).slash("mine")

        await answer.nothing()
        assert server.sent("/webhooks/") == []
        assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


# ---------------------------------------------------------------- what no client sends


async def test_events_that_cannot_be_read_are_left_aside_and_the_next_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        ada = Member(server)
        for data in (None, "?", {}, {"custom_id": 5, "component_type": 2}):
            await ada.raw(3, data)
        await server.dispatch("GUILD_CREATE", {"id": "?"})

        card = await (await ada.slash("me")).card()

        assert "Hello" in card.text
        assert len(server.identified) == 1, "the connection has lasted"
        assert sum("reading INTERACTION_CREATE" in r.getMessage() for r in caplog.records) == 3


async def test_what_other_implementations_leave_out_is_not_missed(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        data = {"id": "1", "name": "me", "type": 1}
        for without in ("attachment_size_limit", "version", "guild", "channel", "locale"):
            card = await (await Member(server).raw(2, data, without=without)).card()
            assert "Hello" in card.text


async def test_half_a_sign_neither_ends_the_connection_nor_leaves_its_writer_without_words(
    tmp_path: Path,
):
    async with discord(real_desk(), tmp_path) as server:
        ada = await agreed(Member(server))
        form = await (await ada.slash("prompt")).form()

        refused = await (await ada.write(form, "half \ud83d of a sign")).card()

        assert "cannot be stored" in refused.text
        assert "half  of a sign" in refused.text, "handed back without it"
        assert len(server.identified) == 1


@pytest.mark.parametrize(
    "components",
    [[], ["?"], [{"type": 18}], [{"type": 18, "component": {"custom_id": "another"}}]],
)
async def test_a_form_of_an_impossible_shape_shows_where_things_stand(tmp_path: Path, components):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        data = {"custom_id": "g1:t:5", "components": components}

        card = await (await Member(server).raw(5, data)).card()

        assert "Hello" in card.text
        assert desk.events == [Press("show")]


async def test_a_button_of_another_version_shows_where_things_stand(tmp_path: Path):
    desk = ScriptedDesk(HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("me")).card()

        shown = await (await ada.press_id(card, "g0:old")).card()

        assert "Hello" in shown.text
        assert desk.events[-1] == Press("show")


# ---------------------------------------------------------------- the gateway


async def test_a_gateway_that_is_down_at_the_start_is_waited_for(tmp_path: Path):
    server = await DiscordServer().start()
    server.refuse_gateway = 1
    try:
        async with connected(ScriptedDesk(HELLO), server, tmp_path):
            assert "Hello" in (await (await Member(server).slash("me")).card()).text
    finally:
        await server.close()


async def test_a_dropped_connection_is_resumed_and_goes_on(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        server.drop_gateway()
        await server.ready()

        card = await (await Member(server).slash("me")).card()

        assert "Hello" in card.text
        assert len(server.resumed) == 1


async def test_a_request_to_reconnect_is_followed(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        await server.ask_to_reconnect()
        await server.until(lambda: server.resumed)

        assert "Hello" in (await (await Member(server).slash("me")).card()).text


async def test_an_invalid_session_begins_anew(tmp_path: Path):
    async with discord(ScriptedDesk(HELLO), tmp_path) as server:
        await server.invalidate_session()
        await server.until(lambda: len(server.identified) == 2, seconds=20)
        await server.ready()

        assert "Hello" in (await (await Member(server).slash("me")).card()).text


async def test_no_privileged_intent_is_asked_for(tmp_path: Path):
    async with discord(ScriptedDesk(), tmp_path) as server:
        (identified,) = server.identified

        assert identified["intents"] == 1, "servers, and nothing else"


async def test_a_process_serves_the_shards_it_was_given(tmp_path: Path):
    more = {"discord_shard_ids": (2,), "discord_shard_count": 4}
    async with discord(ScriptedDesk(), tmp_path, **more) as server:
        assert [identified["shard"] for identified in server.identified] == [[2, 4]]
        assert server.sent("/commands") == [], "the process with the first shard tells them"


async def test_a_token_that_is_not_accepted_is_told_at_the_start(tmp_path: Path):
    server = await DiscordServer().start()
    server.valid_token = "another"
    try:
        with pytest.raises(WrongToken, match="GROVE_DISCORD_TOKEN"):
            async with connected(ScriptedDesk(), server, tmp_path):
                raise AssertionError("served")
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("code", "named"),
    [(4004, "GROVE_DISCORD_TOKEN"), (4010, "GROVE_DISCORD_SHARD_COUNT"), (4011, "SHARD_COUNT")],
)
async def test_what_the_gateway_refuses_for_good_is_told_in_one_line(
    tmp_path: Path, code: int, named: str
):
    server = await DiscordServer().start()
    server.refuses_sessions = code
    try:
        with pytest.raises(StartError, match=named):
            async with connected(ScriptedDesk(), server, tmp_path):
                raise AssertionError("served")
    finally:
        await server.close()


async def test_told_to_stop_it_finishes_the_replies_under_way(tmp_path: Path):
    desk = ScriptedDesk(HELLO, slow=0.6)
    server = await DiscordServer().start()
    try:
        async with connected(desk, server, tmp_path) as stop:
            answer = await Member(server).slash("me")
            await server.until(lambda: desk.events)
            began = time.monotonic()
            stop.set()
        assert "Hello" in (await answer.card()).text
        assert time.monotonic() - began < 5
    finally:
        await server.close()


async def test_a_text_of_unknown_fate_is_kept_once(tmp_path: Path):
    desk = ScriptedDesk(QUESTION, HELLO)
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        form = await (await ada.slash("prompt")).form()
        submitted = await ada.write(form, "once")
        await submitted.card()
        await (await ada.again(submitted)).card()

        keys = [key for _, event, key in desk.heard if event == Typed("once", 5)]

        assert len(keys) == 2
        assert len(set(keys)) == 1, "the desk knows it by its key"
