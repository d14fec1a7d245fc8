"""Days, weeks and months as each language writes them."""

from core.schedule import days_of
from locales.numbers import unicode_locale


def period_said(period: str, language: str) -> str:
    """A board's period by its days: a day, the first and last of a week, a month."""
    from babel.dates import format_date, format_interval, format_skeleton

    first, last = days_of(period)
    locale = unicode_locale(language)
    if period.startswith("d:"):
        return format_date(first, "full", locale=locale)
    if period.startswith("m:"):
        return format_skeleton("yMMMM", first, locale=locale)
    return format_interval(first, last, "yMMMd", locale=locale)
