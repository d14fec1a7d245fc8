"""What can stop a training run, each told in one line: what is wrong, where, how to mend it."""

import errno
from collections.abc import Iterator


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


class Cancelled(Exception):
    """The run was asked to stop and has stopped at a checkpoint."""


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk is behind this error, however deeply a library has wrapped it."""
    return any(_names_a_full_disk(link) for link in _chain(error))


def _names_a_full_disk(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    text = str(error)  # safetensors and torch translate the operating system's number into words
    return "No space left on device" in text or "os error 28" in text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
