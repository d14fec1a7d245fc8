"""What a board post tells, put together from counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fakes.players import Player
from fakes.village import Village

from core.bulletin import Bulletin, Outgoing, bulletin
from core.flow import posting
from core.flow.turn import Turn
from core.model import TaskKind, TreeState
from core.people import Who
from core.ports import Standing

POST = Outgoing(1, "week", "w:2026-W01", "here", due=datetime(2026, 1, 5, tzinfo=UTC))
ADA, BOB, EVE = (
    Standing(1, "Ada", 9, {}, 1),
    Standing(2, "Bob", 9, {}, 1),
    Standing(3, "", 2, {}, 3),
)


def told(
    *board: Standing,
    before: dict[int, int] | None = None,
    streaks: dict[int, int] | None = None,
    finished: int = 0,
    needs: dict[tuple[str, TaskKind], int] | None = None,
) -> Bulletin:
    return bulletin(
        POST,
        board,
        before or {},
        streaks=streaks or {},
        finished=finished,
        needs=needs or {},
        language="en",
    )


def facts(post: Bulletin) -> list[str]:
    return [str(fact) for fact in post.facts]


def test_rows_say_how_many_places_were_won_or_lost_and_who_is_new() -> None:
    post = told(ADA, BOB, EVE, before={1: 1, 2: 4, 3: 2})

    assert [(row.name, row.place, row.arrow, row.change) for row in post.rows] == [
        ("Ada", 1, "=", 0),
        ("Bob", 1, "▲", 3),
        ("—", 3, "▼", -1),
    ]
    assert facts(post) == []
    assert facts(told(ADA, BOB, before={1: 2})) == ["New on the board: Bob"]
    assert facts(told(ADA, BOB)) == [], "where all are new, nobody is"


def test_a_name_with_nothing_to_read_in_it_is_a_dash() -> None:
    unseen = replace(ADA, name="\u3164")

    post = told(unseen, BOB, before={2: 1}, streaks={1: 3})

    assert post.rows[0].name == "—"
    assert facts(post) == ["New on the board: —", "Days in a row: — (3 days)"]


def test_finished_trees_and_the_longest_streaks_are_told() -> None:
    post = told(ADA, BOB, EVE, before={1: 1, 2: 1, 3: 3}, streaks={1: 1, 2: 7, 3: 2}, finished=2)

    assert facts(post) == [
        "2 trees begun here were finished.",
        "Days in a row: Bob (7 days), — (2 days)",
    ]


def test_what_is_needed_most_of_each_kind_of_work_is_told() -> None:
    needs = {
        ("en", TaskKind.RANK_ASSISTANT_REPLIES): 3,
        ("en", TaskKind.RANK_PROMPTER_REPLIES): 2,
        ("de", TaskKind.RANK_ASSISTANT_REPLIES): 4,
        ("de", TaskKind.ASSISTANT_REPLY): 1,
        ("de", TaskKind.LABEL_ASSISTANT_REPLY): 50,
    }

    assert facts(told(needs=needs)) == ["English needs 5 rankings.", "Deutsch needs 1 reply."]


async def test_a_post_tells_of_the_trees_that_were_begun_in_its_community() -> None:
    village = Village()
    author, other = (
        Player(village, Who("discord", name, name, "en", community=f"home of {name}"))
        for name in ("ada", "bob")
    )
    await author.press("agree")
    await other.press("agree")
    await author.takes("initial_prompt")
    await author.writes("How do bees find their way?")
    await village.reviewed()
    for reply in ("By the sun, I think.", "They remember landmarks."):
        await village.reply(reply)
    await village.reviewed()
    while village.tree.state is TreeState.RANKING:
        await village.ranks(await village.with_task(TaskKind.RANK_ASSISTANT_REPLIES), 0, 1)

    def posted(turn: Turn) -> list[list[str]]:
        communities = village.memory.tables.communities.values()
        return [
            facts(
                posting.bulletin_of(
                    turn, replace(POST, period="d:2026-01-05", community_id=home.id), home
                )
            )
            for home in communities
        ]

    assert village.tree.state is TreeState.READY_FOR_EXPORT
    assert await village.turn(posted) == [["1 tree begun here was finished."], []]
