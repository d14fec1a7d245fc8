"""Training stores in tests: filled, read, compared, and checked to be whole."""

import hashlib
import json
import re
from dataclasses import replace

from fakes.archive import NAMES, message, record_of
from fakes.exchange import filled

from bot.exchange.sync.choice import Selection
from bot.exchange.sync.publish import sync_store
from bot.exchange.sync.target import Target
from bot.exchange.sync.views import Viewer
from core.model import Ballot, TreeState
from core.policy import Policy


def ranked_tree(number, **changes):
    """A finished tree: a prompt, three replies of which two are tied, and one below the best."""

    def own(place, parent=None, **known):
        name = f"{10 * number + place:08}-0000-4000-8000-000000000000"
        given = {"author_id": None, "platform": changes.get("platform", "discord")}
        given["from_file"] = "origin" in changes
        text = f"text {10 * number + place} of tree {number}"
        return message(place, parent, public_id=name, text=text, **{**given, **known})

    root = own(1, author_id=changes.pop("author_id", None))
    replies = changes.pop("replies", {})
    best = own(2, root, rank=0, **replies)
    tied, worse = own(3, root, rank=1), own(4, root, rank=1)
    below = own(5, best)
    ballots = {1: [Ballot(((2,), (3, 4)), (2, 3, 4)), Ballot(((2,), (4,), (3,)), (2, 3, 4))]}
    changes.pop("platform", None)
    return record_of(root, best, tied, worse, below, ballots=ballots, **changes)


async def with_trees(store, count, **changes):
    return await filled(store, *(ranked_tree(n, **changes) for n in range(1, count + 1)))


async def synced(store, place, selection=None, names=NAMES, **how):
    viewer = Viewer(selection or Selection(), names)
    how.setdefault("buckets", 4)
    return await sync_store(store, Target(str(place)), viewer, Policy(), **how)


def contents(folder):
    """Every published file with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def stamps(folder):
    """Every file with what changes when it is written."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def rows(folder, view, split=None):
    """The rows of a view, through the file that names all others."""
    current = json.loads((folder / "current.json").read_text())
    return [
        json.loads(line)
        for file in current["files"]
        if file["view"] == view and split in (None, file["split"])
        for line in (folder / file["path"]).read_text().splitlines()
    ]


def generation_if_whole(folder):
    """The published state; fails when anything that it names is missing or different."""
    if not (folder / "current.json").exists():
        return None
    current = json.loads((folder / "current.json").read_bytes())
    for file in current["files"]:
        content = (folder / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    for card in ("README.md", "data/messages/README.md"):
        named = re.findall(r"^    - (\S+)$", (folder / card).read_text(), re.M)
        for path in named:
            assert ((folder / card).parent / path).exists(), path
    return current["generation"]


def moved_on(store, tree_id):
    """A tree that a moderator halted: it leaves the training store."""

    def halt(unit):
        tree = unit.tree(tree_id)
        when = tree.root.created_at
        unit.save_tree(replace(tree, state=TreeState.HALTED_BY_MODERATOR, touched_at=when))

    return store.transact(halt)
