"""What can go wrong with a store, each with one sentence that says what to do.

StoreError               the store cannot do this now; nothing was half written
├── StoreBusy            others held it for too long; try again
├── StoreUnreachable     no server answers, or it refuses the name or the password
├── StoreOutdated        the schema is not the one this program was written for
├── StoreFull            no space left on the disk
├── StoreReadOnly        the file or the server takes no writes
└── StoreDamaged         the file is no database, or a broken one
"""

from __future__ import annotations


class StoreError(Exception):
    """Raised at the edge to the database, instead of whatever its driver raised."""


class StoreBusy(StoreError):
    pass


class StoreUnreachable(StoreError):
    pass


class StoreOutdated(StoreError):
    pass


class StoreFull(StoreError):
    pass


class StoreReadOnly(StoreError):
    pass


class StoreDamaged(StoreError):
    pass
