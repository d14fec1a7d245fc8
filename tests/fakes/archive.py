"""Trees to be exported and imported: small ones by hand, any that a store could hold by chance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from core.archive import Choice, TreeRecord, Wanted
from core.export import Pseudonyms
from core.imported import AT_REST
from core.model import Ballot, Fate, LabelSum, Message, Role, Tree, TreeState

NAMES = Pseudonyms("a seed")
BEGUN = datetime(2026, 11, 22, 10, tzinfo=UTC)
ALL = Wanted(states=None, deleted=Choice.WITH, spam=Choice.WITH, synthetic=Choice.WITH, events=True)


def message(number, parent=None, **known):
    usual = {
        "id": number,
        "public_id": f"00000000-0000-4000-8000-{number:012}",
        "tree_id": 1,
        "parent_id": parent and parent.id,
        "role": parent.role.other if parent else Role.PROMPTER,
        "depth": parent.depth + 1 if parent else 0,
        "text": f"text {number}",
        "lang": "en",
        "created_at": BEGUN + timedelta(minutes=number),
        "author_id": 100 + number,
        "platform": "discord",
        "review_count": 3,
        "accepted": True,
    }
    return Message(**{**usual, **known})


def tree_of(*messages, **known):
    tree = Tree(
        id=1,
        lang="en",
        state=TreeState.READY_FOR_EXPORT,
        limits=AT_REST,
        created_at=BEGUN,
        messages={m.id: m for m in messages},
    )
    return replace(tree, **known)


def record_of(*messages, ballots=None, without_consent=(), **known):
    return TreeRecord(tree_of(*messages, **known), ballots or {}, frozenset(without_consent))


WORDS = st.text('aé שZ字\n\t\u200f👩"\\', max_size=8).map(lambda text: f"x{text}")
DATES = st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC))
SUMS = st.builds(
    lambda count, share: LabelSum(round(share * 4 * count) / 4, count),
    st.integers(1, 9),
    st.floats(0, 1),
)


@st.composite
def records(draw):
    """Any tree that a store could hold."""
    tree = [_drawn_message(draw, 1, None)]
    for number in range(2, draw(st.integers(1, 6)) + 1):
        tree.append(_drawn_message(draw, number, draw(st.sampled_from(tree))))
    ballots = {}
    for parent in tree:
        ids = [m.id for m in tree if m.parent_id == parent.id]
        if ids and draw(st.booleans()):
            ballots[parent.id] = [_drawn_ballot(draw, ids) for _ in range(draw(st.integers(1, 2)))]
    state = draw(st.sampled_from(TreeState))
    return TreeRecord(tree_of(*tree, state=state, lang=tree[0].lang), ballots)


def _drawn_message(draw, number, parent):
    model_name = draw(st.none() | WORDS)
    return message(
        number,
        parent,
        text=draw(WORDS),
        lang=draw(st.sampled_from(["en", "pt-BR", "zh"])),
        created_at=draw(DATES),
        author_id=draw(st.none() | st.integers(1, 5)),
        platform=draw(st.sampled_from(["discord", "telegram"])),
        review_count=draw(st.integers(0, 9)),
        accepted=draw(st.none() | st.booleans()),
        fate=draw(st.sampled_from(Fate)) if parent else Fate.PRESENT,
        rank=draw(st.none() | st.integers(0, 4)),
        labels=draw(st.dictionaries(st.sampled_from(["quality", "spam", "own"]), SUMS)),
        emojis=draw(st.dictionaries(WORDS, st.integers(0, 9), max_size=2)),
        synthetic=model_name is not None,
        model_name=model_name,
        sampling=draw(st.none() | st.just('{"temperature":0.75,"seed":1}')),
    )


def _drawn_ballot(draw, ids):
    order = draw(st.permutations(ids))
    cut = draw(st.integers(0, len(order)))
    groups = ([tuple(order[:cut])] if cut else []) + [(i,) for i in order[cut:]]
    return Ballot(
        groups=tuple(groups),
        shown=tuple(draw(st.permutations(ids))),
        all_bad=draw(st.booleans()),
        method=draw(st.sampled_from(["order", "pairs"])),
        person_id=draw(st.none() | st.integers(1, 5)),
        at=draw(st.none() | DATES),
    )
