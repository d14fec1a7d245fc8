"""Volunteers on Discord, over real sockets: every kind of task from the command to the answer."""

from pathlib import Path

from fakes.discord_bot import discord, real_desk
from fakes.discord_people import Card, Member
from fakes.discord_server import DiscordServer

from core.policy import Policy

PROMPT = "Why is the sky blue, and *red* in the evening? See https://example.org @everyone"

QUICK = Policy(
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    max_children_count=2,
    goal_tree_size=3,
    min_rankings=1,
    max_rankings=1,
    p_full_labels_prompt=1.0,
)


async def joined(server: DiscordServer, name: str, **how: str) -> Member:
    """A member who has read the terms and agreed."""
    member = Member(server, name, **how)
    terms = await (await member.slash("consent")).card()
    await (await member.press(terms, "I agree")).card()
    return member


async def wrote(member: Member, text: str) -> Card:
    """A prompt, written and sent."""
    form = await (await member.slash("prompt")).form()
    preview = await (await member.write(form, text)).card()
    return await (await member.press(preview, "Submit")).card()


async def test_nobody_gets_a_task_before_reading_the_terms_and_agreeing(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = Member(server)

        terms = await (await ada.slash("work")).card()

        assert terms.is_private
        assert "Before you begin" in terms.text
        agreed = await (await ada.press(terms, "I agree")).card()
        assert agreed.raw["id"] == terms.raw["id"], "the card is replaced, not repeated"
        task = await (await ada.press(agreed, "Take a task")).card()
        assert {"Write", "Skip"} <= set(task.buttons)


async def test_a_prompt_is_written_in_a_form_previewed_edited_and_sent(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = await joined(server, "Ada")
        form = await (await ada.slash("prompt")).form()
        assert "English" in form.text

        preview = await (await ada.write(form, PROMPT)).card()
        again = await (await ada.press(preview, "Edit")).form()
        assert again.field["value"] == PROMPT, "the draft is kept"
        preview = await (await ada.write(again, PROMPT + " Thanks!")).card()
        thanks = await (await ada.press(preview, "Submit")).card()

        assert "Thank you" in thanks.text
        assert "Undo" in thanks.buttons
        mine = await (await ada.slash("mine")).card()
        assert "Thanks" in mine.text


async def test_foreign_text_is_shown_inert(tmp_path: Path):
    async with discord(real_desk(QUICK), tmp_path) as server:
        ada, ben = await joined(server, "Ada"), await joined(server, "Ben")
        await wrote(ada, PROMPT)

        review = await (await ben.slash("work")).card()

        assert r"\*red\*" in review.text
        assert r"https:\/\/example.org" in review.text
        assert r"\@everyone" in review.text


async def test_a_review_takes_at_most_four_interactions_for_the_full_form(tmp_path: Path):
    async with discord(real_desk(QUICK), tmp_path) as server:
        ada, ben = await joined(server, "Ada"), await joined(server, "Ben")
        await wrote(ada, PROMPT)
        review = await (await ben.slash("work")).card()
        began = len(server.pending)

        first = await (await ben.press(review, "Not spam")).form()
        scales = {label: "0.75" for label, c in first.controls.items() if c["type"] == 21}
        noted = await (await ben.submit(first, scales)).card()
        more = [label for label in noted.buttons if label.startswith("Questions 2")]
        second = await (await ben.press(noted, more[0])).form()
        flags = [label for label, c in second.controls.items() if c["type"] == 22]
        thanks = await (await ben.submit(second, {flags[0]: []})).card()

        assert "Thank you" in thanks.text
        assert len(server.pending) - began <= 4


async def test_a_verdict_of_spam_takes_one_press(tmp_path: Path):
    async with discord(real_desk(QUICK), tmp_path) as server:
        ada, ben = await joined(server, "Ada"), await joined(server, "Ben")
        await wrote(ada, PROMPT)
        review = await (await ben.slash("work")).card()

        thanks = await (await ben.press(review, "Spam")).card()

        assert "Thank you" in thanks.text


async def test_answers_given_so_far_stand_in_the_form_when_it_opens_again(tmp_path: Path):
    async with discord(real_desk(QUICK), tmp_path) as server:
        ada, ben = await joined(server, "Ada"), await joined(server, "Ben")
        await wrote(ada, PROMPT)
        review = await (await ben.slash("work")).card()
        form = await (await ben.press(review, "Not spam")).form()
        label = next(iter(form.controls))
        noted = await (await ben.submit(form, {label: "0.25"})).card()

        again = await (await ben.press(noted, "Questions 1 of 2")).form()

        chosen = [o["value"] for o in again.controls[label]["options"] if o.get("default")]
        assert chosen == ["0.25"]


# ---------------------------------------------------------------- twice, too late, not theirs


async def test_twenty_presses_of_submit_at_once_store_one_answer(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = await joined(server, "Ada")
        form = await (await ada.slash("prompt")).form()
        preview = await (await ada.write(form, PROMPT)).card()

        answers = [await ada.press(preview, "Submit") for _ in range(20)]
        said = [(await answer.card()).text for answer in answers]

        assert sum("Thank you" in text for text in said) == 1
        mine = await (await ada.slash("mine")).card()
        assert mine.text.count("Why is the sky blue") == 1


async def test_a_stale_button_ends_politely_with_where_things_stand(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = await joined(server, "Ada")
        form = await (await ada.slash("prompt")).form()
        old = await (await ada.write(form, "The first version")).card()
        again = await (await ada.press(old, "Edit")).form()
        await (await ada.write(again, "The second version")).card()

        asked = await (await ada.press(old, "Submit")).card()

        assert "The second version" in asked.text, "nothing was sent that was not just seen"
        assert "Submit" in asked.buttons


async def test_somebody_else_s_button_changes_nothing_and_is_answered(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada, ben = await joined(server, "Ada"), await joined(server, "Ben")
        form = await (await ada.slash("prompt")).form()
        preview = await (await ada.write(form, PROMPT)).card()

        refused = await (await ben.press(preview, "Submit")).card()

        assert refused.is_private
        assert refused.raw["id"] != preview.raw["id"], "the card stays as it is"
        assert "another volunteer" in refused.text
        assert "Why is the sky" not in refused.text
        assert "Thank you" in (await (await ada.press(preview, "Submit")).card()).text


async def test_a_text_for_a_task_that_is_gone_is_handed_back(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = await joined(server, "Ada")
        form = await (await ada.slash("prompt")).form()
        await (await ada.slash("skip")).card()

        late = await (await ada.write(form, PROMPT)).card()

        assert "⚠️" in late.text
        assert "Why is the sky blue" in late.text


async def test_everything_works_in_private_too(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        ada = await joined(server, "Ada", guild=None)

        thanks = await wrote(ada, PROMPT)

        assert "Thank you" in thanks.text


async def test_a_member_s_interface_speaks_their_language(tmp_path: Path):
    async with discord(real_desk(), tmp_path) as server:
        jan = Member(server, "Jan", locale="de")

        terms = await (await jan.slash("work")).card()

        assert "Before you begin" not in terms.text
        assert "I agree" not in terms.buttons
