"""Reads conversation trees in the published OASST form and derives the training views from them.

Left out, as the original's loader does: trees that are not ready for export, messages that are
deleted or not accepted, replies without a rank among several. Equal ranks are ties.
"""

import hashlib
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from training.errors import BadData
from training.rows import (
    Demonstration,
    PreferencePair,
    Prompt,
    RankedList,
    Reply,
    Row,
    Split,
    Turn,
    View,
    has_words,
    lines_of,
    parsed_line,
    reason_of,
)

Node = dict[str, Any]
ROLE_OF = {"prompter": "user", "assistant": "assistant"}
VALIDATION_SHARE = 10  # one tree in ten: a small store must be able to judge, too
CLOSED = ("aborted_low_grade", "halted_by_moderator", "initial_prompt_review")


def split_of(tree_id: str) -> Split:
    """The side a tree is on, for ever: it depends on its id alone."""
    number = int(hashlib.sha256(tree_id.encode()).hexdigest()[:8], 16)
    return "validation" if number % VALIDATION_SHARE == 0 else "train"


class TreeFiles:
    """A `.jsonl` or `.jsonl.gz` file of trees, or a folder of them."""

    def __init__(self, fs: Any, root: str) -> None:
        self.fs, self.name = fs, root
        endings = (".jsonl", ".jsonl.gz")
        found = fs.find(root) if fs.isdir(root) else [root]
        self.files = sorted(file for file in found if file.endswith(endings))
        if not self.files:
            raise BadData(root, "no training store (current.json) and no .jsonl tree file here")
        self._views: dict[View, list[Any]] = {"sft": [], "pairs": [], "lists": [], "prompts": []}
        digest = hashlib.sha256()
        seen: set[str] = set()
        for file in self.files:
            for number, line in lines_of(fs, file, file):
                digest.update(line)
                tree = parsed_line(line, file, number)
                try:
                    self._add(tree, seen)
                except (ValueError, KeyError, TypeError) as error:
                    raise BadData(file, reason_of(error), number) from error
                except RecursionError as error:
                    raise BadData(file, "nested too deeply to be read", number) from error
        self.generation = digest.hexdigest()

    def read(self, view: View) -> list[Any]:
        return self._views[view]

    def _add(self, tree: Node, seen: set[str]) -> None:
        if "prompt" not in tree:
            raise ValueError("not a tree: it has no prompt (flat messages are not read)")
        tree_id = _word(tree, "message_tree_id")
        if tree_id in seen:
            raise ValueError(f"tree {tree_id} stands here a second time")
        seen.add(tree_id)
        for view, row in rows_of_tree(tree):
            self._views[view].append(row)


def rows_of_tree(tree: Node) -> Iterator[tuple[View, Row]]:
    """Every row that one tree gives to the views."""
    root, state = tree["prompt"], tree.get("tree_state")
    tree_id = _word(tree, "message_tree_id")
    _check_node(root, "prompter")
    base = {
        "tree_id": tree_id,
        "lang": _word(root, "lang", "und"),
        "platform": _word(tree, "platform", "import"),
        "template": _word(tree, "template") if tree.get("template") is not None else None,
        "split": split_of(tree_id),
    }
    if state in CLOSED or not _counts(root):
        return
    source = {**base, "parent_id": str(root["message_id"])}
    yield "prompts", Prompt(**base, prompt=[_turn(root)], source=source)
    if state not in (None, "ready_for_export"):
        return
    for path in _best_paths(root, []):
        yield "sft", Demonstration(**base, messages=path)
    for thread, parent in _threads(root, []):
        groups = _groups(parent)
        if sum(map(len, groups)) >= 2:
            yield "lists", _ranked_list(base, parent, thread, groups)
            for pair in _pairs(base, thread, groups):
                yield "pairs", pair


def _word(node: Node, key: str, default: str | None = None) -> str:
    """A name or tag; the default stands for one that is not there or null."""
    value = node[key] if default is None else node.get(key)
    if value is None and default is not None:
        return default
    if not has_words(value):
        raise ValueError(f"{key} must be text; it is {value!r:.200}")
    return str(value)


def _check_node(node: Node, role: str) -> None:
    if not isinstance(node, dict):
        raise ValueError(f"a message must be an object; it is {node!r:.200}")
    where = f"message {node['message_id']}"
    if node.get("role") != role:
        raise ValueError(f"{where}: role must be {role}; it is {node.get('role')!r}")
    if not has_words(node.get("text")):
        raise ValueError(f"{where}: no text, or half of a character in it")
    rank = node.get("rank")
    if rank is not None and (isinstance(rank, bool) or not isinstance(rank, int)):
        raise ValueError(f"{where}: rank must be a whole number; it is {rank!r}")
    if node.get("model_name") is not None:
        _word(node, "model_name")
    replies = node.get("replies") or []
    if not isinstance(replies, list):
        raise ValueError(f"{where}: replies must be a list")
    for reply in replies:
        _check_node(reply, "assistant" if role == "prompter" else "prompter")
        if reply.get("parent_id", node["message_id"]) != node["message_id"]:
            raise ValueError(f"message {reply['message_id']}: its parent_id names another message")


def _counts(node: Node) -> bool:
    """Accepted and not deleted. A file that knows reviews but gives no result is undecided."""
    undecided = "review_count" in node or "review_result" in node
    return node.get("review_result", not undecided) is True and not node.get("deleted")


def _turn(node: Node) -> Turn:
    return {"role": ROLE_OF[node["role"]], "content": node["text"]}


def _children(node: Node) -> list[Node]:
    return [reply for reply in node.get("replies") or [] if _counts(reply)]


def _groups(parent: Node) -> list[list[Node]]:
    """Ranked replies, best group first."""
    ranked = [child for child in _children(parent) if child.get("rank") is not None]
    ranks = sorted({child["rank"] for child in ranked})
    return [[child for child in ranked if child["rank"] == rank] for rank in ranks]


def _best_reply(prompter: Node) -> Node | None:
    children, groups = _children(prompter), _groups(prompter)
    if len(children) == 1:
        return children[0]  # an only reply is never ranked
    return groups[0][0] if groups else None


def _best_paths(prompter: Node, before: list[Turn]) -> Iterator[list[Turn]]:
    """Conversations that follow the best reply at every turn, each to its last reply."""
    best = _best_reply(prompter)
    if best is None:
        if before:
            yield before
        return
    path = [*before, _turn(prompter), _turn(best)]
    onward = _children(best)
    if not onward:
        yield path
    for child in onward:
        yield from _best_paths(child, path)


def _threads(node: Node, before: list[Turn]) -> Iterator[tuple[list[Turn], Node]]:
    """Every message of a prompter with the turns that lead to it."""
    thread = [*before, _turn(node)]
    if node["role"] == "prompter":
        yield thread, node
    for child in _children(node):
        yield from _threads(child, thread)


def _ranked_list(
    base: dict[str, Any], parent: Node, thread: list[Turn], groups: list[list[Node]]
) -> RankedList:
    replies = [
        [Reply(str(n["message_id"]), n["text"], n.get("model_name")) for n in group]
        for group in groups
    ]
    return RankedList(
        **base,
        parent_id=str(parent["message_id"]),
        prompt=thread,
        groups=replies,
        agreement=None,  # published trees hold the consensus alone
        ballots=0,
    )


def _pairs(
    base: dict[str, Any], thread: list[Turn], groups: list[list[Node]]
) -> Iterator[PreferencePair]:
    for (i, better), (j, worse) in combinations(enumerate(groups), 2):
        margin = (j - i) / (len(groups) - 1)
        for chosen in better:
            for rejected in worse:
                yield PreferencePair(
                    **base,
                    prompt=thread,
                    chosen=_turn(chosen),
                    rejected=_turn(rejected),
                    margin=margin,
                )
