"""Ranking on Discord, over real sockets: what is pressed is what the desk hears."""

import re
from pathlib import Path

import pytest
from fakes.discord_bot import ScriptedDesk, discord
from fakes.discord_people import Card, Member

from core.dialogue import AskOrder, Button, Ordered, Passage, Press, Say, press
from core.model import TaskKind
from core.text import N_

TASK = 4711


def ask(count: int, length: int = 20, language: str = "en") -> AskOrder:
    return AskOrder(
        title=N_("Rank the assistant's answers"),
        passages=(Passage("Why is the sky blue?", N_("User"), in_focus=True),),
        candidates=tuple(
            Passage(f"reply {number} " + "x" * length, N_("Reply {number}", number=number))
            for number in range(1, count + 1)
        ),
        buttons=(
            Button(press("skip", TASK), N_("Skip")),
            Button(press("report", TASK), N_("Report")),
        ),
        task_id=TASK,
        kind=TaskKind.RANK_ASSISTANT_REPLIES,
        language=language,
    )


async def pressed(member: Member, card: Card, *labels: str) -> Card:
    for label in labels:
        card = await (await member.press(card, label)).card()
    return card


@pytest.mark.parametrize(
    ("label", "groups", "all_bad"),
    [
        ("Reply 1 is better", ((0,), (1,)), False),
        ("Reply 2 is better", ((1,), (0,)), False),
        ("Equally good", ((0, 1),), False),
        ("Both bad", ((0, 1),), True),
    ],
)
async def test_two_replies_are_ranked_in_one_press(tmp_path: Path, label, groups, all_bad):
    desk = ScriptedDesk(ask(2), Say(body=(N_("Thank you!"),)))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        await pressed(ada, card, label)

        assert desk.events[-1] == Ordered(TASK, groups, all_bad, "pair")


async def test_four_replies_are_ranked_best_first_in_as_many_presses(tmp_path: Path):
    desk = ScriptedDesk(ask(4), Say(body=(N_("Thank you!"),)))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        card = await pressed(ada, card, "Reply 3", "Reply 1", "Reply 4")
        assert r"Reply 3 \> Reply 1 \> Reply 4 \> Reply 2" in card.text
        assert "Why is the sky blue?" in card.text, "the texts stay in view"
        assert {"Submit", "Undo", "Skip", "Report"} <= set(card.buttons)
        await pressed(ada, card, "Submit")

        best_first = Ordered(TASK, ((2,), (0,), (3,), (1,)), False, "best_first")
        assert desk.events[1:] == [Press(press("show", TASK))] * 3 + [best_first]


@pytest.mark.parametrize("slow", [0.0, 2.3])
async def test_a_pick_that_the_desk_refuses_leaves_the_card_as_it_is(tmp_path: Path, slow: float):
    refusal = Say(notes=(N_("This is another volunteer's task."),), refused=True)
    desk = ScriptedDesk(ask(3), refusal)
    async with discord(desk, tmp_path) as server:
        card = await (await Member(server).slash("work")).card()
        desk.slow = slow

        said = await (await Member(server, "Eve").press(card, "Reply 1")).card()

        assert "another volunteer" in said.text
        assert said.raw["id"] != card.raw["id"]
        assert Card(server.messages[card.raw["id"]]).text == card.text


async def test_a_pick_on_a_slow_day_changes_the_card_all_the_same(tmp_path: Path):
    desk = ScriptedDesk(ask(3))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()
        desk.slow = 2.3

        picked = await pressed(ada, card, "Reply 1")

        assert "Your order so far: Reply 1" in picked.text
        assert picked.raw["id"] == card.raw["id"]


async def test_ties_undo_and_all_bad(tmp_path: Path):
    desk = ScriptedDesk(ask(4), Say(body=(N_("Thank you!"),)))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        card = await pressed(ada, card, "Reply 2", "The next is equal to it", "Reply 4")
        assert "Reply 2 = Reply 4" in card.text
        assert "Reply 2" not in card.buttons, "what is placed cannot be pressed"
        card = await pressed(ada, card, "Undo", "Reply 1", "The rest are equal")
        assert r"Reply 1 = Reply 2 \> Reply 3 = Reply 4" in card.text
        await pressed(ada, card, "All bad")

        assert desk.events[-1] == Ordered(TASK, ((0, 1), (2, 3)), True, "best_first")


async def test_an_order_in_the_making_is_in_the_reader_s_language(tmp_path: Path):
    desk = ScriptedDesk(ask(3, language="de"))
    async with discord(desk, tmp_path) as server:
        ada = Member(server, locale="de")
        card = await (await ada.slash("work")).card()
        first = next(label for label in card.buttons if "3" in label)

        card = await pressed(ada, card, first)

        assert "Undo" not in card.buttons, "drawn again without the desk, and still in German"


async def test_long_replies_are_sent_whole_before_the_buttons(tmp_path: Path):
    desk = ScriptedDesk(ask(3, length=3_500))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)

        cards = await (await ada.slash("work")).cards(4)

        assert all(card.is_private for card in cards)
        assert "".join(card.text for card in cards).count("x") == 3 * 3_500
        assert [bool(card.buttons) for card in cards] == [False, False, False, True]
        after = await pressed(ada, cards[-1], "Reply 2")
        assert "Your order so far: Reply 2" in after.text


async def test_what_is_too_long_for_a_few_messages_is_read_page_by_page(tmp_path: Path):
    desk = ScriptedDesk(ask(6, length=3_900))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        page = await (await ada.press(card, "Read it, page by page")).card()
        assert page.raw["id"] != card.raw["id"], "the question stays where it is"
        read = page.text
        while "Next page" in page.buttons:
            page = await pressed(ada, page, "Next page")
            read += page.text

        assert len(re.findall("x", read)) == 6 * 3_900
        assert set(desk.events[1:]) == {Press(press("show", TASK))}
        assert not [key for _, _, key in desk.heard[1:] if key], "reading is no event"


async def test_a_press_that_no_card_offers_shows_where_things_stand(tmp_path: Path):
    desk = ScriptedDesk(ask(3), Say(body=(N_("Here you are."),)))
    async with discord(desk, tmp_path) as server:
        ada = Member(server)
        card = await (await ada.slash("work")).card()

        for made_up in ("o:en:3n:3:99", "O:en:3n:zz:0", "f", "???:1", "v:x:", "r:1:1"):
            shown = await (await ada.press_id(card, f"g1:{made_up}")).card()
            assert "Here you are." in shown.text

        assert all(event == Press("show") for event in desk.events[1:])
