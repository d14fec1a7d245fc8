"""What people write, who they are, and what nobody may know, is never written down."""

import asyncio
import gc
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from fakes.telegram_people import Volunteer
from fakes.telegram_scene import served
from fakes.telegram_server import FakeTelegram
from pydantic import SecretStr

from bot.config import Settings
from bot.logs import Logfmt, log_to, tell_lost_errors
from bot.metrics import Metrics
from bot.observed import Observed, ObservedStore
from bot.supervision import Backoff, supervised
from core.desk import Desk
from core.dialogue import Command, Event, Press, Typed
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess
from storage.errors import StoreBusy, StoreError

WORDS = "The canary sings of rivers and of rain"
NAME = "Canaria Nobody"
TOKEN = "7000:canary-token-of-a-bot"
CANARIES = ("canary", "Canaria", "sings", "rivers")

ReadLog = Callable[[], str]


@pytest.fixture
def read_log(tmp_path: Path) -> Iterator[ReadLog]:
    """The log as the program keeps it at its most talkative; put back afterwards."""
    root, ours = logging.getLogger(), sys.excepthook
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    settings = Settings(
        data_dir=tmp_path,
        log_level="debug",
        telegram_token=SecretStr(TOKEN),
        database_url=SecretStr("postgresql://grove:canary-password@host/grove"),
    )
    log_to(settings, in_file=True)
    yield lambda: (tmp_path / "grove.log").read_text("utf-8")
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, logging.raiseExceptions = ours, raising
    for name in ("bot", "cogs", "core", "locales", "storage"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def canaries_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def test_an_event_is_one_line_of_keys_and_values(read_log: ReadLog) -> None:
    logging.getLogger("bot.app").info('Served in %d rooms,\nsays "%s"', 3, "nobody")

    (line,) = read_log().splitlines()

    assert re.match(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ level=INFO logger=bot.app ", line)
    assert json.loads(line.partition("event=")[2]) == 'Served in 3 rooms,\nsays "nobody"'


def test_libraries_are_heard_from_warnings_on_whatever_the_level(read_log: ReadLog) -> None:
    logging.getLogger("aiosqlite").debug("executing INSERT %s", WORDS)
    logging.getLogger("httpx").info("POST https://host/bot%s/getMe", TOKEN)
    logging.getLogger("bot.app").debug("told")

    assert [line.rpartition("=")[2] for line in read_log().splitlines()] == ["told"]


def test_a_secret_that_a_library_tells_is_hidden(read_log: ReadLog) -> None:
    secret = TOKEN.partition(":")[2]
    logging.getLogger("httpx").warning("POST https://host/bot%s/getMe failed", TOKEN)
    logging.getLogger("httpx").warning(
        "with %s, postgresql://grove:canary-password@host/grove", secret
    )

    assert read_log().count("***") == 3
    assert canaries_in(read_log()) == []


def test_an_unexpected_error_is_told_by_kind_place_and_id_without_its_words(
    read_log: ReadLog,
) -> None:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ValueError(f"{NAME} said {WORDS}") from error
    except ValueError as error:
        logging.getLogger("bot.app").exception("It failed: %s", error)
        logging.getLogger("bot.app").error(error)
        logging.getLogger("bot.app").error("%(fault)s", {"fault": error})

    first = read_log().splitlines()[0]
    assert 'event="It failed: ValueError"' in first
    assert re.search(r"error_id=[0-9a-f]{8} ", first)
    assert re.search(r"ValueError at \S+test_logs\.py:\d+ \w+; from KeyError at \S+:\d+", first)
    assert len(read_log().splitlines()) == 3
    assert canaries_in(read_log()) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreBusy("Another program writes."), "StoreBusy: Another program writes."),
        (StoreError(f"PostgreSQL refused: invalid input '{WORDS}'"), "StoreError"),
        (ConnectionRefusedError(111, f"connect to bot{TOKEN}"), "Connection refused)"),
    ],
)
async def test_a_platform_that_fails_is_told_with_what_may_be_said(
    read_log: ReadLog, error: Exception, said: str
) -> None:
    stop = asyncio.Event()

    async def serve(stop: asyncio.Event) -> None:
        stop.set()
        raise error

    await supervised("telegram", serve, stop, Backoff(first=0.0))

    assert said in read_log()
    assert canaries_in(read_log()) == []


async def test_an_error_that_nobody_waited_for_is_told_without_its_words(
    read_log: ReadLog,
) -> None:
    async def forgotten() -> None:
        raise ValueError(WORDS)

    asyncio.get_running_loop().set_exception_handler(tell_lost_errors)
    task = asyncio.create_task(forgotten())
    await asyncio.wait([task])
    del task
    gc.collect()

    assert "An error that nobody waited for" in read_log()
    assert "ValueError at " in read_log()
    assert canaries_in(read_log()) == []


def test_an_error_that_ends_the_program_is_told_without_its_words(
    read_log: ReadLog, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    assert "level=CRITICAL" in read_log()
    shown = capsys.readouterr().err
    assert shown.startswith("grove: An error ended the program; see /")
    assert shown.endswith("/grove.log\n")
    assert canaries_in(read_log() + shown) == []


def test_a_line_that_cannot_be_drawn_is_told_without_its_values(
    read_log: ReadLog, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("bot.app").error("%d rooms", WORDS)

    assert 'event="%d rooms"' in read_log()
    assert canaries_in(read_log() + "".join(capfd.readouterr())) == []


async def test_what_goes_over_the_desk_is_in_no_log_and_no_metric(
    read_log: ReadLog, clock: ManualClock
) -> None:
    metrics, kept = Metrics(), MemoryStore(Policy(), Random(1))
    world = World(Policy(), clock, Random(1), ToldGuess())
    desk = Observed(Desk(ObservedStore(kept, metrics), world), metrics)
    who = Who("terminal", "canary-account", name=NAME)

    await desk.handle(who, Press("agree"))
    task = (await desk.handle(who, Command("prompt"))).task_id
    events: tuple[Event, ...] = (
        Typed(WORDS, task), Typed(f"{WORDS}\0"), Command(WORDS), Press("canary:1"),
        Press(f"submit:{task}:1"), Command("report", {"reason": WORDS}),
    )  # fmt: skip
    for event in events:
        await desk.handle(who, event)

    shown = metrics.text({}, {}, 0.0).decode()
    assert 'outcome="refused"' in shown
    assert canaries_in(shown + read_log()) == []


async def test_a_desk_that_fails_with_somebody_s_words_tells_telegram_s_log_none(
    read_log: ReadLog,
) -> None:
    class Failing:
        async def handle(self, who: Who, event: Event, key: str | None = None) -> None:
            raise ValueError(f"{who.name}: {event}")

    async with FakeTelegram() as tg, served(tg, Failing()):  # type: ignore[arg-type]
        person = Volunteer(tg, 7, NAME)
        await person.asks(WORDS, "Something went wrong")

    assert "level=ERROR logger=bot.platforms.telegram_faults" in read_log()
    assert canaries_in(read_log()) == []


def test_the_program_at_its_most_talkative_keeps_words_in_their_columns(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
    lines = ["/consent", "1", "/work initial_prompt", WORDS, "1", f"/{WORDS}", "/quit"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--platform", "terminal", "--as", NAME],
        env={**kept, "GROVE_DATA_DIR": str(tmp_path), "GROVE_LOG_LEVEL": "debug",
             "GROVE_TELEGRAM_TOKEN": TOKEN},
        input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0
    assert canaries_in((tmp_path / "grove.log").read_text("utf-8") + done.stderr) == []
    assert columns_with_canaries(tmp_path / "grove.db") == {"message.text", "person.name"}


def columns_with_canaries(path: Path) -> set[str]:
    with sqlite3.connect(path) as store:
        tables = [name for (name,) in store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]  # fmt: skip
        found = set()
        for table in tables:
            rows = store.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if canaries_in(
                        value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    )
                }
    return found


def test_words_shorter_than_a_secret_are_not_hidden() -> None:
    record = logging.makeLogRecord({"msg": "an ordinary a", "name": "bot", "levelname": "INFO"})

    assert 'event="an ordinary a"' in Logfmt(("a",)).format(record)
