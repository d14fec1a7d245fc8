"""The nouns of collection: trees, messages, tasks, answers; plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique

from core.values import quick, replace


@unique
class Role(StrEnum):
    """Whom the writer of a message plays."""

    PROMPTER = "prompter"
    ASSISTANT = "assistant"

    @property
    def other(self) -> Role:
        return Role.ASSISTANT if self is Role.PROMPTER else Role.PROMPTER


@unique
class TreeState(StrEnum):
    """The state names of the published data."""

    INITIAL_PROMPT_REVIEW = "initial_prompt_review"
    PROMPT_LOTTERY_WAITING = "prompt_lottery_waiting"
    GROWING = "growing"
    RANKING = "ranking"
    READY_FOR_EXPORT = "ready_for_export"
    ABORTED_LOW_GRADE = "aborted_low_grade"
    HALTED_BY_MODERATOR = "halted_by_moderator"
    BACKLOG_RANKING = "backlog_ranking"


@unique
class TaskKind(StrEnum):
    """What a volunteer can be asked to do."""

    INITIAL_PROMPT = "initial_prompt"
    PROMPTER_REPLY = "prompter_reply"
    ASSISTANT_REPLY = "assistant_reply"
    LABEL_INITIAL_PROMPT = "label_initial_prompt"
    LABEL_PROMPTER_REPLY = "label_prompter_reply"
    LABEL_ASSISTANT_REPLY = "label_assistant_reply"
    RANK_ASSISTANT_REPLIES = "rank_assistant_replies"
    RANK_PROMPTER_REPLIES = "rank_prompter_replies"

    @property
    def writes(self) -> bool:
        """The answer is a text."""
        return self in WRITING

    @property
    def labels(self) -> bool:
        """The answer is a label set."""
        return self in LABELLING

    @property
    def ranks(self) -> bool:
        """The answer is an order."""
        return self in RANKING


WRITING = frozenset({TaskKind.INITIAL_PROMPT, TaskKind.PROMPTER_REPLY, TaskKind.ASSISTANT_REPLY})
REPLYING = frozenset({TaskKind.PROMPTER_REPLY, TaskKind.ASSISTANT_REPLY})
LABELLING = frozenset(
    {
        TaskKind.LABEL_INITIAL_PROMPT,
        TaskKind.LABEL_PROMPTER_REPLY,
        TaskKind.LABEL_ASSISTANT_REPLY,
    }
)
RANKING = frozenset({TaskKind.RANK_ASSISTANT_REPLIES, TaskKind.RANK_PROMPTER_REPLIES})


def reply_kind(role: Role) -> TaskKind:
    """The task that asks for a message of this role below a parent."""
    return TaskKind.ASSISTANT_REPLY if role is Role.ASSISTANT else TaskKind.PROMPTER_REPLY


def rank_kind(role: Role) -> TaskKind:
    """The task that asks to order replies of this role."""
    if role is Role.ASSISTANT:
        return TaskKind.RANK_ASSISTANT_REPLIES
    return TaskKind.RANK_PROMPTER_REPLIES


@unique
class Fate(StrEnum):
    """Whether a message is still part of its tree."""

    PRESENT = "present"
    DELETED = "deleted"  # by a moderator; can be restored, can be exported when asked for
    WITHDRAWN = "withdrawn"  # by its author; never leaves the store


@dataclass(frozen=True, slots=True)
class Limits:
    """What one tree may become; copied from the policy when the tree is born."""

    goal_size: int  # accepted messages, the prompt included
    max_depth: int  # a parent must be less deep than this; the root has depth 0
    max_children: int  # assistant replies below one prompter message
    prompter_replies: int  # prompter replies below one assistant message
    prompt_reviews: int  # reviews that decide an initial prompt
    reply_reviews: int  # reviews that decide a reply
    min_rankings: int  # ballots every set of replies gets
    max_rankings: int  # ballots after which an unsettled order is left as it is


@quick
@dataclass(frozen=True, slots=True)
class LabelSum:
    """All values given to one label on one message."""

    total: float
    count: int

    @property
    def mean(self) -> float:
        return self.total / self.count


@quick
@dataclass(frozen=True, slots=True)
class Message:
    """One text in a tree, with the counts kept about it."""

    id: int
    public_id: str  # a UUID, or whatever an imported file called it
    tree_id: int  # the id of the root message
    parent_id: int | None
    role: Role
    depth: int
    text: str
    lang: str
    created_at: datetime
    author_id: int | None = None  # None: imported, model-written, or the person has left
    pseudonym: str | None = None  # the author's name in the imported file
    from_file: bool = False  # it came in a file, and keeps the name that it had there
    community_id: int | None = None  # where the task was taken
    platform: str = "import"  # platform of origin
    review_count: int = 0
    labels: Mapping[str, LabelSum] = field(default_factory=dict)
    accepted: bool | None = None  # the verdict of the reviewers; None: undecided
    decided_at: datetime | None = None
    held: bool = False  # waits for a moderator; keeps its place in the tree meanwhile
    fate: Fate = Fate.PRESENT
    synthetic: bool = False
    model_name: str | None = None
    sampling: str | None = None  # JSON of the settings a model reply was sampled with
    edited: bool = False
    emojis: Mapping[str, int] = field(default_factory=dict)
    rank: int | None = None  # place among its siblings, 0 is best, equal places are ties
    ballots: int = 0  # ballots that cover every present reply to this message
    ballots_needed: int = 0  # ballots wanted for the replies to this message; 0: nothing to rank
    ballot_round: int = 0  # counts the times that the set of replies grew after a ballot

    @property
    def is_root(self) -> bool:
        return self.parent_id is None

    @property
    def is_present(self) -> bool:
        return self.fate is Fate.PRESENT

    @property
    def is_accepted(self) -> bool:
        """Counts to the tree's goal."""
        return self.accepted is True and not self.held and self.is_present

    @property
    def is_undecided(self) -> bool:
        """Waits for reviewers."""
        return self.accepted is None and not self.held and self.is_present

    @property
    def keeps_place(self) -> bool:
        """Occupies one of its parent's places: accepted, under review, or held."""
        return (self.held or self.accepted is not False) and self.is_present

    @property
    def task_kind(self) -> TaskKind:
        """The task with which this message was, or could have been, written."""
        return TaskKind.INITIAL_PROMPT if self.is_root else reply_kind(self.role)

    @property
    def label_kind(self) -> TaskKind:
        """The task with which this message is reviewed."""
        if self.is_root:
            return TaskKind.LABEL_INITIAL_PROMPT
        if self.role is Role.ASSISTANT:
            return TaskKind.LABEL_ASSISTANT_REPLY
        return TaskKind.LABEL_PROMPTER_REPLY


@quick
@dataclass(frozen=True, slots=True)
class Lease:
    """A place in a tree that one volunteer holds for a while."""

    task_id: int
    kind: TaskKind
    target_id: int
    person_id: int


@quick
@dataclass(frozen=True, slots=True)
class Tree:
    """A conversation tree, whole: its state, its messages and who is at work on it."""

    id: int
    lang: str
    state: TreeState
    limits: Limits
    created_at: datetime
    messages: Mapping[int, Message]  # by id, in order of creation
    leases: tuple[Lease, ...] = ()
    origin: str | None = None  # the file an imported tree came from
    licence: str | None = None  # under which imported text may be published
    grows_since: datetime | None = None  # when it won the lottery
    touched_at: datetime | None = None  # the last change

    @property
    def root(self) -> Message:
        return self.messages[self.id]

    def children(self, parent_id: int) -> tuple[Message, ...]:
        return tuple(m for m in self.messages.values() if m.parent_id == parent_id)

    def thread(self, message_id: int) -> tuple[Message, ...]:
        """The conversation from the root down to this message, both included."""
        path = [self.messages[message_id]]
        while path[-1].parent_id is not None:
            path.append(self.messages[path[-1].parent_id])
        return tuple(reversed(path))

    def descendants(self, message_id: int) -> tuple[Message, ...]:
        """Everything below this message, parents before children."""
        found: list[Message] = []
        below = {message_id}
        for message in self.messages.values():
            if message.parent_id in below:
                below.add(message.id)
                found.append(message)
        return tuple(found)

    def with_message(self, message: Message) -> Tree:
        """The tree with this message added or replaced."""
        return replace(self, messages={**self.messages, message.id: message})

    def with_lease(self, lease: Lease) -> Tree:
        return replace(self, leases=(*self.leases, lease))

    def without_lease(self, task_id: int) -> Tree:
        return replace(self, leases=tuple(x for x in self.leases if x.task_id != task_id))


@unique
class TaskState(StrEnum):
    """The life of a task; one row is lease, answer and skip in one."""

    OPEN = "open"  # leased: its place is held
    ANSWERED = "answered"
    SKIPPED = "skipped"  # never offered to this person again
    EXPIRED = "expired"  # the lease ran out or was let go; may be offered again
    WITHDRAWN = "withdrawn"  # the answer was taken back by its author or a linked account


@dataclass(frozen=True, slots=True)
class Ballot:
    """One volunteer's order of sibling replies: groups best first, ties share a group."""

    groups: tuple[tuple[int, ...], ...]  # message ids
    shown: tuple[int, ...]  # message ids in the order in which they were shown
    all_bad: bool = False
    method: str = "order"
    person_id: int | None = None
    at: datetime | None = None
    pseudonym: str | None = None  # the voter's name in an imported file
    weight: float = 1.0  # what it counts in the consensus, by what is known of the voter
    is_compared: bool = False  # with the others of its vote, once that has ended

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(i for group in self.groups for i in group)

    def place(self, message_id: int) -> int:
        """1 for the best; tied replies share a place and the next one is skipped."""
        ahead = 0
        for group in self.groups:
            if message_id in group:
                return ahead + 1
            ahead += len(group)
        raise KeyError(message_id)


@dataclass(frozen=True, slots=True)
class Review:
    """One volunteer's labels on one message; a label nobody answered is absent, never 0."""

    message_id: int
    labels: Mapping[str, float]
    person_id: int | None = None
    at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Task:
    """A request for work, leased to one volunteer."""

    id: int
    kind: TaskKind
    person_id: int
    lang: str
    leased_at: datetime
    expires_at: datetime
    tree_id: int | None = None  # None until an initial prompt is written
    target_id: int | None = None  # the parent, or the message to label
    round: int = 0  # of the ranked set; 0 for everything else
    state: TaskState = TaskState.OPEN
    community_id: int | None = None
    platform: str = "terminal"
    full: bool = True  # label tasks: the whole form, or the short one
    shown: tuple[int, ...] = ()  # rank tasks: message ids in the order of this volunteer
    draft: str | None = None  # text written but not yet submitted
    draft_labels: Mapping[str, float] = field(default_factory=dict)
    version: int = 0  # of the draft; a button of an older preview submits nothing
    answered_at: datetime | None = None
    labels: Mapping[str, float] | None = None  # the answer of a label task
    ballot: Ballot | None = None  # the answer of a rank task
    message_id: int | None = None  # the answer of a writing task
    settled: bool = False  # the answer moved a verdict or the tree; it cannot be undone
    skip_reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state is TaskState.OPEN


@quick
@dataclass(frozen=True, slots=True)
class Slot:
    """Open work: what may still be leased on one message, and how soon it is wanted."""

    tree_id: int
    target_id: int
    kind: TaskKind
    lang: str
    free: int  # further leases that may be given now
    urgency: int  # smaller is sooner
    round: int = 0
    author_id: int | None = None  # never offered to this person
