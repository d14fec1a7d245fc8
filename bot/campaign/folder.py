"""The folder of a demonstration: only what a demonstration made is ever replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.errors import StartError

MARK = ".grove-demo"
_MARKED = "`grove demo` made this folder, and replaces what is in it when it is run again.\n"


def make_room(folder: Path, data_dir: Path) -> None:
    """An empty folder with the mark in it; a StartError where something else would be lost."""
    for name, kept in (("data folder", data_dir), ("working directory", Path())):
        if kept.resolve().is_relative_to(folder.resolve()):
            raise StartError(
                f"{folder} holds the {name}, and a demonstration replaces what is in its folder;"
                " name another one with --dir."
            )
    _refuse_foreign(folder, data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(_MARKED, "utf-8")
    for path in folder.iterdir():
        if path.name != MARK:
            _remove(path)


def default_folder(data_dir: Path) -> Path:
    """Where a demonstration goes by itself, and nothing else does."""
    return data_dir / "demo"


def _refuse_foreign(folder: Path, data_dir: Path) -> None:
    is_default = folder.resolve() == default_folder(data_dir).resolve()
    if is_default or not folder.exists() or (folder / MARK).is_file():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise StartError(
            f"{folder} holds what no demonstration made; name a new or an empty folder with --dir."
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
