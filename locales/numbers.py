"""Numbers, dates and durations as each language writes them, in the digits people type."""

from datetime import UTC, date, datetime, timedelta

from core.languages import DEFAULT, LANGUAGES

_DIALECTS = {"bar": "de", "swg": "de"}  # unknown to the Unicode locale data


def unicode_locale(language: str) -> str:
    """The name of a language in the Unicode locale data; English for what is none of ours."""
    known = LANGUAGES.get(_DIALECTS.get(language, language))
    return known.catalogue if known else DEFAULT


def number_said(value: int | float, language: str) -> str:
    """A number with this language's separators."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(int(value))  # the same everywhere, and by far the most frequent
    from babel.numbers import format_decimal

    return format_decimal(value, locale=unicode_locale(language))


def date_said(value: date, language: str) -> str:
    """A day, or a moment to the minute; a moment nobody moved to a time zone says UTC."""
    from babel.dates import format_date, format_time, get_datetime_format

    locale = unicode_locale(language)
    day = format_date(value, "medium", locale=locale)
    if not isinstance(value, datetime):
        return day
    moment = format_time(value, "short", locale=locale)
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    said = pattern.replace("{0}", moment).replace("{1}", day)
    return f"{said} UTC" if value.tzinfo is UTC else said


def duration_said(value: timedelta, language: str) -> str:
    """A duration in its greatest fitting unit."""
    from babel.dates import format_timedelta

    return format_timedelta(value, locale=unicode_locale(language))
