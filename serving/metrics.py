"""`Metrics`: the gateway's Prometheus metrics, one registry an app.

Labels are task names, release names, engine names and fixed codes: never a question, an id or a key.
"""

from __future__ import annotations

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from serving.engines.engine import Completion
from tuneserve.answer import Answer
from tuneserve.release import Release

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
        self._corrections = Counter("tuneserve_corrections", "Corrections received", ["task"], registry=registry)
        self._log_dropped = Counter(
            "tuneserve_log_dropped",
            "Rows of the query log that were lost: the database was away or slow",
            registry=registry,
        )
        self._release_info = Gauge(
            "tuneserve_release_info",
            "What is served; always 1",
            ["task", "release", "status", "gguf_sha256"],
            registry=registry,
        )

    def answered(self, answer: Answer) -> None:
        self._answers.labels(answer.task, answer.release, answer.origin).inc()
        self._seconds.labels(answer.task, answer.origin).observe(answer.took_ms["total"] / 1000)
        for problem in answer.problems:
            self._problems.labels(answer.task, problem.code).inc()

    def completed(self, engine: str, completion: Completion) -> None:
        self._engine_seconds.labels(engine, "prompt").observe(completion.prompt_ms / 1000)
        self._engine_seconds.labels(engine, "generate").observe(completion.generate_ms / 1000)

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
        self._breaker_state.labels(engine).set(state)

    def corrected(self, task: str) -> None:
        self._corrections.labels(task).inc()

    def log_dropped(self) -> None:
        self._log_dropped.inc()

    def serves(self, task: str, release: Release | None) -> None:
        if release is None:
            self._release_info.labels(task, f"{task}@unreleased", "none", "").set(1)
        else:
            self._release_info.labels(task, release.name, release.status, release.gguf_sha256).set(1)

    def page(self) -> bytes:
        """The exposition text of GET /metrics."""
        return generate_latest(self.registry)
