"""Published tree files read back: every field checked, every fault named by its place.

The way back of `core.export`: what that writes is read here into a tree that it writes again
byte for byte. Not read: `detoxify`, events other than rankings, and fields nobody published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.archive import TreeRecord
from core.export import Json, json_line, label_sum
from core.fields import BadField, Fields
from core.model import Ballot, Fate, LabelSum, Limits, Message, Role, Tree, TreeState
from core.policy import Policy
from core.screening import unless_blank
from core.tree import RANKED, ballots_wanted, next_state, replies_to_rank, reviews_needed
from core.values import replace

AT_REST = Limits(
    goal_size=0,
    max_depth=0,
    max_children=0,
    prompter_replies=0,
    prompt_reviews=0,
    reply_reviews=0,
    min_rankings=0,
    max_rankings=0,
)
"""No work is handed out from a tree with these limits."""

DEEPEST = 100
"""Replies below replies that are read; what is deeper is no conversation."""

_LARGEST_RANK = 2**15 - 1

_STATES = {
    **{str(state): state for state in TreeState},
    "ready_for_scoring": TreeState.RANKING,
    "scoring_failed": TreeState.RANKING,
}
_HAS_GROWN = frozenset(
    {
        TreeState.GROWING,
        TreeState.RANKING,
        TreeState.READY_FOR_EXPORT,
        TreeState.BACKLOG_RANKING,
    }
)


@dataclass(frozen=True, slots=True)
class Missing:
    """What takes the place of things that a file does not say."""

    created_at: datetime
    lang: str | None = None
    model_name: str | None = None  # of model-written messages
    platform: str = "import"
    origin: str = "import"
    licence: str | None = None


def tree_from_export(value: object, missing: Missing) -> TreeRecord:
    """One tree line, as published; no work is handed out from it."""
    line = Fields.of(value)
    if line.values.get("prompt") is None:
        raise line.fault("prompt", "is missing")
    nodes = tuple(_nodes(line, missing))
    root, state = nodes[0].message, _state(line)
    tree = Tree(
        id=root.id,
        lang=root.lang,
        state=state,
        limits=AT_REST,
        created_at=root.created_at,
        messages={node.message.id: node.message for node in nodes},
        origin=line.text("origin") or missing.origin,
        licence=unless_blank(line.text("licence"), missing.licence),
        grows_since=root.created_at if state in _HAS_GROWN else None,
    )
    ballots = {node.message.id: _ballots(node, nodes) for node in nodes}
    return TreeRecord(tree, {parent_id: given for parent_id, given in ballots.items() if given})


def tree_line_from_messages(values: Sequence[object]) -> Json:
    """One tree line made of the message lines of a tree, in whatever order."""
    lines = [Fields.of(value, f"messages[{number}]") for number, value in enumerate(values)]
    nodes = _nested(lines)
    roots = [line for line in lines if line.text("parent_id") is None]
    if len(roots) != 1:
        raise BadField("parent_id", f"one message of a tree has none; here {len(roots)} have none")
    known = ("message_tree_id", "tree_state", "origin", "licence")
    line = {name: roots[0].values[name] for name in known if name in roots[0].values}
    prompt = nodes[roots[0].words("message_id")]
    _refuse_circles(lines, prompt)
    return {**line, "prompt": prompt}


def _refuse_circles(lines: Sequence[Fields], prompt: Json) -> None:
    """Refuse messages that reply to each other in a circle, so that none leads to the prompt."""
    reached: set[str] = set()
    waiting = [prompt]
    while waiting:
        node = Fields.of(waiting.pop())
        reached.add(node.words("message_id"))
        waiting += [reply.values for reply in node.each("replies")]
    for line in lines:
        if line.words("message_id") not in reached:
            raise line.fault("parent_id", "leads back to this message, and never to the prompt")


def _nested(lines: Sequence[Fields]) -> Mapping[str, Json]:
    replies: dict[str, list[Json]] = {line.words("message_id"): [] for line in lines}
    nodes: dict[str, Json] = {}
    for line in lines:
        name, parent = line.words("message_id"), line.code("parent_id")
        if name in nodes:
            raise line.fault("message_id", f"{name} stands here a second time")
        nodes[name] = {**line.values, "replies": replies[name]}
        if parent is not None and parent not in replies:
            raise line.fault("parent_id", f"no message {parent} in this tree")
        if parent is not None:
            replies[parent].append(nodes[name])
    return nodes


def _state(line: Fields) -> TreeState:
    name = line.code("tree_state") or TreeState.READY_FOR_EXPORT
    if name not in _STATES:
        raise line.fault("tree_state", f"{name} is no state of a tree")
    return _STATES[name]


# ---------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class _Node:
    """A message, and the fields it was read from."""

    message: Message
    fields: Fields


def _nodes(line: Fields, missing: Missing) -> Iterator[_Node]:
    """Every message of the tree, each before its replies, numbered from 1 on."""
    platform = line.text("platform") or missing.platform
    waiting: list[tuple[Fields, Message | None]] = [(line.within("prompt"), None)]
    seen: set[str] = set()
    while waiting:
        fields, parent = waiting.pop()
        message = _message(fields, len(seen) + 1, parent, platform, missing)
        if message.public_id in seen:
            raise fields.fault("message_id", f"{message.public_id} stands here a second time")
        seen.add(message.public_id)
        yield _Node(message, fields)
        waiting += [(reply, message) for reply in reversed(fields.each("replies"))]


def _message(
    fields: Fields, number: int, parent: Message | None, platform: str, missing: Missing
) -> Message:
    model_name = fields.text("model_name")
    synthetic = fields.flag("synthetic")
    synthetic = model_name is not None if synthetic is None else synthetic
    return Message(
        id=number,
        public_id=fields.words("message_id"),
        tree_id=1,
        parent_id=_parent_id(fields, parent),
        role=_role(fields, parent),
        depth=_depth(fields, parent),
        text=fields.prose("text"),
        lang=_lang(fields, parent, missing),
        created_at=fields.date("created_date") or missing.created_at,
        pseudonym=fields.text("user_id"),
        from_file=True,
        platform=fields.text("platform") or platform,
        review_count=fields.number("review_count") or 0,
        labels=_labels(fields.within("labels")),
        accepted=_accepted(fields),
        fate=Fate.DELETED if fields.flag("deleted") else Fate.PRESENT,
        synthetic=synthetic,
        model_name=model_name or (missing.model_name if synthetic else None),
        sampling=_sampling(fields),
        emojis=_emojis(fields.within("emojis")),
        rank=fields.number("rank", _LARGEST_RANK),
    )


def _parent_id(fields: Fields, parent: Message | None) -> int | None:
    named = fields.code("parent_id")
    if named is not None and (parent is None or named != parent.public_id):
        place = f"stands below {parent.public_id}" if parent else "is a prompt"
        raise fields.fault("parent_id", f"{place}, but names {named}")
    return parent.id if parent else None


def _depth(fields: Fields, parent: Message | None) -> int:
    depth = parent.depth + 1 if parent else 0
    if depth > DEEPEST:
        raise fields.fault("parent_id", f"stands more than {DEEPEST} replies below the prompt")
    return depth


def _role(fields: Fields, parent: Message | None) -> Role:
    expected = parent.role.other if parent else Role.PROMPTER
    if fields.words("role") != expected:
        raise fields.fault("role", f"must be {expected} here")
    return expected


def _lang(fields: Fields, parent: Message | None, missing: Missing) -> str:
    lang = fields.code("lang") or (parent.lang if parent else missing.lang)
    if lang is None:
        raise fields.fault("lang", "is missing")
    return lang


def _accepted(fields: Fields) -> bool | None:
    """Without a verdict a message is undecided, unless the file knows of no reviews at all."""
    if "review_result" in fields.values or "review_count" in fields.values:
        return fields.flag("review_result")
    return True


def _sampling(fields: Fields) -> str | None:
    settings = fields.within("sampling").values
    try:
        written = json_line(settings)
        written.encode()
    except ValueError:
        raise fields.fault("sampling", "holds something that JSON cannot") from None
    return written if settings else None


def _emojis(fields: Fields) -> Mapping[str, int]:
    return {name: fields.number(name) or 0 for name in fields.names()}


def _labels(fields: Fields) -> Mapping[str, LabelSum]:
    return {name: given for name in fields.names() if (given := _label(fields.within(name)))}


def _label(fields: Fields) -> LabelSum | None:
    mean, count = fields.share("value"), fields.number("count")
    return None if mean is None or not count else label_sum(mean, count)


# ---------------------------------------------------------------- ballots


def _ballots(parent: _Node, nodes: Sequence[_Node]) -> tuple[Ballot, ...]:
    rankings = parent.fields.within("events").each("ranking")
    replies = (node.message for node in nodes if node.message.parent_id == parent.message.id)
    ids = {reply.public_id: reply.id for reply in replies} if rankings else {}
    return tuple(ballot for event in rankings if (ballot := _ballot(event, ids)).groups)


def _ballot(event: Fields, ids: Mapping[str, int]) -> Ballot:
    """A ballot on those of the replies that the file has."""
    order = event.strings("ranked_message_ids")
    positions = event.numbers("ranking") or list(range(len(order)))
    if sorted(positions) != list(range(len(order))):
        raise event.fault("ranking", "must name each position of the shown replies once")
    shown = [name for _, name in sorted(zip(positions, order, strict=True))]
    groups = event.groups("groups") or [[name] for name in order]
    if sorted(name for group in groups for name in group) != sorted(set(order)):
        raise event.fault("groups", "must hold each of ranked_message_ids once")
    known = (tuple(ids[name] for name in group if name in ids) for group in groups)
    return Ballot(
        groups=tuple(group for group in known if group),
        shown=tuple(ids[name] for name in shown if name in ids),
        all_bad=bool(event.flag("not_rankable")),
        method=event.text("method") or "order",
        at=event.date("created_date"),
        pseudonym=event.text("user_id"),
    )


# ---------------------------------------------------------------- living on

_UNFINISHED = frozenset(
    {TreeState.INITIAL_PROMPT_REVIEW, TreeState.PROMPT_LOTTERY_WAITING, TreeState.GROWING}
)
_RANKABLE = frozenset({TreeState.RANKING, TreeState.READY_FOR_EXPORT, TreeState.BACKLOG_RANKING})


def living_on(record: TreeRecord, policy: Policy) -> TreeRecord:
    """A tree that was still growing, or on its way there, goes on here; others stay at rest.

    It goes on in the state that its contents imply under this policy, which is its own unless the
    file contradicts itself or the policies differ. A message with all its reviews and no verdict
    waits for a moderator, as it did where it was written.
    """
    tree = record.tree
    if tree.state not in _UNFINISHED:
        return record
    tree = replace(tree, limits=policy.limits())
    for message in record.tree.messages.values():
        if message.is_undecided and message.review_count >= reviews_needed(tree, message):
            tree = tree.with_message(replace(message, held=True))
    state = next_state(tree, policy)
    return (
        _to_be_ranked(record, tree, policy, state) if state in RANKED else _of(record, tree, state)
    )


def put_up_for_ranking(record: TreeRecord, policy: Policy, state: TreeState) -> TreeRecord:
    """The tree in the backlog, or at once in ranking; unchanged where nothing can be ranked.

    Ballots that came with it count like those that will be cast here.
    """
    tree = replace(record.tree, limits=policy.limits())
    if tree.state not in _RANKABLE or not tree.root.is_present:
        return record
    ranked = _to_be_ranked(record, tree, policy, state)
    return ranked if ballots_wanted(ranked.tree, policy) else record


def _to_be_ranked(record: TreeRecord, tree: Tree, policy: Policy, state: TreeState) -> TreeRecord:
    """The tree with the ballots counted that came with it; they may be all that it needs."""
    for parent_id in record.tree.messages:
        ids = {reply.id for reply in replies_to_rank(tree, parent_id, policy)}
        given = sum(ids <= ballot.ids for ballot in record.ballots.get(parent_id, ()))
        if ids and given:
            tree = tree.with_message(replace(tree.messages[parent_id], ballots=given))
    tree = replace(tree, state=state)
    return _of(record, tree, next_state(tree, policy))


def _of(record: TreeRecord, tree: Tree, state: TreeState) -> TreeRecord:
    return replace(record, tree=replace(tree, state=state))
