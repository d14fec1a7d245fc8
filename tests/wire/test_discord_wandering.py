"""People who press whatever there is: every screen that they come across is one Discord takes."""

import logging
from pathlib import Path
from random import Random

import pytest
from fakes.discord_bot import discord, real_desk
from fakes.discord_people import Answer, Card, FormShown, Member

from core.commands import COMMANDS
from core.policy import Policy

STEPS = 120
LOCALES = ("en-US", "de", "fr", "zh-CN")
AWKWARD = ("Why *is* it? @everyone", "x" * 4_000, "1. מה קורה\n- `?`", "👩‍👩‍👧‍👦 " * 300, "?")
QUICK = Policy(
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    goal_tree_size=4,
    min_rankings=1,
    max_rankings=1,
)


class Wanderer:
    """Presses, types and calls at random; stays in the conversation by what it is shown."""

    def __init__(self, member: Member, rng: Random) -> None:
        self.member, self.rng = member, rng
        self.card: Card | None = None
        self.seen: set[str] = set()

    async def step(self) -> None:
        choices = [*self.card.buttons, *_options(self.card)] if self.card else []
        if not choices or self.rng.random() < 0.2:
            await self._shown(await self._called())
            return
        chosen = self.rng.choice(choices)
        self.seen.add(chosen)
        assert self.card is not None
        if chosen in self.card.buttons:
            await self._shown(await self.member.press(self.card, chosen))
        else:
            await self._shown(await self.member.choose(self.card, chosen))

    async def _called(self) -> Answer:
        spec = self.rng.choice(COMMANDS)
        self.seen.add(spec.name)
        given = {a.name: self.rng.choice(("en", "de", "1", "week", "work"))
                 for a in spec.arguments if self.rng.random() < 0.3}  # fmt: skip
        return await self.member.slash(spec.name, **given)

    async def _shown(self, answer: Answer) -> None:
        part = await answer.part()
        while part["type"] == 9:
            shown = answer.pending.interaction.get("message")
            form = FormShown(part["data"], Card(shown) if shown else None)
            answer = await self.member.submit(form, self._filled(form))
            part = await answer.part()
        self.card = Card(part["message"])
        while not answer.pending.responses.empty():
            self.card = Card((await answer.part())["message"])

    def _filled(self, form: FormShown) -> dict[str, object]:
        return {label: self._value(control) for label, control in form.controls.items()}

    def _value(self, control: dict[str, object]) -> object:
        values = [option["value"] for option in control.get("options", ())]
        if control["type"] == 22:
            return self.rng.sample(values, self.rng.randint(0, len(values)))
        return self.rng.choice(values or AWKWARD)


def _options(card: Card) -> list[str]:
    return [option["label"] for menu in card.menus for option in menu["options"]]


@pytest.mark.parametrize("seed", [1, 2])
async def test_wandering_members_meet_no_screen_that_discord_refuses(
    tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture
):
    rng = Random(seed)
    async with discord(real_desk(QUICK), tmp_path) as server:
        people = [
            Wanderer(Member(server, name, locale=locale), rng)
            for name, locale in zip(("Ada", "Ben", "Eve", "Kim"), LOCALES, strict=True)
        ]
        for wanderer in people:
            terms = await (await wanderer.member.slash("consent")).card()
            agree = next(iter(terms.buttons))
            wanderer.card = await (await wanderer.member.press(terms, agree)).card()

        for _ in range(STEPS):
            await rng.choice(people).step()

        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(set().union(*(wanderer.seen for wanderer in people))) > 30
