"""Where a store is: what a database URL says, and what each library wants to be told instead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StoreUnreachable

FILE = "grove.db"
_SQLITE = ("sqlite", "sqlite+aiosqlite")
_POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg")


@dataclass(frozen=True, slots=True)
class Address:
    """A SQLite file, or the URL of a PostgreSQL database."""

    path: Path | None = None
    url: str = ""

    @property
    def for_sqlalchemy(self) -> str:
        if self.path is not None:
            return f"sqlite+aiosqlite:///{self.path}"
        return self.url.replace("postgresql://", "postgresql+asyncpg://", 1)

    def __str__(self) -> str:
        """Without a password."""
        if self.path is not None:
            return str(self.path)
        name, _, rest = self.url.rpartition("@")
        user = name.partition("://")[2].partition(":")[0]
        return f"postgresql://{user}@{rest}" if name else self.url


def address_from(url: str | None, data_dir: Path) -> Address:
    """The address that a URL names; without one, a file in the data folder."""
    if not url:
        return _of_file(data_dir / FILE)
    scheme, found, rest = url.partition("://")
    if scheme in _SQLITE and found:
        if not rest.startswith("/") or len(rest) < 2:
            raise StoreUnreachable(f"A SQLite URL is sqlite:///PATH, this one is {url}.")
        if rest == "/:memory:":
            raise StoreUnreachable("A store needs a file: sqlite:///PATH, not one in memory.")
        return _of_file(Path(os.path.expanduser(rest[1:])))
    if scheme in _POSTGRES and found:
        return Address(url=f"postgresql://{rest}")
    raise StoreUnreachable(
        "The database URL must begin with sqlite:/// or postgresql://,"
        f" this one begins with {scheme[:20]}."
    )


def _of_file(path: Path) -> Address:
    if os.path.isdir(path):
        raise StoreUnreachable(f"{path} is a folder; a store in SQLite is a file.")
    return Address(path=path)
