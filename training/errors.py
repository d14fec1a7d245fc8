"""What can stop a training run, each told in one line: what is wrong, where, how to mend it."""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

TORCH_WRITES = ("iostream error", "unexpected pos", "file write failed")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a limit on files is a full disk, too
NOTHING_LEFT = 4 * 2**20  # bytes


class Refusal(Exception):
    """Something the person who started the run can mend; shown as one line, without a traceback."""


class BadData(Refusal):
    """A line of the data that cannot be learned from."""

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {reason}")


class BadConfig(Refusal):
    """A setting that is unknown, missing or of the wrong kind."""


class DiskFull(Refusal):
    """There is no room left for what the run has to write."""


class Diverged(Refusal):
    """What was learned has run away: weights, words or scores are no numbers any more."""


class Cancelled(Exception):
    """The run was asked to stop and has stopped at a checkpoint."""


def is_divergence(error: BaseException) -> bool:
    """Whether a model could name no next word, for what it computes are no numbers."""
    return any("probability tensor contains" in str(link) for link in _chain(error))


def is_disk_full(error: BaseException, folder: Path | None = None) -> bool:
    """Whether a full disk is behind this error, however deeply a library has wrapped it.

    torch says only that a write failed; the folder's free space then decides.
    """
    links = list(_chain(error))
    if any(_names_a_full_disk(link) for link in links):
        return True
    failed = any(words in str(link) for link in links for words in TORCH_WRITES)
    return failed and folder is not None and shutil.disk_usage(folder).free < NOTHING_LEFT


def _names_a_full_disk(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    text = str(error)  # safetensors and torch translate the operating system's number into words
    return "No space left on device" in text or any(f"os error {n})" in text for n in NO_ROOM)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
