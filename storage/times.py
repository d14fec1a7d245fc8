"""Moments: aware UTC datetimes in Python, whole microseconds since 1970 in every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """A moment as it is stored; a naive one is a TypeError, for nobody knows when it is."""
    return (at - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=16384)
def moment(stored: int) -> datetime:
    """A stored number as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=stored)


def micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def moment_or_none(stored: int | None) -> datetime | None:
    return None if stored is None else moment(stored)


class UtcTime(TypeDecorator[datetime]):
    """A column of moments, the same on all databases; naive datetimes cannot get in."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return micros_or_none(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return moment_or_none(value)
