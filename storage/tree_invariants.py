"""What must hold of every single tree, asked of the core and of the opinions that were given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from core.imported import AT_REST
from core.labels import sums
from core.model import LABELLING, REPLYING, Ballot, LabelSum, Message, Review, Slot, Tree
from core.policy import Policy
from core.ports import UnitOfWork
from core.selection import open_work
from core.tree import (
    RANKED,
    next_state,
    replies_to_rank,
    reviews_needed,
    room,
    takes_reviews,
)


class Opinions:
    """The reviews and ballots of a tree, by message; read when somebody asks."""

    def __init__(self, unit: UnitOfWork, tree: Tree) -> None:
        self._unit, self._tree = unit, tree

    @cached_property
    def reviews(self) -> Mapping[int, Sequence[Review]]:
        return {i: self._unit.reviews(i) for i in self._tree.messages}

    @cached_property
    def ballots(self) -> Mapping[int, Sequence[Ballot]]:
        parents = {m.parent_id for m in self._tree.messages.values()}
        return {i: self._unit.ballots(i) for i in parents if i is not None}


def broken_of(tree: Tree, slots: set[Slot], opinions: Opinions, policy: Policy) -> Iterator[str]:
    """Sentences that should hold of this tree and do not."""
    at_rest = tree.limits == AT_REST  # imported as it was, so that nothing in it is decided here
    if not at_rest and next_state(tree, policy) is not tree.state:
        yield "A tree is in the state that its contents imply."
    if set(open_work(tree, policy).values()) != {slot for slot in slots if slot.free > 0}:
        yield "The open work that is stored is the open work of the tree."
    if tree.origin is None:
        yield from _broken_of_grown(tree, opinions)
    if any(_voted_on_own(tree, ballot) for given in opinions.ballots.values() for ballot in given):
        yield "Nobody ranks an own text."
    if not at_rest and tree.state in RANKED and not _ballots_are_counted(tree, opinions, policy):
        yield "The kept number of ballots is that of those that cover all replies."


def _broken_of_grown(tree: Tree, opinions: Opinions) -> Iterator[str]:
    """Of trees whose every message came about here."""
    if any(
        dict(message.labels) != _label_sums(opinions.reviews[message.id])
        for message in tree.messages.values()
    ):
        yield "The label sums of a message are the sums of its reviews."
    if any(
        message.review_count + _leases(tree, message.id, LABELLING) > reviews_needed(tree, message)
        for message in tree.messages.values()
        if takes_reviews(tree, message)
    ):
        yield "No more reviews are being given than are needed."
    space = room(tree)
    replying = sum(lease.kind in REPLYING for lease in tree.leases)
    if any(not _is_an_order(tree, message) for message in tree.messages.values()):
        yield "The ranks below a message are those of an order of all accepted replies, or none."
    if replying > max(0, space.total):
        yield "No more replies are being written than the tree's goal."
    if any(
        _leases(tree, message_id, REPLYING) > space.below.get(message_id, 0)
        for message_id in tree.messages
    ):
        yield "No more replies are being written than a message may have."


def _leases(tree: Tree, target_id: int, kinds: frozenset[object]) -> int:
    return sum(lease.target_id == target_id and lease.kind in kinds for lease in tree.leases)


def _voted_on_own(tree: Tree, ballot: Ballot) -> bool:
    return ballot.person_id is not None and any(
        tree.messages[i].author_id == ballot.person_id for i in ballot.ids if i in tree.messages
    )


def _ballots_are_counted(tree: Tree, opinions: Opinions, policy: Policy) -> bool:
    for parent_id, given in opinions.ballots.items():
        ids = frozenset(m.id for m in replies_to_rank(tree, parent_id, policy))
        covering = sum(ids <= ballot.ids for ballot in given)
        if ids and tree.messages[parent_id].ballots != covering:
            return False
    return True


def _is_an_order(tree: Tree, parent: Message) -> bool:
    """Nobody is ranked, or everybody: 0 first, equals share a place, the next ones are skipped.

    Which order it is cannot be asked: voters weighed then what they were known for then.
    """
    replies = [reply for reply in tree.children(parent.id) if reply.is_accepted]
    ranks = [reply.rank for reply in replies if reply.rank is not None]
    if len(ranks) != len(replies):
        return not ranks
    return all(rank == sum(other < rank for other in ranks) for rank in ranks)


def _label_sums(reviews: Sequence[Review]) -> dict[str, LabelSum]:
    total: Mapping[str, LabelSum] = {}
    for review in reviews:
        total = sums(total, review.labels)
    return dict(total)
