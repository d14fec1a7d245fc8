"""What the demonstration's volunteers are asked for, one policy after the other.

First conversations in every language, as a community would have them. Then what a small model
needs: demonstrations, one reply to a prompt, and comparisons, four replies put in order. At last
its own replies among those of people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.campaign.volunteers import Volunteer
from core.policy import Policy

FIRST_LANGUAGE = "en"

CONVERSATIONS = Policy(goal_tree_size=6, max_active_trees=4, max_rankings=5)
"""Smaller trees than usual, so that a few minutes of volunteers finish many."""

_SHORT = replace(
    CONVERSATIONS,
    max_tree_depth=1,
    max_active_trees=8,
    max_rankings=4,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    hold_quality=0.0,
)
"""One turn; one review, and nothing waits for a moderator: poor replies are to be ranked too."""
DEMONSTRATIONS = replace(_SHORT, goal_tree_size=2, max_children_count=1)
COMPARISONS = replace(_SHORT, goal_tree_size=5, max_children_count=4)
RANKING = replace(COMPARISONS, weight_ranking=100_000)
"""Nothing but ranking, as long as there is anything to rank."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the campaign."""

    title: str
    policy: Policy
    trees: int  # finished ones, after which it ends
    seconds: float  # after which it ends anyway
    is_for: Callable[[Volunteer], bool] = lambda _: True

    def crowd(self, people: Sequence[Volunteer]) -> Sequence[Volunteer]:
        return [person for person in people if self.is_for(person)]


def speaks_first_language(person: Volunteer) -> bool:
    return person.language == FIRST_LANGUAGE
