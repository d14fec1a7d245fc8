"""Statements about events that come again because nobody knows whether they were answered."""

from __future__ import annotations

from fakes.village import Village

from core.dialogue import AskText, Command, Event, Labelled, Ordered, Press, Screen, Typed
from core.model import TaskKind


async def twice(village: Village, player: object, event: Event) -> Screen:
    """The answer to the second of two deliveries."""
    await player.send(event, "telegram:1:77")  # type: ignore[attr-defined]
    before = village.snapshot()
    screen: Screen = await player.send(event, "telegram:1:77")  # type: ignore[attr-defined]
    assert village.snapshot() == before
    return screen


async def test_who_submitted_is_thanked_again() -> None:
    village = Village()
    ana = await village.volunteer()
    await ana.takes("initial_prompt")
    shown = await ana.send(Typed("How do bees find their way?", ana.screen.task_id))
    submit = next(button.id for button in shown.buttons if button.id.startswith("submit"))

    screen = await twice(village, ana, Press(submit))

    assert "Thank you" in str(screen.notes[0])
    assert [button.id for button in screen.buttons] == ["next", f"undo:{submit.split(':')[1]}"]


async def test_who_labelled_or_ranked_is_thanked_again() -> None:
    for kind in (TaskKind.LABEL_INITIAL_PROMPT, TaskKind.RANK_ASSISTANT_REPLIES):
        village = Village()
        ben = await village.anybody_with(kind)
        task_id = ben.screen.task_id or 0
        answer = Ordered(task_id, ((0,), (1,))) if kind.ranks else Labelled(task_id, {"spam": 0.0})

        screen = await twice(village, ben, answer)

        assert "Thank you" in str(screen.notes[0])


async def test_who_has_gone_on_keeps_the_next_task_in_front() -> None:
    village = Village()
    ana = await village.prompt()
    await ana.takes("initial_prompt")

    await ana.send(Typed("What do bees eat in winter?", ana.screen.task_id), "a")
    submit = next(button.id for button in ana.screen.buttons if button.id.startswith("submit"))
    await ana.send(Press(submit), "b")
    await ana.takes("initial_prompt")
    screen = await ana.send(Press(submit), "b")

    assert isinstance(screen, AskText)


async def test_other_events_that_come_again_show_where_the_person_stands() -> None:
    village = Village()
    ana = await village.volunteer()
    await ana.takes("initial_prompt")
    skip = next(button.id for button in ana.screen.buttons if button.id.startswith("skip"))

    for event in (Command("me"), Press("no button"), Press(f"submit:{skip[5:]}:9")):
        assert isinstance(await twice(village, ana, event), AskText)
        await ana.send(Command("work"), f"again {event}")
        village.memory.tables.seen.clear()
