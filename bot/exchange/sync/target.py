"""Where the training store lies: a local folder or any fsspec URL, with whole files only."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from bot.exchange.errors import FileError

_SPOOL = ".unfinished"
_LOCK = ".lock"
_MADE_BY_A_SYNC = {"current.json", "unfinished"}
_BEFORE_THE_FIRST_BUCKET = {"data"}


class Target:
    """Files by their path inside the training store; each appears whole or not at all."""

    def __init__(self, url: str) -> None:
        if not url.strip():
            raise FileError("The training store needs a place: name a folder or a URL.")
        self.url = url
        with self._told():
            self._fs, self._root = fsspec.core.url_to_fs(url)
            self._local = Path(self._root) if isinstance(self._fs, LocalFileSystem) else None

    @contextmanager
    def session(self) -> Iterator[None]:
        """Alone with the store, as far as that can be known; to write, it must be one."""
        with self._told():
            self._refuse_foreign()
            self._fs.makedirs(self._root, exist_ok=True)
            with self._alone():
                if self._local is not None:
                    shutil.rmtree(self._local / _SPOOL, ignore_errors=True)
                yield

    def _refuse_foreign(self) -> None:
        """A folder in which something lies that no sync has put there, hidden files apart."""
        if self._local is None or not self._local.is_dir():
            return
        names = {path.name for path in self._local.iterdir() if path.name[0] != "."}
        if not names & _MADE_BY_A_SYNC and names - _BEFORE_THE_FIRST_BUCKET:
            raise FileError(f"{self.url} holds files of something else; name a folder of its own.")

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A folder for files on their way; on the same disk, if any, so that they are moved."""
        if self._local is None:
            with tempfile.TemporaryDirectory(prefix="grove-sync-") as folder:
                yield Path(folder)
            return
        spool = self._local / _SPOOL
        spool.mkdir()
        try:
            yield spool
        finally:
            shutil.rmtree(spool, ignore_errors=True)

    def read(self, path: str) -> bytes | None:
        """The content of a small file; None where there is none."""
        with self._told():
            try:
                content: bytes = self._fs.cat_file(self._at(path))
            except FileNotFoundError:
                return None
            return content

    def sizes(self, folder: str) -> Mapping[str, int]:
        """Every file below a folder, with its size, as it is now."""
        self._fs.invalidate_cache()
        found: Mapping[str, Mapping[str, Any]] = self._fs.find(self._at(folder), detail=True)
        cut = len(self._at("").rstrip("/")) + 1
        return {path[cut:]: int(info["size"] or 0) for path, info in found.items()}

    def write(self, path: str, content: bytes, spool: Path) -> None:
        """A small file, replaced at once."""
        waiting = spool / "small"
        waiting.write_bytes(content)
        self.put(waiting, path)

    def put(self, waiting: Path, path: str) -> None:
        """A file on its way takes its name, and any old file of that name is gone."""
        if self._local is None:
            self._fs.put_file(str(waiting), self._at(path))
            return
        final = self._local / path
        final.parent.mkdir(parents=True, exist_ok=True)
        with waiting.open("rb") as file:
            os.fsync(file.fileno())
        waiting.replace(final)

    def settle(self) -> None:
        """Have the names of the files so far on the disk before any that follow."""
        if self._local is not None:
            inside = map(self._local.glob, ("figures/", "data/", "data/*/"))
            for folder in chain([self._local], *inside):
                _sync_folder(folder)

    def remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self._fs.rm_file(self._at(path))

    def _at(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One sync at a time; the system takes the lock from a process that was killed."""
        if self._local is None:
            yield
            return
        with (self._local / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FileError(f"Another sync is writing to {self.url}; wait for it.") from None
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the file system says, as one line."""
        try:
            yield
        except (OSError, ImportError) as error:
            raise FileError(f"{self.url} cannot be used: {error}.") from error
        except ValueError as error:
            if "rotocol" not in str(error):
                raise
            raise FileError(f"{self.url} is no place that files can be put: {error}.") from error


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
