"""Consent comes first; what is stored about people is theirs to see, to take and to delete."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import FEW, Village

from core.commands import COMMANDS, Audience
from core.dialogue import AskChoice, Command, Labelled, Ordered, Press, Typed
from core.flow import moderation
from core.model import Fate, TaskKind, TaskState
from core.people import ConsentAct, Who

K = TaskKind
TERMS = "Before you begin"


@pytest.fixture
async def village() -> Village:
    return Village()


# ---------------------------------------------------------------- consent


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
async def test_no_command_for_volunteers_works_before_consent(village: Village, spec) -> None:  # type: ignore[no-untyped-def]
    player = village.stranger()

    await player.send(Command(spec.name))

    asked = str(player.screen.title) == TERMS
    assert asked == (spec.audience is Audience.VOLUNTEER or spec.name == "consent")


@pytest.mark.parametrize(
    "event",
    [
        Typed("Here is a text."),
        Typed("Here is a text.", 1),
        Labelled(1, {"spam": 0.0}),
        Ordered(1, ((0,),)),
        Press("work"),
        Press("choose"),
        Press("submit:1:0"),
        Press("hide"),
        Press("mine"),
    ],
    ids=str,
)
async def test_nothing_is_taken_from_anybody_before_consent(village: Village, event) -> None:  # type: ignore[no-untyped-def]
    player = village.stranger()

    await player.send(event)

    assert str(player.screen.title) == TERMS
    assert village.memory.tables.tasks == {}
    assert village.memory.tables.trees == {}


async def test_consent_is_kept_with_its_version_its_day_and_its_language(village: Village) -> None:
    player = Player(village, Who("telegram", "ana", "Ana", locale="es-MX"))

    await player.does("work")
    await player.press("agree")

    (consent,) = village.memory.tables.consents
    assert (consent.act, consent.version, consent.language, consent.platform, consent.at) == (
        ConsentAct.GIVEN,
        village.policy.terms_version,
        "es",
        "telegram",
        village.clock(),
    )
    assert player.notes == "Thank you! You can begin."
    assert village.person(player).languages == ("es",)
    await player.press("work")
    assert player.screen.kind is K.INITIAL_PROMPT


async def test_the_language_chosen_is_the_one_that_the_terms_were_read_in(village: Village) -> None:
    player = village.stranger()
    await player.does("language", interface="Deutsch")

    await player.press("agree")

    assert village.memory.tables.consents[-1].language == "de"


async def test_agreeing_twice_is_agreeing_once(village: Village) -> None:
    player = await village.volunteer()

    await player.press("agree")

    person_id = village.person(player).id
    assert len(await village.store.read(lambda unit: unit.consents(person_id))) == 1


async def test_terms_that_changed_are_asked_about_again(village: Village) -> None:
    player = await village.volunteer()
    village.world = replace(village.world, policy=replace(village.policy, terms_version=2))
    village.desk = type(village.desk)(village.store, village.world)

    await player.takes()

    changed = "The terms have changed since you agreed. Please read them once more."
    assert (str(player.screen.title), player.notes) == (TERMS, changed)
    await player.press("agree")
    await player.takes()
    assert player.screen.kind is K.INITIAL_PROMPT


async def test_the_terms_say_what_for_under_which_licence_and_from_which_age() -> None:
    village = Village(licence="CC0 1.0")
    stranger = village.stranger()

    await stranger.takes()

    said = " ".join(map(str, stranger.screen.body))
    for words in ("train and study language models", "the licence CC0 1.0", "18 years", "/consent"):
        assert words in said


async def test_a_text_that_comes_without_consent_is_handed_back(village: Village) -> None:
    player = await village.volunteer()
    await player.takes("initial_prompt")
    form = player.screen.task_id
    await player.press("decline")

    await player.send(Typed("written in a form that was still open", form))

    assert isinstance(player.screen, AskChoice)
    assert [p.text for p in player.screen.passages] == ["written in a form that was still open"]
    assert "was not kept" in player.notes


async def test_a_text_of_the_blocked_is_handed_back(village: Village) -> None:
    player = await village.volunteer()
    await player.takes("initial_prompt")
    form, number = player.screen.task_id, village.person(player).id
    await village.turn(lambda turn: moderation.block(turn, number, "rude"))

    await player.send(Typed("my words", form))

    assert player.screen.refused
    assert [p.text for p in player.screen.passages] == ["my words"]


async def test_texts_of_who_withdrew_their_consent_do_not_stay_when_they_leave(
    village: Village,
) -> None:
    author = await village.prompt()
    await author.press("decline")

    await author.press("forget::profile")
    assert str(author.screen.body[0]) == "Your profile and your texts will be deleted."
    await author.press("forget::profile!")

    assert str(author.screen.body[1]) == "1 text removed."
    assert village.tree.root.fate is Fate.WITHDRAWN
    assert village.tree.root.text == ""


async def test_a_form_that_was_open_during_the_deletion_brings_nothing_back(
    village: Village,
) -> None:
    player = await village.volunteer()
    await player.takes("initial_prompt")
    form = player.screen.task_id
    await player.press("forget::texts!")

    await player.send(Typed("sent after I had left", form))

    assert [p.text for p in player.screen.passages] == ["sent after I had left"]
    assert all("sent after" not in str(t.draft) for t in village.memory.tables.tasks.values())


async def test_a_refusal_is_remembered_and_can_be_thought_better_of(village: Village) -> None:
    player = village.stranger()
    await player.takes()
    await player.press("decline")
    assert village.memory.tables.consents[-1].act is ConsentAct.REFUSED

    await player.press("terms")
    await player.press("agree")

    assert village.person(player).consent_version == 1


async def test_consent_withdrawn_ends_tasks_and_keeps_what_was_given(village: Village) -> None:
    author = await village.prompt()
    await author.takes("initial_prompt")

    await author.does("consent")
    assert "You agreed on 2026-01-05" in str(author.screen.body[-1])
    await author.press("decline")

    assert village.memory.tables.consents[-1].act is ConsentAct.WITHDRAWN
    assert not any(task.is_open for task in village.memory.tables.tasks.values())
    assert village.tree.root.is_present
    await author.takes()
    assert str(author.screen.title) == TERMS


async def test_consent_can_be_looked_at_and_kept(village: Village) -> None:
    player = await village.volunteer()
    await player.does("consent")

    await player.press("home")

    assert player.notes == "Nothing was changed."
    assert village.person(player).consent_version == 1


async def test_who_agrees_in_a_community_belongs_there(village: Village) -> None:
    player = Player(
        village, Who("discord", "ana", "Ana", "en", community="7", community_name="Hive")
    )
    await player.press("agree")
    player.who = replace(player.who, community=None)  # from now on in private

    await player.takes("initial_prompt")

    (community,) = village.memory.tables.communities.values()
    (task,) = village.memory.tables.tasks.values()
    assert (community.name, task.community_id) == ("Hive", community.id)


# ---------------------------------------------------------------- blocked


async def blocked(village: Village, player: Player) -> None:
    person_id = village.person(player).id
    await village.turn(lambda turn: moderation.block(turn, person_id, "spam"))


async def test_blocked_people_are_told_so_whatever_they_try(village: Village) -> None:
    player = await village.volunteer()
    await blocked(village, player)

    for event in (Command("work"), Press("agree"), Typed("Let me in, please."), Press("choose")):
        await player.send(event)
        assert player.screen.refused
        assert player.notes.startswith("You have been blocked and can no longer contribute.")
        assert player.buttons == ["privacy"]


async def test_an_event_of_the_blocked_that_comes_twice_says_so_too(village: Village) -> None:
    player = await village.volunteer()
    await blocked(village, player)
    await player.send(Command("work"), "k")

    await player.send(Command("work"), "k")

    assert player.notes.startswith("You have been blocked")


@pytest.mark.parametrize("name", ["privacy", "consent", "export-my-data", "delete-my-data", "help"])
async def test_the_rights_of_the_blocked_stay(village: Village, name: str) -> None:
    player = await village.volunteer()
    await blocked(village, player)

    assert not (await player.does(name)).refused


async def test_the_places_of_the_blocked_are_free(village: Village) -> None:
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    await player.takes("initial_prompt")

    await blocked(village, player)

    states = {task.kind: task.state for task in village.memory.tables.tasks.values()}
    assert states[K.ASSISTANT_REPLY] is TaskState.EXPIRED
    assert village.tree.messages
    assert not any(x.is_open for x in village.memory.tables.tasks.values())


async def test_the_unblocked_go_on(village: Village) -> None:
    player = await village.volunteer()
    await blocked(village, player)
    person_id = village.person(player).id

    await village.turn(lambda turn: moderation.unblock(turn, person_id, "a mistake"))

    assert not (await player.takes()).refused
    acts = [entry.act for entry in village.memory.tables.audit if entry.subject_id == person_id]
    assert acts == ["block", "unblock"]


async def test_barred_people_work_elsewhere(village: Village) -> None:
    player = Player(village, Who("discord", "ana", "Ana", "en", community="7"))
    await player.press("agree")
    await player.takes("initial_prompt")
    here = player.who
    elsewhere = replace(player.who, community="8")
    (community,) = village.memory.tables.communities.values()
    person_id = village.person(player).id

    await village.turn(
        lambda turn: moderation.block(turn, person_id, "rude", community_id=community.id)
    )

    assert not any(task.is_open for task in village.memory.tables.tasks.values())
    player.who = here
    await player.takes()
    assert player.notes == "You have been blocked and can no longer contribute in this community."
    player.who = replace(player.who, community=None)  # in private, for where they came from
    assert (await player.takes()).refused
    player.who = elsewhere
    assert not (await player.takes()).refused


async def test_a_community_that_bars_lets_go_of_its_own_tasks_alone(village: Village) -> None:
    player = await village.with_task(K.INITIAL_PROMPT)
    person_id = village.person(player).id

    await village.turn(lambda turn: moderation.block(turn, person_id, "rude", community_id=7))

    assert any(task.is_open for task in village.memory.tables.tasks.values())


async def test_nobody_can_be_blocked_who_is_not_there(village: Village) -> None:
    with pytest.raises(moderation.Unknown):
        await village.turn(lambda turn: moderation.block(turn, 77, "spam"))


# ---------------------------------------------------------------- data


async def test_everybody_may_read_what_is_stored_and_why(village: Village) -> None:
    player = village.stranger()

    await player.does("privacy")

    assert "Stored:" in str(player.screen.body[0])
    assert player.buttons == ["mydata", "forget", "terms"]


async def test_ones_data_come_as_a_file(village: Village) -> None:
    author = await village.prompt()

    await author.does("export-my-data")

    assert author.screen.attachment is not None
    data = json.loads(author.screen.attachment.content)
    assert data["texts"] == ["How do bees find their way?"]
    await author.press("privacy")
    await author.press("mydata")
    assert author.screen.attachment is not None


async def leave(player: Player, how: str) -> None:
    await player.does("delete-my-data")
    await player.press(f"forget::{how}")
    assert str(player.screen.title) == "Are you sure?"
    await player.press(f"forget::{how}!")
    assert str(player.screen.title) == "Receipt"


async def test_a_deleted_profile_leaves_texts_without_a_name(village: Village) -> None:
    author = await village.prompt()
    await author.takes("initial_prompt")
    await author.send(Typed("A draft that nobody else needs.", author.screen.task_id))
    person_id = village.person(author).id

    await leave(author, "profile")

    assert str(author.screen.body[0]) == "Done: your profile is deleted."
    tables = village.memory.tables
    assert person_id not in tables.people
    assert (village.tree.root.text, village.tree.root.author_id) == (
        "How do bees find their way?",
        None,
    )
    assert not any(task.draft for task in tables.tasks.values())
    assert not any(key[2] == person_id for key in tables.tallies)
    assert all(entry.actor_id != person_id for entry in tables.audit)


async def test_deleted_texts_leave_the_tree_and_their_replies_are_gone_on_with_no_more() -> None:
    village = Village(replace(FEW, max_tree_depth=2, goal_tree_size=5))
    authors = await village.replied(2)
    await village.reviewed()
    follower = await village.with_task(K.PROMPTER_REPLY)
    await follower.writes("And at night?")
    parent_id = village.replies[-1].parent_id or 0
    parent = village.tree.messages[parent_id]
    (leaver,) = [a for a in authors if village.person(a).id == parent.author_id]

    await leave(leaver, "texts")

    assert str(leaver.screen.body[1]) == "1 text removed."
    parent = village.tree.messages[parent_id]
    assert (parent.fate, parent.text, parent.author_id) == (Fate.WITHDRAWN, "", None)
    assert village.replies[-1].text == "And at night?"  # another person's
    reviewer = await village.volunteer()
    await reviewer.takes("label_prompter_reply")
    assert reviewer.screen.kind is None  # nothing below a withdrawn text can be published


async def test_a_prompt_that_leaves_stops_its_tree(village: Village) -> None:
    author = await village.growing()

    await leave(author, "texts")

    assert village.tree.state == "halted_by_moderator"


async def test_a_ranked_reply_that_leaves_is_ranked_no_more(village: Village) -> None:
    authors = await village.finished()

    await leave(authors[0], "texts")

    assert [m.rank for m in village.replies] == [None, None]
    assert village.tree.state == "ready_for_export"


async def test_what_a_moderator_removed_is_not_counted_among_the_texts_removed(
    village: Village,
) -> None:
    (author,) = await village.replied(1)
    await author.takes("initial_prompt")
    await author.writes("Another question, about ants?")
    village.memory.tables.audit.clear()
    first, _ = village.memory.tables.trees.values()
    reply = max(first.messages)
    await village.turn(lambda turn: moderation.remove(turn, reply, "wrong"))

    await leave(author, "texts")

    assert str(author.screen.body[1]) == "1 text removed."


async def test_deletion_can_be_thought_better_of(village: Village) -> None:
    player = await village.volunteer()
    await player.does("delete-my-data")
    await player.press("forget::texts")

    await player.press("home")

    assert village.person(player).consent_version == 1
    await player.press("forget")
    assert isinstance(player.screen, AskChoice)
    assert str(player.screen.title) == "Delete my data"


async def test_who_comes_back_is_a_stranger(village: Village) -> None:
    author = await village.prompt()
    old = [b for b in author.buttons if b.startswith("undo")]
    await leave(author, "profile")

    await author.send(Press(old[0]))
    assert str(author.screen.title) == TERMS
    await author.press("agree")
    await author.does("mine")

    assert author.notes == "You have not written anything yet."


async def test_who_was_blocked_comes_back_blocked(village: Village) -> None:
    player = await village.volunteer()
    await blocked(village, player)

    await leave(player, "profile")
    await player.takes()

    assert player.notes.startswith("You have been blocked")


async def test_leaving_in_the_middle_of_a_question_leaves_no_question(village: Village) -> None:
    player = await village.volunteer()
    await player.does("timezone")

    await player.send(Press("forget::profile!"))
    assert village.memory.tables.sessions == {}
    await player.press("agree")
    await player.send(Typed("Europe/Madrid"))

    assert player.notes == "I wasn't expecting a text. Take a task first."


async def test_the_deletion_that_comes_twice_deletes_once(village: Village) -> None:
    player = await village.volunteer()
    await player.send(Press("forget::profile!"), "k")

    await player.send(Press("forget::profile!"), "k")

    assert not player.screen.refused
    assert sum(entry.act == "person left" for entry in village.memory.tables.audit) == 1
