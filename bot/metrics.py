"""What the program counts: numbers and fixed words alone, never anything that people gave."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.model import TaskKind

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Borders of the histogram; chats want a first sign of life within 2.5 seconds."""


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._events = Counter(
            "grove_events",
            "Events handled, by what they were and how they ended.",
            ("platform", "event", "outcome"),
            registry=registry,
        )
        self._latency = Histogram(
            "grove_event_seconds",
            "Time from an event to its screen, the drawing left out.",
            ("platform",),
            buckets=SECONDS,
            registry=registry,
        )
        self._tasks = Counter(
            "grove_tasks",
            "Tasks handed out, answered, and taken back because their time was over.",
            ("kind", "change"),
            registry=registry,
        )
        self._open = Gauge(
            "grove_open_work",
            "Places where work is wanted, counted up to a limit for each language and kind.",
            ("kind", "language"),
            registry=registry,
        )
        self._up = Gauge(
            "grove_platform_up", "1 while a platform is served.", ("platform",), registry=registry
        )
        self._lag = Gauge(
            "grove_loop_lag_seconds", "How late the event loop was of late.", registry=registry
        )

    def handled(self, platform: str, event: str, outcome: str, seconds: float) -> None:
        """An event has come to its end: answered, refused or failed."""
        self._events.labels(platform, event, outcome).inc()
        self._latency.labels(platform).observe(seconds)

    def task_changed(self, kind: TaskKind, change: str) -> None:
        self._tasks.labels(kind.value, change).inc()

    def text(
        self,
        open_work: Mapping[tuple[str, TaskKind], int],
        platforms: Mapping[str, bool],
        lag: float,
    ) -> bytes:
        """Everything in the text format of Prometheus, with what is true at this moment."""
        self._open.clear()
        for (language, kind), count in open_work.items():
            self._open.labels(kind.value, language).set(count)
        for platform, up in platforms.items():
            self._up.labels(platform).set(up)
        self._lag.set(lag)
        return generate_latest(self._registry)
