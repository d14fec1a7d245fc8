from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.command_line import arguments_typed, command_typed
from core.commands import COMMANDS, CommandSpec, command_nearest
from core.dialogue import Command


@pytest.mark.parametrize(
    ("name", "rest", "arguments"),
    [
        ("work", "assistant_reply es", {"kind": "assistant_reply", "language": "es"}),
        ("work", "es assistant_reply", {"kind": "assistant_reply", "language": "es"}),
        ("work", "de rank", {"language": "de", "kind": "rank"}),
        ("work", "rank assistant replies in Spanish",
         {"kind": "rank assistant replies", "language": "in Spanish"}),
        ("work", "norsk bokmål", {"language": "norsk bokmål"}),
        ("work", "reply, rank  de, norsk bokmål",
         {"kind": "reply, rank", "language": "de, norsk bokmål"}),
        ("work", "random", {"kind": "random"}),
        ("work", "something de", {"kind": "something", "language": "de"}),
        ("work", ",", {"kind": ","}),
        ("work", "language=de", {"language": "de"}),
        ("work", "language=de rank", {"language": "de", "kind": "rank"}),
        ("language", "es, en", {"languages": "es, en"}),
        ("language", "es en", {"languages": "es", "interface": "en"}),
        ("language", "de, en interface=fr", {"languages": "de, en", "interface": "fr"}),
        ("leaderboard", "month everywhere", {"period": "month", "scope": "everywhere"}),
        ("leaderboard", "everywhere month", {"period": "month", "scope": "everywhere"}),
        ("leaderboard", "German", {"scope": "German"}),
        ("leaderboard", "all time this community", {"period": "all time",
                                                    "scope": "this community"}),
        ("leaderboard", "month this community please",
         {"period": "month", "scope": "this community please"}),
        ("timezone", "zone=Europe/Madrid", {"zone": "Europe/Madrid"}),
        ("report", "it is an  advert, truly", {"reason": "it is an  advert, truly"}),
        ("report", "a=b", {"reason": "a=b"}),
        ("mod", "remove #12 rude, and off topic",
         {"action": "remove", "what": "#12", "reason": "rude, and off topic"}),
        ("config", "languages es, de", {"setting": "languages", "value": "es, de"}),
        ("skip", "now please", {}),
    ],
)  # fmt: skip
def test_words_go_to_the_argument_that_they_mean(
    name: str, rest: str, arguments: Mapping[str, str]
) -> None:
    assert command_typed(name, f"  {rest} ") == Command(name, arguments)


def test_what_is_no_command_goes_on_as_it_was_typed() -> None:
    assert command_typed("fly_to", "the moon") == Command("fly_to")
    assert command_typed("", "") == Command("")


@given(st.sampled_from(COMMANDS), st.text("aé=, \n#/", max_size=40))
def test_of_what_is_typed_nothing_is_lost_and_nothing_made_up(spec: CommandSpec, rest: str) -> None:
    found = arguments_typed(spec, rest)

    assert set(found) <= {argument.name for argument in spec.arguments}
    if spec.arguments:
        assert "".join("".join(found.values()).split()) == "".join(rest.split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("wrok", "work"), ("Works", "work"), ("leader_board", "leaderboard"), ("hlp", "help"),
     ("languages", "language"), ("export", "export-my-data"), ("Rank", "work rank"),
     ("profile", None), ("stop", None), ("menu", None), ("", None)],
)  # fmt: skip
def test_a_slip_of_the_fingers_is_understood(typed: str, meant: str | None) -> None:
    assert command_nearest(typed) == meant
