"""The house stands as it was drawn: layers, sizes, names, and a core that needs nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "storage", "locales", "cogs", "bot", "training")
LONGEST = {"training": 500}
USUAL_LONGEST = 400
THOUGHTLESS = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from (ROOT / package).rglob("*.py")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_longer_than_one_can_read(package: str) -> None:
    longest = LONGEST.get(package, USUAL_LONGEST)
    long = {
        path.relative_to(ROOT).as_posix(): length
        for path in modules(package)
        if "versions" not in path.parts
        and (length := len(path.read_text("utf-8").splitlines())) > longest
    }

    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = [path for path in modules(*PACKAGES) if path.stem in THOUGHTLESS]

    assert found == []


def test_every_module_begins_with_a_sentence() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules(*PACKAGES)
        if ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None
    ]

    assert silent == []


def test_the_core_imports_the_standard_library_alone() -> None:
    allowed = sys.stdlib_module_names | {"core"}
    foreign = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules("core")
        for name in imported(path)
        if name.partition(".")[0] not in allowed
    }

    assert foreign == set()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports out in full"
            yield node.module or ""


def test_no_test_folder_hides_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_the_layers_point_inwards() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
