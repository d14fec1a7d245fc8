"""What the documents say is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.main import get_command

from bot.__main__ import app
from bot.command_table import commands_page

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
NOT_A_PART = {"build", "dist", "out", "models", "runs"}


def test_the_page_of_commands_is_the_generated_one() -> None:
    assert (ROOT / "docs/commands.md").read_text("utf-8") == commands_page()


def test_the_readme_names_every_command_of_the_program_and_no_other() -> None:
    named = set(re.findall(r"^\| `grove ([a-z -]+)` \|", README, re.MULTILINE))

    assert named == set(program_commands())


def program_commands() -> Iterator[str]:
    group = get_command(app)
    context = typer.Context(group)
    for name in group.list_commands(context):  # type: ignore[attr-defined]
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from (f"{name} {below}" for below in command.commands)
        else:
            yield name


def test_the_readme_maps_every_folder_and_no_other() -> None:
    mapped = set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE))
    there = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] != "." and not path.name.endswith(".egg-info")
    }

    assert mapped == there - NOT_A_PART


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_architecture_page_names_only_what_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = set(re.findall(r"\b(?:core|bot|storage|cogs|locales|training)/[\w./]*\w", text))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_make_target_that_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {
        target
        for page in (README, (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
        for target in re.findall(r"^make (\w+)", page, re.MULTILINE)
    }

    assert named <= targets
