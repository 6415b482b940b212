"""`GatewayCollector`: gauges that are read off the gateway whenever Prometheus scrapes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from serving.gateway import Gateway
from tuneserve.run import data_folder


class GatewayCollector(Collector):
    """Nothing to keep up to date: releases and engines may change while the gateway runs."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def collect(self) -> Iterator[GaugeMetricFamily]:
        settings, workers = self._gateway.settings, self._gateway.workers
        yield _gauge("tuneserve_in_flight", "Questions that are worked on or wait for it", workers.under_way)
        yield _gauge("tuneserve_concurrency", "Questions that may be worked on at the same time", workers.concurrency)
        yield _gauge("tuneserve_queue_limit", "Questions that may wait; one more is refused", settings.queue_size)
        # One cache for all tasks.
        held = max((served.answerer.cache.held for served in self._gateway.tasks.values()), default=0)
        yield _gauge("tuneserve_cache_answers", "Answers that the cache of this process holds", held)
        yield _gauge("tuneserve_cache_limit", "Answers that it may hold", settings.cache_size)
        yield from self._tasks()
        yield from _disk(settings.data_dir or data_folder())

    def _tasks(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily(
            "tuneserve_model_up",
            "1: the last thing known of the task's model is that it generated a token; 0: it is away",
            labels=["task", "engine"],
        )
        for name, served in self._gateway.tasks.items():
            if served.engine is not None:
                up.add_metric([name, served.engine.name], float(served.engine.warm))
            elif served.wants_model:
                up.add_metric([name, "none"], 0.0)
        yield up


def _disk(folder: Path) -> Iterator[GaugeMetricFamily]:
    """Of the file system that holds the data folder; none where it cannot be asked."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return
    yield _gauge("tuneserve_data_free_bytes", "Free bytes of the file system of the data folder", usage.free)
    yield _gauge("tuneserve_data_size_bytes", "Size of that file system", usage.total)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)
