"""Files that are whole or not there, packed when they are called `.gz`."""

from __future__ import annotations

import fcntl
import glob
import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase, BufferedWriter
from pathlib import Path
from secrets import token_hex

from bot.exchange.errors import FileError

LONGEST_LINE = 2**26
"""Bytes of a line; a longer one is no tree, and may be meant to fill the memory."""

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")
"""Of files of trees, in capitals or not; one without any ending is plain JSONL."""

_UNFINISHED = ".unfinished"
_GZIP_MAGIC = b"\x1f\x8b"


def require_known_ending(path: Path) -> None:
    """Refuse a name that promises a form in which no trees are written."""
    if path.suffix and not path.name.lower().endswith(ENDINGS):
        raise FileError(f"{path} has none of the endings that are known: {', '.join(ENDINGS)}.")


def is_table(path: Path) -> bool:
    """Whether it is called Parquet."""
    return path.suffix.lower() == ".parquet"


@contextmanager
def written(path: Path) -> Iterator[BufferedIOBase]:
    """A file to write to, which takes its name only when everything is in it.

    The same content gives the same bytes, packed or not. Where the name is a link, the file that
    it leads to is replaced; a pipe or a device takes what is written at once.
    """
    try:
        with path.open("wb") if _flows(path) else _file(path.resolve()) as file:
            if path.suffix.lower() == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    yield packed
            else:
                yield file
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def _flows(path: Path) -> bool:
    """Whether this is a pipe or the like, and no file that can be replaced."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return True
    if not stat.S_ISREG(mode):
        raise FileError(f"{path} cannot be written: it is no file, but a folder or a device.")
    return False


@contextmanager
def _file(path: Path) -> Iterator[BufferedIOBase]:
    """A file beside this one, nobody else's, that takes its place at the end."""
    _remove_left(path)
    unfinished, file = _held(path)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _held(path: Path) -> tuple[Path, BufferedWriter]:
    """A new file beside this one, locked while it is open."""
    while True:
        unfinished = path.with_name(f".{path.name}.{token_hex(4)}{_UNFINISHED}")
        file = unfinished.open("xb")
        with suppress(OSError):  # of file systems that know no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if unfinished.exists():
            return unfinished, file
        file.close()  # taken for one that was left, before it was locked


def _remove_left(path: Path) -> None:
    """Remove what programs that were killed left beside a file: nobody holds it any more."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{_UNFINISHED}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, packed or not, with their numbers; empty ones are passed over."""
    number = 0
    try:
        with _unpacked(path) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise FileError(f"{path}, line {number} has more than {LONGEST_LINE} bytes.")
                if line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path} is damaged after line {number}: {error}.") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _unpacked(path: Path) -> Iterator[BufferedIOBase]:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            yield unpacked
