"""Campaigns: volunteers of every diligence, at the same desk as everybody, repeatable by seed."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from bot.campaign import report, volunteers
from bot.campaign.campaign import Campaign, SimulatedClock
from bot.campaign.corpus import Corpus
from bot.campaign.demo import EXPORTED, Plan, play
from bot.campaign.phases import CONVERSATIONS as POLICY
from bot.campaign.volunteers import Diligence, Volunteer, crowd
from bot.campaign.writing import Writers
from core.desk import Desk
from core.dialogue import LabelQuestion, Widget
from core.model import Ballot, TaskKind, TreeState
from core.ports import World
from core.testing import MemoryStore, ToldGuess, samples
from core.text import N_

LANGUAGES = ("en", "de")
PROMPT = Corpus.load().prompts("en")[0]
BEST, WORST = PROMPT.replies[0].text, PROMPT.replies[-1].text


@dataclass(frozen=True)
class Played:
    """What a campaign left behind."""

    store: MemoryStore
    answers: Counter[TaskKind]
    refusals: int
    texts: tuple[str, ...]  # of all people, in order

    @property
    def states(self) -> Counter[TreeState]:
        counts = asyncio.run(self.store.read(lambda unit: report.state_counts(unit, LANGUAGES)))
        sums: Counter[TreeState] = Counter()
        for (_, state), count in counts.items():
            sums[state] += count
        return sums


@cache
def played(seed: int, visits: int) -> Played:
    return asyncio.run(_played(seed, visits))


async def _played(seed: int, visits: int) -> Played:
    rng, clock = Random(seed), SimulatedClock()
    store = MemoryStore(POLICY, Random(seed))
    desk = Desk(store, World(POLICY, clock, rng, ToldGuess()))
    campaign = Campaign(desk, crowd(LANGUAGES, 30, rng), clock, rng)
    left = visits

    async def goes_on() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    await campaign.play(goes_on)
    texts = await store.read(
        lambda unit: [
            contribution.message.text
            for standing in unit.board("*", "total", 100)
            for contribution in unit.contributions(standing.person_id, 1000)
        ]
    )
    return Played(store, campaign.tally.answers, campaign.tally.refusals, tuple(texts))


def test_a_campaign_finishes_trees_with_every_kind_of_task() -> None:
    campaign = played(1, 400)

    assert set(campaign.answers) == set(TaskKind) - {TaskKind.RANK_PROMPTER_REPLIES}
    assert campaign.states[TreeState.READY_FOR_EXPORT] >= 5
    assert campaign.refusals < campaign.answers.total() / 50


def test_the_same_seed_plays_the_same_campaign() -> None:
    once, again = played(2, 60), asyncio.run(_played(2, 60))

    assert once.texts == again.texts
    assert once.answers == again.answers
    assert once.states == again.states


def test_another_seed_plays_another_campaign() -> None:
    assert played(2, 60).texts != played(3, 60).texts


def test_the_finished_tree_that_is_shown_has_its_votes_consensus_and_agreement() -> None:
    found = asyncio.run(played(1, 400).store.read(report.most_ranked_tree))
    console = Console(width=200, file=StringIO())

    assert found is not None
    console.print(report.drawn(found))

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r"Krippendorff's alpha -?\d\.\d\d", shown)
    assert re.search(r"\d ballots: #\d+( [>=] #\d+)+; agreement \(Kendall's W\) \d\.\d\d", shown)
    for message in found.tree.messages.values():
        assert f"#{message.id}, " in shown


def test_the_order_that_is_shown_is_the_one_found_when_the_vote_ended() -> None:
    first, second = (samples.message(i, parent=1, rank=i - 2) for i in (2, 3))
    weighed_since = [
        Ballot(groups=((2,), (3,)), shown=(2, 3), weight=0.1),
        Ballot(groups=((3,), (2,)), shown=(2, 3), weight=1.4),
    ]
    console = Console(width=200, file=StringIO())

    found = report.FinishedTree(
        samples.tree(samples.message(1), first, second), {1: weighed_since, 2: [], 3: []}
    )
    console.print(report.drawn(found))

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "2 ballots: #2 > #3; " in shown


def person(diligence: Diligence) -> Volunteer:
    return Volunteer("Ana", "en", diligence)


def test_the_careful_prefer_the_better_reply_and_the_careless_often_do_not() -> None:
    rng = Random(1)
    right = Counter(
        diligence
        for diligence in (Diligence.CAREFUL, Diligence.CARELESS)
        for _ in range(200)
        if volunteers.order(person(diligence), PROMPT.text, [WORST, BEST], rng)[0][0] == (1,)
    )

    assert right[Diligence.CAREFUL] > 190
    assert right[Diligence.CARELESS] < 190


def test_spammers_leave_replies_in_the_order_in_which_they_were_shown() -> None:
    spammer = person(Diligence.SPAMMING)

    assert volunteers.order(spammer, PROMPT.text, [WORST, BEST], Random(1)) == (((0,), (1,)), False)


def test_equal_replies_are_a_tie_to_the_careful() -> None:
    careful, rng = person(Diligence.CAREFUL), Random(3)
    orders = [volunteers.order(careful, PROMPT.text, [BEST, BEST], rng)[0] for _ in range(50)]

    assert ((0, 1),) in orders or ((1, 0),) in orders


QUESTIONS = (
    LabelQuestion("spam", Widget.YES_NO, N_("Spam?"), mandatory=True),
    LabelQuestion("quality", Widget.SCALE, N_("Good?"), (N_("Bad"), N_("Good"))),
    LabelQuestion("pii", Widget.FLAG, N_("Personal data")),
)


def test_spam_is_called_spam_by_the_careful() -> None:
    spam = Corpus.load().spam("en")[0].text
    verdicts = [
        volunteers.labels(person(Diligence.CAREFUL), QUESTIONS, PROMPT.text, spam, Random(seed))
        for seed in range(50)
    ]

    assert sum(verdict["spam"] for verdict in verdicts) > 35


def test_labels_follow_the_worth_of_a_text_and_are_steps_of_the_form() -> None:
    careful, rng = person(Diligence.CAREFUL), Random(1)
    good = volunteers.labels(careful, QUESTIONS, PROMPT.text, BEST, rng)
    poor = volunteers.labels(careful, QUESTIONS, PROMPT.text, WORST, rng)

    assert good["quality"] > poor.get("quality", 0.0)
    assert {*good.values(), *poor.values()} <= {0.0, 0.25, 0.5, 0.75, 1.0}


def test_what_a_volunteer_has_to_say_runs_out_rather_than_repeats() -> None:
    writers, careful = Writers(Random(1)), person(Diligence.CAREFUL)
    texts = []
    while text := writers.reply(careful, (PROMPT.text,)):
        texts.append(text)

    assert len(texts) == len(set(texts)) >= 4


def test_half_of_a_crowd_speaks_the_first_language() -> None:
    spoken = Counter(volunteer.language for volunteer in crowd(("en", "de", "fr"), 40, Random(1)))

    assert spoken == {"en": 20, "de": 10, "fr": 10}


async def test_the_demo_ends_with_states_a_board_a_tree_and_the_same_file_for_the_same_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    plan = Plan(seed=1, trees=2, seconds=100)
    for folder in ("one", "two"):
        await play(plan, tmp_path / folder)
    said = capsys.readouterr().out

    assert "ready for export" in said
    assert "All time: everywhere" in said
    assert "prompter: " in said
    one, two = ((tmp_path / folder / EXPORTED).read_bytes() for folder in ("one", "two"))
    assert one.count(b"\n") == 2
    assert one == two


@pytest.mark.soak
def test_a_long_campaign_leaves_no_tree_behind() -> None:
    campaign = played(4, 4000)

    assert campaign.states[TreeState.READY_FOR_EXPORT] > 100
