"""Anybody can read what is stored about them, in every language that the program speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.players import Player
from fakes.village import Village

from core.desk.settings import SPOKEN
from core.dialogue import Screen
from core.flow import moderation
from core.people import Who
from locales import say


def said(screen: Screen) -> list[str]:
    sentences = [*screen.body, *(button.label for button in screen.buttons)]
    assert screen.title is not None
    return [say(text, screen.language) for text in (screen.title, *sentences)]


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("command", ["privacy", "consent", "delete-my-data"])
async def test_strangers_and_the_blocked_read_it_in_their_language(
    language: str, command: str
) -> None:
    village = Village()
    stranger, other = village.stranger(platform="telegram"), village.stranger(platform="discord")
    for player in (stranger, other):
        player.who = replace(player.who, locale=language)
    await other.does("privacy")
    number = village.person(other).id
    await village.turn(lambda turn: moderation.block(turn, number, "rude"))
    english = Player(village, Who("telegram", "99", locale="en"))

    for player in (stranger, other, english):
        await player.does(command)

    assert said(stranger.screen) == said(other.screen)
    assert (stranger.screen.refused, other.screen.refused) == (False, False)
    assert stranger.screen.language == language
    if language != "en":
        same = set(said(stranger.screen)) & set(said(english.screen))
        assert all(len(sentence) < 15 for sentence in same), same
