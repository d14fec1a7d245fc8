"""The program itself, serving Discord: it grows trees, and a restart loses nothing."""

import asyncio
import json
import signal
import time
from pathlib import Path

import pytest
from fakes.discord_payloads import TOKEN
from fakes.discord_people import Card, Member
from fakes.discord_process import Program, program
from fakes.discord_server import DiscordServer
from fakes.discord_volunteer import agreed, worked


async def opened(member: Member, **wish: str) -> Card:
    return await (await member.slash("work", **wish)).card()


async def test_members_alone_grow_a_whole_tree_and_the_program_ends_when_told(tmp_path: Path):
    async with program(tmp_path) as running:
        names = ("Ada", "Ben", "Eve")
        members = [await agreed(Member(running.server, name)) for name in names]
        form = await (await members[0].slash("prompt")).form()
        await (await members[0].write(form, "Why is the sky blue?")).card()

        kinds = [await worked(member) for _ in range(3) for member in members]
        await running.command("export", str(tmp_path / "trees.jsonl"))

        began = time.monotonic()
        assert await running.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 10
        assert "rank" in kinds
        (tree,) = map(json.loads, (tmp_path / "trees.jsonl").read_text("utf-8").splitlines())
        assert tree["tree_state"] == "ready_for_export"
        assert tree["prompt"]["text"] == "Why is the sky blue?"
        assert sorted(reply["rank"] for reply in tree["prompt"]["replies"]) == [0, 1]
        assert "ERROR" not in running.log
        assert not [word for word in (TOKEN, "sky", "interaction-") if word in running.log]


async def test_restarts_in_the_middle_of_every_screen_lose_nothing(tmp_path: Path):
    async with program(tmp_path, GROVE_POLICY_MAX_CHILDREN_COUNT="3",
                       GROVE_POLICY_GOAL_TREE_SIZE="4") as running:  # fmt: skip
        server = running.server
        ada, ben, eve, kim = [await agreed(Member(server, n)) for n in ("Ada", "Ben", "Eve", "Kim")]
        await _three_replies(ada, (ben, eve, kim))
        ranking = await opened(ada, kind="rank_assistant_replies")
        half = await (await ada.press(ranking, "Reply 2")).card()
        form = await (await ben.slash("prompt")).form()
        other = await (await eve.slash("prompt")).form()
        preview = await (await eve.write(other, "What is rain?")).card()
        await _prompt(kim, "What is snow?")
        review = await opened(ada, kind="label_initial_prompt")
        labels = await (await ada.press(review, "Not spam")).form()
        new = Member(server, "New")
        terms = await (await new.slash("work")).card()

        for how in (signal.SIGTERM, signal.SIGKILL):
            await running.restarted(how)

        complete = await (await ada.press(half, "Reply 1")).card()
        assert "Thank you" in (await (await ada.press(complete, "Submit")).card()).text
        sent = await (await ben.write(form, "Typed before the restart")).card()
        assert "Typed before the restart" in sent.text
        assert "Thank you" in (await (await ben.press(sent, "Submit")).card()).text
        assert "Thank you" in (await (await eve.press(preview, "Submit")).card()).text
        noted = await (await ada.submit(labels, {})).card()
        assert "Thank you" in (await (await ada.press(noted, "Done")).card()).text
        assert "Take a task" in (await (await new.press(terms, "I agree")).card()).buttons
        assert "ERROR" not in running.log


async def _prompt(member: Member, text: str) -> None:
    form = await (await member.slash("prompt")).form()
    preview = await (await member.write(form, text)).card()
    await (await member.press(preview, "Submit")).card()


async def _three_replies(asker: Member, writers: tuple[Member, ...]) -> None:
    """A prompt whose three replies are accepted and wait for an order."""
    await _prompt(asker, "Why is the sky blue?")
    await _reviewed(writers[0], "label_initial_prompt")
    for writer in writers:
        card = await opened(writer, kind="assistant_reply")
        form = await (await writer.press(card, "Write")).form()
        preview = await (await writer.write(form, f"So {writer.name}.")).card()
        await (await writer.press(preview, "Submit")).card()
        await _reviewed(asker, "label_assistant_reply")


async def _reviewed(member: Member, kind: str) -> None:
    card = await opened(member, kind=kind)
    form = await (await member.press(card, "Not spam")).form()
    card = await (await member.submit(form, {})).card()
    if "Done" in card.buttons:
        card = await (await member.press(card, "Done")).card()
    assert "Thank you" in card.text


async def test_a_prompt_from_discord_and_a_reply_from_the_terminal_meet_in_one_tree(
    tmp_path: Path,
):
    async with program(tmp_path) as running:
        ada, ben = [await agreed(Member(running.server, name)) for name in ("Ada", "Ben")]
        await _prompt(ada, "Why is the sky blue?")
        await _reviewed(ben, "label_initial_prompt")

        text = "Because air scatters blue light."
        lines = ["/work", "1", "/work assistant_reply", text, "1", "/quit"]
        await running.command(
            "run", "--platform", "terminal", "--as", "Zoe", typed="\n".join(lines) + "\n"
        )
        await _reviewed(ben, "label_assistant_reply")
        trees = await running.command("export", "-", "--all-states", "--provenance")

        tree = json.loads(trees.splitlines()[0])
        (reply,) = tree["prompt"]["replies"]
        assert reply["text"] == text
        assert (tree["prompt"]["lang"], reply["lang"]) == ("en", "en")


async def test_two_processes_share_the_shards_of_one_bot_and_one_store(
    tmp_path: Path, postgres_url: str
):
    server = await DiscordServer().start()
    store = {"GROVE_DATABASE_URL": postgres_url, "GROVE_SECRET_KEY": "k" * 44}
    folders = [tmp_path / "first", tmp_path / "second"]
    programs = [Program(server, folder, store) for folder in folders]
    try:
        for number, running in enumerate(programs):
            running.folder.mkdir()
            await running.start("--shard-ids", str(number), "--shard-count", "2")
        await server.until(lambda: len(server.sockets) == 2 and server.commands, seconds=40)
        here, there = Member(server, "Ada"), Member(server, "Ada", shard=1)
        there.id = here.id

        await agreed(here)
        form = await (await there.slash("prompt")).form()
        preview = await (await here.write(form, "Why is the sky blue?")).card()
        presses = [await member.press(preview, "Submit") for member in (here, there)]
        said = [(await answer.card()).text for answer in presses]

        assert sum("Thank you" in text for text in said) == 1
        assert len(server.sent("/commands")) == 1, "the process with the first shard tells them"
        assert [await running.stop(signal.SIGTERM) for running in programs] == [0, 0]
        assert not server.complaints, "\n".join(server.complaints)
    finally:
        for running in programs:
            await running.stop(signal.SIGKILL)
        await server.close()


async def test_a_wrong_token_ends_the_program_with_one_line(tmp_path: Path):
    server = await DiscordServer().start()
    server.valid_token = "another"
    try:
        running = await Program(server, tmp_path).start()
        assert running.process is not None

        code = await asyncio.wait_for(running.process.wait(), 20)

        assert code != 0
        assert len(running.log.strip().splitlines()) == 1
        assert "GROVE_DISCORD_TOKEN" in running.log
        assert TOKEN not in running.log
    finally:
        await server.close()


@pytest.mark.soak
async def test_an_api_that_is_down_at_the_start_is_waited_for(tmp_path: Path):
    server = await DiscordServer().start()
    port = server.port
    await server.close()
    running = await Program(server, tmp_path).start()
    try:
        await asyncio.sleep(2.5)
        server = running.server = await DiscordServer().start(port)
        await running.ready()

        assert (await (await Member(server).slash("help")).card()).text
    finally:
        await running.stop(signal.SIGKILL)
        await server.close()
