"""Tables in Markdown whose cells may hold whatever a person or a model wrote."""

import html
import re
from collections.abc import Sequence

LONGEST = 600  # characters of a text that a page of samples shows


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def cell(text: str) -> str:
    """Somebody's words as a table shows them: nothing in them is markup, no picture is fetched."""
    shown = text if len(text) <= LONGEST else text[:LONGEST] + " …"
    shown = html.escape(re.sub(r"([\\|\[\]`*_~])", r"\\\1", shown), quote=False)
    return "<br>".join(shown.splitlines())
