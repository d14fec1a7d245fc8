"""`python -m locales extract|update|stats|lint`: the work on catalogues."""

import argparse
import sys
from collections.abc import Sequence

from locales.catalogues import FOLDER, catalogue_file, is_translated, present_catalogues
from locales.catalogues import read_catalogue as read
from locales.extract import ROOT, extracted, update_all, write_template
from locales.lint import lint
from locales.sources import source_problems


def extract() -> list[str]:
    """Write the template anew."""
    template = extracted()
    return [f"{len(template)} sentences in {write_template(template).relative_to(ROOT)}"]


def update(more: Sequence[str]) -> list[str]:
    """Write the template and bring it into the catalogues."""
    template = extracted()
    write_template(template)
    return [f"updated {name}" for name in update_all(template, more)] + stats()


def stats() -> list[str]:
    """How much of each catalogue is translated."""
    lines = []
    for name in present_catalogues(FOLDER):
        messages = [message for message in read(catalogue_file(name), name) if message.id]
        done = sum(is_translated(message) for message in messages)
        doubted = sum(message.fuzzy for message in messages)
        lines.append(f"{name:8} {done:4} of {len(messages):4} translated, {doubted:3} to look at")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 1 where the linter found something."""
    parser = argparse.ArgumentParser(prog="python -m locales", description=__doc__)
    parser.add_argument("verb", choices=["extract", "update", "stats", "lint"])
    parser.add_argument("catalogues", nargs="*", help="update: catalogues to begin, such as it")
    wanted = parser.parse_args(arguments)
    if wanted.verb == "lint":
        problems = [*source_problems(), *map(str, lint(extracted()))]
        sys.stdout.write("".join(f"{problem}\n" for problem in problems) or "nothing to mend\n")
        return 1 if problems else 0
    lines = {"extract": extract, "update": lambda: update(wanted.catalogues), "stats": stats}
    sys.stdout.write("".join(f"{line}\n" for line in lines[wanted.verb]()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
