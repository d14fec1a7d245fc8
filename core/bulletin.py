"""What a board post tells: places, movement, newcomers, what was finished, what is needed next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique

from core.languages import LANGUAGES
from core.model import TaskKind
from core.ports import Standing
from core.screening import unless_blank
from core.text import N_, Nn_, Text


@unique
class PostState(StrEnum):
    """The life of a board post."""

    WAITING = "waiting"  # not begun; will be sent
    SENDING = "sending"  # begun; after a crash its fate is unknown
    SENT = "sent"
    REFUSED = "refused"  # the platform said no; the admin is told why
    UNKNOWN = "unknown"  # may have arrived; only an admin sends it again

    @property
    def is_over(self) -> bool:
        """Whether nobody will do anything about it by themselves."""
        return self not in (PostState.WAITING, PostState.SENDING)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A board post of one community and period; written before it is sent, so never sent twice."""

    community_id: int
    board: str
    period: str
    scope: str
    due: datetime
    state: PostState = PostState.WAITING
    begun_at: datetime | None = None
    tries: int = 0  # each has its patience; the next one begins after it
    external_ref: str | None = None  # the platform's name of the message
    reason: str | None = None  # why it was refused

    @property
    def nonce(self) -> str:
        """The same for every try; a platform that knows nonces sends only one (25 signs fit)."""
        return f"{self.community_id}-{self.period}"[-25:]


NOBODY = "—"
"""Stands for a name that is not known, or has nothing to read in it."""


def shown_name(standing: Standing) -> str:
    """What somebody is called on a board."""
    return unless_blank(standing.name) or NOBODY


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a board."""

    place: int
    name: str
    points: int
    change: int | None = None  # places won since the period before; None for newcomers

    @property
    def arrow(self) -> str:
        if self.change is None:
            return "★"
        return "▲" if self.change > 0 else "▼" if self.change < 0 else "="


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A board post, in words and numbers; platforms and pictures draw it."""

    title: Text
    rows: tuple[Row, ...]
    facts: tuple[Text, ...]
    period: str
    language: str = "en"

    @property
    def alternative(self) -> Text:
        """The picture in one sentence, for those who don't see it."""
        if not self.rows:
            return N_("Nobody is on this board: whoever takes a task now comes first.")
        named = tuple(
            N_("{place}. {name} ({points})", place=row.place, name=row.name, points=row.points)
            for row in self.rows[:3]
        )
        return N_("Leaderboard: {names}", names=named)


_TITLES: Mapping[str, Text] = {
    "day": N_("Leaderboard of the day"),
    "week": N_("Leaderboard of the week"),
    "month": N_("Leaderboard of the month"),
}


def bulletin(
    outgoing: Outgoing,
    standings: Sequence[Standing],
    before: Mapping[int, int],
    *,
    streaks: Mapping[int, int],
    finished: int,
    needs: Mapping[tuple[str, TaskKind], int],
    language: str,
) -> Bulletin:
    """Put a post together from a board, the places before, and what is open now."""
    names = {standing.person_id: shown_name(standing) for standing in standings}
    rows = tuple(
        Row(
            place=standing.place,
            name=names[standing.person_id],
            points=standing.points,
            change=before[standing.person_id] - standing.place
            if standing.person_id in before
            else None,
        )
        for standing in standings
    )
    return Bulletin(
        title=_TITLES[outgoing.board],
        rows=rows,
        facts=(*_news(rows, finished), *_longest(names, streaks), *_wanted(needs)),
        period=outgoing.period,
        language=language,
    )


def _news(rows: Sequence[Row], finished: int) -> list[Text]:
    news = []
    if finished:
        news.append(
            Nn_(
                "{count} tree begun here was finished.",
                "{count} trees begun here were finished.",
                finished,
            )
        )
    newcomers = tuple(row.name for row in rows if row.change is None)
    if newcomers and len(newcomers) < len(rows):
        news.append(N_("New on the board: {names}", names=newcomers))
    return news


_STREAKS_SHOWN, _SHORTEST = 3, 2


def _longest(names: Mapping[int, str], streaks: Mapping[int, int]) -> list[Text]:
    """The longest streaks of those on the board."""
    longest = sorted(streaks, key=lambda person_id: -streaks[person_id])[:_STREAKS_SHOWN]
    shown = tuple(
        Nn_(
            "{name} ({count} day)",
            "{name} ({count} days)",
            streaks[person_id],
            name=names[person_id],
        )
        for person_id in longest
        if streaks[person_id] >= _SHORTEST
    )
    return [N_("Days in a row: {streaks}", streaks=shown)] if shown else []


_WANTED: Mapping[str, tuple[TaskKind, ...]] = {
    "rank": (TaskKind.RANK_ASSISTANT_REPLIES, TaskKind.RANK_PROMPTER_REPLIES),
    "write": (TaskKind.ASSISTANT_REPLY, TaskKind.PROMPTER_REPLY),
}


def _wanted(needs: Mapping[tuple[str, TaskKind], int]) -> list[Text]:
    """The most wanted work of each of the two kinds that move trees on."""
    found = []
    for name, kinds in _WANTED.items():
        counts: dict[str, int] = {}
        for (lang, kind), count in needs.items():
            if kind in kinds:
                counts[lang] = counts.get(lang, 0) + count
        if counts:
            lang = max(sorted(counts), key=lambda code: counts[code])
            own_name = LANGUAGES[lang].own_name
            found.append(
                Nn_(
                    "{language} needs {count} ranking.",
                    "{language} needs {count} rankings.",
                    counts[lang],
                    language=own_name,
                )
                if name == "rank"
                else Nn_(
                    "{language} needs {count} reply.",
                    "{language} needs {count} replies.",
                    counts[lang],
                    language=own_name,
                )
            )
    return found


SPREAD = timedelta(minutes=5)
"""Posts that fall due together are spread over this much, by community."""


def spread(community_id: int) -> timedelta:
    """How long after its hour a community's post is sent; always the same for one community."""
    share = (community_id * 2654435761 % 2**32) / 2**32
    return SPREAD * share
