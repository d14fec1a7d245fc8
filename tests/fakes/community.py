"""A small community that lives at random on one or several stores side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random

from fakes.players import Grove, Player

from core.dialogue import Command, Event, Labelled, Ordered, Press, Screen, Typed
from core.errors import Refusal
from core.flow import housekeeping, moderation
from core.flow.turn import Turn
from core.model import LABELLING, RANKING, REPLYING, Fate, Tree, TreeState
from core.policy import Policy
from core.ports import Store, UnitOfWork
from core.selection import is_open, open_work
from core.tree import RESTORES, TRANSITIONS, next_state, replies_to_rank, room, takes_reviews

PEOPLE = 7
SMALL = Policy(
    goal_tree_size=5,
    max_tree_depth=2,
    max_children_count=2,
    num_reviews_initial_prompt=2,
    num_reviews_reply=2,
    min_rankings=2,
    max_rankings=3,
    max_active_trees=2,
    max_requests=10_000,
    shuffle_seconds=0,
    p_lonely_child_extension=1.0,
    auto_mod_red_flags=3,
    auto_mod_skips=4,
)
"""A policy under which trees live fast; nothing in it is blurred by chance."""


def tended(turn: Turn) -> int:
    """How much housekeeping did, events apart: when each is forgotten is the store's affair."""
    done = [(job, job.do(turn)) for job in housekeeping.due(turn)]
    return sum(much for job, much in done if job.do is not housekeeping.forget)


class Neighbours:
    """The same community on several stores: each act happens everywhere, with one outcome."""

    def __init__(
        self, stores: Sequence[Store], runner: asyncio.Runner, policy: Policy = SMALL
    ) -> None:
        self.groves = [Grove(store, policy) for store in stores]
        self.policy = policy
        self.players = [[grove.stranger(f"p{i}") for grove in self.groves] for i in range(PEOPLE)]
        self.runner = runner
        self.acts = 0
        self.linked = False  # two of them turned out to be one, with all that both had done
        for i in range(PEOPLE):
            self.sends(i, lambda player: Press("agree"))

    def close(self) -> None:
        for grove in self.groves:
            self.runner.run(grove.store.close())

    # ------------------------------------------------------------ acts

    def sends(self, person: int, event: Callable[[Player], Event | None]) -> Screen:
        """One person sends the event that each store's own screen leads to."""
        self.acts += 1
        self.move_clock(1)
        screens = []
        for player in self.players[person]:
            wanted = event(player)
            if wanted is not None:
                self.runner.run(player.send(wanted, f"k{self.acts}"))
            screens.append(player.screen)
        assert len({outcome(screen) for screen in screens}) == 1, [outcome(s) for s in screens]
        return screens[0]

    def works(self, person: int, seed: int) -> None:
        """Take a task and answer it, all in one go."""
        self.sends(person, lambda player: Command("work"))
        self.answers(person, seed)

    def answers(self, person: int, seed: int) -> None:
        """Answer whatever is in view."""
        kind = self.players[person][0].screen.kind
        task = self.players[person][0].screen.task_id
        if kind is None or task is None:
            return
        rng = Random(seed)
        if kind.writes:
            text = f"text {self.acts} of person {person}"
            self.sends(person, lambda p: Typed(text, p.screen.task_id))
            self.sends(person, lambda p: Press(first(p, "submit")))
        elif kind.labels:
            values = {"spam": float(rng.random() < 0.2), "quality": rng.choice([0.0, 0.5, 1.0])}
            self.sends(person, lambda p: Labelled(p.screen.task_id or 0, dict(values)))
        else:
            order = list(range(len(self.players[person][0].screen.candidates)))  # type: ignore[attr-defined]
            rng.shuffle(order)
            cut = rng.randrange(len(order))
            groups = (*((i,) for i in order[:cut]), tuple(order[cut:]))
            self.sends(person, lambda p: Ordered(p.screen.task_id or 0, groups))

    def links(self, person: int, other: int) -> None:
        """One person enters the code that another one was shown: both were the same all along."""
        self.sends(other, lambda player: Command("link"))
        codes = {
            p.grove: str(p.screen.body[1]) for p in self.players[other] if not p.screen.refused
        }
        self.sends(person, lambda p: Command("link", {"code": codes.get(p.grove, "none")}))
        self.linked = True

    def leaves(self, person: int, how: str) -> None:
        """One person deletes their profile, perhaps their texts too, and comes back a stranger."""
        self.sends(person, lambda player: Press(f"forget::{how}!"))
        self.sends(person, lambda player: Press("agree"))

    def moderates(self, act: str, seed: int) -> None:
        """A moderator does something to a message or tree chosen by chance."""
        self.acts += 1
        outcomes = []
        for grove in self.groves:
            message = self._some_message(grove, seed)
            outcomes.append(message and self._moderate(grove, act, message))
        assert len(set(outcomes)) == 1, (act, outcomes)

    def _some_message(self, grove: Grove, seed: int) -> str | None:
        names = sorted(m.public_id for tree in self.trees(grove) for m in tree.messages.values())
        return Random(seed).choice(names) if names else None

    def _moderate(self, grove: Grove, act: str, public_id: str) -> str:
        def work(turn: Turn) -> Tree:
            message = turn.unit.message_with(public_id)
            assert message is not None
            if act in {"halt", "resume"}:
                return getattr(moderation, act)(turn, message.tree_id, "why")  # type: ignore[no-any-return]
            return getattr(moderation, act)(turn, message.id, "why")  # type: ignore[no-any-return]

        try:
            return str(self.runner.run(grove.turn(work)).state)
        except Refusal as refusal:
            return str(refusal.text)

    def tends(self) -> None:
        """Housekeeping."""
        done = [self.runner.run(grove.turn(tended)) for grove in self.groves]
        assert len(set(done)) == 1, done

    def move_clock(self, seconds: float) -> None:
        for grove in self.groves:
            grove.clock.advance(seconds=seconds)

    # ------------------------------------------------------------ what must hold

    def trees(self, grove: Grove) -> list[Tree]:
        def work(unit: UnitOfWork) -> list[Tree]:
            ids = {
                unit.tree_id_of(contribution.message.id)
                for i in range(PEOPLE)
                for contribution in unit.contributions(
                    unit.arrive(self.players[i][0].who, None, grove.clock()).person.id, 10_000
                )
            }
            found = [unit.tree(tree_id) for tree_id in ids if tree_id is not None]
            return [tree for tree in found if tree is not None]

        return self.runner.run(grove.store.transact(work))

    def counted(self, grove: Grove) -> list[tuple[int, Mapping[str, int]]]:
        """Everybody's points, and what they are for."""

        def work(unit: UnitOfWork) -> list[tuple[int, Mapping[str, int]]]:
            people = [
                unit.arrive(self.players[i][0].who, None, grove.clock()).person.id
                for i in range(PEOPLE)
            ]
            standings = [unit.standing(person_id, "*", "total") for person_id in people]
            return [(standing.points, standing.counts) for standing in standings]

        return self.runner.run(grove.store.transact(work))

    def check(self) -> None:
        pictures = []
        for grove in self.groves:
            trees = self.trees(grove)
            for tree in trees:
                check_tree(tree, self.policy, restored=tree.id in self._restored(grove))
                assert self.linked or has_replies_of_different_people(tree)
            pictures.append(sorted(picture(tree) for tree in trees))
        assert all(other == pictures[0] for other in pictures)
        boards = [self.counted(grove) for grove in self.groves]
        assert all(other == boards[0] for other in boards)
        for tree in self.trees(self.groves[0]):
            self._check_moves(tree)

    def _restored(self, grove: Grove) -> set[int | None]:
        """Trees in which a moderator brought something back, though its place was taken."""

        async def acts() -> set[int | None]:
            entries = await grove.store.transact(lambda unit: unit.audit(limit=100_000))
            return {entry.tree_id for entry in entries if entry.act == "restore"}

        return self.runner.run(acts())

    def _check_moves(self, tree: Tree) -> None:
        """Every move that was recorded is an edge of the table, or an audited restore."""

        async def moves() -> list[tuple[str | None, str | None]]:
            entries = await self.groves[0].store.transact(
                lambda unit: unit.audit(tree_id=tree.id, limit=10_000)
            )
            return [(e.before, e.after) for e in entries if e.act == "state"]

        state: TreeState | None = None
        for before, after in reversed(self.runner.run(moves())):
            old, new = TreeState(before or ""), TreeState(after or "")
            assert state is None or old is state
            assert new in TRANSITIONS[old] or (
                old is TreeState.ABORTED_LOW_GRADE and new in RESTORES
            )
            state = new
        assert state in {None, tree.state}


def check_tree(tree: Tree, policy: Policy, *, restored: bool) -> None:
    """What holds of every tree at every moment; a restored one may be over its limits."""
    assert tree.state is next_state(tree, policy)
    work = open_work(tree, policy)
    for (target, kind), slot in work.items():
        assert slot.free > 0
        assert (slot.target_id, slot.kind) == (target, kind)
    for message in tree.messages.values():
        for kind in LABELLING | REPLYING | RANKING:
            round = message.ballot_round if kind.ranks else 0
            assert is_open(tree, message.id, kind, round, policy) == ((message.id, kind) in work)
            assert not (kind.ranks and is_open(tree, message.id, kind, round + 1, policy))
    for message in tree.messages.values():
        kept = [m for m in tree.children(message.id) if m.keeps_place]
        limits = tree.limits
        most = limits.max_children if message.role == "prompter" else limits.prompter_replies
        assert len(kept) <= most or restored
        assert message.depth <= limits.max_depth
        if message.fate is not Fate.PRESENT:
            assert not any(takes_reviews(tree, m) for m in tree.children(message.id))
        ranked = [m.rank for m in replies_to_rank(tree, message.id, policy)]
        if tree.state is TreeState.READY_FOR_EXPORT and ranked:
            assert None not in ranked
            assert min(r for r in ranked if r is not None) == 0
    assert room(tree).total >= 0 or restored


def has_replies_of_different_people(tree: Tree) -> bool:
    """Nobody answers the same parent twice."""
    authors = [
        (m.parent_id, m.author_id)
        for m in tree.messages.values()
        if m.keeps_place and m.author_id is not None
    ]
    return len(authors) == len(set(authors))


def picture(tree: Tree) -> tuple[object, ...]:
    """A tree without what differs between stores: numbers of rows."""
    names = {m.id: m.public_id for m in tree.messages.values()}
    return (
        tree.root.public_id,
        tree.state,
        tuple(
            (
                m.public_id,
                names.get(m.parent_id or 0),
                m.text,
                m.accepted,
                m.held,
                m.fate,
                m.review_count,
                m.rank,
                m.ballots,
                m.ballots_needed,
                m.ballot_round,
                tuple(sorted((k, v.total, v.count) for k, v in m.labels.items())),
                tuple(sorted(m.emojis.items())),
            )
            for m in tree.messages.values()
        ),
        tuple(sorted((lease.kind.value, names[lease.target_id]) for lease in tree.leases)),
    )


def outcome(screen: Screen) -> tuple[object, ...]:
    """What a person sees, without the numbers of rows."""
    return (
        type(screen).__name__,
        screen.refused,
        str(screen.title),
        tuple(map(str, screen.notes)),
        tuple(passage.text for passage in screen.passages),
        tuple(passage.text for passage in getattr(screen, "candidates", ())),
        tuple(button.id.split(":")[0] for button in screen.buttons),
    )


def first(player: Player, verb: str) -> str:
    """The first button of a kind on the screen in view."""
    return next((b.id for b in player.screen.buttons if b.id.startswith(f"{verb}:")), verb)
