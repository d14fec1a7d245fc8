"""The rules by which hypothesis drives a community."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fakes.community import PEOPLE, Neighbours, first
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.dialogue import Command, Press
from core.ports import Store

people = st.integers(0, PEOPLE - 1)
seeds = st.integers(0, 2**16)
acts = st.sampled_from(
    ["hold", "release", "reject", "remove", "restore", "halt", "resume", "remove", "restore"]
)


class Lives(RuleBasedStateMachine):
    """Volunteers, moderators, skips, deletions and clocks at random."""

    def stores(self) -> Sequence[Store]:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.all = Neighbours(self.stores(), self.runner)

    def teardown(self) -> None:
        self.all.close()
        self.runner.close()

    @rule(person=people, seed=seeds)
    def works(self, person: int, seed: int) -> None:
        self.all.works(person, seed)

    @rule(seed=seeds, rounds=st.integers(1, 4))
    def everybody_works(self, seed: int, rounds: int) -> None:
        for turn in range(rounds):
            for person in range(PEOPLE):
                self.all.works(person, seed + turn * PEOPLE + person)

    @rule(person=people)
    def takes(self, person: int) -> None:
        self.all.sends(person, lambda player: Command("work"))

    @rule(person=people, seed=seeds)
    def answers(self, person: int, seed: int) -> None:
        self.all.answers(person, seed)

    @rule(person=people)
    def skips(self, person: int) -> None:
        self.all.sends(person, lambda player: Press(first(player, "skip")))

    @rule(person=people)
    def undoes(self, person: int) -> None:
        self.all.sends(person, lambda player: Command("undo"))

    @rule(person=people, number=st.integers(1, 3))
    def withdraws(self, person: int, number: int) -> None:
        self.all.sends(person, lambda player: Command("withdraw", {"text": str(number)}))
        self.all.sends(person, lambda player: Press(first(player, "gone")))

    @rule(person=people, verb=st.sampled_from(["undo", "submit", "next"]))
    def presses(self, person: int, verb: str) -> None:
        self.all.sends(person, lambda player: Press(first(player, verb)))

    @rule(person=people)
    def reports(self, person: int) -> None:
        self.all.sends(person, lambda player: Command("report", {"reason": "it is wrong"}))

    @rule(person=people)
    def reacts(self, person: int) -> None:
        self.all.sends(person, lambda player: Press(first(player, "thumb")))

    @rule(person=people, other=people)
    def links(self, person: int, other: int) -> None:
        self.all.links(person, other)

    @rule(person=people, how=st.sampled_from(["profile", "texts"]))
    def leaves(self, person: int, how: str) -> None:
        self.all.leaves(person, how)

    @rule(act=acts, seed=seeds)
    def moderates(self, act: str, seed: int) -> None:
        self.all.moderates(act, seed)

    @rule(hours=st.sampled_from([-1, 0.5, 3, 5, 30]))
    def time_passes(self, hours: float) -> None:
        self.all.move_clock(hours * 3600)
        self.all.tends()

    @invariant()
    def everything_holds(self) -> None:
        self.all.check()
