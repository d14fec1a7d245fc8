"""What a board post tells, put together from counts."""

from __future__ import annotations

from datetime import UTC, datetime

from core.bulletin import Bulletin, Outgoing, bulletin
from core.model import TaskKind
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


def test_finished_trees_and_the_longest_streaks_are_told() -> None:
    post = told(ADA, BOB, EVE, before={1: 1, 2: 1, 3: 3}, streaks={1: 1, 2: 7, 3: 2}, finished=2)

    assert facts(post) == ["2 trees were finished.", "Days in a row: Bob (7 days), — (2 days)"]


def test_what_is_needed_most_of_each_kind_of_work_is_told() -> None:
    needs = {
        ("en", TaskKind.RANK_ASSISTANT_REPLIES): 3,
        ("en", TaskKind.RANK_PROMPTER_REPLIES): 2,
        ("de", TaskKind.RANK_ASSISTANT_REPLIES): 4,
        ("de", TaskKind.ASSISTANT_REPLY): 1,
        ("de", TaskKind.LABEL_ASSISTANT_REPLY): 50,
    }

    assert facts(told(needs=needs)) == ["English needs 5 rankings.", "Deutsch needs 1 reply."]
