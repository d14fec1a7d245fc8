"""Time zones by the names that people give them."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

_NOWHERE = frozenset({"localtime", "Factory"})
"""Names that mean another zone on every machine, or none."""


def timezone_named(words: str) -> str | None:
    """The IANA name, in any case, with spaces or underscores."""
    return _timezones().get(words.strip().replace(" ", "_").casefold())


@cache
def _timezones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones() - _NOWHERE}
