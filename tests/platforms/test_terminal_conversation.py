"""Talks in the terminal, from the first command to the finished tree, over the real desk."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from bot.doorkeeper import Doorkeeper
from bot.logs import Logfmt
from bot.platforms.terminal.conversation import Conversation
from bot.platforms.terminal.plain import PlainPage
from core.desk import Desk
from core.model import TreeState
from core.policy import Policy
from core.ports import Store, World
from core.testing import ManualClock, MemoryStore, ToldGuess

SMALL = Policy(
    goal_tree_size=3,
    max_tree_depth=1,
    num_reviews_initial_prompt=1,
    num_reviews_reply=1,
    min_rankings=1,
    max_rankings=1,
)
HELLO = ("/consent", "agree")  # the first words of everybody


class Typist:
    """A keyboard on which these lines are typed, then nothing more."""

    def __init__(
        self, lines: Sequence[str], then_stop: asyncio.Event | None = None, unfinished: str = ""
    ) -> None:
        self._left = list(lines)
        self._then_stop = then_stop
        self._unfinished = unfinished

    def unfinished(self) -> str:
        return self._unfinished if self._then_stop is not None else ""

    async def next(self, prompt: str) -> str | None:
        if self._left:
            return self._left.pop(0)
        if self._then_stop is None:
            return None
        self._then_stop.set()
        return await asyncio.Future()


def world(policy: Policy = SMALL) -> World:
    return World(policy, ManualClock(), Random(1), ToldGuess())


class Room:
    """A store with a desk, where terminals are opened one after the other."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world()
        self.store: Store = MemoryStore(self.world.policy)
        self.policy_at_the_door = Policy()
        self._folder, self._capsys = folder, capsys

    async def typed(
        self, *lines: str, name: str = "ana", stopping: bool = False, unfinished: str = ""
    ) -> list[str]:
        """The screens that these lines bring up, each as its lines in one string."""
        stop = asyncio.Event()
        conversation = Conversation(
            Doorkeeper(Desk(self.store, self.world), self.policy_at_the_door, self.world.clock),
            PlainPage(),
            Typist(lines, stop if stopping else None, unfinished),
            stop,
            name=name,
            locale=None,
            folder=self._folder,
        )
        async with asyncio.timeout(10):
            await conversation.run()
        return self._capsys.readouterr().out.split("\n\n")[:-1]


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Room:
    return Room(tmp_path, capsys)


async def test_three_people_grow_a_tree_from_prompt_to_export(room: Room) -> None:
    await room.typed(*HELLO, "/prompt", "Why is the sky blue?", "s")
    label = ("/work label", "spam=n quality=4")
    await room.typed(*HELLO, *label, name="ben")
    await room.typed("/as ben", "/work reply", "Because of how air scatters light.", "1")
    await room.typed(*HELLO, "/work reply", '"""', "Air scatters", "blue most.", '"""', "s",
                     name="cleo")  # fmt: skip
    await room.typed("/as ben", *label, "/as cleo", *label)
    screens = await room.typed("/work rank", "1=2")

    assert screens[-1].startswith("* Thank you!")
    tree = await room.store.read(lambda unit: unit.tree(unit.texts_of(1)[0]))
    assert tree is not None
    assert tree.state is TreeState.READY_FOR_EXPORT
    assert sorted(m.text for m in tree.messages.values()) == [
        "Air scatters\nblue most.",
        "Because of how air scatters light.",
        "Why is the sky blue?",
    ]


async def test_labels_one_by_one_end_in_one_review(room: Room) -> None:
    await room.typed(*HELLO, "/prompt", "Why is the sky blue?", "s")
    screens = await room.typed(*HELLO, "/work", "n", "n", "<", "y", "4", *[""] * 8, name="ben")

    questions = [
        found[1] for screen in screens if (found := re.search(r"^\? (\w+):", screen, re.M))
    ]
    assert questions[:6] == ["spam", "lang_mismatch", "quality", "lang_mismatch", "quality",
                             "creativity"]  # fmt: skip
    assert screens[-1].startswith("* Thank you!")
    (review,) = await room.store.read(lambda unit: unit.reviews(unit.texts_of(1)[0]))
    assert review.labels == {"spam": 0.0, "lang_mismatch": 1.0, "quality": 0.75}


async def test_stopping_in_the_middle_of_a_text_keeps_it_as_a_draft(room: Room) -> None:
    await room.typed(*HELLO, "/prompt", '"""', "Half a", "thought", stopping=True)
    screens = await room.typed("/work")

    assert "| Half a\n| thought" in screens[-1]


async def test_stopping_in_the_middle_of_a_line_keeps_it_as_a_draft(room: Room) -> None:
    await room.typed(*HELLO, "/prompt", stopping=True, unfinished="Half a thou")
    screens = await room.typed("/work")

    assert "| Half a thou" in screens[-1]


@pytest.mark.parametrize("unfinished", ["s", "1", "/skip", "submit:1:1"])
async def test_stopping_in_the_middle_of_a_line_presses_nothing(
    room: Room, unfinished: str
) -> None:
    await room.typed(*HELLO, "/prompt", "A whole text", stopping=True, unfinished=unfinished)
    screens = await room.typed("/work")

    assert "| A whole text" in screens[-1]


async def test_stopping_ends_a_quiet_terminal(room: Room) -> None:
    assert await room.typed(stopping=True) == []


async def test_as_turns_the_terminal_into_another_volunteers(room: Room) -> None:
    screens = await room.typed(*HELLO, "/prompt", "/as ben", "/me")

    assert "Before you begin" in screens[-1]


async def test_help_names_the_commands_of_the_terminal_too(room: Room) -> None:
    listed, quitting, working = await room.typed("/help", "/help /quit", "/help work")

    assert "/quit leaves" in listed
    assert quitting.startswith("! In the terminal: ")
    assert "/quit" not in working


async def test_own_data_is_put_into_a_file_for_the_owner_alone(room: Room, tmp_path: Path) -> None:
    screens = await room.typed(*HELLO, "/export-my-data")

    path = next(tmp_path.glob("*"))  # noqa: ASYNC240
    assert f"@ {path}: " in screens[-1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"{")


async def test_a_second_file_of_that_name_leaves_the_first_as_it_is(
    room: Room, tmp_path: Path
) -> None:
    await room.typed(*HELLO, "/export-my-data")
    first = tmp_path / "grove-my-data.json"
    before = first.read_bytes()

    await room.typed("/as ben", *HELLO, "/export-my-data")

    assert first.read_bytes() == before
    assert b"ben" in (tmp_path / "grove-my-data-2.json").read_bytes()


async def test_a_folder_that_takes_no_file_is_named_and_the_talk_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "files"
    taken.write_text("no folder")

    screens = await Room(taken, capsys).typed(*HELLO, "/export-my-data", "/me")

    assert any(f"could not be written to {taken} (" in screen for screen in screens)
    assert not any("@ " in screen for screen in screens)
    assert "Streak" in screens[-1]


async def test_what_is_in_front_stays_there_while_somebody_is_too_fast(room: Room) -> None:
    room.policy_at_the_door = Policy(taps_at_once=4, taps_per_second=0.1)

    screens = await room.typed(*HELLO, "/prompt", "Why is the sky blue?", "/me", "1")

    assert "[1 s] Submit" in screens[3]
    assert screens[4:] == ["! That was too fast for me. Go on in about 10 seconds."] * 2


HOSTILE = (
    "", " ", "x" * 100_000, "a\x00b", "\x1b[2J", "\udcff\udcfe", "'; DROP TABLE message; --",
    "/press submit:zzzz:1", "/press nonsense", "/press " + "x" * 500, "/press", "/" + "x" * 9000,
    "/edit 99999999999999999999", "/work no-such-kind", "/language klingon", "999999999999", "²",
    "/as", "//", "\\ ", "/leaderboard x y z", "/timezone Mars/Olympus", "/link 1", "{0} {name} %s",
)  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("task", ["initial_prompt", "label_initial_prompt"])
async def test_hostile_lines_get_a_screen_and_store_nothing(
    room: Room, line: str, task: str
) -> None:
    await room.typed(*HELLO, "/prompt", "Why is the sky blue?", "s", name="zoe")
    screens = await room.typed(*HELLO, f"/work {task}", line, "/me")

    assert 4 <= len(screens) <= 5
    assert "0 points" in screens[-1]
    assert not re.search("[\x00-\x08\x0b-\x1f]", "".join(screens))


class BrokenStore(MemoryStore):
    async def transact(self, work):  # type: ignore[no-untyped-def]
        raise OSError("the disk is gone")


async def test_a_failing_store_is_told_in_one_sentence(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.store = BrokenStore(SMALL)

    first, second = await room.typed("/work", "/work")

    assert re.fullmatch(r"! Something went wrong on our side\. .*\(Error [0-9a-f]{8}\)", first)
    assert first != second
    for said, record in zip((first, second), caplog.records, strict=True):
        line = Logfmt().format(record)
        assert re.findall(r"\b[0-9a-f]{8}\b", line) == re.findall(r"\b[0-9a-f]{8}\b", said)
        assert "OSError at " in line
        assert "disk" not in line
