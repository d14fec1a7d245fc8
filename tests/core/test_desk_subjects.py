"""Statements about people on moderators' screens: warned, blocked, counted; and the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.neighbourhood import HOME, Neighbourhood
from fakes.players import Player

from core.dialogue import Press, Typed, press
from core.errors import NotAllowed, Unknown
from core.flow import judging, moderation
from core.flow.turn import Visit
from core.people import Who
from core.ports import UnitOfWork


@pytest.fixture
async def village() -> Neighbourhood:
    return Neighbourhood()


def labels(player: Player) -> list[str]:
    return [str(button.label) for button in player.screen.buttons]


async def presses(player: Player, label: str) -> None:
    await player.send(Press(next(b.id for b in player.screen.buttons if str(b.label) == label)))


# ---------------------------------------------------------------- warnings


async def test_a_warning_is_on_every_screen_until_it_was_read(village: Neighbourhood) -> None:
    author = await village.prompt()
    message = await anybodys_report(village)
    moderator = village.moderator()
    await moderator.does("mod")
    await presses(moderator, "Warn")
    await presses(moderator, "Hate")
    assert f"{author.who.name} will read the warning." in moderator.notes

    for command in ("me", "work", "help"):
        await author.does(command)
        assert "Moderators warn you: Hate." in author.notes
    await author.press("heard")

    assert "Moderators warn you" not in author.notes
    await author.does("me")
    assert "Moderators warn you" not in author.notes
    (act,) = village.acts()
    assert (act.act, act.subject_id, act.reason) == ("warn", message.author_id, "hate_speech")


async def anybodys_report(village: Neighbourhood):  # type: ignore[no-untyped-def]
    reporter = await village.volunteer()
    await reporter.takes("label")
    await reporter.does("report", reason="rude")
    return village.tree.root


async def test_a_warning_goes_with_the_profile(village: Neighbourhood) -> None:
    author = await village.prompt()
    number = f"#{village.person(author).id}"
    await village.moderator().does("mod", action="warn", what=number, reason="Be kind.")

    await author.send(Press("forget::profile!"))

    assert str(author.screen.title) == "Receipt"
    assert (author.notes, author.buttons) == ("", [])


async def test_a_second_warning_does_not_hide_the_first(village: Neighbourhood) -> None:
    author = await village.prompt()
    number = f"#{village.person(author).id}"
    moderator = village.moderator()
    for reason in ("Be kind.", "No adverts.", "Be kind."):
        await moderator.does("mod", action="warn", what=number, reason=reason)

    await author.does("me")

    assert "Be kind., No adverts." in author.notes
    assert "Has yet to read a warning" in "".join(map(str, moderator.screen.body))


async def test_a_text_sent_by_somebody_who_was_warned_is_not_lost(village: Neighbourhood) -> None:
    author = await village.volunteer()
    await author.takes("initial_prompt")
    task_id = author.screen.task_id
    await village.prompt()
    village.memory.tables.people[village.person(author).id] = replace(
        village.person(author), warning="spam"
    )

    await author.send(Typed("Why is the sea salty, and rivers not?", task_id))
    assert "Moderators warn you: Spam." in author.notes
    await author.press("submit")

    texts = [t.root.text for t in village.memory.tables.trees.values()]
    assert "Why is the sea salty, and rivers not?" in texts


async def test_without_a_reason_a_command_asks_for_one(village: Neighbourhood) -> None:
    author = await village.prompt()
    moderator = village.moderator()

    await moderator.does("mod", action="warn", what=author.who.name)
    assert str(moderator.screen.title) == f"Warn {author.who.name}"
    assert not village.acts()
    await presses(moderator, "Spam")

    assert [act.reason for act in village.acts()] == ["spam"]


# ---------------------------------------------------------------- blocks


async def test_blocked_here_means_here_and_in_private(village: Neighbourhood) -> None:
    author = await village.prompt()
    moderator = village.moderator()

    await moderator.does("mod", action="block", what=author.who.name, reason="rude")

    assert "Blocked in this community." in "".join(map(str, moderator.screen.body))
    for place, refused in (("home", True), (None, True), ("abroad", False)):
        author.who = replace(author.who, community=place)
        await author.takes()
        assert author.screen.refused is refused
    await presses(moderator, "Unblock")
    author.who = replace(author.who, community="home")
    assert not (await author.takes()).refused
    assert [act.act for act in village.acts()] == ["block", "unblock"]


async def test_who_is_blocked_here_goes_on_for_another_community_that_they_are_in(
    village: Neighbourhood,
) -> None:
    def come(community: str | None, *, by_link: bool = False) -> Player:
        who = replace(HOME, platform="telegram", external_id="7", community=community)
        return Player(village, replace(who, follows=by_link, place=None))

    for name in ("home", "abroad"):  # the groups are there before the person is
        await Player(village, replace(HOME, platform="telegram", community=name)).does("help")
    author = come("home", by_link=True)
    await author.press("agree")
    await author.takes("initial_prompt")
    number = next(p.id for p in village.memory.tables.people.values() if p.home_id)
    moderator = replace(HOME, platform="telegram", external_id="8", may_moderate=True)
    await Player(village, moderator).does("mod", action="block", what=f"#{number}", reason="rude")

    assert (await come(None).takes()).refused
    assert (await come("home", by_link=True).takes()).refused, "the way in is no way out"
    assert not (await come("abroad", by_link=True).takes("initial_prompt")).refused
    private = come(None)
    await private.takes("initial_prompt")
    await private.writes("Why is the sea salty, and rivers not?")

    text = village.tree.root
    abroad = village.memory.tables.communities["telegram", "abroad"]
    assert text.community_id == abroad.id, "nothing of it is told in the community that blocked"
    assert (await come("home").takes()).refused


async def test_a_block_in_a_community_outlives_the_profile(village: Neighbourhood) -> None:
    author = await village.prompt()
    await village.moderator().does("mod", action="block", what=author.who.name, reason="rude")
    await author.press("forget::profile!")

    await author.press("agree")

    assert (await author.takes()).refused


async def test_no_moderator_locks_out_who_manages_the_community(village: Neighbourhood) -> None:
    admin = Player(village, replace(HOME, external_id="ad", name="Ad", may_manage=True))
    await admin.press("agree")

    await village.moderator().does("mod", action="block", what="Ad", reason="a coup")

    assert not (await admin.does("config", setting="quota", value="off")).refused
    await admin.does("mod", action="unblock", what="Ad")
    assert "may contribute in this community again" in admin.notes
    await village.moderator().does("mod", action="block", what="Ad", reason="again")
    admin.who = replace(admin.who, may_manage=False, may_moderate=True)
    assert (await admin.does("mod")).refused, "moderators may block each other"


async def test_only_owners_block_everywhere(village: Neighbourhood) -> None:
    author = await village.prompt()
    number = f"#{village.person(author).id}"
    moderator, owner = village.moderator(), village.owner()

    await moderator.does("mod", action="block-everywhere", what=number, reason="rude")
    assert moderator.notes == "Only owners of this bot can block people everywhere."
    await moderator.does("mod", action="block-everywhere", what=number)
    assert moderator.notes == "Only owners of this bot can block people everywhere."
    await moderator.does("mod", action="person", what=number)
    assert "Block everywhere" not in labels(moderator)
    await owner.does("mod", action="person", what=number)
    await presses(owner, "Block everywhere")
    await presses(owner, "Hate")

    author.who = replace(author.who, community="abroad")
    assert (await author.takes()).refused
    assert "Blocked everywhere: Hate" in "".join(map(str, owner.screen.body))
    await presses(owner, "Unblock everywhere")
    assert not (await author.takes()).refused
    acts = [(act.act, act.after, act.community_id) for act in village.acts()]
    assert acts == [("block", "everywhere", None), ("unblock", "everywhere", None)]


async def test_a_block_follows_linked_accounts(village: Neighbourhood) -> None:
    author = await village.prompt()
    await author.does("link")
    code = str(author.screen.body[1])
    other = Player(village, Who("telegram", "7", "Other", "en"))
    await other.press("agree")
    await other.does("link", code=code)

    await village.owner().does(
        "mod", action="block-everywhere", what=f"#{village.person(author).id}", reason="x"
    )

    assert (await other.takes()).refused


async def test_in_private_an_owner_has_no_community_to_block_in(village: Neighbourhood) -> None:
    author = await village.prompt()
    owner = village.owner()

    number = f"#{village.person(author).id}"

    for deed, reason in (("block", "x"), ("block", ""), ("unblock", "")):
        await owner.does("mod", action=deed, what=author.who.name, reason=reason)
        assert "In private there is no community." in owner.notes
        assert f"/mod {deed}-everywhere {number}" in owner.notes
        assert "Block" not in labels(owner)


async def test_nobody_blocks_themselves(village: Neighbourhood) -> None:
    author = await village.prompt()
    moderator = Player(village, replace(author.who, may_moderate=True))
    number = f"#{village.person(author).id}"

    await moderator.does("mod", action="block", what=number, reason="x")
    assert moderator.notes == "You can't block yourself."
    await moderator.does("mod", action="block", what=number)
    assert moderator.notes == "You can't block yourself."
    await moderator.does("mod", action="person", what=number)

    assert labels(moderator) == ["Warn", "Texts", "What was done"]


# ---------------------------------------------------------------- naming people


async def test_people_are_named_by_mention_id_number_or_name(village: Neighbourhood) -> None:
    author = await village.prompt()
    account = village.memory.tables.accounts.pop(("discord", author.who.external_id))
    village.memory.tables.accounts["discord", "123456"] = account
    moderator = village.moderator()
    number = village.person(Player(village, replace(author.who, external_id="123456"))).id

    for name in ("<@123456>", "<@!123456>", "123456", f"#{number}", f"@{author.who.name}"):
        await moderator.does("mod", action="person", what=name)
        assert str(moderator.screen.title) == f"{author.who.name} (#{number})", name


async def test_namesakes_are_told_apart_by_number(village: Neighbourhood) -> None:
    for account in "12":
        player = Player(village, replace(HOME, external_id=account, name="Sam"))
        await player.press("agree")
    moderator = village.moderator()

    await moderator.does("mod", action="person", what="Sam")

    assert moderator.notes.startswith("Several people go by that name: #")


@pytest.mark.parametrize("name", ["", "Nobody", "#99999", "<@55555>"])
async def test_who_is_not_known_is_not_named(village: Neighbourhood, name: str) -> None:
    await village.prompt()

    screen = await village.moderator().does("mod", action="person", what=name)

    assert screen.refused


# ---------------------------------------------------------------- complaints


async def test_those_others_complain_about_are_listed_with_the_way_to_their_texts(
    village: Neighbourhood,
) -> None:
    author = await village.prompt()
    await anybodys_report(village)
    quiet = village.stranger("Quiet")
    await quiet.press("agree")
    moderator = village.moderator()

    await moderator.does("mod", action="trolls")
    assert moderator.screen.table is not None
    number = village.person(author).id
    assert moderator.screen.table.rows == ((f"{author.who.name} (#{number})", "1", "3"),)
    await presses(moderator, author.who.name)
    assert "Complaints count 3" in str(moderator.screen.body[1])
    await presses(moderator, "Texts")

    assert [p.text for p in moderator.screen.passages] == ["How do bees find their way?"]


async def test_without_complaints_nobody_is_listed(village: Neighbourhood) -> None:
    moderator = village.moderator()

    await moderator.press("trolls")

    assert moderator.screen.table is None
    assert "Nobody has complained about anything." in map(str, moderator.screen.body)


async def test_thumbs_and_harms_count_and_people_without_names_are_numbered(
    village: Neighbourhood,
) -> None:
    author = await village.prompt()
    person = replace(village.person(author), name="")
    village.memory.tables.people[person.id] = person
    reviewer = await village.volunteer()
    await reviewer.takes("label")
    task_id = reviewer.screen.task_id
    await reviewer.send(Press(press("thumb", task_id, "down")))
    await village.labels(reviewer, pii=1.0)
    moderator = village.moderator()

    await moderator.does("mod", action="trolls")

    assert moderator.screen.table is not None
    assert moderator.screen.table.rows == ((f"#{person.id} (#{person.id})", "1", "2"),)


# ---------------------------------------------------------------- the record


async def test_the_record_says_who_did_what_to_whom_and_why(village: Neighbourhood) -> None:
    author = await village.prompt()
    tree = village.tree
    moderator = village.moderator()
    await moderator.does("mod", action="remove", what=f"#{tree.id}", reason="an advert")
    await moderator.does("mod", action="warn", what=author.who.name, reason="adverts")

    await moderator.does("mod", action="log")

    assert moderator.screen.table is not None
    rows = [[str(cell) for cell in row[1:]] for row in moderator.screen.table.rows]
    assert rows == [
        ["Mo", "warned", author.who.name, "—", "adverts"],
        [
            "Mo",
            "removed",
            f"#{tree.id} / {author.who.name}",
            "under review → 1 text removed",
            "an advert",
        ],
    ]


async def test_the_record_of_one_person_and_of_one_text(village: Neighbourhood) -> None:
    author = await village.prompt()
    tree = village.tree
    moderator = village.moderator()
    await moderator.does("mod", action="halt", what=f"#{tree.id}", reason="a fight")

    await moderator.does("mod", action="log", what=f"@{author.who.name}")
    assert moderator.screen.table is not None
    assert [str(row[2]) for row in moderator.screen.table.rows] == ["halted"]
    await moderator.does("mod", action="log", what=f"#{tree.id}")
    assert moderator.screen.table is not None
    assert [str(row[2]) for row in moderator.screen.table.rows] == ["moved", "halted"]
    await village.owner().does("mod", action="log", what=f"@{author.who.name}")

    assert [str(b.label) for b in moderator.screen.buttons] == [f"Text #{tree.id}", "What waits"]


async def test_a_long_record_has_pages(village: Neighbourhood) -> None:
    author = await village.prompt()
    moderator = village.moderator()
    for number in range(12):
        await moderator.does("mod", action="warn", what=author.who.name, reason=f"{number}")

    await moderator.does("mod", action="log")
    assert moderator.screen.table is not None
    assert str(moderator.screen.table.rows[0][5]) == "11"
    await moderator.press("acts")
    assert [str(row[5]) for row in moderator.screen.table.rows] == ["1", "0"]
    await moderator.send(Press("acts::many"))

    assert str(moderator.screen.table.rows[0][5]) == "11"


async def test_an_empty_record_says_so_and_those_without_names_are_numbered(
    village: Neighbourhood,
) -> None:
    author = await village.prompt()
    moderator = village.moderator()
    await moderator.does("mod", action="log")
    assert "Nothing yet." in map(str, moderator.screen.body)
    nameless = replace(village.person(author), name="")
    village.memory.tables.people[nameless.id] = nameless
    actor = village.person(moderator)
    village.memory.tables.people[actor.id] = replace(actor, name="")
    moderator.who = replace(moderator.who, name="")

    await moderator.does("mod", action="warn", what=f"#{nameless.id}", reason="x")
    await moderator.press("acts")

    assert moderator.screen.table is not None
    assert [str(c) for c in moderator.screen.table.rows[0][1:4]] == [
        f"#{actor.id}",
        "warned",
        f"#{nameless.id}",
    ]


async def test_settings_and_the_policys_own_acts_are_in_the_record(village: Neighbourhood) -> None:
    admin = Player(village, replace(HOME, external_id="ad", name="Ad", may_manage=True))
    await admin.does("config", setting="quota", value="7")

    await admin.does("mod", action="log")

    assert admin.screen.table is not None
    (row,) = admin.screen.table.rows
    assert (str(row[1]), str(row[2]), str(row[3])) == ("Ad", "set up", "—")
    assert "daily_quota" in str(row[4])


async def test_texts_that_nobody_wrote_are_nobodys_complaint(village: Neighbourhood) -> None:
    author = await village.prompt()
    await anybodys_report(village)
    await author.send(Press("forget::profile!"))
    moderator = village.moderator()

    await moderator.does("mod", action="trolls")

    assert moderator.screen.table is None


async def test_who_is_not_there_cannot_be_warned(village: Neighbourhood) -> None:
    with pytest.raises(Unknown):
        await village.turn(lambda turn: moderation.warn(turn, 77, "x"))


async def test_the_use_cases_themselves_ask_for_the_right(village: Neighbourhood) -> None:
    volunteer = await village.volunteer()

    def work(unit: UnitOfWork) -> int | None:
        came = unit.arrive(volunteer.who, None, village.clock())
        visit = Visit(
            unit,
            village.world,
            village.clock(),
            volunteer.who,
            came.person,
            came.account,
            came.session,
            came.community,
        )
        return judging.scope(visit)

    with pytest.raises(NotAllowed):
        await village.store.transact(work)
