"""Platform ids: stored as a keyed hash, to be found by, and encrypted, to be written to."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import blake2b, sha256
from hmac import digest
from pathlib import Path
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.errors import StoreError, StoreReadOnly

KEY_FILE = "secret.key"


class Identity:
    """Hashes and encrypts platform ids with the project's secret.

    Several secrets, separated by commas, are a rotation: the first is used for what is written,
    all of them for what is looked up.
    """

    hashes: Callable[[str, str], Sequence[bytes]]
    """The hashes of a platform's id, under every secret, the present one first."""

    marks: tuple[str, ...]
    """What a store knows the secrets by, in their order; nothing can be read with them."""

    retired: tuple[bytes, ...]
    """Keys of hashes that outlived their secret: those of blocked people who left."""

    def __init__(self, secret: str) -> None:
        secrets = [part.strip() for part in secret.split(",") if part.strip()]
        if not secrets:
            raise StoreError("The secret key is empty: set one, or remove the empty key file.")
        self.marks = tuple(_derived("mark", part).hex()[:16] for part in secrets)
        self._hash_keys = [_derived("account hash", part) for part in secrets]
        self._fernet = MultiFernet(
            [Fernet(urlsafe_b64encode(_derived("account id", part))) for part in secrets]
        )
        self.retired = ()
        self.hashes = lru_cache(maxsize=65536)(self._hashes)

    def _hashes(self, platform: str, external_id: str) -> Sequence[bytes]:
        told = f"{platform}\0{external_id}".encode()
        return [digest(key, told, "sha256") for key in self._hash_keys]

    @property
    def older_hash_keys(self) -> Sequence[bytes]:
        return self._hash_keys[1:]

    def hashes_ever(self, platform: str, external_id: str) -> Sequence[bytes]:
        """The hashes under which somebody may have been blocked before they left."""
        told = f"{platform}\0{external_id}".encode()
        older = [digest(key, told, "sha256") for key in self.retired]
        return [*self.hashes(platform, external_id), *older]

    def encrypted(self, external_id: str) -> bytes:
        return self._fernet.encrypt(external_id.encode())

    def decrypted(self, token: bytes) -> str:
        """The platform's id again; a StoreError when it was written with another secret."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise StoreError(
                "Platform ids cannot be read with this secret key: put back the one they were"
                " written with, beside the new one, separated by a comma."
            ) from error


def _derived(purpose: str, secret: str) -> bytes:
    """32 bytes for one purpose; secrets are long random strings, so one round is enough."""
    return digest(secret.encode(), f"grove {purpose}".encode(), sha256)


def event_number(key: str) -> int:
    """A number of 64 bits for the key of an event."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)


def secret_from(data_dir: Path) -> str:
    """The secret kept beside the store; made, for its owner's eyes only, on the first start."""
    kept = kept_secret(data_dir)
    if kept is None:
        _make_secret(data_dir / KEY_FILE)
        kept = kept_secret(data_dir)
        assert kept is not None
    return kept


def kept_secret(data_dir: Path) -> str | None:
    """The same where there is one; none is made."""
    path = data_dir / KEY_FILE
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror}); let it be a file of the program's own user."
        ) from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} is no text in UTF-8; put back the one of a backup.") from error


def _make_secret(path: Path) -> None:
    """The file appears whole; of several processes that start at once, the first one's counts."""
    unfinished = _written(path, token_urlsafe(32))
    try:
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        os.unlink(unfinished)


def replace_secret(path: Path, secret: str) -> None:
    """The file holds the one or the other, at every moment."""
    _written(path, secret).replace(path)


@contextmanager
def _takes_files() -> Iterator[None]:
    """A folder where no key can be written is told in one sentence."""
    try:
        yield
    except OSError as error:
        raise StoreReadOnly(f"The key cannot be written: {error}.") from error


@_takes_files()
def _written(path: Path, secret: str) -> Path:
    """A file beside this one, whole on the disk, for its owner's eyes only."""
    unfinished = path.with_name(f".{path.name}.{token_urlsafe(8)}")
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(handle)
    return unfinished
