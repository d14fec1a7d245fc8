"""What is installed is the program, with all it reads, and nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("core", "storage", "cogs", "bot", "training", "locales")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in the wheel, built from a copy so that nothing here changes."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "tests" / "core", copy / "tests" / "core")
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(copy / "dist" / done.stdout.split()[-1]) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module(wheel: set[str]) -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for name in SOURCES
        for path in (ROOT / name).rglob("*.py")
    }

    assert modules - wheel == set()


def test_the_wheel_holds_catalogues_corpus_and_settings_for_training(wheel: set[str]) -> None:
    read = [
        path.relative_to(ROOT).as_posix()
        for pattern in ("locales/**/*.po", "bot/campaign/**/*.jsonl", "training/configs/**/*.toml")
        for path in ROOT.glob(pattern)
    ]

    assert len(read) > 8
    assert set(read) - wheel == set()


def test_the_wheel_holds_no_tests(wheel: set[str]) -> None:
    assert [name for name in wheel if "test" in name.split("/")[0]] == []


def test_the_program_starts_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 0
    assert "Play a campaign" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    tell = "import sys; sys.argv = ['grove', '--help']; from bot.__main__ import main\n" + (
        "try: main()\nexcept SystemExit: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, cwd=ROOT)
    loaded = set(done.stdout.split())

    assert "bot.cli.serve" in loaded
    heavy = {"pydantic", "sqlalchemy", "discord", "telegram", "torch", "asyncpg", "pyarrow"}
    assert loaded & heavy == set()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["run"], {"GROVE_HTTP_PRT": "1"}, "did you mean GROVE_HTTP_PORT?"),
        (["run", "--platform", "discord"], {}, "GROVE_DISCORD_TOKEN is not set"),
        (["run", "--platform", "irc"], {}, "irc is no platform"),
        (["run"], {"GROVE_DATABASE_URL": "mysql://x"}, "must begin with sqlite:/// or"),
        (["run"], {"GROVE_DATA_DIR": "/dev/null/x"}, "/dev/null/x"),
        (["config", "--check"], {}, ".env.example is out of date"),
    ],
)
def test_a_fault_is_one_line_and_an_exit_code(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=tmp_path, env={**kept, **settings}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode not in (0, 1)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
