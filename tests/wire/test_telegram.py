"""The conversation over the wire: a real HTTP server, the real desk, people who write and tap."""

import json
from datetime import UTC, datetime
from random import Random

import pytest
from fakes.telegram_people import Volunteer, button_with, title, words_on
from fakes.telegram_scene import Scene, scene, served
from fakes.telegram_server import FakeTelegram, Json

from core.desk import Desk
from core.desk.words import KIND_NAMES
from core.model import TaskKind, TaskState, TreeState
from core.policy import Policy
from core.ports import World
from core.testing import MemoryStore, ToldGuess

SMALL = Policy(
    goal_tree_size=3,
    max_children_count=2,
    max_tree_depth=1,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
    min_text_length=2,
)
"""A tree of a prompt and two replies, decided by one person each."""

WORLD = World(Policy(), lambda: datetime.now(UTC), Random(7), ToldGuess())
QUESTION = "How do I keep <b>basil</b> alive & well over the winter?"


async def write(person: Volunteer, kind: str, text: str) -> None:
    """Take a writing task, answer it, send it."""
    await person.asks(f"/work {kind}", "Send your text here")
    await person.asks(text, "Your draft")
    await person.tap("Submit")
    await person.reads("Thank you")


async def approve(person: Volunteer, kind: str) -> None:
    """Take a label task and find the text good."""
    await person.asks(f"/work {kind}", title(kind))
    await person.tap("○ No")
    await person.tap("○ 5")
    await person.tap("Submit")
    await person.reads("Thank you")


async def test_first_contact_is_the_consent_and_nothing_is_handed_out_before_it() -> None:
    async with scene() as here:
        ana = here.person("Ana")

        asked = await ana.asks("/work", "Before you begin")
        assert words_on(asked) == ["I agree", "No, thank you", "Privacy"]
        await ana.asks("hello?", "Before you begin")
        assert here.store.tables.tasks == {}

        await ana.tap("I agree")
        await ana.reads("You can begin")
        await ana.tap("Take a task")
        await ana.reads("Write a first message")
        assert len(here.store.tables.tasks) == 1


async def test_people_are_spoken_to_in_the_language_of_their_app() -> None:
    async with scene() as here:
        ana = here.person("Ana", locale="es")

        shown = await ana.asks("/privacy", "")

        assert "Privacy" not in shown["text"]
        assert "/delete_my_data" in shown["text"]


async def answer_whatever_is_asked(person: Volunteer, here: Scene) -> str | None:
    """Take the next task and do it; its kind, or None when there was none."""
    shown = await person.asks("/work", "")
    kind = next((k for k, name in KIND_NAMES.items() if str(name) in shown["text"]), None)
    if kind is None:
        return None
    if kind.writes:
        await person.asks(f"{person.user['first_name']} says {here.tg.confirmed}", "Your draft")
        await person.tap("Submit")
    elif kind.labels:
        old = json.loads(json.dumps(person.latest()))
        for words in ("○ No", "○ 4", "Submit"):
            await person.tap(words, old)
    else:
        await person.tap("1 is better")
    await person.reads("Thank you")
    return kind


ALL_KINDS = Policy(
    goal_tree_size=5,
    max_tree_depth=2,
    max_children_count=2,
    num_prompter_replies=2,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
    rank_prompter_replies=True,
    max_initial_prompt_review=1,
)


async def test_whole_tree_with_every_kind_of_task_is_grown_through_telegram_alone() -> None:
    async with scene(ALL_KINDS) as here:
        people = [await here.volunteer(name) for name in ("Ana", "Ben", "Eva", "Ida", "Uli")]
        await write(people[0], "initial_prompt", QUESTION)
        kinds = {TaskKind.INITIAL_PROMPT}

        for _ in range(12):
            for person in people:
                kinds.add(await answer_whatever_is_asked(person, here))
            if here.trees()[0].state is TreeState.READY_FOR_EXPORT and kinds >= set(TaskKind):
                break

        assert here.trees()[0].state is TreeState.READY_FOR_EXPORT
        assert here.trees()[0].root.text == QUESTION
        assert kinds >= set(TaskKind)


async def test_two_replies_are_ranked_in_one_tap() -> None:
    async with scene(SMALL) as here:
        ana, ben, eva, ida = [await here.volunteer(name) for name in ("Ana", "Ben", "Eva", "Ida")]
        await write(ana, "initial_prompt", QUESTION)
        await approve(ben, "label_initial_prompt")
        await write(ben, "assistant_reply", "Keep it on a bright window sill, and water it little.")
        await write(eva, "assistant_reply", "Buy a new one in spring.")
        await approve(ida, "label_assistant_reply")
        await approve(ida, "label_assistant_reply")

        await ana.asks("/work rank_assistant_replies", "Which one is better?")
        await ana.tap("2 is better")
        await ana.reads("Thank you")

        ballot = next(t for t in here.store.tables.tasks.values() if t.kind.ranks).ballot
        assert ballot is not None
        assert ballot.groups == ((ballot.shown[1],), (ballot.shown[0],))
        assert ballot.method == "pair"
        assert here.trees()[0].state is TreeState.READY_FOR_EXPORT


async def test_foreign_markup_arrives_as_it_was_written() -> None:
    async with scene(SMALL) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        text = "<b>&amp; <blockquote> @everyone </b> *_`[x](y) ]]>"

        await write(ana, "initial_prompt", text)
        shown = await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))

        assert text in shown["text"]


async def test_unanswered_labels_are_absent_and_pages_keep_what_was_tapped() -> None:
    async with scene(SMALL) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        await write(ana, "initial_prompt", QUESTION)
        await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))

        for words, then in (
            ("○ No", "● No"),
            ("○ 4", "● 4"),
            ("More questions", "How rude is it?"),
            ("More questions", "○ It is written in the wrong language"),
            ("○ It is written in the wrong language", "● It is written in the wrong language"),
        ):
            await ben.tap(words)
            await here.tg.until(lambda then=then: then in words_on(ben.latest()))
        await ben.tap("● It is written in the wrong language")  # taken back
        await ben.tap("Submit")
        await ben.reads("Thank you")

        task = next(t for t in here.store.tables.tasks.values() if t.kind.labels)
        assert task.labels == {"spam": 0.0, "quality": 0.75}


async def test_quick_taps_add_up_before_the_keyboard_is_drawn_again() -> None:
    async with scene(SMALL) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        await write(ana, "initial_prompt", QUESTION)
        form = await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))
        old = json.loads(json.dumps(form))

        queries = [ben.touch(words, old) for words in ("○ No", "○ 2", "○ 4", "○ 5")]
        await here.tg.until(lambda: all(query in here.tg.answers for query in queries))
        await here.tg.until(lambda: "● 5" in words_on(ben.latest()))
        ben.touch("Submit", old)
        await ben.reads("Thank you")

        task = next(t for t in here.store.tables.tasks.values() if t.kind.labels)
        assert task.labels == {"spam": 0.0, "quality": 1.0}
        assert len(here.tg.called("editMessageReplyMarkup")) <= 3


async def test_a_form_too_old_to_be_drawn_over_is_drawn_anew() -> None:
    async with scene(SMALL) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        await write(ana, "initial_prompt", QUESTION)
        form = await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))
        data = button_with(form, "○ No")["callback_data"]
        seen = len(ben.inbox())

        here.tg.tap(ben.user, {"chat": ben.chat, "message_id": form["message_id"], "date": 0}, data)
        await here.tg.until(lambda: len(ben.inbox()) > seen)

        assert words_on(ben.inbox()[-1]) == words_on(form)


async def test_spam_is_one_tap() -> None:
    async with scene(SMALL) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        await write(ana, "initial_prompt", "buy buy buy")
        await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))

        await ben.tap("○ Yes")
        await ben.reads("Thank you")

        (tree,) = here.trees()
        assert tree.state is TreeState.ABORTED_LOW_GRADE


async def rank_three(here: Scene) -> Volunteer:
    """Somebody with three replies to rank in front of them."""
    names = ("Ana", "Ben", "Eva", "Ida", "Uli")
    ana, ben, eva, ida, uli = [await here.volunteer(name) for name in names]
    await write(ana, "initial_prompt", QUESTION)
    await approve(ben, "label_initial_prompt")
    for author, text in ((ben, "reply one"), (eva, "reply two"), (ida, "reply three")):
        await write(author, "assistant_reply", text)
        await approve(uli, "label_assistant_reply")
    await ana.asks("/work rank_assistant_replies", "Tap the best reply first")
    return ana


WITH_THREE = Policy(
    goal_tree_size=4,
    max_tree_depth=1,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
)


async def test_ranking_takes_a_tap_for_each_place_with_ties_and_undo() -> None:
    async with scene(WITH_THREE) as here:
        ana = await rank_three(here)
        form = json.loads(json.dumps(ana.latest()))

        for words in ("2", "3"):
            await ana.tap(words, form)  # quicker than the drawing
        await here.tg.until(lambda: any("Submit" in words for words in words_on(ana.latest())))
        await ana.tap("Undo last tap")
        await here.tg.until(lambda: "= 1" in words_on(ana.latest()))
        await ana.tap("= 1")
        await here.tg.until(lambda: "Submit: 2 = 1 > 3" in words_on(ana.latest()))
        await ana.tap("Submit: 2 = 1 > 3")
        await ana.reads("Thank you")

        ballot = next(t for t in here.store.tables.tasks.values() if t.kind.ranks).ballot
        assert ballot is not None
        one, two, three = ballot.shown
        assert ballot.groups == ((two, one), (three,))
        (tree,) = here.trees()
        assert tree.state is TreeState.READY_FOR_EXPORT


async def test_all_replies_can_be_called_bad() -> None:
    async with scene(WITH_THREE) as here:
        ana = await rank_three(here)

        await ana.tap("All are bad")
        await here.tg.until(lambda: any("all bad" in words for words in words_on(ana.latest())))
        await ana.tap("Submit: all bad")
        await ana.reads("Thank you")

        ballot = next(t for t in here.store.tables.tasks.values() if t.kind.ranks).ballot
        assert ballot is not None
        assert ballot.all_bad
        assert len(ballot.groups) == 1


async def test_edits_count_until_the_text_is_submitted() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/work initial_prompt", "Send your text here")
        sent = ana.say("What is a good nam for a cat?")
        await ana.reads("good nam for")
        ana.change(sent, "What is a good name for a cat?")
        await ana.reads("good name for")
        await ana.tap("Submit")
        await ana.reads("Thank you")
        await ana.tap("Next task")
        await ana.reads("Send your text here")

        ana.change(sent, "What is a good name for a dog?")
        await here.tg.until(lambda: "⚠️" in ana.inbox()[-1]["text"])

        (tree,) = here.trees()
        assert tree.root.text == "What is a good name for a cat?"
        task = max(here.store.tables.tasks.values(), key=lambda task: task.id)
        assert task.state is TaskState.OPEN
        assert task.draft is None


async def test_text_split_by_the_app_is_one_answer() -> None:
    async with scene(Policy(max_text_length=10_000)) as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/work initial_prompt", "Send your text here")
        text = " ".join(f"word{number}" for number in range(800))

        ana.say(text[:4096])
        ana.say(text[4096:])
        await here.tg.until(lambda: "Submit" in words_on(ana.latest()))

        (task,) = here.store.tables.tasks.values()
        assert task.draft == text


async def test_long_texts_are_shown_whole_in_several_messages() -> None:
    async with scene(Policy(max_text_length=10_000, num_reviews_initial_prompt=1)) as here:
        ana, ben = await here.volunteer("Ana"), await here.volunteer("Ben")
        words = [f"word{number}" for number in range(1100)]
        await ana.asks("/work initial_prompt", "Send your text here")
        ana.say(" ".join(words)[:4090])
        ana.say(" ".join(words)[4090:])
        await here.tg.until(lambda: "Submit" in words_on(ana.latest()))
        await ana.tap("Submit")
        await ana.reads("Thank you")

        await ben.asks("/work label_initial_prompt", title("label_initial_prompt"))
        await here.tg.until(lambda: "○ No" in words_on(ben.inbox()[-1]))

        shown = " ".join(message["text"] for message in ben.inbox())
        assert [word for word in words if f"{word} " not in shown + " "] == []


async def test_twenty_taps_on_submit_store_one_answer_and_are_all_answered() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/work initial_prompt", "Send your text here")
        preview = await ana.asks(QUESTION, "Your draft")
        seen = json.loads(json.dumps(preview))

        queries = [ana.touch("Submit", seen) for _ in range(20)]
        await here.tg.until(lambda: all(query in here.tg.answers for query in queries))

        assert len(here.trees()) == 1
        alerts = [query for query in queries if here.tg.answers[query].get("show_alert")]
        assert len(alerts) == 19


async def test_buttons_that_are_old_forged_or_anothers_are_answered_and_change_nothing() -> None:
    async with scene() as here:
        ana, eve = await here.volunteer("Ana"), await here.volunteer("Eve")
        await ana.asks("/work initial_prompt", "Send your text here")
        preview = await ana.asks(QUESTION, "Your draft")
        submit = button_with(preview, "Submit")["callback_data"]
        before = dict(here.store.tables.tasks)

        forged = ("0pwork", "", "1", "1q", "1pnonsense:::", "1rzz.en.cab.1", "1lzz.en.0s0.!s", "🦊",
                  "1r1.en.zz.1", "1r1.en", submit, "1o1.work", "1l1.en.9s0.!s")  # fmt: skip
        for data in forged:
            query = here.tg.tap(eve.user, preview, data)
            answer = await here.tg.until(lambda query=query: here.tg.answers.get(query))
            assert answer.get("show_alert") == "true", data
            assert len(answer["text"]) <= 200

        assert here.store.tables.tasks == before
        assert here.trees() == []


async def test_other_content_than_text_is_declined_in_words() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")

        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        ana.say(None, photo=photo)

        assert await ana.reads("I can only read text")
        assert len(ana.inbox()) == 2  # the consent was the first


@pytest.mark.parametrize(
    "sent",
    [
        {"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "rest"}]}},
        {"giveaway": {"chats": [], "winners_selection_date": 1, "winner_count": 1}},
        {"rich_message": {"blocks": []}},
    ],
)
async def test_whatever_is_no_text_is_answered(sent: Json) -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")

        ana.say(None, **sent)

        assert await ana.reads("I can only read text")


async def test_code_stands_in_its_block_again_and_so_after_a_change() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/prompt", "Write a first message")

        code = [{"type": "pre", "offset": 20, "length": 11, "language": "python"}]
        sent = ana.say('How does this work?\nprint("hi")', entities=code)
        await ana.reads('```python\nprint("hi")\n```')
        change = {**sent, "text": 'How does that work?\nprint("hi")', "edit_date": sent["date"]}
        here.tg.queue("edited_message", change)
        await ana.reads('How does that work?\n```python\nprint("hi")\n```')

        (task,) = here.store.tables.tasks.values()
        assert task.draft == 'How does that work?\n```python\nprint("hi")\n```'


async def test_in_private_nobody_else_is_meant() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")

        await ana.asks("/prompt@SomeOtherBot", "Write a first message")

        (task,) = here.store.tables.tasks.values()
        assert task.kind is TaskKind.INITIAL_PROMPT
        assert task.draft is None


async def test_a_forwarded_message_is_nobodys_own_words() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")
        await ana.asks("/work initial_prompt", "Send your text here")

        origin = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Somebody"}
        ana.say("What somebody else has written", forward_origin=origin)

        await ana.reads("in your own words")
        (task,) = here.store.tables.tasks.values()
        assert task.draft is None


async def test_update_that_comes_again_after_a_restart_is_handled_once() -> None:
    store = MemoryStore(WORLD.policy, Random(5))
    async with FakeTelegram() as tg:
        here = Scene(tg, store)
        async with served(tg, Desk(store, WORLD)):
            ana = await here.volunteer("Ana")
            await ana.asks("/work initial_prompt", "Send your text here")
            await ana.asks(QUESTION, "Your draft")
            query = ana.touch("Submit")
            again = tg.updates[-1]
            await ana.reads("Thank you")

        del tg.answers[query]
        tg.updates.append(again)
        async with served(tg, Desk(store, WORLD)):
            await tg.until(lambda: query in tg.answers)

        assert len(here.trees()) == 1


async def test_own_data_come_as_a_file() -> None:
    async with scene() as here:
        ana = await here.volunteer("Ana")

        await ana.asks("/export_my_data", "Everything that is stored about you")

        (call,) = here.tg.called("sendDocument")
        (content,) = call.files.values()
        assert json.loads(content)["person"]["name"] == "Ana"


async def test_menus_are_set_for_each_kind_of_chat_and_only_when_they_changed() -> None:
    async with scene() as here:
        await here.tg.until(lambda: ("all_chat_administrators", "es") in here.tg.commands)
        names = {c["command"] for c in here.tg.commands["all_private_chats", ""]}
        assert {"work", "export_my_data", "help"} <= names
        group = {c["command"] for c in here.tg.commands["all_group_chats", ""]}
        assert "work" in group
        assert "delete_my_data" not in group
        admins = {c["command"] for c in here.tg.commands["all_chat_administrators", ""]}
        assert admins >= group | {"post_button"}
        spanish = here.tg.commands["all_private_chats", "es"]
        assert spanish != here.tg.commands["all_private_chats", ""]

        async with FakeTelegram() as other:
            other.commands = {**here.tg.commands, ("all_group_chats", ""): []}
            async with served(other, Desk(here.store, WORLD)):
                await other.until(lambda: other.called("setMyCommands"))
                await other.until(lambda: len(other.called("getMyCommands")) >= 3)
            assert len(other.called("setMyCommands")) == 1
