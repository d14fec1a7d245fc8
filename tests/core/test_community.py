"""Statements about the rules of a community."""

from core.community import Rules, codes_from, rules_of, with_rules
from core.model import TaskKind
from core.people import Community

HOME = Community(1, "discord", "Home")


def test_a_community_without_settings_has_the_plain_rules() -> None:
    assert rules_of(HOME) == Rules()
    assert rules_of(None) == Rules()


def test_every_rule_comes_back_as_it_was_set() -> None:
    rules = Rules(
        open=False,
        kinds=(TaskKind.ASSISTANT_REPLY, TaskKind.INITIAL_PROMPT),
        task_channel="11",
        board_channel="12",
        log_channel="13",
        work_roles=("7", "8"),
        mod_roles=("9",),
        daily_quota=20,
        quiet=(22, 7),
        timezone="Europe/Madrid",
        language="es",
        terms_version=1,
    )

    assert rules_of(with_rules(HOME, rules)) == rules


def test_plain_rules_take_no_space() -> None:
    assert with_rules(HOME, Rules()).settings == {}


def test_languages_are_read_as_people_type_them() -> None:
    assert codes_from("german, EN,,español") == ("de", "en", "es")
    assert codes_from("german, klingon") is None
