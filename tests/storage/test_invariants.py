"""Whatever does not fit together in a store is found, and a sound store is called sound."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot.campaign.campaign import Campaign, SimulatedClock
from bot.campaign.volunteers import crowd
from core.desk import Desk
from core.dialogue import Command
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ToldGuess
from storage.invariants import OF_ROWS, broken_invariants
from storage.open import open_store, open_untouched

POLICY = Policy(goal_tree_size=4, max_active_trees=3, min_rankings=2, max_rankings=3)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store in which people have worked."""
    folder = tmp_path_factory.mktemp("sound")
    asyncio.run(_worked_in(folder))
    return folder


async def _worked_in(folder: Path) -> None:
    rng, clock = Random(1), SimulatedClock()
    store = await open_store(None, folder, POLICY, rng)
    desk = Desk(store, World(POLICY, clock, rng, ToldGuess()))
    visits = iter(range(60))

    async def goes_on() -> bool:
        return next(visits, None) is not None

    people = crowd(("en",), 12, rng)
    await Campaign(desk, people, clock, rng).play(goes_on)
    for number, person in enumerate(people):  # and some are still at work
        who = Who("terminal", person.name, person.name)
        await desk.handle(who, Command("work", {"kind": "assistant_reply"}), f"last:{number}")
    await store.close()


async def broken(folder: Path, policy: Policy = POLICY) -> list[str]:
    store = await open_untouched(None, folder, policy, Random())
    try:
        return list(await broken_invariants(store, policy, lambda looked_at: None))
    finally:
        await store.close()


async def test_a_store_in_which_people_worked_fits_together(sound: Path) -> None:
    assert await broken(sound) == []


ROOT = "(SELECT min(id) FROM message WHERE parent_id IS NULL)"
REPLY = "(SELECT min(id) FROM message WHERE parent_id IS NOT NULL AND accepted)"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("UPDATE lang_state SET count = count + 1", "The kept number of trees"),
        ("DELETE FROM lang_state", "The kept number of trees"),
        (f"UPDATE message SET depth = 7 WHERE id = {REPLY}", "A tree bears the id of its root"),
        ("UPDATE task SET message_id = NULL WHERE kind <= 3", "Every text that was sent"),
        (
            f"UPDATE task SET message_id = {ROOT} WHERE kind <= 3 AND state = 2",
            "Every text that was sent",
        ),
        ("UPDATE task SET labels = NULL WHERE kind = 6", "An answered task has its answer"),
        ("UPDATE task SET ballot = NULL WHERE kind = 8", "An answered task has its answer"),
        (
            f"UPDATE message SET author_id = (SELECT person_id FROM task WHERE state = 2 AND kind "
            f"> 3 AND target_id = {REPLY}) WHERE id = {REPLY}",
            "Nobody reviews an own text",
        ),
        (f"UPDATE message SET review_count = 9 WHERE id = {REPLY}", "A message counts as many"),
        ("UPDATE tree SET max_children = 0", "No parent has more replies"),
        ("UPDATE tally SET rankings = rankings + 1 WHERE period = 'total'", "The counters of all"),
        ("UPDATE tree SET state = 'growing' WHERE state <> 'growing'", "A tree is in the state"),
        ("UPDATE tree SET state = 'growing' WHERE state <> 'growing'", "The record leads"),
        ("DELETE FROM audit WHERE after = 'prompt_lottery_waiting'", "The record leads"),
        ("DELETE FROM audit WHERE after = 'growing'", "The record leads"),
        ("DELETE FROM audit WHERE act = 'state'", "The record leads"),
        ("DELETE FROM slot", "The open work that is stored"),
        ("UPDATE slot SET free = free + 1", "The open work that is stored"),
        (f"UPDATE message SET labels = NULL WHERE id = {REPLY}", "The label sums of a message"),
        ("UPDATE slot SET tree_id = 9999", "Open work is on a message of its tree"),
        ("UPDATE message SET rank = rank + 1 WHERE rank = 0", "The ranks below a message"),
        ("UPDATE message SET rank = NULL WHERE rank = 0", "The ranks below a message"),
        ("UPDATE tally SET points = points + 1", "The points of a person"),
        ("UPDATE person SET hidden = TRUE", "Counters are unseen where"),
        (
            "UPDATE tally SET labels_full = labels_full + 1 WHERE scope = '*'",
            "A person's counters are what they gave",
        ),
        ("UPDATE session SET account_id = 999 WHERE account_id = 1", "Every reference leads"),
        (
            "UPDATE message SET author_id = (SELECT person_id FROM task WHERE state = 2"
            " AND kind > 6 AND target_id = message.parent_id) WHERE parent_id IS NOT NULL",
            "Nobody ranks an own text",
        ),
        (
            "UPDATE message SET ballots = ballots + 1 WHERE ballots > 0",
            "The kept number of ballots",
        ),
        (
            "UPDATE tree SET reply_reviews = 1, prompt_reviews = 1, goal_size = 99",
            "No more reviews are being given",
        ),
        ("UPDATE tree SET goal_size = 1", "No more replies are being written than the tree's goal"),
        ("UPDATE task SET ballot = 'x' WHERE kind = 8", "A tree can be read"),
        (
            "UPDATE tree SET max_children = 0, prompter_replies = 0",
            "No more replies are being written than a message",
        ),
    ],
)
async def test_harm_is_found_and_named(
    sound: Path, tmp_path: Path, harm: str, sentence: str
) -> None:
    folder = shutil.copytree(sound, tmp_path / "harmed")
    with closing(sqlite3.connect(folder / "grove.db")) as store:
        assert store.execute(harm).rowcount > 0
        store.commit()

    assert [found for found in await broken(folder) if found.startswith(sentence)]


async def test_to_look_at_a_store_by_another_policy_mends_nothing(
    sound: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(sound, tmp_path / "harmed")
    with closing(sqlite3.connect(folder / "grove.db")) as store:
        store.execute("UPDATE tally SET points = points + 1")
        store.commit()
    other = replace(POLICY, max_requests=99)

    found = await broken(folder, other)

    assert await broken(folder, other) == found
    assert [sentence for sentence in found if sentence.startswith("The points of a person")]


def test_every_invariant_is_one_sentence() -> None:
    assert all(sentence.endswith(".") and sentence.count(".") == 1 for sentence in OF_ROWS)
