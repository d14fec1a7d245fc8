"""Those who look after the program see whether it lives, whether it is ready, and what it does."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
import asyncpg
import pytest

from bot import health
from bot.config import Settings
from bot.errors import SettingsError
from bot.health import Health, Pulse
from bot.metrics import Metrics
from bot.observed import Observed, ObservedStore
from bot.store import fault_of, open_work, opened
from bot.web import Watchman, watched
from core.desk import Desk
from core.dialogue import Command, Press, Typed
from core.flow.housekeeping import tend
from core.flow.turn import Turn
from core.people import Who
from core.policy import Policy
from core.ports import World
from core.testing import ManualClock, MemoryStore, ToldGuess

ANA = Who("telegram", "7", name="Ana")


def world(clock: ManualClock) -> World:
    return World(Policy(), clock, Random(1), ToldGuess())


async def sound() -> str | None:
    return None


async def asked(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as web:
        answer = await web.get(f"http://127.0.0.1:{port}{path}")
        return answer.status, await answer.text()


@asynccontextmanager
async def watching(of: Health, metrics: Metrics | None = None) -> AsyncIterator[int]:
    async def work() -> dict[object, int]:
        return {}

    async with watched(Watchman(of, metrics or Metrics(), work), "127.0.0.1", 0) as port:  # type: ignore[arg-type]
        yield port


async def test_a_program_whose_platforms_serve_is_alive_and_ready() -> None:
    well = Health(("discord", "telegram"), sound, Pulse())
    for platform in ("discord", "telegram"):
        well.watch(platform)(lambda: True)

    async with watching(well) as port:
        assert await asked(port, "/livez") == (200, "ok\n")
        assert await asked(port, "/readyz") == (200, "ok\n")


async def test_a_platform_that_is_not_served_is_named_and_the_program_still_lives() -> None:
    half = Health(("discord", "telegram"), sound, Pulse())
    half.watch("discord")(lambda: True)

    async with watching(half) as port:
        assert await asked(port, "/livez") == (200, "ok\n")
        assert await asked(port, "/readyz") == (503, "telegram is not served\n")


async def test_a_platform_that_has_ended_is_served_no_more() -> None:
    one = Health(("discord",), sound, Pulse())
    seen = []

    async def serve(stop: asyncio.Event) -> None:
        one.watch("discord")(lambda: True)
        seen.append(dict(one.platforms))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await one.until_ended("discord", serve)(asyncio.Event())

    assert seen == [{"discord": True}]
    assert one.platforms == {"discord": False}


async def test_an_event_loop_five_seconds_late_is_not_alive() -> None:
    now = [0.0]
    late = Health((), sound, Pulse(lambda: now[0]))
    async with watching(late) as port:
        now[0] = 5.0
        assert (await asked(port, "/livez"))[0] == 200
        now[0] = 5.3
        assert await asked(port, "/livez") == (503, "the event loop is 5 seconds late\n")
        assert (await asked(port, "/readyz"))[0] == 503


async def test_the_worst_lag_of_the_last_minute_is_remembered_and_then_forgotten() -> None:
    now = [0.0]
    pulse = Pulse(lambda: now[0])
    now[0] = 3.25
    pulse.note()

    assert pulse.worst == pytest.approx(3.0)
    for _ in range(300):
        pulse._expected = now[0] = now[0] + 0.25
        pulse.note()
    assert pulse.worst == 0.0


async def test_a_store_that_is_lost_makes_the_program_unready_at_once(
    tmp_path: Path, sqlite_template: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    shutil.copy(sqlite_template, tmp_path)
    async with opened(settings, Random(1)) as store:
        looked = Health((), partial(fault_of, settings, store), Pulse())
        async with watching(looked) as port:
            assert (await asked(port, "/readyz"))[0] == 200
            shutil.move(tmp_path / "grove.db", tmp_path / "elsewhere")
            code, said = await asked(port, "/readyz")

    assert code == 503
    assert "schema" in said


async def test_a_postgresql_database_that_is_lost_makes_the_program_unready_within_ten_seconds(
    postgres_url: str, tmp_path: Path
) -> None:
    server, _, template = postgres_url.rpartition("/")
    admin = await asyncpg.connect(f"{server}/postgres")
    await admin.execute(f'CREATE DATABASE "{template}_lost" TEMPLATE "{template}"')
    settings = Settings(data_dir=tmp_path, database_url=f"{postgres_url}_lost")
    async with opened(settings, Random(1)) as store:
        looked = Health((), partial(fault_of, settings, store), Pulse())
        assert await looked.faults() == []

        await admin.execute(f'DROP DATABASE "{template}_lost" WITH (FORCE)')
        await admin.close()
        async with asyncio.timeout(10):
            faults = await looked.faults()

    assert faults == ["the store fails (StoreUnreachable)"]


async def test_a_store_that_does_not_answer_is_told_within_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert health.STORE_PATIENCE < 10
    monkeypatch.setattr(health, "STORE_PATIENCE", 0.05)

    async def silent() -> str | None:
        await asyncio.sleep(3600)
        return None

    assert await Health((), silent, Pulse()).faults() == ["the store does not answer"]


async def test_a_taken_port_is_told_with_the_settings_that_mend_it() -> None:
    async with watching(Health((), sound, Pulse())) as port:
        watchman = Watchman(Health((), sound, Pulse()), Metrics(), sound)  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match="GROVE_HEALTH_PORT"):
            async with watched(watchman, "127.0.0.1", port):
                pass


async def test_what_volunteers_do_is_counted_by_platform_and_outcome(clock: ManualClock) -> None:
    metrics, kept = Metrics(), MemoryStore(Policy(), Random(1))
    store = ObservedStore(kept, metrics)
    desk = Observed(Desk(store, world(clock)), metrics)

    await desk.handle(ANA, Press("agree"))
    asked_for = await desk.handle(ANA, Command("prompt"))
    await desk.handle(ANA, Typed("Why is the sky blue at noon?", asked_for.task_id))
    preview = await desk.handle(ANA, Command("work"))
    submit = next(button for button in preview.buttons if button.id.startswith("submit"))
    await desk.handle(ANA, Press(submit.id))
    await desk.handle(ANA, Command("nonsense"))
    await desk.handle(ANA, Command("prompt"))
    clock.advance(hours=30)
    await store.transact(lambda unit: tend(Turn(unit, world(clock), clock())))
    text = metrics.text(await open_work(store), {"telegram": True}, 0.5).decode()

    for line in (
        'grove_events_total{event="command",outcome="refused",platform="telegram"} 1.0',
        'grove_events_total{event="typed",outcome="answered",platform="telegram"} 1.0',
        'grove_event_seconds_count{platform="telegram"} 7.0',
        'grove_tasks_total{change="handed_out",kind="initial_prompt"} 2.0',
        'grove_tasks_total{change="answered",kind="initial_prompt"} 1.0',
        'grove_tasks_total{change="expired",kind="initial_prompt"} 1.0',
        'grove_open_work{kind="label_initial_prompt",language="en"} 3.0',
        'grove_platform_up{platform="telegram"} 1.0',
        "grove_loop_lag_seconds 0.5",
    ):
        assert line in text.splitlines()


async def test_a_transaction_that_is_undone_counts_no_task(clock: ManualClock) -> None:
    metrics = Metrics()
    store = ObservedStore(MemoryStore(Policy(), Random(1)), metrics)
    desk = Desk(store, world(clock))
    await desk.handle(ANA, Press("agree"))

    def cut_off(unit: object) -> None:
        desk._answer(unit, ANA, Command("prompt"), None)  # type: ignore[arg-type]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await store.transact(cut_off)

    assert "handed_out" not in metrics.text({}, {}, 0.0).decode()


async def test_a_desk_that_fails_is_counted_and_the_fault_goes_on() -> None:
    class Failing:
        async def handle(self, *_: object) -> None:
            raise ConnectionError

    metrics = Metrics()
    with pytest.raises(ConnectionError):
        await Observed(Failing(), metrics).handle(ANA, Command("work"))  # type: ignore[arg-type]

    assert 'outcome="failed"' in metrics.text({}, {}, 0.0).decode()


async def test_metrics_are_shown_although_the_store_is_lost() -> None:
    async def lost() -> dict[object, int]:
        raise ConnectionError

    watchman = Watchman(Health(("discord",), sound, Pulse()), Metrics(), lost)  # type: ignore[arg-type]
    async with watched(watchman, "127.0.0.1", 0) as port:
        code, text = await asked(port, "/metrics")

    assert code == 200
    assert 'grove_platform_up{platform="discord"} 0.0' in text
