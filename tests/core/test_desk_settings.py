"""Settings: languages, boards, time zone, reminders; each is changed, shown and kept."""

from __future__ import annotations

from datetime import date

import pytest
from fakes.village import Village

from core.desk.settings import SPOKEN
from core.dialogue import AskText, Press, Typed
from core.languages import LANGUAGES
from locales.extract import COMPLETE


@pytest.fixture
async def village() -> Village:
    return Village()


# ---------------------------------------------------------------- languages


async def test_task_languages_are_set_by_any_of_their_names(village: Village) -> None:
    player = await village.volunteer()

    await player.does("language", languages="Deutsch, french,ES, german")

    assert village.person(player).languages == ("de", "fr", "es")
    assert str(player.screen.body[0]) == "You get tasks in: Deutsch, français, español"


async def test_languages_are_switched_on_and_off_by_a_press(village: Village) -> None:
    player = await village.volunteer()
    await player.does("language")

    await player.press("lang::ar.0")
    assert village.person(player).languages == ("en", "ar")
    await player.press("lang::en.0")

    assert village.person(player).languages == ("ar",)
    assert str(player.screen.buttons[0].label) == "✓ العربية"


async def test_the_last_language_stays(village: Village) -> None:
    player = await village.volunteer()

    await player.press("lang::en.0")

    assert player.notes == "Keep at least one language."
    assert village.person(player).languages == ("en",)


async def test_a_language_goes_by_other_names_on_a_button_too(village: Village) -> None:
    player = await village.volunteer(languages="en,de")

    await player.send(Press("lang::EN.0"))

    assert village.person(player).languages == ("de",)


async def test_all_languages_can_be_reached_page_by_page(village: Village) -> None:
    player = await village.volunteer()
    await player.does("language")
    seen: set[str] = set()

    for number in range(10):
        seen |= {b.split(":")[2].split(".")[0] for b in player.buttons if b.startswith("lang:")}
        more = f"languages::{number + 1}"
        if more not in player.buttons:
            break
        await player.press(more)

    assert seen == set(LANGUAGES)
    await player.press("languages::9999")
    assert not player.screen.refused
    await player.press("languages::nonsense")
    assert not player.screen.refused


async def test_who_has_no_language_yet_is_told_so(village: Village) -> None:
    player = village.stranger()

    await player.does("language")

    assert str(player.screen.body[0]) == "You have chosen no task language yet."


async def test_the_language_of_the_desk_is_the_platforms_guess_until_it_is_chosen(
    village: Village,
) -> None:
    player = await village.volunteer()
    assert player.screen.language == "en"

    await player.press("speak")
    assert [b for b in player.buttons if b.startswith("speak")] == [
        f"speak::{code}" for code in SPOKEN
    ]
    await player.press("speak::ar")

    assert player.screen.language == "ar"
    assert str(player.screen.buttons[-2].label) == "I speak: العربية"


async def test_a_language_without_words_of_ours_is_spoken_to_in_english(village: Village) -> None:
    player = await village.volunteer()

    await player.does("language", interface="eu")

    assert str(player.screen.buttons[-2].label) == "I speak: English"


def test_what_is_spoken_is_what_is_wholly_translated() -> None:
    assert {LANGUAGES[code].catalogue for code in SPOKEN} == set(COMPLETE)


# ---------------------------------------------------------------- switches


async def test_hiding_goes_on_and_off(village: Village) -> None:
    player = await village.volunteer()

    await player.does("hide")
    assert village.person(player).hidden
    first = player.notes
    await player.press("hide")

    assert not village.person(player).hidden
    assert player.notes != first


# ---------------------------------------------------------------- time zone


@pytest.mark.parametrize("words", ["Europe/Madrid", " europe/madrid ", "EUROPE/MADRID"])
async def test_a_time_zone_is_set_however_it_is_written(village: Village, words: str) -> None:
    player = await village.volunteer()

    await player.does("timezone", zone=words)

    assert player.notes == "Your time zone is Europe/Madrid."
    assert village.person(player).timezone == "Europe/Madrid"


@pytest.mark.parametrize("name", ["localtime", "factory"])
async def test_a_name_that_means_no_time_zone_is_refused(village: Village, name: str) -> None:
    player = await village.volunteer()

    await player.does("timezone", zone=name)

    assert player.screen.refused
    assert player.notes.startswith(f"I don't know the time zone “{name}”.")


async def test_a_time_zone_is_asked_for(village: Village) -> None:
    player = await village.volunteer()
    await player.does("timezone")
    assert isinstance(player.screen, AskText)

    await player.send(Typed("new york"))
    assert player.notes == (
        "I don't know the time zone “new york”. Write it like Europe/Madrid or UTC."
    )
    assert isinstance(player.screen, AskText)  # asked again
    await player.send(Typed(""))
    assert player.screen.refused
    await player.send(Typed("america/new york"))

    assert village.person(player).timezone == "America/New_York"
    await player.send(Typed("Europe/Madrid"))
    assert village.person(player).timezone == "America/New_York"  # nobody asked


async def test_a_time_zone_can_be_kept(village: Village) -> None:
    player = await village.volunteer()
    await player.press("timezone")

    await player.press("home")
    await player.send(Typed("Europe/Madrid"))

    assert village.person(player).timezone == "UTC"


async def test_days_in_a_row_are_days_where_one_lives(village: Village) -> None:
    player = await village.volunteer()
    await player.does("timezone", zone="Pacific/Auckland")  # 13 hours ahead

    for text in ("What do wasps eat?", "What do moths eat?"):
        await player.takes("initial_prompt")
        await player.writes(text)
        village.clock.advance(hours=2)  # from 01:00 to 03:00 there; from 12:00 to 14:00 in UTC

    assert village.person(player).streak.last_day == date(2026, 1, 6)
    assert village.person(player).streak.days == 1
    village.clock.advance(hours=20)  # 01:00 again, at 12:00 in UTC
    await player.takes("initial_prompt")
    await player.writes("What do flies eat?")
    assert village.person(player).streak.days == 2
    await player.does("me")
    assert "Streak: 2 days" in map(str, player.screen.body)
