"""How much room a sentence has where it ends up, read off the sources.

What a sentence is handed to tells it (a button's words), and a `# limit:` comment directly above a
table tells it for all sentences of that table.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

# What takes sentences, which argument it is by place and by name, and how much fits.
_TAKERS = (
    ("Button", 1, "label", "limit:80 button"),
    ("Choice", 0, "label", "limit:80 button"),
    ("SkipReason", 1, "label", "limit:80 button"),
    ("Label", 2, "question", "limit:100 question of a form"),
    ("Label", 3, "ends", "limit:40 end of a scale"),
    ("AskText", None, "title", "limit:45 title of a form"),
    ("AskText", None, "field_label", "limit:45 name of a field"),
    ("Passage", 1, "heading", "limit:100 heading"),
)
# Which argument of a mark is the key, and which the context.
_MARKS = {"N_": (0, None), "Nn_": (0, None), "P_": (1, 0)}
_COMMENT = "# limit:"

Room = tuple[str, str | None, str]
"""A sentence, its context, and what its translators should know."""


def rooms(root: Path, sources: Iterable[str]) -> Iterator[Room]:
    """Every sentence that has only so much room."""
    for source in sources:
        for path in sorted((root / source).rglob("*.py")):
            yield from _rooms_of(path.read_text("utf-8"))


def _rooms_of(words: str) -> Iterator[Room]:
    tree, lines = ast.parse(words), words.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _handed_over(node, node.func.id)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno > 1:
            above = lines[node.lineno - 2].strip()
            if above.startswith(_COMMENT):
                yield from _marked(node, above.removeprefix("# "))


def _handed_over(call: ast.Call, name: str) -> Iterator[Room]:
    for taker, place, keyword, comment in _TAKERS:
        if name != taker:
            continue
        if place is not None and len(call.args) > place:
            yield from _marked(call.args[place], comment)
        for given in call.keywords:
            if given.arg == keyword:
                yield from _marked(given.value, comment)


def _marked(node: ast.AST, comment: str) -> Iterator[Room]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            key, context = _MARKS.get(call.func.id, (None, None))
            if key is not None and len(call.args) > key:
                said = None if context is None else _words(call.args[context])
                yield _words(call.args[key]), said, comment


def _words(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else ""
