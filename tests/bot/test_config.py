"""Settings: read from the environment, .env and secret files; every fault is one clear line."""

from fractions import Fraction
from pathlib import Path

import pytest

from bot.config import policy_from, settings_from
from bot.env_example import env_example
from bot.errors import SettingsError
from core.policy import Policy

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("GROVE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_has_its_default() -> None:
    settings = settings_from()

    assert settings.data_dir == Path(".grove")
    assert settings.database_url is None
    assert settings.discord_token is None
    assert policy_from(settings) == Policy()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("GROVE_HTTP_PORT=1\nGROVE_HTTP_HOST=::1\n")
    monkeypatch.setenv("GROVE_HTTP_PORT", "2")

    settings = settings_from()

    assert (settings.http_port, settings.http_host) == (2, "::1")


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_DISCORD_TOKEN", "")
    monkeypatch.setenv("GROVE_HTTP_PORT", "")

    settings = settings_from()

    assert (settings.discord_token, settings.http_port) == (None, 8080)


def test_the_policys_numbers_can_be_set_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_POLICY_GOAL_TREE_SIZE", "5")
    monkeypatch.setenv("GROVE_POLICY_RANK_PROMPTER_REPLIES", "true")
    monkeypatch.setenv("GROVE_POLICY_POINTS", "prompts=1/3, ranked_1=12")

    policy = policy_from(settings_from())

    assert policy.goal_tree_size == 5
    assert policy.rank_prompter_replies is True
    assert policy.points["prompts"] == Fraction(1, 3)
    assert policy.points["ranked_1"] == 12
    assert policy.points["ranked_2"] == Policy().points["ranked_2"]


def test_a_folder_at_home_is_found_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_DATA_DIR", "~/grove")

    assert settings_from().data_dir == Path.home() / "grove"


def test_shards_are_a_list_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_DISCORD_SHARD_IDS", "0, 2")
    monkeypatch.setenv("GROVE_DISCORD_SHARD_COUNT", "3")

    assert settings_from().discord_shard_ids == (0, 2)


def test_owners_are_accounts_of_a_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_OWNERS", "discord:80351110224678912, Telegram:42")
    assert settings_from().owners == ("discord:80351110224678912", "telegram:42")

    monkeypatch.setenv("GROVE_OWNERS", "@somebody")
    with pytest.raises(SettingsError, match="write discord:NUMBER or telegram:NUMBER"):
        settings_from()


def test_a_secret_can_come_from_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text("abc\n")
    monkeypatch.setenv("GROVE_DISCORD_TOKEN_FILE", "token")

    token = settings_from().discord_token

    assert token is not None
    assert token.get_secret_value() == "abc"


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_DISCORD_TOKEN", "canary")

    assert "canary" not in repr(settings_from())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GROVE_DISCORD_TOKN", "x", "did you mean GROVE_DISCORD_TOKEN?"),
        ("GROVE_POLICY_GOAL_SIZE", "x", "did you mean GROVE_POLICY_GOAL_TREE_SIZE?"),
        ("GROVE_HTTP_PORT", "many", "GROVE_HTTP_PORT"),
        ("GROVE_HTTP_PORT", "70000", "GROVE_HTTP_PORT"),
        ("GROVE_LOG_LEVEL", "loud", "GROVE_LOG_LEVEL"),
        ("GROVE_DISCORD_SHARD_IDS", "0,1", "GROVE_DISCORD_SHARD_IDS: need DISCORD_SHARD_COUNT"),
        ("GROVE_DISCORD_SHARD_IDS", "a,b", "GROVE_DISCORD_SHARD_IDS ('a')"),
        ("GROVE_TELEGRAM_API_BASE", "example.org", "must begin with https://"),
        ("GROVE_TELEGRAM_WEBHOOK_SECRET", "so secret!", "must be 1 to 256 letters"),
        ("GROVE_TELEGRAM_WEBHOOK_WORKERS", "0", "GROVE_TELEGRAM_WEBHOOK_WORKERS"),
        ("GROVE_POLICY_GOAL_TREE_SIZE", "0", "GROVE_POLICY_GOAL_TREE_SIZE: must be between 1 and"),
        ("GROVE_POLICY_GOAL_TREE_SIZE", "9" * 26, "GROVE_POLICY_GOAL_TREE_SIZE: must be between"),
        ("GROVE_POLICY_TERMS_VERSION", "9" * 20, "must be between 1 and 1000000"),
        ("GROVE_POLICY_UNDO_MINUTES", "9" * 14, "must be between 0 and 1000000"),
        ("GROVE_POLICY_DUPLICATE_MINUTES", "9" * 14, "must be between 0 and 1000000"),
        ("GROVE_POLICY_LEASE_MINUTES_WRITING", "9" * 14, "must be between 1 and 1000000"),
        ("GROVE_POLICY_BOARD_DAYS", "999999", "must be between 1 and 36500"),
        ("GROVE_POLICY_REMINDER_HOUR", "24", "must be between 0 and 23"),
        ("GROVE_POLICY_TAPS_PER_SECOND", "1e-300", "must be between 0.001 and 1000000"),
        ("GROVE_POLICY_TAPS_PER_SECOND", "inf", "must be between 0.001 and 1000000"),
        ("GROVE_POLICY_WEIGHT_REPLY", "nan", "must be between 0 and 1000000"),
        ("GROVE_POLICY_PRIOR_CONCORD_PAIRS", "inf", "must be between 0 and 1000000"),
        ("GROVE_POLICY_GOAL_TREE_SIZE", "big", "GROVE_POLICY_GOAL_TREE_SIZE"),
        ("GROVE_POLICY_HOLD_QUALITY", "1.5", "must be between 0 and 1"),
        ("GROVE_POLICY_USUAL_CONCORD", "0.5", "must be above 0.5"),
        ("GROVE_POLICY_MIN_RANKINGS", "9", "must not be above max_rankings"),
        ("GROVE_POLICY_MAX_TEXT_LENGTH", "5000", "must not be above 4000"),
        ("GROVE_POLICY_POINTS", "prompt=1", 'GROVE_POLICY_POINTS: "prompt=1" is not one of its'),
        ("GROVE_POLICY_POINTS", "prompts=-1", "GROVE_POLICY_POINTS: must hold numbers between 0"),
        (
            "GROVE_POLICY_POINTS",
            "prompts=" + "9" * 20,
            "must hold numbers between 0 and 1000000000",
        ),
        ("GROVE_POLICY_POINTS", "prompts=1e400", "must hold numbers between 0 and 1000000000"),
        ("GROVE_POLICY_POINTS", "prompts=1/1000001", "no finer than thousandths"),
        ("GROVE_POLICY_POINTS", "prompts=x", "GROVE_POLICY_POINTS_PROMPTS"),
        ("GROVE_DISCORD_TOKEN_FILE", "nowhere", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        settings_from()

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("ids", ["x", "0,1"])
def test_an_option_is_called_as_it_was_typed(ids: str) -> None:
    with pytest.raises(SettingsError, match=r"^--shard-ids"):
        settings_from(discord_shard_ids=ids)


def test_a_wrong_name_in_the_file_is_refused_too() -> None:
    Path(".env").write_text("GROVE_DATA_DRI=/data\nOTHER=1\n")

    with pytest.raises(SettingsError, match="did you mean GROVE_DATA_DIR"):
        settings_from()


def test_a_secret_and_its_file_cannot_both_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_SECRET_KEY", "x")
    monkeypatch.setenv("GROVE_SECRET_KEY_FILE", "y")

    with pytest.raises(SettingsError, match="both set"):
        settings_from()


def test_a_fault_in_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROVE_DISCORD_TOKEN", "canary")
    monkeypatch.setenv("GROVE_HTTP_PORT", "many")

    with pytest.raises(SettingsError) as refused:
        settings_from()

    assert "canary" not in str(refused.value)


def test_the_example_file_sets_nothing_until_a_line_is_opened() -> None:
    Path(".env").write_text(env_example())

    assert settings_from() == settings_from(env_file=None)


def test_every_line_of_the_example_file_can_be_opened_as_it_stands() -> None:
    opened = [line[1:] for line in env_example().splitlines() if line.startswith("#GROVE_")]
    Path(".env").write_text("\n".join(opened))

    settings = settings_from()

    assert settings.policy == Policy()
    assert settings == settings_from(env_file=None)


def test_the_committed_example_file_is_the_generated_one() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == env_example()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"# mine\nGROVE_HTTP_PORT 1\n", ".env, line 2, is no setting: write NAME=value."),
        (b"GROVE_HTTP_HOST=caf\xe9\n", ".env cannot be read: it is no text in UTF-8."),
        (None, ".env cannot be read: Is a directory."),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(written: bytes | None, said: str) -> None:
    if written is None:
        Path(".env").mkdir()
    else:
        Path(".env").write_bytes(written)

    with pytest.raises(SettingsError) as refused:
        settings_from()

    assert str(refused.value) == said


def test_the_mark_that_some_editors_put_before_a_text_is_no_part_of_it() -> None:
    Path(".env").write_text("GROVE_HTTP_PORT=1\n", encoding="utf-8-sig")

    assert settings_from().http_port == 1
