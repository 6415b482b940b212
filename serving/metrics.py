"""`Metrics`: the gateway's Prometheus metrics, one registry an app.

Labels are task names, release names, engine names and fixed codes: never a question, an id or a key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from serving.engines.engine import Completion
from tuneserve import __version__
from tuneserve.answer import Answer, Origin
from tuneserve.release import Release

# Series that alerts count increases of exist from the start, or their first event would not be seen.
REFUSED_BY_US = (
    "queue-full",
    "stopping",
    "internal",
    "database-unavailable",
    "engine-unavailable",
    "engine-timeout",
    "engine-failed",
    "engine-open",
    "engine-busy",
)
ENGINE_ERRORS = ("unavailable", "timeout", "failed", "open", "busy", "not_json", "not_by_schema")
DOUBTS = ("readers_disagree", "unconfirmed")

ANSWER_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics:
    """An `Observer` that counts."""

    def __init__(self) -> None:
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._answers = Counter(
            "tuneserve_answers",
            "Answers given, by where they came from",
            ["task", "release", "origin"],
            registry=registry,
        )
        self._seconds = Histogram(
            "tuneserve_answer_seconds",
            "Time to an answer",
            ["task", "origin"],
            buckets=ANSWER_BOUNDS,
            registry=registry,
        )
        self._engine_seconds = Histogram(
            "tuneserve_engine_seconds",
            "Time in the engine, reading the prompt and writing",
            ["engine", "phase"],
            buckets=ANSWER_BOUNDS,
            registry=registry,
        )
        self._engine_errors = Counter(
            "tuneserve_engine_errors", "Calls of the engine without a reading", ["engine", "kind"], registry=registry
        )
        self._problems = Counter(
            "tuneserve_problems", "Problems that answers reported", ["task", "code"], registry=registry
        )
        self._rejected = Counter("tuneserve_rejected", "Requests that were not answered", ["reason"], registry=registry)
        self._queue_depth = Gauge("tuneserve_queue_depth", "Questions that wait for a worker", registry=registry)
        self._breaker_state = Gauge(
            "tuneserve_breaker_state",
            "0 closed (calls go through), 1 half open (one probe), 2 open (calls fail at once)",
            ["engine"],
            registry=registry,
        )
        self._cache_hits = Counter("tuneserve_cache_hits", "Answers found in the cache", registry=registry)
        self._cache_misses = Counter("tuneserve_cache_misses", "Answers not found in the cache", registry=registry)
        self._cache_errors = Counter(
            "tuneserve_cache_errors",
            "Answers that the shared cache did not give or take",
            ["backend", "kind"],
            registry=registry,
        )
        self._corrections = Counter("tuneserve_corrections", "Corrections received", ["task"], registry=registry)
        self._release_info = Gauge(
            "tuneserve_release_info",
            "What is served; always 1",
            ["task", "release", "status", "gguf_sha256"],
            registry=registry,
        )

        self._serving: dict[str, list[tuple[str, str, str, str]]] = {}
        self._tokens = Counter(
            "tuneserve_engine_tokens",
            "Tokens that the engine read (prompt) and wrote (generate)",
            ["engine", "phase"],
            registry=registry,
        )
        self._release_seconds = Histogram(
            "tuneserve_release_seconds",
            "Time to an answer that was worked out, not found in the cache",
            ["task", "release"],
            buckets=ANSWER_BOUNDS,
            registry=registry,
        )
        self._release_problems = Counter(
            "tuneserve_release_problems",
            "Problems of answers that were worked out, not found in the cache",
            ["task", "release", "code"],
            registry=registry,
        )
        self._release_figure = Gauge(
            "tuneserve_release_figure",
            "What was measured of a release before it was made one, by release.json",
            ["task", "release", "figure"],
            registry=registry,
        )
        Gauge("tuneserve_build_info", "The running version; always 1", ["version"], registry=registry).labels(
            __version__
        ).set(1)
        for reason in (*REFUSED_BY_US, "no-answer"):
            self._rejected.labels(reason)

    def answered(self, answer: Answer) -> None:
        self._answers.labels(answer.task, answer.release, answer.origin).inc()
        self._seconds.labels(answer.task, answer.origin).observe(answer.took_ms["total"] / 1000)
        for problem in answer.problems:
            self._problems.labels(answer.task, problem.code).inc()
        if answer.origin != "cache":
            self._worked_out(answer)

    def _worked_out(self, answer: Answer) -> None:
        """A release is judged by these alone: one question asked a thousand times is one answer of it."""
        self._release_seconds.labels(answer.task, answer.release).observe(answer.took_ms["total"] / 1000)
        for code in {problem.code for problem in answer.problems}:
            self._release_problems.labels(answer.task, answer.release, code).inc()

    def completed(self, engine: str, completion: Completion) -> None:
        self._engine_seconds.labels(engine, "prompt").observe(completion.prompt_ms / 1000)
        self._engine_seconds.labels(engine, "generate").observe(completion.generate_ms / 1000)
        self._tokens.labels(engine, "prompt").inc(completion.prompt_tokens)
        self._tokens.labels(engine, "generate").inc(completion.completion_tokens)

    def engine_failed(self, engine: str, kind: str) -> None:
        self._engine_errors.labels(engine, kind).inc()

    def cache_looked_up(self, hit: bool) -> None:
        (self._cache_hits if hit else self._cache_misses).inc()

    def rejected(self, reason: str) -> None:
        """`reason` is the slug of a problem type ('queue-full'): a small fixed set."""
        self._rejected.labels(reason).inc()

    def queue_depth(self, waiting: int) -> None:
        self._queue_depth.set(waiting)

    def breaker(self, engine: str, state: int) -> None:
        """Told once at the start, then at every change."""
        self._breaker_state.labels(engine).set(state)
        for kind in ENGINE_ERRORS:
            self._engine_errors.labels(engine, kind)

    def corrected(self, task: str) -> None:
        self._corrections.labels(task).inc()

    def serves(self, task: str, shown: Sequence[tuple[str, str, Release | None]]) -> None:
        """(name, status, record) of each release that answers `task` from now on, instead of those before."""
        for labels in self._serving.pop(task, []):
            self._release_info.remove(*labels)
        for name, status, release in shown:
            labels = (task, name, status, release.gguf_sha256 if release else "")
            self._release_info.labels(*labels).set(1)
            self._serving.setdefault(task, []).append(labels)
            for figure, value in (release.metrics if release else {}).items():
                if isinstance(value, int | float):
                    self._release_figure.labels(task, name, figure).set(value)
            self._begin(task, name)

    def _begin(self, task: str, release: str) -> None:
        """Series with 0 for all that this release may come to count."""
        for origin in get_args(Origin):
            self._answers.labels(task, release, origin)
            self._seconds.labels(task, origin)
        for code in DOUBTS:
            self._problems.labels(task, code)
            self._release_problems.labels(task, release, code)
        self._release_seconds.labels(task, release)
        self._corrections.labels(task)

    def measures_redis(self, up: Callable[[], bool]) -> None:
        """Asks at every scrape."""
        gauge = Gauge("tuneserve_redis_up", "1: the shared cache is asked; 0: it is away", registry=self.registry)
        gauge.set_function(up)
        for kind in ("timeout", "connection", "value", "other"):
            self._cache_errors.labels("redis", kind)

    def cache_failed(self, kind: str) -> None:
        self._cache_errors.labels("redis", kind).inc()

    def page(self) -> bytes:
        """The exposition text of GET /metrics."""
        return generate_latest(self.registry)
