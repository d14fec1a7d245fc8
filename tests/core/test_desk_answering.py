"""Answers: drafts, previews, forms in parts, orders; each is stored once, with its points."""

from __future__ import annotations

from typing import cast

import pytest
from fakes.village import Village

from core.dialogue import (
    SHOW,
    AskLabels,
    AskOrder,
    AskText,
    Labelled,
    Ordered,
    Press,
    Typed,
    press,
)
from core.flow import moderation, reporting
from core.model import TaskKind

K = TaskKind

# ---------------------------------------------------------------- writing


async def test_a_text_is_shown_before_it_is_sent() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    assert isinstance(player.screen, AskText)

    screen = await player.send(Typed("They follow the sun.", player.screen.task_id))

    assert [p.text for p in screen.passages] == [
        "How do bees find their way?",
        "They follow the sun.",
    ]
    assert player.buttons[0].startswith("submit")
    assert village.replies == []


async def test_a_sent_text_brings_points_and_waits_for_reviews() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)

    await player.writes("They follow the sun.")

    assert player.notes == "Thank you! 4 points."
    assert village.points(player) == {"replies_assistant": 1}
    (reply,) = village.replies
    assert (reply.author_id, reply.role, reply.depth) == (village.person(player).id, "assistant", 1)
    assert reply.is_undecided


async def test_little_work_is_thanked_for_without_counting() -> None:
    author = await Village().prompt()

    assert author.notes == "Thank you!"


async def test_an_older_preview_sends_nothing_and_shows_the_newest() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    task_id = player.screen.task_id
    await player.send(Typed("A first version of it.", task_id))
    old = player.buttons[0]
    await player.send(Typed("A second version of it.", task_id))

    for verb in ("submit", "anyway"):
        await player.send(Press(old.replace("submit", verb)))

        assert player.notes == "You have changed this text since then. Send this one?"
        assert player.screen.passages[-1].text == "A second version of it."
    assert village.memory.tables.trees == {}


async def test_a_draft_can_be_gone_on_with() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    await player.send(Typed("A first version of it.", player.screen.task_id))

    await player.press("edit")

    assert isinstance(player.screen, AskText)
    assert player.screen.draft == "A first version of it."


async def test_pressing_submit_twice_stores_one_text() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    await player.send(Typed("A question about bees.", player.screen.task_id))
    submit = player.buttons[0]

    await player.send(Press(submit))
    await player.send(Press(submit))

    assert player.notes == "This task is done already. Get the next one with /work."
    assert len(village.memory.tables.trees) == 1


async def test_an_event_that_comes_twice_stores_nothing_and_shows_where_one_stands() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    event = Typed("A question about bees.", player.screen.task_id)
    first = await player.send(event, "k1")
    before = village.snapshot()

    again = await player.send(event, "k1")

    assert village.snapshot() == before
    assert again.passages == first.passages
    assert again.buttons == first.buttons


async def test_a_refused_event_that_comes_twice_is_not_tried_again() -> None:
    village = Village()
    player = await village.volunteer()
    await player.send(Press(press("submit", 77, 0)), "k1")
    assert player.screen.refused

    await player.send(Press(press("submit", 77, 0)), "k1")

    assert not player.screen.refused


async def test_submitting_before_writing_is_refused() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    await player.send(Press(press("submit", player.screen.task_id, 0)))

    assert player.notes == "There is no text yet. Write it first, then submit."
    assert isinstance(player.screen, AskText)


async def test_the_same_text_twice_within_two_hours_comes_back() -> None:
    village = Village()
    author = await village.prompt("How do bees find their way?")
    await author.takes("initial_prompt")

    await author.writes("How do bees find their way?")

    assert author.screen.refused
    assert author.notes.startswith("You sent the same text a short while ago.")
    assert author.screen.passages[-1].text == "How do bees find their way?"
    village.clock.advance(hours=2, minutes=1)
    await author.send(Press(author.buttons[0]))
    assert not author.screen.refused


async def test_a_text_in_another_language_is_asked_about_and_sent_anyway() -> None:
    village = Village()
    village.guess.found["Wie finden Bienen ihren Weg?"] = "de"
    player = await village.with_task(K.INITIAL_PROMPT)

    screen = await player.writes("Wie finden Bienen ihren Weg?")

    assert "This looks like Deutsch, but the task is in English." in str(screen.body[0])
    assert village.memory.tables.trees == {}
    await player.press("anyway")
    assert village.tree.root.text == "Wie finden Bienen ihren Weg?"


async def test_a_text_in_another_language_can_be_written_anew() -> None:
    village = Village()
    village.guess.found["Wie finden Bienen ihren Weg?"] = "de"
    player = await village.with_task(K.INITIAL_PROMPT)
    await player.writes("Wie finden Bienen ihren Weg?")

    await player.press("edit")
    await player.writes("How do bees find their way?")

    assert village.tree.root.text == "How do bees find their way?"


async def test_what_the_writer_may_want_to_look_at_is_said_and_stops_nothing() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    await player.send(Typed("Write to ada@lovelace.org, please.", player.screen.task_id))

    assert "e-mail address" in player.notes
    await player.press("submit")
    assert len(village.memory.tables.trees) == 1


@pytest.mark.parametrize("act", [moderation.halt, moderation.remove])
async def test_a_reply_to_a_conversation_that_was_stopped_comes_back(act) -> None:  # type: ignore[no-untyped-def]
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    await player.send(Typed("They follow the sun.", player.screen.task_id))
    await village.turn(lambda turn: act(turn, village.tree.id))

    await player.press("submit")

    assert player.screen.refused
    assert player.screen.passages[-1].text == "They follow the sun."
    assert village.replies == []


async def test_a_reply_whose_place_was_given_back_to_a_restored_one_comes_back() -> None:
    village = Village(max_children_count=1)
    await village.replied(1)
    (gone,) = village.replies
    await village.turn(lambda turn: moderation.remove(turn, gone.id, "wrong"))
    player = await village.with_task(K.ASSISTANT_REPLY)
    await player.send(Typed("They follow the sun.", player.screen.task_id))
    await village.turn(lambda turn: moderation.restore(turn, gone.id, "right after all"))

    await player.press("submit")

    assert player.notes == "This conversation no longer takes replies. Get another task with /work."
    assert player.screen.passages[-1].text == "They follow the sun."


async def test_typed_text_is_for_the_task_in_view_unless_it_names_another() -> None:
    village = Village()
    player = await village.volunteer(languages="en,de")
    await player.does("prompt", language="en")
    first = player.screen.task_id or 0
    await player.does("prompt", language="de")
    second = player.screen.task_id or 0

    await player.send(Typed("Warum summen Bienen?"))
    await player.send(Typed("Why do bees hum?", first))

    tasks = village.memory.tables.tasks
    assert tasks[second].draft == "Warum summen Bienen?"
    assert tasks[first].draft == "Why do bees hum?"


async def test_answering_another_task_leaves_the_one_in_view_there() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    review = player.screen.task_id or 0
    await player.takes("initial_prompt")
    writing = player.screen.task_id

    await player.send(Labelled(review, {"spam": 0.0}))
    await player.send(Typed("What do wasps eat in winter?"))

    assert player.screen.task_id == writing


# ---------------------------------------------------------------- labels


async def test_labels_are_kept_until_the_form_is_done() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id or 0

    await player.send(Labelled(task_id, {"quality": 0.75, "humor": 0.5}, done=False))
    await player.send(Labelled(task_id, {"humor": None, "creativity": 0.25}, done=False))

    assert player.notes == "Noted. Submit when you are done."
    screen = cast(AskLabels, player.screen)
    answered = {q.name: q.value for q in screen.questions if q.value is not None}
    assert answered == {"quality": 0.75, "creativity": 0.25}
    await player.send(Labelled(task_id, {"spam": 0.0}))
    assert player.notes == "Thank you! 2 points."
    assert village.memory.tables.tasks[task_id].labels == {
        "spam": 0.0,
        "quality": 0.75,
        "creativity": 0.25,
    }
    assert village.tree.root.labels["quality"].mean == 0.75
    assert "humor" not in village.tree.root.labels  # unanswered is absent, never 0


async def test_the_short_form_is_worth_half_of_the_whole_one() -> None:
    village = Village(p_full_labels_prompt=0.0)
    await village.prompt()
    player = await village.volunteer()
    while player.screen.kind is not K.LABEL_INITIAL_PROMPT:
        await player.takes()
        if player.screen.kind is K.INITIAL_PROMPT:
            await player.press("skip")

    asked = [question.name for question in cast(AskLabels, player.screen).questions]
    await village.labels(player)

    assert asked == ["spam", "lang_mismatch"]
    assert village.points(player) == {"labels_simple": 1}


async def test_the_last_review_decides_and_cannot_be_taken_back() -> None:
    village = Village()
    await village.prompt()
    first, second = [await village.with_task(K.LABEL_INITIAL_PROMPT) for _ in range(2)]

    await village.labels(first)
    await village.labels(second)

    assert village.tree.state == "growing"
    assert any(b.startswith("undo") for b in first.buttons)
    assert not any(b.startswith("undo") for b in second.buttons)


async def test_a_review_of_a_text_that_went_away_is_refused() -> None:
    village = Village()
    author = await village.prompt()
    reviewer = await village.with_task(K.LABEL_INITIAL_PROMPT)
    await author.does("withdraw")
    await author.press("gone")

    await village.labels(reviewer)

    assert reviewer.notes.startswith("Sorry, this is no longer needed")


async def test_a_verdict_of_spam_is_a_whole_review() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)

    await player.send(Labelled(player.screen.task_id or 0, {"spam": 1.0}))

    assert village.tree.root.labels["spam"].total == 1.0


async def test_a_text_that_reviewers_found_harmful_is_marked_as_sensitive() -> None:
    village = Village(num_reviews_initial_prompt=3)
    await village.prompt()
    await village.labels(await village.with_task(K.LABEL_INITIAL_PROMPT), hate_speech=1.0)

    player = await village.with_task(K.LABEL_INITIAL_PROMPT)

    assert player.screen.passages[-1].sensitive


# ---------------------------------------------------------------- thumbs


async def test_thumbs_exclude_each_other_and_are_taken_back_by_a_second_press() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id
    counts = []

    for thumb in ("up", "down", "down", "up"):
        await player.send(Press(press("thumb", task_id, thumb)))
        counts.append(dict(village.tree.root.emojis))

    assert counts == [{"+1": 1}, {"-1": 1}, {}, {"+1": 1}]
    assert player.notes == "Your thumb is noted."


async def test_a_thumb_can_follow_the_review() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    up = next(b for b in player.buttons if b.endswith("up"))
    await village.labels(player)

    await player.send(Press(up))
    assert player.notes == "Your thumb is noted."
    await player.send(Press(up))

    assert player.notes == "Your thumb is taken back."
    assert any(b.startswith("next") for b in player.buttons)


@pytest.mark.parametrize("kind", [K.LABEL_INITIAL_PROMPT, K.INITIAL_PROMPT])
async def test_there_is_no_thumb_sideways_and_none_for_nothing(kind: TaskKind) -> None:
    village = Village()
    player = await village.anybody_with(kind)
    thumb = "sideways" if kind.labels else "up"

    await player.send(Press(press("thumb", player.screen.task_id, thumb)))

    assert player.notes == "This button is out of date. Go on with /work."


async def test_nobody_rates_their_own_text() -> None:
    village = Village()
    me = village.person(await village.prompt()).id

    with pytest.raises(reporting.NotAllowed):
        await village.turn(lambda turn: reporting.react(turn, me, village.tree.id, "+1"))


# ---------------------------------------------------------------- orders


async def test_replies_are_shown_blind_and_in_an_order_of_ones_own() -> None:
    village = Village(max_rankings=20, min_rankings=20)
    await village.ranking()
    orders = set()
    for _ in range(8):
        player = await village.with_task(K.RANK_ASSISTANT_REPLIES)
        screen = cast(AskOrder, player.screen)
        orders.add(tuple(candidate.text for candidate in screen.candidates))
        assert [str(c.heading) for c in screen.candidates] == ["Reply 1", "Reply 2"]

    assert len(orders) == 2


async def test_an_order_counts_and_gives_the_authors_points() -> None:
    village = Village()
    first, second = await village.ranking()
    voter = await village.with_task(K.RANK_ASSISTANT_REPLIES)

    await village.ranks(voter, 1, 0)

    assert voter.notes == "Thank you! 1 point."
    assert village.points(second)["ranked_1"] == 1
    assert village.points(first)["ranked_2"] == 1
    assert village.points(voter) == {"rankings": 1}


async def test_ballots_that_agree_finish_the_tree() -> None:
    village = Village()

    await village.finished()

    assert village.tree.state == "ready_for_export"
    assert [m.rank for m in village.replies] == [0, 1]


async def test_the_fourth_place_earns_its_author_nothing() -> None:
    village = Village(goal_tree_size=5, max_children_count=4)
    authors = await village.replied(4)
    await village.reviewed()

    await village.ranks(await village.with_task(K.RANK_ASSISTANT_REPLIES), 0, 1, 2, 3)

    places = [
        [name for name in village.points(author) if name.startswith("ranked")] for author in authors
    ]
    assert places == [["ranked_1"], ["ranked_2"], ["ranked_3"], []]


async def test_replies_can_be_tied_or_all_bad() -> None:
    village = Village(max_rankings=2)
    await village.ranking()
    one, two = [await village.with_task(K.RANK_ASSISTANT_REPLIES) for _ in range(2)]

    await one.send(Ordered(one.screen.task_id or 0, ((0, 1),)))
    await two.send(Ordered(two.screen.task_id or 0, (), all_bad=True))

    assert village.tree.state == "ready_for_export"
    assert [m.rank for m in village.replies] == [0, 0]


async def test_nobody_ranks_replies_of_which_one_is_theirs() -> None:
    village = Village()
    authors = await village.ranking()

    for author in authors:
        await author.takes("rank")
        assert author.screen.kind is None


async def test_the_last_ballot_cannot_be_taken_back() -> None:
    village = Village()
    await village.ranking()
    one, two = [await village.with_task(K.RANK_ASSISTANT_REPLIES) for _ in range(2)]

    await village.ranks(one, 0, 1)
    await village.ranks(two, 0, 1)

    assert any(b.startswith("undo") for b in one.buttons)
    assert not any(b.startswith("undo") for b in two.buttons)
    await one.press("undo")
    assert one.notes.startswith("This answer has been put to use already")


async def test_a_reply_removed_while_it_is_ranked_leaves_the_order_of_the_others() -> None:
    village = Village(goal_tree_size=4, max_children_count=3)
    await village.replied(3)
    await village.reviewed()
    voters = [await village.with_task(K.RANK_ASSISTANT_REPLIES) for _ in range(2)]
    gone = village.replies[0].id
    await village.turn(lambda turn: moderation.remove(turn, gone, "wrong"))

    for voter in voters:
        await village.ranks(voter, 0, 2, 1)

    assert village.tree.state == "ready_for_export"
    assert [m.rank for m in village.replies] == [None, 1, 0]


async def test_a_reply_that_joins_while_the_others_are_ranked_may_be_ranked_too() -> None:
    village = Village(goal_tree_size=4, max_children_count=3)
    await village.replied(3)
    held = village.replies[0].id
    await village.turn(lambda turn: moderation.hold(turn, held, "look"))
    await village.reviewed()
    voter = await village.with_task(K.RANK_ASSISTANT_REPLIES)
    assert len(cast(AskOrder, voter.screen).candidates) == 2
    await village.turn(lambda turn: moderation.release(turn, held, "fine"))
    await village.ranks(voter, 0, 1)

    await voter.takes("rank")

    assert len(cast(AskOrder, voter.screen).candidates) == 3


async def test_the_form_of_a_task_shows_what_was_answered_so_far() -> None:
    village = Village()
    player = await village.anybody_with(K.LABEL_INITIAL_PROMPT)
    task_id = player.screen.task_id or 0
    await player.send(Labelled(task_id, {"quality": 0.25}, done=False))

    screen = cast(AskLabels, await player.send(Press(press(SHOW, task_id))))

    assert {q.name: q.value for q in screen.questions}["quality"] == 0.25
