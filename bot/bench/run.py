"""A whole measurement: stores of several sizes, each through the desk and beside its floor."""

from __future__ import annotations

import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bot import loops
from bot.bench.floor import Floor, record, replay
from bot.bench.measure import Figures, ServerClock, Spread, looks, measure
from bot.bench.stores import Place, active_trees, enlarge, grow

if TYPE_CHECKING:
    from bot.platforms.discord_cost import Cost

VOLUNTEERS = 8
_WARM_UP = 250
"""Tasks before it counts: caches are full, and the log of commits has begun anew."""
_PEOPLE_PER_TREE = 0.135  # 13,500 people at 100,000 trees
_FEWEST_PEOPLE = 100


@dataclass(slots=True)
class Result:
    """What was seen of one size."""

    trees: int
    active: int  # of them, those that volunteers can do anything for
    messages: int
    people: int
    bytes_per_tree: float
    alone: Figures
    together: Figures
    floor: Floor
    looks: dict[str, Spread] = field(default_factory=dict)
    memory_mb: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        for name in ("alone", "together"):
            figures: Figures = getattr(self, name)
            found[name] |= {"per_second": figures.per_second, "cpu_ms": figures.cpu_ms}
        found["floor"]["per_second"] = self.floor.per_second
        return found


async def run(
    sizes: Sequence[int],
    *,
    server: str | None,
    tasks: int,
    target: Path | None,
    say: Callable[[str], None],
) -> list[Result]:
    """Measure each size; figures go to the console and, as JSON, to a file."""
    with tempfile.TemporaryDirectory(prefix="grove-bench-") as folder:
        place = Place(Path(folder), server)
        say("growing a store through the desk …")
        drained = await grow(place, "grove_bench_done", seed=2, drained=True)
        finished = await _finished_bytes(place, drained)
        have = await grow(place, "grove_bench_seed", seed=1)
        results = []
        for size in sizes:
            say(f"{size} trees: copying …")
            results.append(await _measure(place, size, have, tasks, say))
        for name in ("grove_bench_seed", "grove_bench_done"):
            await place.drop(name)
    say("interactions of Discord, in and out …")
    costs = await _interactions()
    report = {
        "database": "sqlite" if server is None else "postgresql",
        "machine": {"python": platform.python_version(), "cpu": platform.machine()},
        "events": "hand-out = /work; submit = labels or order, or draft and submit of a text",
        "bytes_per_finished_tree": finished,
        "sizes": [result.as_dict() for result in results],
        "discord": [asdict(cost) | {"added": cost.added} for cost in costs],
    }
    if target is not None:
        _write(target, report)
    Console(file=sys.stdout).print(table(results, finished), interaction_table(costs))
    return results


async def _interactions() -> list[Cost]:
    """Loaded only now: the library's memory is none of the store's."""
    from bot.platforms.discord_cost import interaction_costs

    return await interaction_costs()


def interaction_table(costs: Sequence[Cost]) -> Table:
    """What Grove adds to the library, without the desk's work."""
    found = Table(title="CPU ms per interaction on Discord, without the desk")
    for name in ("", "library: parsing and dispatching", "Grove adds: reading, drawing, replying"):
        found.add_column(name, justify="right" if name else "left")
    for cost in costs:
        found.add_row(cost.kind, f"{cost.library:.3f}", f"{cost.added:.3f}")
    return found


def _write(target: Path, report: dict[str, Any]) -> None:
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


async def _finished_bytes(place: Place, trees: int) -> float:
    """Bytes of a finished tree, from many copies of a store that holds nothing else."""
    copies = max(2, 1000 // trees)
    await enlarge(
        place,
        "grove_bench_done",
        "grove_bench_copy",
        copies=copies,
        people=_FEWEST_PEOPLE,
        progress=lambda share: None,
    )
    size = await place.bytes("grove_bench_copy")
    await place.drop("grove_bench_copy")
    return size / (copies * trees)


async def _measure(
    place: Place, size: int, have: int, tasks: int, say: Callable[[str], None]
) -> Result:
    copies = max(1, round(size / have))
    people = max(_FEWEST_PEOPLE, int(size * _PEOPLE_PER_TREE))
    await enlarge(
        place,
        "grove_bench_seed",
        "grove_bench",
        copies=copies,
        people=people,
        progress=lambda share: None,
    )
    bytes_per_tree = await place.bytes("grove_bench") / (copies * have)
    for name in ("grove_bench_record", "grove_bench_floor"):
        await place.copy("grove_bench", name)
    say(f"{size} trees: the driver's floor …")
    recording = await record(place, "grove_bench_record", tasks=tasks // 2, seed=7)
    floor = await replay(place, "grove_bench_floor", recording, VOLUNTEERS)
    say(f"{size} trees: through the desk …")
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as own:
        served = await asyncio.get_running_loop().run_in_executor(own, _serve, place, tasks)
    for name in ("grove_bench", "grove_bench_record", "grove_bench_floor"):
        await place.drop(name)
    return Result(
        trees=copies * have,
        active=served.active,
        messages=served.messages,
        people=people,
        bytes_per_tree=bytes_per_tree,
        alone=served.alone,
        together=served.together,
        floor=floor,
        looks=served.looks,
        memory_mb=served.memory_mb,
    )


@dataclass(frozen=True, slots=True)
class _Served:
    """What a process saw that did nothing but serve a store."""

    alone: Figures
    together: Figures
    looks: dict[str, Spread]
    active: int
    messages: int
    memory_mb: float


def _serve(place: Place, tasks: int) -> _Served:
    """Runs in a process of its own, so that its memory and its CPU are those of a bot."""
    return loops.run(_served(place, tasks))


async def _served(place: Place, tasks: int) -> _Served:
    server = ServerClock(None if place.server is None else place.url("grove_bench"))
    store = await place.open("grove_bench")
    active = await active_trees(store)
    await measure(store, volunteers=1, tasks=_WARM_UP, seed=6, server=server)
    alone = await measure(store, volunteers=1, tasks=tasks // 2, seed=8, server=server)
    together = await measure(store, volunteers=VOLUNTEERS, tasks=tasks, seed=9, server=server)
    seen = await looks(store, seed=10)
    messages = await store.read(lambda unit: unit.db.row("SELECT count(*) FROM message"))
    await store.close()
    said = 0 if messages is None else messages[0]
    return _Served(alone, together, seen, active, said, _peak_mb())


def _peak_mb() -> float:
    """The most memory that this very process ever had; `getrusage` counts its parent's in."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak) / 1024


def table(results: Sequence[Result], finished: float) -> Table:
    """The figures for people: a column for each size."""
    found = Table(title="Per completed task: hand-out + submit, through the desk")
    found.add_column("", no_wrap=True)
    for result in results:
        found.add_column(f"{result.trees:,} trees", justify="right")

    def row(name: str, value: Callable[[Result], str]) -> None:
        found.add_row(name, *(value(result) for result in results))

    row("of them active", lambda r: f"{r.active:,}")
    row("messages", lambda r: f"{r.messages:,}")
    row("people", lambda r: f"{r.people:,}")
    row("KB per tree", lambda r: f"{r.bytes_per_tree / 1000:.1f}")
    row("events per task", lambda r: f"{r.together.events / r.together.tasks:.2f}")
    row("CPU ms per task, 1 volunteer", lambda r: f"{r.alone.cpu_ms:.2f}")
    row("CPU ms per task, 8 volunteers", lambda r: f"{r.together.cpu_ms:.2f}")
    row("  of it the server's", lambda r: _maybe(r.together.server_cpu_ms))
    row("CPU ms per task, bare driver", lambda r: _floor_cpu(r.floor))
    row("tasks/s, 8 volunteers", lambda r: f"{r.together.per_second:.0f}")
    row("tasks/s, 1 volunteer", lambda r: f"{r.alone.per_second:.0f}")
    row("tasks/s, bare driver", lambda r: f"{r.floor.per_second:.0f}")

    def times(name: str, what: str, of: Callable[[Result], dict[str, Spread]]) -> None:
        row(f"{name} ms p50 / p99", lambda result: _times(of(result), what))

    for what in ("hand-out", "draft", "submit"):
        times(f"{what}, 8 volunteers", what, lambda result: result.together.spreads)
        times(f"{what}, 1 volunteer", what, lambda result: result.alone.spreads)
        times(f"{what}, bare driver, 8 in turn", what, lambda result: result.floor.queued)
        times(f"{what}, bare driver, alone", what, lambda result: result.floor.spreads)
    for what in ("availability", "board total", "board month", "own place"):
        times(what, what, lambda result: result.looks)
    row("memory MB of the process", lambda r: f"{r.memory_mb:.0f}")
    found.caption = f"A finished tree alone takes {finished / 1000:.1f} KB."
    return found


def _maybe(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _floor_cpu(floor: Floor) -> str:
    return f"{floor.client_cpu_ms + (floor.server_cpu_ms or 0):.2f}"


def _times(spreads: dict[str, Spread], what: str) -> str:
    spread = spreads.get(what)
    return "-" if spread is None else f"{spread.p50:.2f} / {spread.p99:.2f}"
