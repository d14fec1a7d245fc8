"""Statements about searches, purges and acts on all that was found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.neighbourhood import Neighbourhood
from fakes.players import Player

from core.casework import SweepState
from core.dialogue import Press, press
from core.flow import housekeeping
from core.model import Fate


@pytest.fixture
async def village() -> Neighbourhood:
    return Neighbourhood()


def body(player: Player) -> str:
    return "\n".join(map(str, player.screen.body))


def labels(player: Player) -> list[str]:
    return [str(button.label) for button in player.screen.buttons]


async def presses(player: Player, label: str) -> None:
    await player.send(Press(next(b.id for b in player.screen.buttons if str(b.label) == label)))


async def prompts(village: Neighbourhood, count: int, words: str = "Buy number") -> Player:
    """So many prompts of one person."""
    author = await village.volunteer()
    for number in range(count):
        village.clock.advance(minutes=5)
        await author.takes("initial_prompt")
        await author.writes(f"{words} {number}, please.")
    return author


def fates(village: Neighbourhood) -> set[Fate]:
    return {t.root.fate for t in village.memory.tables.trees.values()}


async def test_texts_are_found_by_words_in_any_case_and_shown_in_pages(
    village: Neighbourhood,
) -> None:
    await prompts(village, 7)
    await prompts(village, 1, "Something else")
    moderator = village.moderator()

    await moderator.does("mod", action="search", what="BUY", reason="number")

    assert "Texts found: 7; trees: 7" in body(moderator)
    assert moderator.screen.passages[0].text == "Buy number 6, please."
    assert len(moderator.screen.passages) == 5
    await presses(moderator, "Older")
    assert [p.text for p in moderator.screen.passages] == [
        "Buy number 1, please.",
        "Buy number 0, please.",
    ]
    await presses(moderator, "Newer")
    await presses(moderator, f"Open #{number_of(village, 'Buy number 6, please.')}")
    assert moderator.screen.passages[0].text == "Buy number 6, please."


def number_of(village: Neighbourhood, text: str) -> int:
    trees = village.memory.tables.trees.values()
    return next(tree.id for tree in trees if tree.root.text == text)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("lang:en", 3),
        ("lang:german", 0),
        ("by:@{author}", 2),
        ("buy by:@{author} since:2020-01-01", 2),
        ("since:2100-01-01", 0),
        ("until:2020-01-01", 0),
        ("until:2100-01-01", 3),
        ("state:removed", 0),
        ("state:held", 0),
        ("what:ever", 0),
    ],
)
async def test_a_search_is_narrowed_by_terms(
    village: Neighbourhood, words: str, count: int
) -> None:
    author = await prompts(village, 2)
    await prompts(village, 1, "Something else")
    moderator = village.moderator()

    await moderator.does("mod", action="search", what=words.format(author=author.who.name))

    assert f"Texts found: {count}" in body(moderator)


@pytest.mark.parametrize("words", ["lang:klingon", "by:nobody", "since:soon", "state:odd"])
async def test_terms_that_make_no_sense_are_refused(village: Neighbourhood, words: str) -> None:
    screen = await village.moderator().does("mod", action="search", what=words)

    assert screen.refused


async def test_a_search_for_nothing_says_how(village: Neighbourhood) -> None:
    moderator = village.moderator()

    await moderator.does("mod", action="search")

    assert "lang:de" in body(moderator)


async def test_a_search_of_the_newest_says_that_it_is_one() -> None:
    village = Neighbourhood(search_depth=1)
    await prompts(village, 3)
    moderator = village.moderator()

    await moderator.does("mod", action="search", what="buy")

    assert "Texts found: 1" in body(moderator)
    assert "Only the newest 1 texts were searched." in body(moderator)


async def test_all_that_was_found_is_removed_piece_by_piece_and_comes_back(
    village: Neighbourhood,
) -> None:
    await prompts(village, 45)
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="buy")
    await presses(moderator, "Remove all")
    assert "Texts found: 45; trees: 45" in body(moderator)
    assert fates(village) == {Fate.PRESENT}

    await presses(moderator, "Spam")
    assert moderator.notes == "Done: 20 of 45"
    await village.turn(housekeeping.tend)
    await presses(moderator, "How far is it?")
    assert moderator.notes == "Done: 40 of 45"
    while await village.turn(housekeeping.tend):
        pass

    assert fates(village) == {Fate.DELETED}
    removed = [act for act in village.acts() if act.act == "remove"]
    assert len(removed) == 45
    mo = village.person(moderator).id
    assert {(a.actor_id, a.reason, a.community_id) for a in removed} == {
        (mo, "spam", village.home.id)
    }
    (swept,) = [act for act in village.acts() if act.act == "sweep"]
    assert (swept.before, swept.after, swept.actor_id) == ("45 texts", "remove", mo)

    await moderator.does("mod", action="search", what="buy state:removed")
    assert "Remove all" not in labels(moderator)
    await presses(moderator, "Restore all")
    await presses(moderator, "Something else")
    while await village.turn(housekeeping.tend):
        pass
    assert fates(village) == {Fate.PRESENT}


async def test_what_comes_after_the_count_is_not_meant(village: Neighbourhood) -> None:
    await prompts(village, 2)
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="buy")
    await prompts(village, 1)

    await presses(moderator, "Remove all")
    await presses(moderator, "Spam")

    assert moderator.notes == "Done: 2 of 2"
    assert sorted(t.root.is_present for t in village.memory.tables.trees.values()) == [
        False,
        False,
        True,
    ]


async def test_a_plan_is_carried_out_once(village: Neighbourhood) -> None:
    await prompts(village, 2)
    one, two = village.moderator("One"), village.moderator("Two")
    await one.does("mod", action="search", what="buy")
    await presses(one, "Hold all")
    spam = next(b.id for b in one.screen.buttons if str(b.label) == "Spam")
    await one.send(Press(spam))
    assert one.notes == "Done: 2 of 2"

    await two.send(Press(spam))

    assert two.notes == "That has been begun already."
    assert all(t.root.held for t in village.memory.tables.trees.values())
    await two.send(Press(spam.rpartition(":")[0]))
    assert "All done." in body(two)


async def test_what_was_planned_and_never_begun_is_forgotten(village: Neighbourhood) -> None:
    await prompts(village, 1)
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="buy")
    press_id = next(b.id for b in moderator.screen.buttons if str(b.label) == "Remove all")
    await moderator.send(Press(press_id.rpartition(":")[0]))
    assert "It has not begun." in body(moderator)
    village.clock.advance(hours=25)
    await village.turn(housekeeping.tend)

    await moderator.send(Press(press_id))

    assert moderator.notes == "That search is too old. Please search again."


async def test_only_what_was_offered_can_be_done(village: Neighbourhood) -> None:
    await prompts(village, 1)
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="buy")
    sweep = next(iter(village.memory.tables.sweeps.values()))

    for bulk in ("restore", "purge", "dance"):
        await moderator.send(Press(press("sweep", sweep.id, f"{bulk}.0")))
        assert moderator.screen.refused

    assert fates(village) == {Fate.PRESENT}


async def test_plans_of_one_community_are_not_for_moderators_of_another(
    village: Neighbourhood,
) -> None:
    await prompts(village, 1)
    moderator, stranger = village.moderator(), village.foreign_moderator()
    await moderator.does("mod", action="search", what="buy")
    sweep = next(iter(village.memory.tables.sweeps.values()))

    for press_id in (press("sweep", sweep.id, "remove.0"), press("hits", sweep.id)):
        await stranger.send(Press(press_id))
        assert stranger.screen.refused

    assert fates(village) == {Fate.PRESENT}
    await stranger.does("mod", action="search", what="buy")
    assert "Texts found: 0" in body(stranger)


# ---------------------------------------------------------------- purges


async def test_a_purge_shows_what_would_go_before_anything_does(village: Neighbourhood) -> None:
    await village.ranking()
    author_id = village.tree.root.author_id
    moderator = village.moderator()

    await moderator.does("mod", action="purge", what=f"#{author_id}")

    assert "Texts found: 1; trees: 1" in body(moderator)
    assert "Texts of others that would go with them: 2" in body(moderator)
    assert fates(village) == {Fate.PRESENT}
    await presses(moderator, "Leave it as it is")
    assert not village.acts()


async def test_a_purge_removes_all_texts_here_and_blocks(village: Neighbourhood) -> None:
    author = await prompts(village, 3)
    await prompts(village, 1, "Something else")
    moderator = village.moderator()
    await moderator.does("mod", action="person", what=author.who.name)
    await presses(moderator, "Remove all texts")
    await presses(moderator, "Spam")

    assert moderator.notes == "Done: 3 of 3"
    present = [t.root.text for t in village.memory.tables.trees.values() if t.root.is_present]
    assert present == ["Something else 0, please."]
    assert (await author.takes()).refused
    assert [act.act for act in village.acts()] == ["block", "sweep", "remove", "remove", "remove"]


async def test_a_reason_given_at_once_is_not_asked_for(village: Neighbourhood) -> None:
    author = await prompts(village, 1)
    moderator = village.moderator()

    await moderator.does("mod", action="purge", what=author.who.name, reason="all adverts")
    await presses(moderator, "Do it")

    assert {act.reason for act in village.acts()} == {"all adverts"}


async def test_an_owner_purges_everywhere(village: Neighbourhood) -> None:
    author = await prompts(village, 1)
    author.who = replace(author.who, community="abroad")
    await author.takes("initial_prompt")
    await author.writes("Written abroad, about the sea.")
    owner = village.owner()

    await owner.does("mod", action="purge", what=f"#{village.person(author).id}", reason="x")
    await presses(owner, "Do it")

    assert fates(village) == {Fate.DELETED}
    assert village.person(author).blocked


async def test_what_the_person_writes_while_a_purge_runs_is_refused(
    village: Neighbourhood,
) -> None:
    author = await prompts(village, 25)
    await author.takes("initial_prompt")
    moderator = village.moderator()
    await moderator.does("mod", action="purge", what=author.who.name, reason="x")
    await presses(moderator, "Do it")
    assert moderator.notes == "Done: 20 of 25"

    await author.writes("And one more, quickly.")
    assert author.screen.refused
    while await village.turn(housekeeping.tend):
        pass

    assert fates(village) == {Fate.DELETED}


async def test_nobody_purges_themselves(village: Neighbourhood) -> None:
    author = await prompts(village, 1)
    moderator = Player(village, replace(author.who, may_moderate=True))

    await moderator.does("mod", action="purge", what=author.who.name, reason="x")
    await presses(moderator, "Do it")

    assert moderator.notes == "You can't block yourself."
    assert fates(village) == {Fate.PRESENT}
    await moderator.does("mod", action="search", what=f"by:@{author.who.name}")
    assert "Remove all and block" not in labels(moderator)


async def test_texts_that_went_with_others_are_passed_over(village: Neighbourhood) -> None:
    await village.ranking()
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="lang:en")
    await presses(moderator, "Remove all")

    await presses(moderator, "Spam")
    assert village.tree.root.fate is Fate.DELETED
    (sweep,) = village.memory.tables.sweeps.values()
    await moderator.does("mod", action="search", what="lang:en state:removed")
    await presses(moderator, "Restore all")
    await presses(moderator, "Spam")

    assert sweep.state is SweepState.DONE
    assert all(m.is_present for m in village.tree.messages.values())


async def test_of_very_many_trees_what_stands_below_is_not_counted(
    village: Neighbourhood,
) -> None:
    await prompts(village, 51)
    moderator = village.moderator()

    await moderator.does("mod", action="search", what="buy")

    assert "What stands below them would go with them." in body(moderator)


async def test_what_cannot_be_done_to_a_text_is_passed_over(village: Neighbourhood) -> None:
    await village.prompt()
    await village.reviewed(spam=1.0)
    moderator = village.moderator()
    await moderator.does("mod", action="search", what="bees")
    await presses(moderator, "Hold all")

    await presses(moderator, "Spam")

    assert moderator.notes == "Done: 0 of 1"
    assert not village.tree.root.held
