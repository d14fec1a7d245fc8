"""Whatever strange things arrive, the answer is one clear sentence and nothing is changed."""

from __future__ import annotations

import pytest
from fakes.players import Player
from fakes.village import Village

from core.dialogue import Command, Event, Labelled, Ordered, Press, Typed, base36, press
from core.model import TaskKind

K = TaskKind
HUGE = 10**40


async def refused(village: Village, player: Player, event: Event) -> str:
    """Send something that must be refused; what is said about it."""
    before = village.snapshot()

    screen = await player.send(event)

    assert village.snapshot() == before
    assert screen.refused
    assert len(screen.notes) == 1
    return str(screen.notes[0])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing to read in your text. Please write something."),
        (" \n\t ", "There is nothing to read in your text. Please write something."),
        ("\u200b\u2060", "There is nothing to read in your text. Please write something."),
        ("ab", "Your text is too short. Please write at least 3 characters."),
        ("x" * 100_000, "Your text has 100000 characters. Please shorten it to 4000 characters."),
        ("a\x00b and more", "Your text has a character that cannot be stored: U+0000, at position"),
        ("lone \ud800 half", "Your text has a character that cannot be stored: U+D800"),
        ("\x1b[2Jscreen gone", "Your text has a character that cannot be stored: U+001B"),
    ],
)
async def test_a_text_that_is_none_is_refused(text: str, sentence: str) -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    said = await refused(village, player, Typed(text, player.screen.task_id))

    assert said.startswith(sentence)
    assert player.screen.kind is K.INITIAL_PROMPT  # the question is still there


async def test_a_text_with_a_sign_that_cannot_be_kept_is_handed_back_without_it() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    await refused(village, player, Typed("a\x00b and more", player.screen.task_id))

    assert [passage.text for passage in player.screen.passages] == ["ab and more"]


@pytest.mark.parametrize(
    "text",
    [
        "'); DROP TABLE person; --",
        "<script>alert(1)</script> **bold** `code` {name} %s %(x)s",
        "\u202eright to left\u202c and back",
        "z\u0336a\u0334l\u0337g\u0338o" * 50,
    ],
)
async def test_what_is_only_strange_is_kept_byte_for_byte(text: str) -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    await player.writes(text)

    assert village.tree.root.text == text


@pytest.mark.parametrize(
    "press_id",
    [
        "",
        ":",
        "nonsense",
        "nonsense:1:2",
        "submit",
        "submit:ZZ:0",
        "submit:zzzzzzzzzzzzzzzzzz:0",
        "submit:-1:0",
        "skip:" + "z" * 12,
        "x" * 100,
        "work::\x00",
        "work::\ud800",
        "speak::klingon",
        "lang::klingon.0",
        "lang::",
        "own::999999999999999999",
        "own::-5",
        "own::1.5",
        "own::" + "9" * 30,
        "editown::x",
        "takeback::0",
        "gone::0",
        "board::century.*",
        "board::week.c:1",
        "board::week.l:klingon",
        "learn::9.9.9",
        "learn::0.0.9",
        "learn::0",
        "learn::x.y",
        "help::nonsense",
        "work::nonsense",
        "undo",
        "why",
        "thumb",
        "report",
        "report:zz",
        "flag",
        "reported",
        "ownwords",
        "\x1b[31m",
        "\N{SNOWMAN}" * 39,
    ],
)
async def test_a_button_that_nobody_was_shown_is_refused(press_id: str) -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    assert await refused(village, player, Press(press_id))


@pytest.mark.parametrize(
    "command",
    [
        Command(""),
        Command("nonsense"),
        Command("x" * 100_000),
        Command("\ud800"),
        Command("work", {"kind": "nonsense"}),
        Command("work", {"kind": "x" * 100_000}),
        Command("work", {"kind": "rank\x00"}),
        Command("work", {"language": "klingon"}),
        Command("work", {"nonsense": "1"}),
        Command("work", {"kind": 5}),  # type: ignore[dict-item]
        Command("work", {"kind": ["random"]}),  # type: ignore[dict-item]
        Command("prompt", {"language": "'; DROP TABLE person; --"}),
        Command("edit", {"text": "9" * 5000}),
        Command("edit", {"text": "0"}),
        Command("edit", {"text": "-1"}),
        Command("edit", {"text": "one"}),
        Command("edit", {"text": "77"}),
        Command("edit"),
        Command("withdraw", {"text": "1e5"}),
        Command("withdraw"),
        Command("leaderboard", {"period": "century"}),
        Command("leaderboard", {"scope": "the moon"}),
        Command("language", {"languages": "en, klingon"}),
        Command("language", {"languages": " , "}),
        Command("language", {"interface": "\x1b[2J"}),
        Command("timezone", {"zone": "../../etc/passwd"}),
        Command("timezone", {"zone": "Mars/Olympus"}),
        Command("link", {"code": "AAAAAAAA"}),
        Command("link", {"code": "x" * 100_000}),
        Command("report", {"reason": "a\x00b"}),
        Command("help", {"topic": "x" * 100_000}),
        Command("undo"),
    ],
)
async def test_a_command_that_means_nothing_is_refused(command: Command) -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    said = await refused(village, player, command)

    assert len(said) < 400  # never the whole of what was sent


@pytest.mark.parametrize(
    ("name", "advice"),
    [("wrok", "Did you mean /work?"), ("rank", "Did you mean /work rank?"), ("x", "See /help.")],
)
async def test_a_command_that_there_is_not_is_answered_with_one_that_was_meant(
    name: str, advice: str
) -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)

    said = await refused(village, player, Command(name))

    assert said == f"There is no command “{name}”. {advice}"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (K.LABEL_INITIAL_PROMPT, {"spam": 7.0}),
        (K.LABEL_INITIAL_PROMPT, {"spam": 0.5}),
        (K.LABEL_INITIAL_PROMPT, {"spam": float("nan")}),
        (K.LABEL_INITIAL_PROMPT, {"spam": "yes"}),
        (K.LABEL_INITIAL_PROMPT, {"nonsense": 1.0}),
        (K.LABEL_INITIAL_PROMPT, {"spa\x00m": 1.0}),
        (K.LABEL_INITIAL_PROMPT, {"helpfulness": 1.0, "spam": 0.0}),
        (K.LABEL_INITIAL_PROMPT, {"quality": 0.5}),
        (K.LABEL_INITIAL_PROMPT, {}),
        (K.INITIAL_PROMPT, {}),
        (K.INITIAL_PROMPT, {"spam": 0.0}),
        (K.ASSISTANT_REPLY, {}),
        (K.RANK_ASSISTANT_REPLIES, {}),
    ],
)
async def test_labels_that_the_task_does_not_ask_for_are_refused(
    kind: TaskKind, values: dict[str, float | None]
) -> None:
    village = Village()
    player = await village.anybody_with(kind)

    assert await refused(village, player, Labelled(player.screen.task_id or 0, values))
    assert player.screen.kind is kind


@pytest.mark.parametrize(
    ("kind", "groups"),
    [
        (K.RANK_ASSISTANT_REPLIES, ()),
        (K.RANK_ASSISTANT_REPLIES, ((0,),)),
        (K.RANK_ASSISTANT_REPLIES, ((0,), (1,), (2,))),
        (K.RANK_ASSISTANT_REPLIES, ((0,), (0,))),
        (K.RANK_ASSISTANT_REPLIES, ((0, 1), ())),
        (K.RANK_ASSISTANT_REPLIES, ((-1,), (0,))),
        (K.RANK_ASSISTANT_REPLIES, ((HUGE,), (0,))),
        (K.RANK_ASSISTANT_REPLIES, (("0",), (1,))),
        (K.RANK_ASSISTANT_REPLIES, ((0.0,), (1.0,))),
        (K.LABEL_INITIAL_PROMPT, ()),
        (K.ASSISTANT_REPLY, ()),
        (K.INITIAL_PROMPT, ()),
    ],
)
async def test_an_order_of_something_else_is_refused(
    kind: TaskKind, groups: tuple[tuple[int, ...], ...]
) -> None:
    village = Village()
    player = await village.anybody_with(kind)

    assert await refused(village, player, Ordered(player.screen.task_id or 0, groups))
    assert player.screen.kind is kind


@pytest.mark.parametrize("kind", [K.LABEL_INITIAL_PROMPT, K.RANK_ASSISTANT_REPLIES])
async def test_text_for_a_task_that_wants_none_comes_back(kind: TaskKind) -> None:
    village = Village()
    player = await village.anybody_with(kind)

    said = await refused(village, player, Typed("What is this about?", player.screen.task_id))

    assert said == "This task needs no text. Please use its buttons."
    assert player.screen.passages[-1].text == "What is this about?"


@pytest.mark.parametrize("number", [-1, 0, 12345, 2**63, HUGE, "7", None, 1.5, True])
@pytest.mark.parametrize("make", [
    lambda number: Labelled(number, {"spam": 0.0}),
    lambda number: Ordered(number, ((0,),)),
    lambda number: Typed("A whole new text.", number),
])  # fmt: skip
async def test_a_number_that_is_no_task_is_refused(make, number) -> None:  # type: ignore[no-untyped-def]
    village = Village()
    player = await village.volunteer()
    event = make(number)
    if number is None and isinstance(event, Typed):
        return  # text for nothing in particular is no mischief

    said = await refused(village, player, event)

    assert said == "This task no longer exists. Get a new one with /work."


@pytest.mark.parametrize("kind", [K.INITIAL_PROMPT, K.LABEL_INITIAL_PROMPT, K.ASSISTANT_REPLY,
                                  K.RANK_ASSISTANT_REPLIES])  # fmt: skip
async def test_nothing_can_be_done_to_another_volunteers_task(kind: TaskKind) -> None:
    village = Village()
    owner = await village.anybody_with(kind)
    task_id = owner.screen.task_id
    assert task_id is not None
    stranger = await village.volunteer()
    presses = ["submit", "anyway", "edit", "skip", "why", "undo", "thumb", "back", "show",
               "report", "reported", "flag", "ownwords"]  # fmt: skip
    events: list[Event] = [
        Typed("Let me answer that for you.", task_id),
        Labelled(task_id, {"spam": 1.0}),
        Labelled(task_id, {"spam": 1.0}, done=False),
        Ordered(task_id, ((0,), (1,))),
        *(Press(press(verb, task_id, argument)) for verb in presses for argument in ("0", "up")),
        Press(press("why", task_id, "boring")),
    ]

    for event in events:
        said = await refused(village, stranger, event)
        assert said == "This is another volunteer's task. Get your own with /work.", event


async def test_nothing_can_be_done_to_another_volunteers_text() -> None:
    village = Village()
    await village.prompt()
    stranger = await village.volunteer()

    for verb in ("own", "editown", "takeback", "gone"):
        said = await refused(village, stranger, Press(press(verb, None, village.tree.id)))
        assert said == "That text is not yours. You find yours with /mine."


async def test_names_are_kept_without_what_no_store_can_keep() -> None:
    village = Village()
    player = village.stranger("mallory")
    player.who = type(player.who)(
        "terminal", "mallory", "Ma\x00l\ud800lory\x1b[31m" + "y" * 5000, "en"
    )

    await player.press("agree")

    assert village.person(player).name == ("Mallory[31m" + "y" * 5000)[:100]


async def test_a_clock_that_jumps_back_loses_nothing() -> None:
    village = Village()
    author = await village.prompt()
    village.clock.advance(days=-400)

    await village.reviewed()
    writer = await village.with_task(K.ASSISTANT_REPLY)
    await writer.writes("They remember the way by the sun.")
    await author.does("me")

    assert village.tree.state == "growing"
    assert len(village.replies) == 1
    assert not author.screen.refused


async def test_a_clock_that_jumps_ahead_ends_leases_and_no_more() -> None:
    village = Village()
    player = await village.anybody_with(K.ASSISTANT_REPLY)
    task_id = player.screen.task_id
    village.clock.advance(days=4000)

    await player.send(Typed("They follow the sun and each other.", task_id))
    await player.press("submit")

    assert [m.text for m in village.replies] == ["They follow the sun and each other."]


async def test_a_press_id_in_other_clothes_is_no_other_task() -> None:
    village = Village()
    player = await village.with_task(K.INITIAL_PROMPT)
    task = base36(player.screen.task_id or 0)

    for written in (
        task.upper() + "A",
        f"0x{task}",
        f" {task}",
        f"{task} ",
        f"+{task}",
        f"{task}_",
    ):
        assert await refused(village, player, Press(f"skip:{written}"))
