"""`python -m locales extract|update|stats|lint`: the work on catalogues."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.languages import LANGUAGES
from locales.catalogues import FOLDER, catalogue_file, is_translated, present_catalogues
from locales.catalogues import read_catalogue as read
from locales.extract import extracted, update_all, write_template
from locales.lint import lint
from locales.sources import source_problems


def extract(folder: Path) -> list[str]:
    """Write the template anew."""
    template = extracted()
    return [f"{len(template)} sentences in {write_template(template, folder).name}"]


def update(more: Sequence[str], folder: Path) -> list[str]:
    """Write the template and bring it into the catalogues."""
    template = extracted()
    write_template(template, folder)
    update_all(template, more, folder)
    return stats(folder)


def stats(folder: Path) -> list[str]:
    """How much of each catalogue is translated."""
    lines = []
    for name in present_catalogues(folder):
        catalog = read(catalogue_file(name, folder), name)
        messages = [message for message in catalog if message.id]
        done = sum(is_translated(message) for message in messages)
        doubted = sum(message.fuzzy for message in messages)
        lines.append(f"{name:8} {done:4} of {len(messages):4} translated, {doubted:3} to look at")
    return lines


def problems(folder: Path) -> list[str]:
    """What the linter finds in the sources and in the catalogues."""
    return [*source_problems(), *map(str, lint(extracted(), folder))]


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Run one verb; 1 where the linter found something."""
    parser = argparse.ArgumentParser(prog="python -m locales", description=__doc__)
    parser.add_argument("verb", choices=["extract", "update", "stats", "lint"])
    known = [entry.catalogue for entry in LANGUAGES.values()]
    parser.add_argument("catalogues", nargs="*", help="update: catalogues to begin, such as it")
    wanted = parser.parse_args(arguments)
    if unknown := [name for name in wanted.catalogues if name not in known]:
        parser.error(f"no such catalogue: {', '.join(unknown)} (there may be {', '.join(known)})")
    if wanted.verb == "lint":
        found = problems(folder)
        _tell(found or ["nothing to mend"])
        return 1 if found else 0
    verbs: dict[str, Callable[[Path], list[str]]] = {
        "extract": extract,
        "update": partial(update, wanted.catalogues),
        "stats": stats,
    }
    _tell(verbs[wanted.verb](folder))
    return 0


def _tell(lines: Sequence[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
