"""The policy: every number that steers collection, with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from core.model import Limits


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers a project owner may change; frozen while the program runs."""

    # Trees
    goal_tree_size: int = 12
    """Accepted messages, the prompt included, after which a tree stops growing."""
    max_tree_depth: int = 3
    """A message deeper than this gets no replies; the prompt has depth 0."""
    max_children_count: int = 3
    """Assistant replies below one prompter message."""
    num_prompter_replies: int = 1
    """Prompter replies below one assistant message."""
    max_active_trees: int = 10
    """Trees that grow at the same time, for each language."""
    max_initial_prompt_review: int = 100
    """Prompts under review at the same time, for each language."""
    max_prompt_lottery_waiting: int = 250
    """Accepted prompts that may wait for a place to grow, for each language."""
    p_activate_backlog_tree: float = 0.1
    """The chance that the end of a tree brings a waiting imported one up for ranking."""
    min_active_rankings: int = 0
    """Waiting imported trees are brought up while fewer trees than this are being ranked."""

    # Review
    num_reviews_initial_prompt: int = 3
    """Reviews that decide an initial prompt."""
    num_reviews_reply: int = 3
    """Reviews that decide a reply."""
    acceptance_threshold: float = 0.6
    """A message is accepted when 1 - (mean spam + mean wrong language) is above this."""
    hold_flags: int = 2
    """So many reviewers flagging the same harm hold a message for a moderator."""
    hold_quality: float = 0.2
    """A mean quality below this holds a message for a moderator."""
    p_full_labels_prompt: float = 1.0
    """The share of prompt reviews that ask for the full form."""
    p_full_labels_assistant: float = 1.0
    """The share of assistant-reply reviews that ask for the full form."""
    p_full_labels_prompter: float = 0.25
    """The share of prompter-reply reviews that ask for the full form."""
    auto_mod_red_flags: int = 4
    """Reports of so many people, on which no moderator has decided, remove a reply, or abort a tree
    when its prompt is meant."""
    auto_mod_skips: int = 25
    """So many skips of one message halt its tree until a moderator looks."""

    moderate_reported: bool = True
    """Whether moderators judge texts from elsewhere that were reported in their community."""
    search_depth: int = 20_000
    """So many of the newest texts a moderator's search looks at, unless it names a person."""
    sweep_hours: int = 24
    """How long an act on all that a search found can still be confirmed."""

    # Ranking
    min_rankings: int = 3
    """Ballots that every set of replies gets."""
    max_rankings: int = 7
    """Ballots after which an unsettled order is left as it is, ties and all."""
    ranking_patience_hours: int = 24
    """A tree that got no further ballot for this long closes votes that have the least number."""
    settled_margin: float = 0.34
    """An order is settled when each neighbouring pair is won, or tied, by this share of votes."""
    usual_concord: float = 0.75
    """The share of pairs on which a usual voter and the majority of the others agree; over 0.5."""
    prior_concord_pairs: float = 20.0
    """A voter is taken for a usual one as if so many pairs had shown it."""
    lightest_vote: float = 0.1
    """No vote counts less than this many usual ones, however rarely its voter agrees."""
    heaviest_vote: float = 2.0
    """No vote counts more than this many usual ones."""
    rank_prompter_replies: bool = False
    """Whether replies written as the prompter are ranked too."""

    # Handing out
    weight_ranking: float = 10
    """How likely ranking is, among work there is, for a volunteer who takes what is needed."""
    weight_label_reply: float = 5
    """How likely labelling a reply is, in the same draw."""
    weight_label_prompt: float = 5
    """How likely labelling a prompt is, in the same draw."""
    weight_reply: float = 2
    """How likely writing a reply is, in the same draw."""
    weight_prompt: float = 0.01
    """How likely writing a prompt is, in the same draw."""
    lonely_children_count: int = 2
    """A prompter message with fewer replies than this, but at least one, is lonely."""
    p_lonely_child_extension: float = 0.75
    """The chance that a lonely parent is preferred over others of the same tree size."""
    lease_minutes_writing: int = 240
    """How long a place is held for somebody who writes."""
    lease_minutes_judging: int = 60
    """How long a place is held for somebody who labels or ranks."""
    max_open_tasks: int = 8
    """Open tasks one person may have taken within the span below."""
    open_tasks_span_seconds: int = 300
    """The span in which open tasks are counted."""
    max_requests: int = 30
    """Tasks one person may take at once; after that they come back one by one."""
    requests_span_seconds: int = 240
    """The time in which an allowance that was used up is whole again."""
    newcomer_share: float = 0.5
    """The share of the allowance that a person has on arrival."""
    newcomer_hours: int = 24
    """The time in which a new person's allowance grows to the whole one."""
    community_requests: int = 1000
    """Tasks that the people of one community together may take at once."""
    community_span_seconds: int = 120
    """The time in which a community's allowance that was used up is whole again."""
    taps_at_once: int = 60
    """Taps, commands and texts one account may send at once; more are turned away unread."""
    taps_per_second: float = 2
    """How fast that comes back."""
    repeated_tap_cost: int = 3
    """The same tap again, right after itself, counts as so many."""
    shuffle_seconds: int = 900
    """Work of the same urgency is handed out oldest first, blurred by up to this much."""

    # Texts
    min_text_length: int = 3
    """Characters that a text must have at least."""
    max_text_length: int = 4000
    """Characters that a text may have at most."""
    duplicate_minutes: int = 120
    """The same person may not send the same text twice within this time."""
    undo_minutes: int = 15
    """How long an answer can be taken back."""
    seen_hours: int = 48
    """How long the keys of inbound events are kept, so that a repeat stores nothing."""

    # Points
    points: Mapping[str, Fraction] = field(
        default_factory=lambda: {
            "prompts": Fraction(1, 10),
            "replies_assistant": Fraction(4),
            "replies_prompter": Fraction(1),
            "labels_simple": Fraction(1),
            "labels_full": Fraction(2),
            "rankings": Fraction(1),
            "accepted_prompts": Fraction(1, 10),
            "accepted_replies_assistant": Fraction(4),
            "accepted_replies_prompter": Fraction(1),
            "ranked_1": Fraction(9),
            "ranked_2": Fraction(3),
            "ranked_3": Fraction(1),
            "agreed": Fraction(0),
        }
    )
    """Points for each contribution of a kind; each kind's sum is rounded down. `agreed` counts, for
    each pair of replies in a ballot, 2 when most other voters see it alike and 1 for a tie."""
    streak_freezes_per_week: int = 1
    """Missed days a week that do not end a streak."""

    # Reminders
    reminder_hour: int = 18
    """The hour of a person's own day at which they are reminded, unless they choose another."""
    reminder_window_hours: int = 3
    """So long after that hour a reminder still makes sense; a later one is left out."""
    calls_per_week: int = 1
    """How often a week a person who wishes reminders is told what their languages need."""
    call_from: int = 20
    """Open work of one kind in one language from which on it is worth a call."""

    # Boards
    board_rows: int = 10
    """Lines of a board post."""
    board_days: int = 70
    """How long counters of days and weeks, and what became of posts, are kept after their time."""
    send_patience_seconds: int = 60
    """A post whose sending began so long ago, and was not reported as sent, was cut off."""
    nonce_seconds: int = 180
    """How long a platform that knows nonces is trusted to recognise a post it has."""

    # People
    terms_version: int = 1
    """The version of the terms that a volunteer must have agreed to; a new one asks everybody."""
    licence: str = "CC BY 4.0"
    """The licence that the terms name, under which texts and judgements are published."""
    link_minutes: int = 10
    """How long a code that links two accounts can be used."""
    link_tries: int = 5
    """Wrong codes that one person may enter within that time."""

    def limits(self) -> Limits:
        """What a tree born now may become."""
        return Limits(
            goal_size=self.goal_tree_size,
            max_depth=self.max_tree_depth,
            max_children=self.max_children_count,
            prompter_replies=self.num_prompter_replies,
            prompt_reviews=self.num_reviews_initial_prompt,
            reply_reviews=self.num_reviews_reply,
            min_rankings=self.min_rankings,
            max_rankings=self.max_rankings,
        )
