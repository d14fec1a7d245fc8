"""Each platform runs on its own: failures are retried, and only a fault at the start ends all."""

import asyncio
import logging

import pytest

from bot.errors import WrongToken
from bot.supervision import Backoff, supervised

AT_ONCE = Backoff(first=0.001, longest=0.004)


async def test_a_platform_that_fails_is_served_again() -> None:
    tries = []

    async def serve(stop: asyncio.Event) -> None:
        tries.append(1)
        if len(tries) < 4:
            raise ConnectionError

    await supervised("X", serve, asyncio.Event(), AT_ONCE)

    assert len(tries) == 4


async def test_the_failure_of_one_platform_does_not_touch_another() -> None:
    stop, served = asyncio.Event(), []

    async def broken(stop: asyncio.Event) -> None:
        raise ConnectionError

    async def sound(stop: asyncio.Event) -> None:
        await asyncio.sleep(0.02)
        served.append("to the end")
        stop.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(supervised("broken", broken, stop, AT_ONCE))
        group.create_task(supervised("sound", sound, stop, AT_ONCE))

    assert served == ["to the end"]


async def test_pauses_double_up_to_the_longest(caplog: pytest.LogCaptureFixture) -> None:
    stop, tries = asyncio.Event(), []

    async def serve(stop: asyncio.Event) -> None:
        tries.append(1)
        if len(tries) == 5:
            return
        raise ConnectionError

    with caplog.at_level(logging.WARNING):
        await supervised("X", serve, stop, AT_ONCE)

    pauses = [record.args[1] for record in caplog.records if isinstance(record.args, tuple)]
    assert pauses == [0.001, 0.002, 0.004, 0.004]


@pytest.mark.parametrize(
    ("fault", "lines"), [(ConnectionError("no route"), 1), (KeyError("a fault of ours"), 5)]
)
async def test_a_network_fault_is_one_line_and_a_fault_of_ours_is_told_whole(
    fault: Exception, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    async def serve(stop: asyncio.Event) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise fault

    with caplog.at_level(logging.WARNING):
        await supervised("X", serve, asyncio.Event(), AT_ONCE)

    assert len(caplog.text.splitlines()) >= lines
    assert ("Traceback" in caplog.text) == (lines > 1)


async def test_a_wrong_token_at_the_start_is_raised() -> None:
    async def serve(stop: asyncio.Event) -> None:
        raise WrongToken("X", "GROVE_X_TOKEN")

    with pytest.raises(WrongToken, match="GROVE_X_TOKEN"):
        await supervised("X", serve, asyncio.Event(), AT_ONCE)


async def test_a_token_that_becomes_wrong_later_ends_its_platform_alone() -> None:
    tries = []

    async def serve(stop: asyncio.Event) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError
        raise WrongToken("X", "GROVE_X_TOKEN")

    await supervised("X", serve, asyncio.Event(), AT_ONCE)

    assert len(tries) == 2


async def test_stopping_ends_a_pause_at_once() -> None:
    stop, tries = asyncio.Event(), []

    async def serve(stop: asyncio.Event) -> None:
        tries.append(1)
        asyncio.get_running_loop().call_later(0.01, stop.set)
        raise ConnectionError

    serving = asyncio.create_task(supervised("X", serve, stop, Backoff(first=3600)))
    await asyncio.wait([serving], timeout=5)

    assert serving.done()
    assert len(tries) == 1
