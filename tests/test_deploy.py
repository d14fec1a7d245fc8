"""What is handed to those who run Grove: containers, a service, and a page that says how."""

import asyncio
import re
import shlex
import shutil
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import DRAIN_SECONDS
from bot.config import Settings, setting_names
from bot.errors import SettingsError, WrongToken
from bot.metrics import Metrics
from core.people import Who
from core.policy import Policy
from core.testing import ManualClock
from storage.open import open_store

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/deploy.md").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
UNIT = (ROOT / "deploy/grove.service").read_text("utf-8")
HANDED_OUT = ("Dockerfile", "compose.yaml", "deploy/grove.service", "docs/deploy.md")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what it is given."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines]


def given(instruction: str) -> list[str]:
    return [value for name, value in instructions() if name == instruction]


def service_unit() -> ConfigParser:
    unit = ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT)
    return unit


@pytest.mark.parametrize("name", HANDED_OUT)
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"GROVE_[A-Z_]+[A-Z]", (ROOT / name).read_text("utf-8")))

    assert named - setting_names() == set()


def test_the_image_is_built_in_two_stages_and_runs_without_rights() -> None:
    assert len(given("FROM")) == 2
    assert given("USER") == ["10001:10001"]
    assert any("--from=build" in copied for copied in given("COPY"))
    assert instructions().index(("USER", "10001:10001")) > max(
        at for at, (name, _) in enumerate(instructions()) if name == "RUN"
    )


def test_the_image_stops_gently_and_is_asked_whether_it_lives() -> None:
    assert given("STOPSIGNAL") == ["SIGTERM"]
    (asked,) = given("HEALTHCHECK")
    assert "/livez" in asked
    assert f"'{Settings.model_fields['health_port'].default}'" in asked
    assert (given("ENTRYPOINT"), given("CMD")) == (['["grove"]'], ['["run"]'])


def test_what_is_copied_into_the_image_exists_and_is_let_through() -> None:
    let_through = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = [name for line in given("COPY") if "--from" not in line for name in line.split()[:-1]]

    assert len(copied) > 5
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if f"!{name}" not in let_through] == []


def test_the_bot_starts_after_the_schema_is_up_to_date() -> None:
    services = COMPOSE["services"]

    assert services["migrate"]["command"] == ["db", "upgrade"]
    assert services["bot"]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", ["bot", "migrate"])
def test_containers_write_nowhere_but_to_their_volume(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == [f"data:{service['environment']['GROVE_DATA_DIR']}"]
    assert "ports" not in service


@pytest.mark.parametrize("name", ["bot", "migrate"])
def test_settings_beside_the_containers_reach_them(name: str) -> None:
    assert COMPOSE["services"][name]["env_file"] == [{"path": ".env", "required": False}]
    assert "a file `.env` beside `compose.yaml`" in PAGE


def test_every_secret_volume_and_network_of_a_service_is_declared() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
        assert {v.partition(":")[0] for v in service["volumes"]} <= set(COMPOSE["volumes"])
        files = [v for v in service["environment"].values() if "/run/secrets/" in str(v)]
        assert {Path(file).name for file in files} <= set(service["secrets"])


def test_the_secrets_that_are_declared_are_those_that_the_page_makes() -> None:
    made = set(re.findall(r"> secrets/(\w+)", PAGE))

    assert made == set(COMPOSE["secrets"])


def test_both_wait_longer_for_the_end_than_the_program_takes() -> None:
    unit = service_unit()

    assert int(unit["Service"]["TimeoutStopSec"]) > DRAIN_SECONDS
    assert int(COMPOSE["services"]["bot"]["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS


def test_the_service_is_hardened_and_tries_again_only_what_that_may_mend() -> None:
    service = service_unit()["Service"]

    assert service["User"] == "grove"
    for key in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "PrivateDevices"):
        assert service[key] == "true"
    assert service["ProtectSystem"] == "strict"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert service["Restart"] == "on-failure"
    wrong = {str(SettingsError.exit_code), str(WrongToken.exit_code)}
    assert set(service["RestartPreventExitStatus"].split()) == wrong


def test_every_command_of_the_program_on_the_page_exists() -> None:
    named = re.findall(
        r"^(?:.*/grove|docker compose run --rm bot) ([a-z][a-z -]*)", PAGE, re.MULTILINE
    )

    commands = {" ".join(command_in(words.split())) for words in named}
    assert commands == {"check", "backup", "db upgrade", "db check", "db rotate-key"}


def command_in(words: list[str]) -> Iterator[str]:
    """The words that name a command; one that does not exist is a KeyError."""
    command = get_command(app)
    for word in words:
        below = getattr(command, "commands", None)
        if below is None:
            return
        command = below[word]
        yield word


def test_every_number_that_the_page_explains_is_told_and_no_other() -> None:
    told = re.findall(r"^# TYPE (\w+)", Metrics().text({}, {}, 0).decode(), re.MULTILINE)

    explained = re.findall(r"^\| `(grove_\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(explained) == sorted(told)


async def arrived(folder: Path, name: str) -> bool:
    """Whether somebody was known before."""
    store = await open_store(None, folder, Policy(), Random(1))
    who = Who("terminal", name)
    arrival = await store.transact(lambda unit: unit.arrive(who, None, ManualClock()()))
    await store.close()
    return not arrival.is_new


def test_a_backup_put_back_as_the_page_says_is_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(arrived(Path(".grove"), "Ana"))
    block = PAGE.split("To put one back:")[1].split("```")[1]
    steps = [line for line in block.splitlines() if line.startswith("sudo -u grove ")]

    assert grove("backup", "backups/2026-01-31") == 0
    for file in Path(".grove").glob("grove.db*"):
        file.write_bytes(b"broken" * 1000)
    for step in steps:
        done(shlex.split(step)[3:])

    assert len(steps) == 4
    assert asyncio.run(arrived(Path(".grove"), "Ana"))
    assert not asyncio.run(arrived(Path(".grove"), "Eve"))


def done(words: list[str]) -> None:
    """One step of the page, without the rights of another user."""
    match words:
        case ["mv", source, target]:
            shutil.move(source, target)
        case ["cp", "--archive", source, target]:
            shutil.copytree(source, target)
        case [program, *rest]:
            assert program.endswith("/grove")
            assert rest == ["check"] or grove(*rest) == 0


def grove(*words: str) -> int:
    return CliRunner().invoke(app, words).exit_code
