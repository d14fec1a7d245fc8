"""What people type in Telegram becomes the events of the dialogue."""

import pytest
from telegram import User

from bot.platforms.telegram_parse import (
    Group,
    event_from_payload,
    event_from_typing,
    group_from_payload,
    is_person,
    typing_from_text,
    who_from_user,
)
from core.dialogue import Command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/work", Command("work")),
        ("/work@GroveBot", Command("work")),
        ("/Work@grovebot  de ", Command("work", {"language": "de"})),
        ("/export_my_data", Command("export-my-data")),
        ("/delete-my-data", Command("delete-my-data")),
        ("/report it is\nrude", Command("report", {"reason": "it is\nrude"})),
        ("/fly_to_the_moon", Command("fly_to_the_moon")),
    ],
)
def test_commands_are_read_with_their_arguments(text: str, command: Command) -> None:
    typing = typing_from_text(text, "GroveBot")

    assert typing is not None
    assert event_from_typing(typing) == command


@pytest.mark.parametrize(
    "text", ["hello /work", "/work@OtherBot", "/", "//work", "/ work", "/wörk"]
)
def test_other_texts_are_no_commands_for_us(text: str) -> None:
    assert typing_from_text(text, "GroveBot") is None


@pytest.mark.parametrize(
    ("payload", "group"),
    [("j_-1001234567890", Group(-1001234567890)), ("c_-7", Group(-7)), ("j_7", None),
     ("j_x", None), ("j_-1;drop", None), ("", None), ("j_-" + "9" * 60, None)],
)  # fmt: skip
def test_links_name_the_group_they_come_from(payload: str, group: Group | None) -> None:
    assert group_from_payload(payload) == group


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        ("", "work"),
        ("j_-7", "work"),
        ("what", "work"),
        ("lb", "leaderboard"),
        ("c_-7", "config"),
        ("m_-7", "mod"),
        ("_", "work"),
    ],
)
def test_links_lead_to_a_task_to_the_board_or_to_the_settings(payload: str, command: str) -> None:
    assert event_from_payload(payload) == Command(command)


def test_person_and_group_are_told_to_the_desk() -> None:
    user = User(7, "Ana", is_bot=False, last_name="Gil", language_code="es")

    who = who_from_user(user, Group(-5, 77, "Gardeners"), is_admin=True)

    assert (who.platform, who.external_id, who.name, who.locale) == (
        "telegram", "7", "Ana Gil", "es",
    )  # fmt: skip
    assert (who.community, who.community_name, who.place) == ("-5", "Gardeners", "-5/77")
    assert who.may_manage
    assert who.may_moderate


@pytest.mark.parametrize("number", [1087968824, 777000, 136817688])
def test_accounts_behind_which_telegram_hides_others_are_nobody(number: int) -> None:
    assert not is_person(User(number, "Group", is_bot=False))
    assert not is_person(User(5, "Bot", is_bot=True))
    assert is_person(User(5, "Ana", is_bot=False))
