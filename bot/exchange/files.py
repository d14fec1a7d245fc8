"""Files that are whole or not there, packed when they are called `.gz`."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from pathlib import Path

from bot.exchange.errors import FileError

LONGEST_LINE = 2**26
"""Bytes of a line; a longer one is no tree, and may be meant to fill the memory."""

_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def written(path: Path) -> Iterator[BufferedIOBase]:
    """A file to write to, which takes its name only when everything is in it.

    The same content gives the same bytes, packed or not.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    yield packed
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


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
