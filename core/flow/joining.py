"""Replies that a model wrote join a tree, to be ranked blind among those of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from core.flow.growth import settle
from core.flow.turn import Turn
from core.model import RANKING, Message, Role, Tree, TreeState
from core.screening import is_blank, unkept_sign_of_file, unless_blank
from core.tree import replies_to_rank, stands, with_ballots, with_larger_set
from core.values import replace

_OPEN_TO_MODELS = frozenset(
    {TreeState.RANKING, TreeState.READY_FOR_EXPORT, TreeState.BACKLOG_RANKING}
)
"""Trees that people have grown to their end, or that wait to be ranked."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of some replies."""

    stored: int = 0
    known: int = 0  # stood there before, word by word
    unfit: int = 0  # empty, or with signs that no store keeps
    refused: int = 0  # the tree takes none: it still grows, was halted, or its prompt is gone

    def __add__(self, other: Joined) -> Joined:
        return Joined(
            self.stored + other.stored,
            self.known + other.known,
            self.unfit + other.unfit,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """The first message of a tree that is to be."""

    public_id: str
    text: str
    lang: str
    origin: str  # the file it came in
    licence: str | None = None


def begin_tree(turn: Turn, prompt: Prompt) -> int | None:
    """A tree in the backlog; its number, or that of the tree that begins so already."""
    known = turn.unit.message_with(prompt.public_id)
    if known is not None:
        return known.id if known.is_root else None
    root = Message(
        id=0,
        public_id=prompt.public_id,
        tree_id=0,
        parent_id=None,
        role=Role.PROMPTER,
        depth=0,
        text=prompt.text,
        lang=prompt.lang,
        created_at=turn.now,
        from_file=True,
        accepted=True,
    )
    tree = turn.unit.add_tree(
        Tree(
            id=0,
            lang=prompt.lang,
            state=TreeState.BACKLOG_RANKING,
            limits=turn.policy.limits(),
            created_at=turn.now,
            messages={0: root},
            origin=prompt.origin,
            licence=unless_blank(prompt.licence),
            touched_at=turn.now,
        )
    )
    return tree.id


def join_replies(
    turn: Turn, parent_id: int, texts: Sequence[str], *, model_name: str, sampling: str
) -> Joined:
    """Store what a model replied to a message, exactly as it wrote it; the same text once.

    A finished tree goes back to ranking. Nothing counts for anybody's points.
    """
    tree_id = turn.unit.tree_id_of(parent_id)
    tree = None if tree_id is None else turn.unit.tree(tree_id)
    if tree is None or not takes_model_replies(tree, parent_id):
        return Joined(refused=len(texts))
    after, came = _rankable(turn, tree), Joined()
    for text in texts:
        reply = _reply(turn, tree.messages[parent_id], text, model_name, sampling)
        if unkept_sign_of_file(text) or is_blank(text):
            came += Joined(unfit=1)
        elif _is_known(turn, after, reply):
            came += Joined(known=1)
        else:
            after = after.with_message(turn.unit.add_message(reply))
            came += Joined(stored=1)
    if came.stored:
        settle(turn, tree, joined(turn, after, parent_id), reason=f"replies of {model_name}")
    return came


def takes_model_replies(tree: Tree, parent_id: int) -> bool:
    """Whether a model may reply here: only where no person's place would be taken by it."""
    parent = tree.messages[parent_id]
    asks = parent.role is Role.PROMPTER and parent.is_accepted
    return asks and stands(tree, parent) and tree.state in _OPEN_TO_MODELS


def joined(turn: Turn, tree: Tree, parent_id: int) -> Tree:
    """A ranked set that has grown; ballots that don't know all of it no longer cover it.

    Who holds such a ballot, or is about to give one, may rank the new set as well.
    """
    if not replies_to_rank(tree, parent_id, turn.policy):
        return tree
    ballots = turn.unit.ballots(parent_id)
    asked = any(x.kind in RANKING and x.target_id == parent_id for x in tree.leases)
    if ballots or asked:
        tree = with_larger_set(tree, parent_id)
    return with_ballots(tree, parent_id, ballots, turn.policy)


def _rankable(turn: Turn, tree: Tree) -> Tree:
    """An imported tree at rest gets the limits of the trees that are ranked here."""
    if tree.limits.min_rankings:
        return tree
    return replace(tree, limits=turn.policy.limits())


def _is_known(turn: Turn, tree: Tree, reply: Message) -> bool:
    siblings = tree.children(reply.parent_id or 0)
    stands_there = any(m.is_present and m.text == reply.text for m in siblings)
    return stands_there or turn.unit.message_with(reply.public_id) is not None


def _reply(turn: Turn, parent: Message, text: str, model_name: str, sampling: str) -> Message:
    """Its name follows from what it is, so that the same file can be read twice."""
    told = "\n".join((parent.public_id, model_name, text))
    digest = sha256(told.encode(errors="surrogatepass")).digest()
    return Message(
        id=0,
        public_id=str(UUID(bytes=digest[:16], version=4)),
        tree_id=parent.tree_id,
        parent_id=parent.id,
        role=Role.ASSISTANT,
        depth=parent.depth + 1,
        text=text,
        lang=parent.lang,
        created_at=turn.now,
        platform=parent.platform,  # what it answers was written there
        accepted=True,
        decided_at=turn.now,
        synthetic=True,
        model_name=model_name,
        sampling=sampling,
    )
