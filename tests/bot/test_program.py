"""The program as a whole: what a maintainer did wrong is one line, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.choices import languages_in, platforms_in
from bot.errors import StartError

ROOT = Path(__file__).parents[2]


class Shell:
    """A maintainer at work in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
        self._environment = {**kept, "PYTHONPATH": str(ROOT)}

    def complaint(self, *words: str, redirected: str = "") -> tuple[int, str]:
        """The exit code, and what the program says on standard error."""
        command = ["bash", "-c", f'"$@" {redirected}', "-", sys.executable, "-m", "bot", *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, timeout=60
        )
        return done.returncode, done.stderr.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_file_that_cannot_be_written_is_named(shell: Shell) -> None:
    (shell.folder / ".env.example").mkdir()

    assert shell.complaint("config") == (1, "grove: .env.example: Is a directory.\n")


@pytest.mark.parametrize("words", [["check"], ["config", "--help"]])
def test_a_screen_that_takes_nothing_is_told_once(shell: Shell, words: list[str]) -> None:
    complaint = shell.complaint(*words, redirected=">/dev/full")

    assert complaint == (1, "grove: No space left on device.\n")


def test_figures_that_could_not_be_kept_are_not_measured(shell: Shell) -> None:
    code, said = shell.complaint("bench", "--json", "nowhere/figures.json")

    assert code == 1
    assert (
        said
        == "grove: --json: nowhere/figures.json cannot be written: No such file or directory.\n"
    )


def test_a_backup_without_a_name_is_refused(shell: Shell) -> None:
    assert shell.complaint("backup", "") == (
        1,
        "grove: The backup needs a place: name a new folder.\n",
    )
    assert list(shell.folder.iterdir()) == []


@pytest.mark.parametrize("command", ["export", "sync"])
@pytest.mark.parametrize("option", [["--lang", "xx"], ["--platform", "irc"]])
def test_a_choice_that_fits_nothing_is_refused(command: str, option: list[str]) -> None:
    done = CliRunner().invoke(app, [command, "somewhere", *option])

    assert isinstance(done.exception, StartError)
    assert str(done.exception).startswith(f"{option[0]}: '{option[1]}' is no ")


def test_all_states_leave_no_state_to_choose() -> None:
    words = ["export", "-", "--all-states", "--state", "growing"]

    assert isinstance(CliRunner().invoke(app, words).exception, StartError)


def test_languages_and_platforms_are_known_by_any_name_of_theirs() -> None:
    assert languages_in(["english", "zh_Hans", "de"]) == {"en", "zh", "de"}
    assert platforms_in(["Telegram", "import"]) == {"telegram", "import"}
    assert languages_in(None) is platforms_in([]) is None
