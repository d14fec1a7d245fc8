"""What a campaign came to, for the eye: trees by state and language, and one finished tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.table import Table
from rich.text import Text
from rich.tree import Tree as Drawing

from core.agreement import kendalls_w, krippendorffs_alpha, units_from_ballots
from core.languages import LANGUAGES
from core.model import Ballot, Message, Role, Tree, TreeState
from core.ports import UnitOfWork

_WIDEST_TEXT = 110
_PEOPLE_LOOKED_AT = 100
_COLOURS = {Role.PROMPTER: "cyan", Role.ASSISTANT: "green"}

Counts = Mapping[tuple[str, TreeState], int]


@dataclass(frozen=True, slots=True)
class FinishedTree:
    """A tree with the ballots on each of its messages' replies."""

    tree: Tree
    ballots: Mapping[int, Sequence[Ballot]]


def state_counts(unit: UnitOfWork, languages: Sequence[str]) -> Counts:
    """How many trees there are in every language and state."""
    return {
        (language, state): unit.state_count(language, state)
        for language in languages
        for state in TreeState
    }


def state_table(counts: Counts) -> Table:
    languages = list(dict.fromkeys(language for language, _ in counts))
    table = Table(title="Trees by language and state", header_style="bold")
    table.add_column("language")
    used = [state for state in TreeState if any(counts[x, state] for x in languages)]
    for state in used:
        table.add_column(state.value.replace("_", " "), justify="right")
    for language in languages:
        numbers = [counts[language, state] for state in used]
        table.add_row(LANGUAGES[language].english_name, *(str(n) if n else "·" for n in numbers))
    sums = [sum(counts[language, state] for language in languages) for state in used]
    table.add_section()
    table.add_row("all", *map(str, sums), style="bold")
    return table


def most_ranked_tree(unit: UnitOfWork) -> FinishedTree | None:
    """The finished tree with most ballots, among those that people on the board wrote in."""
    finished = []
    for tree_id in sorted(_trees_of_the_board(unit)):
        tree = unit.tree(tree_id)
        if tree is not None and tree.state is TreeState.READY_FOR_EXPORT:
            finished.append(FinishedTree(tree, {i: unit.ballots(i) for i in tree.messages}))
    return max(finished, key=lambda found: sum(map(len, found.ballots.values())), default=None)


def _trees_of_the_board(unit: UnitOfWork) -> set[int]:
    people = unit.board("*", "total", _PEOPLE_LOOKED_AT)
    texts = (text for standing in people for text in unit.texts_of(standing.person_id))
    return {tree_id for text in texts if (tree_id := unit.tree_id_of(text)) is not None}


def drawn(found: FinishedTree) -> Drawing:
    """The tree with what reviewers and voters said."""
    drawing = Drawing(_message(found.tree.root), guide_style="dim")
    _grow(drawing, found, found.tree.root)
    units = [unit for given in found.ballots.values() for unit in units_from_ballots(given)]
    alpha = _said(krippendorffs_alpha(units))
    drawing.add(Text(f"voters on the whole tree: Krippendorff's alpha {alpha}", style="yellow"))
    return drawing


def _grow(drawing: Drawing, found: FinishedTree, parent: Message) -> None:
    children = found.tree.children(parent.id)
    ranked = {child.id: child.rank for child in children if child.rank is not None}
    if len(ranked) > 1:
        drawing.add(_verdict(found.ballots[parent.id], ranked))
    for child in sorted(children, key=lambda child: (ranked.get(child.id, 99), child.id)):
        _grow(drawing.add(_message(child)), found, child)


def _message(message: Message) -> Text:
    text = " ".join(message.text.split())
    short = text if len(text) <= _WIDEST_TEXT else text[: _WIDEST_TEXT - 1] + "…"
    return Text.assemble(
        (f"{message.role.value}: ", f"bold {_COLOURS[message.role]}"),
        short,
        (f"\n{', '.join(_facts(message))}", "dim"),
    )


def _facts(message: Message) -> list[str]:
    facts = [f"#{message.id}"]
    if message.rank is not None:
        facts.append(f"place {message.rank + 1}")
    if not message.is_accepted:
        facts.append("rejected" if message.accepted is False else "not accepted")
    facts.append(f"{message.review_count} reviews")
    facts += [
        f"{name} {message.labels[name].mean:.2f}"
        for name in ("quality", "spam")
        if name in message.labels
    ]
    return facts


def _verdict(ballots: Sequence[Ballot], ranks: Mapping[int, int]) -> Text:
    """The order as it was found when the vote ended: weights of voters have moved on since."""
    groups = groupby(sorted(ranks, key=lambda i: (ranks[i], i)), ranks.__getitem__)
    order = " > ".join(" = ".join(f"#{i}" for i in group) for _, group in groups)
    said = _said(kendalls_w(ballots, list(ranks)))
    return Text(f"{len(ballots)} ballots: {order}; agreement (Kendall's W) {said}", style="yellow")


def _said(agreement: float | None) -> str:
    return "not measurable" if agreement is None else f"{agreement:.2f}"
