"""Statements about the queue: who sees it, what it shows, and what a verdict does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.neighbourhood import HOME, Neighbourhood
from fakes.players import Player

from core.dialogue import Labelled, Press, Typed, press
from core.flow import moderation, reporting
from core.flow.turn import Turn
from core.model import Fate, TaskKind, Tree, TreeState
from core.people import Who
from core.ports import World


@pytest.fixture
async def village() -> Neighbourhood:
    return Neighbourhood()


def body(player: Player) -> str:
    return "\n".join(map(str, player.screen.body))


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    "event",
    [
        "queue",
        "case:{m}",
        "judge:{m}:keep.0",
        "judge:{m}:remove.0.0",
        "judge:{m}:halt.0",
        "who:{p}",
        "who:{p}:b.0",
        "who:{p}:w.0",
        "who:{p}:B.0",
        "texts:{p}",
        "purge:{p}",
        "hits:1",
        "sweep:1:remove.0",
        "acts",
        "trolls",
    ],
)
async def test_buttons_of_moderators_do_nothing_for_others(
    village: Neighbourhood, event: str
) -> None:
    message = await village.reported()
    volunteer = await village.volunteer()
    in_private = Player(village, replace(village.moderator().who, community=None))
    for player in (volunteer, in_private):
        await player.send(Press("show"))
        before = village.snapshot()
        await player.send(Press(event.format(m=press("x", message.id)[2:], p=message.author_id)))

        assert player.screen.refused
        assert "Only moderators of this community can do that." in player.notes
        assert village.snapshot() == before


@pytest.mark.parametrize("action", ["", "queue", "remove", "block", "purge", "search", "log"])
async def test_the_command_is_for_moderators_alone(village: Neighbourhood, action: str) -> None:
    message = await village.reported()
    volunteer = await village.volunteer()
    before = village.snapshot()

    await volunteer.does("mod", action=action, what=f"#{message.id}", reason="because")

    assert volunteer.notes == "Only moderators of this community can do that."
    assert village.snapshot() == before


async def test_moderators_of_another_community_change_nothing_here(village: Neighbourhood) -> None:
    message = await village.reported()
    stranger = village.foreign_moderator()

    await stranger.does("mod")
    assert "Nothing waits" in body(stranger)
    for action in ("text", "keep", "remove", "hold", "halt"):
        await stranger.does("mod", action=action, what=f"#{message.id}")
        assert "written in another community" in stranger.notes
    for action in ("person", "warn", "block", "purge"):
        await stranger.does("mod", action=action, what=f"#{message.author_id}", reason="x")
        assert stranger.notes == "I know nobody like that in this community."

    assert village.tree.root.is_present
    assert not village.acts()


async def test_a_report_made_elsewhere_lets_its_moderators_judge(village: Neighbourhood) -> None:
    message = await village.reported()
    reporter = await village.volunteer()
    reporter.who = replace(reporter.who, community="abroad")
    await reporter.takes("label")
    await reporter.does("report", reason="rude")
    stranger = village.foreign_moderator()

    await stranger.does("mod", action="remove", what=f"#{message.id}")

    assert village.tree.root.fate is Fate.DELETED


async def test_a_policy_can_leave_texts_to_the_moderators_of_where_they_were_written() -> None:
    village = Neighbourhood(moderate_reported=False)
    message = await village.reported()
    reporter = await village.volunteer()
    reporter.who = replace(reporter.who, community="abroad")
    await reporter.takes("label")
    await reporter.does("report", reason="rude")

    await village.foreign_moderator().does("mod", action="remove", what=f"#{message.id}")

    assert village.tree.root.is_present


async def test_a_role_chosen_by_admins_makes_moderators(village: Neighbourhood) -> None:
    await village.reported()
    admin = Player(village, replace(HOME, external_id="ad", name="Ad", may_manage=True))
    await admin.press("agree")
    await admin.does("config", setting="mod_roles", value="<@&5>")
    trusted = Player(village, replace(HOME, external_id="tr", name="Tr", roles=("5",)))

    await trusted.does("mod")

    assert "Waiting for moderators: 1" in body(trusted)


async def test_owners_see_all_from_wherever_they_stand(village: Neighbourhood) -> None:
    message = await village.reported()
    owner = village.owner()

    await owner.does("mod")
    assert "Waiting for moderators: 1" in body(owner)
    await owner.does("mod", action="remove", what=f"#{message.id}")

    assert village.tree.root.fate is Fate.DELETED


async def test_owners_are_named_in_the_settings(village: Neighbourhood) -> None:
    await village.reported()
    village.desk._world = replace(village.world, owners=frozenset({"telegram:9"}))
    assert isinstance(village.desk._world, World)

    named = Player(village, Who("telegram", "9", "Ned"))
    await named.does("mod")
    other = Player(village, Who("discord", "9", "Not Ned"))
    await other.does("mod")

    assert "Waiting for moderators: 1" in body(named)
    assert other.screen.refused


# ---------------------------------------------------------------- what is shown


async def test_a_case_shows_the_text_in_context_with_every_reason(village: Neighbourhood) -> None:
    await village.replied(1)
    for reason in ("spam", "It names my neighbour."):
        reporter = await village.volunteer()
        await reporter.takes("label")
        await reporter.does("report", reason=reason)
    moderator = village.moderator()

    await moderator.does("mod")

    assert [p.text for p in moderator.screen.passages] == [
        "How do bees find their way?",
        "Reply number 1: by the sun.",
    ]
    assert [p.in_focus for p in moderator.screen.passages] == [False, True]
    told = body(moderator)
    assert "Spam" in told
    assert "It names my neighbour." in told
    assert "It is under review." in told
    labels = [str(button.label) for button in moderator.screen.buttons]
    assert labels == ["Keep", "Remove", "Warn", "Block", "The author", "Halt the tree"]


async def test_cases_are_turned_over_oldest_first(village: Neighbourhood) -> None:
    await village.replied(2)
    first, second = village.replies
    for reply in (second, first):
        village.clock.advance(minutes=1)
        person_id = village.person(await village.volunteer()).id
        await village.turn(
            lambda turn, who=person_id, what=reply.id: reporting_of(turn, who, what, village)
        )
    moderator = village.moderator()

    await moderator.does("mod")
    assert str(moderator.screen.title) == f"Text #{second.id}"
    await moderator.press("queue")
    assert str(moderator.screen.title) == f"Text #{first.id}"
    await moderator.press("queue")
    assert str(moderator.screen.title) == f"Text #{second.id}"
    await moderator.send(Press("queue::7"))

    assert str(moderator.screen.title) == f"Text #{second.id}"


def reporting_of(turn: Turn, who: int, what: int, village: Neighbourhood) -> object:
    return reporting.report_message(turn, who, what, "spam", village.home.id)


async def test_an_empty_queue_says_so(village: Neighbourhood) -> None:
    moderator = village.moderator()

    await moderator.does("mod")

    assert body(moderator) == "Nothing waits for moderators."


async def test_a_text_without_an_author_has_nobody_to_warn(village: Neighbourhood) -> None:
    message = await village.reported()
    author = next(
        name
        for name, a in village.memory.tables.accounts.items()
        if a.person_id == message.author_id
    )
    leaver = Player(village, replace(HOME, external_id=author[1]))
    await leaver.send(Press("forget::profile!"))
    moderator = village.moderator()

    await moderator.does("mod")

    assert [str(b.label) for b in moderator.screen.buttons] == ["Keep", "Remove", "Halt the tree"]


# ---------------------------------------------------------------- verdicts


async def test_keep_closes_the_case_and_changes_no_text(village: Neighbourhood) -> None:
    message = await village.reported()
    moderator = village.moderator()
    await moderator.does("mod")

    await moderator.press("judge")

    assert moderator.notes == f"Text #{message.id} stays."
    assert "Nothing waits" in body(moderator)
    assert village.tree.root == message
    (act,) = village.acts()
    assert (act.act, act.message_id, act.subject_id) == ("keep", message.id, message.author_id)
    assert act.actor_id == village.person(moderator).id
    assert act.community_id == village.home.id


async def test_remove_asks_why_and_the_reports_can_be_the_answer(village: Neighbourhood) -> None:
    await village.reported("spam", times=2)
    moderator = village.moderator()
    await moderator.does("mod")

    await moderator.send(Press(moderator.buttons[1]))
    labels = [str(b.label) for b in moderator.screen.buttons]
    assert labels[:2] == ["As reported", "Spam"]
    await moderator.press("judge")

    assert village.tree.root.fate is Fate.DELETED
    assert village.tree.state is TreeState.HALTED_BY_MODERATOR
    (act,) = village.acts()
    assert (act.act, act.reason) == ("remove", "spam; spam 1")
    assert "Nothing waits" in body(moderator)


async def test_a_text_and_all_below_it_go_and_come_back(village: Neighbourhood) -> None:
    await village.ranking()
    before = village.tree
    root = before.root
    moderator = village.moderator()

    await moderator.does("mod", action="remove", what=root.public_id, reason="my reason")
    assert {m.fate for m in village.tree.messages.values()} == {Fate.DELETED}
    assert [act.reason for act in village.acts()] == ["my reason"]
    await moderator.does("mod", action="text", what=f"#{root.id}")
    assert "Restore" in [str(b.label) for b in moderator.screen.buttons]
    restore = next(b.id for b in moderator.screen.buttons if str(b.label) == "Restore")
    await moderator.send(Press(restore))

    assert standing(village.tree) == standing(before)

    await moderator.send(Press(restore))  # once more
    assert moderator.screen.refused
    assert standing(village.tree) == standing(before)


def standing(tree: Tree) -> object:
    """The state of a tree and of every text in it."""
    texts = [(m.id, m.text, m.fate, m.accepted, m.held) for m in tree.messages.values()]
    return tree.state, texts


async def test_two_moderators_at_one_case_decide_once(village: Neighbourhood) -> None:
    await village.reported()
    one, two = village.moderator("One"), village.moderator("Two")
    await one.does("mod")
    await two.does("mod")
    keep = one.buttons[0]
    remove = press_with_reason(two.buttons[1])

    await one.send(Press(keep))
    await two.send(Press(remove))

    assert two.screen.refused
    assert two.notes == "Nothing is left to decide about this text."
    assert village.tree.root.is_present
    assert len(village.acts()) == 1


def press_with_reason(press_id: str) -> str:
    return f"{press_id}.0"


async def test_nobody_decides_about_a_report_they_have_not_seen(village: Neighbourhood) -> None:
    await village.reported()
    moderator = village.moderator()
    await moderator.does("mod")
    keep = moderator.buttons[0]
    reporter = await village.volunteer()
    await reporter.takes("label")
    await reporter.does("report", reason="It is worse than that.")

    await moderator.send(Press(keep))

    assert moderator.screen.refused
    assert "There is a new report about this text." in moderator.notes
    assert "It is worse than that." in body(moderator)
    assert len(village.memory.tables.reports) == 2
    await moderator.press("judge")
    assert all(report.resolved for report in village.memory.tables.reports.values())


async def test_what_many_reported_is_away_until_a_moderator_keeps_it(
    village: Neighbourhood,
) -> None:
    message = await village.reported(times=4)
    assert village.tree.state is TreeState.ABORTED_LOW_GRADE
    moderator = village.moderator()
    await moderator.does("mod")
    assert "Waiting for moderators: 1" in body(moderator)

    await moderator.press("judge")

    assert village.tree.root.is_present
    assert village.tree.state is TreeState.PROMPT_LOTTERY_WAITING or (
        village.tree.state is TreeState.GROWING
    )
    assert [act.act for act in village.acts()] == ["restore"]
    assert message.id == village.tree.id


async def test_a_reply_that_many_reported_comes_back_with_keep_and_goes_with_remove(
    village: Neighbourhood,
) -> None:
    await village.replied(2)
    moderator = village.moderator()
    for verdict, fate in ((0, Fate.PRESENT), (1, Fate.DELETED)):
        reply = village.replies[verdict]
        for _ in range(4):
            who = village.person(await village.volunteer()).id
            await village.turn(
                lambda turn, who=who, what=reply.id: reporting_of(turn, who, what, village)
            )
        assert village.tree.messages[reply.id].fate is Fate.DELETED
        await moderator.does("mod")
        assert str(moderator.screen.title) == f"Text #{reply.id}"

        press_id = moderator.buttons[verdict]
        await moderator.send(Press(press_id if verdict == 0 else f"{press_id}.r"))

        assert village.tree.messages[reply.id].fate is fate
        assert "Nothing waits" in body(moderator)

    taken = [a for a in village.acts() if a.reason == moderation.BY_MANY]
    assert [act.actor_id for act in taken] == [None, None], "nobody but the policy did that"


async def test_what_a_moderator_removed_stays_away_when_an_old_report_is_closed(
    village: Neighbourhood,
) -> None:
    await village.replied(1)
    (reply,) = village.replies
    moderator = village.moderator()
    await moderator.does("mod", action="remove", what=f"#{reply.id}")
    who = village.person(await village.volunteer()).id
    await village.turn(lambda turn: reporting_of(turn, who, reply.id, village))

    await moderator.does("mod", action="keep", what=f"#{reply.id}")

    assert village.tree.messages[reply.id].fate is Fate.DELETED
    assert [act.act for act in village.acts()] == ["remove", "keep"]


async def test_an_aborted_tree_that_nobody_reported_is_kept_away(village: Neighbourhood) -> None:
    await village.prompt()
    await village.reviewed(spam=1.0)
    assert village.tree.state is TreeState.ABORTED_LOW_GRADE
    who = village.person(await village.volunteer()).id
    await village.turn(lambda turn: reporting_of(turn, who, village.tree.id, village))

    await village.moderator().does("mod", action="keep", what=f"#{village.tree.id}")

    assert village.tree.state is TreeState.ABORTED_LOW_GRADE


async def test_held_texts_wait_in_the_queue_and_keep_accepts_them(village: Neighbourhood) -> None:
    await village.prompt()
    for _ in range(2):
        reviewer = await village.with_task(TaskKind.LABEL_INITIAL_PROMPT)
        await reviewer.send(Labelled(reviewer.screen.task_id or 0, {"spam": 0, "pii": 1.0}))
    assert village.tree.root.held
    moderator = village.moderator()

    await moderator.does("mod")
    assert "It is held." in body(moderator)
    await moderator.press("judge")

    assert village.tree.root.is_accepted


async def test_a_tree_that_many_skipped_is_a_case_and_goes_on_when_kept() -> None:
    village = Neighbourhood(auto_mod_skips=2)
    await village.prompt()
    for _ in range(2):
        player = await village.volunteer()
        await player.takes("label")
        await player.press("skip")
    assert village.tree.state is TreeState.HALTED_BY_MODERATOR
    moderator = village.moderator()

    await moderator.does("mod")
    assert "Its tree is halted." in body(moderator)
    assert "Skipped by many" in body(moderator)
    await moderator.press("judge")

    assert village.tree.state is TreeState.INITIAL_PROMPT_REVIEW


async def test_texts_are_held_released_halted_and_resumed_by_button(
    village: Neighbourhood,
) -> None:
    await village.replied(1)
    (reply,) = village.replies
    moderator = village.moderator()
    await moderator.does("mod", action="text", what=f"#{reply.id}")

    for label, done in (("Hold", "is held."), ("Halt the tree", "is halted.")):
        await moderator.send(
            Press(next(b.id for b in moderator.screen.buttons if str(b.label) == label))
        )
        assert done in moderator.notes
    assert village.tree.messages[reply.id].held
    assert village.tree.state is TreeState.HALTED_BY_MODERATOR
    resume = next(b.id for b in moderator.screen.buttons if str(b.label) == "Resume the tree")
    await moderator.send(Press(resume))
    await moderator.does("mod", action="release", what=f"#{reply.id}")

    assert village.tree.messages[reply.id].is_accepted
    assert [act.act for act in village.acts()] == ["hold", "halt", "resume", "release"]


async def test_what_does_not_wait_cannot_be_kept(village: Neighbourhood) -> None:
    await village.prompt()
    moderator = village.moderator()

    await moderator.does("mod", action="keep", what=f"#{village.tree.id}")

    assert moderator.notes == "Nothing is left to decide about this text."
    assert not village.acts()


async def test_what_is_removed_cannot_be_removed_again(village: Neighbourhood) -> None:
    await village.replied(1)
    (reply,) = village.replies
    moderator = village.moderator()
    for _ in range(2):
        await moderator.does("mod", action="remove", what=f"#{reply.id}")

    assert moderator.notes == "That text has been removed already."
    assert len(village.acts()) == 1


@pytest.mark.parametrize(
    "press_id",
    [
        "case:zz",
        "judge:zz:keep.0",
        "judge:{m}",
        "judge:{m}:dance.0",
        "judge:{m}:keep.?",
        "judge:{m}:remove.{r}.77",
        "judge:{m}:remove.{r}.x",
        "who:zz",
        "who:{p}:x",
        "who:{p}:b.99",
        "who:{p}:B.0",
        "sweep:zz:remove.0",
        "sweep:zz",
        "hits:zz",
        "texts:zz",
        "purge",
    ],
)
async def test_made_up_buttons_are_refused_even_to_moderators(
    village: Neighbourhood, press_id: str
) -> None:
    message = await village.reported()
    (report,) = village.memory.tables.reports.values()
    moderator = village.moderator()
    await moderator.does("mod")
    numbers = {"m": message.id, "r": report.id, "p": message.author_id or 0}
    before = village.snapshot()

    written = {name: press("x", number)[2:] for name, number in numbers.items()}
    await moderator.send(Press(press_id.format(**written)))

    assert moderator.screen.refused
    assert village.snapshot() == before


@pytest.mark.parametrize("action", ["dance", "text", "remove", "person", "purge", "log"])
async def test_what_is_not_understood_is_said(village: Neighbourhood, action: str) -> None:
    moderator = village.moderator()

    await moderator.does("mod", action=action, what="nothing-of-ours")

    assert moderator.screen.refused


async def test_a_text_must_be_named(village: Neighbourhood) -> None:
    moderator = village.moderator()

    await moderator.does("mod", action="remove")

    assert moderator.notes == "Say which text you mean, by its number, such as #12."


async def test_a_moderator_who_is_blocked_moderates_no_more(village: Neighbourhood) -> None:
    message = await village.reported()
    moderator = village.moderator()
    await moderator.does("mod")
    keep = moderator.buttons[0]
    person_id = village.person(moderator).id
    await village.turn(
        lambda turn: moderation.block(turn, person_id, "x", community_id=village.home.id)
    )

    await moderator.send(Press(keep))

    assert moderator.screen.refused
    assert village.tree.root == message


async def test_a_text_typed_while_its_writer_is_blocked_comes_back_to_them(
    village: Neighbourhood,
) -> None:
    writer = await village.volunteer()
    await writer.takes("initial_prompt")
    task_id = writer.screen.task_id
    person_id = village.person(writer).id
    moderator = village.moderator()

    await moderator.does("mod", action="block", what=f"#{person_id}", reason="rude")
    await writer.send(Typed("What I have to say, still.", task_id))

    assert writer.screen.refused
    assert [p.text for p in writer.screen.passages] == ["What I have to say, still."]
    assert not village.memory.tables.trees
