"""`ReleaseMetrics`: what Prometheus is told of releases beside each other."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from serving.releases.lanes import Lineup
from serving.releases.routing import SHARES

DECISIONS = ("promote", "roll back")


class ReleaseMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._share = Gauge(
            "tuneserve_release_share",
            "Percent of the callers that the release answers; 0: it is a shadow",
            ["task", "release"],
            registry=registry,
        )
        self._failures = Counter(
            "tuneserve_release_failures",
            "Questions to which the release gave no checked answer, or none of its own model",
            ["task", "release"],
            registry=registry,
        )
        self._dropped = Counter(
            "tuneserve_shadow_dropped",
            "Questions that a shadow was not asked, because its queue was full or it came too late",
            ["task", "release"],
            registry=registry,
        )
        self._decisions = Counter(
            "tuneserve_release_decisions",
            "Releases that the sequential test promoted or rolled back, by the gateway that did it",
            ["task", "decision"],
            registry=registry,
        )
        self._shown: dict[str, set[str]] = {}

    def lined_up(self, task: str, lineup: Lineup) -> None:
        """What answers `task` from now on."""
        share = lineup.experiment.share if lineup.experiment else 0
        shares = {lineup.champion.name: SHARES[-1] - share}
        if lineup.challenger is not None:
            shares[lineup.challenger.name] = share
        for gone in self._shown.get(task, set()) - set(shares):
            self._share.remove(task, gone)
        for release, percent in shares.items():
            self._share.labels(task, release).set(percent)
            self._failures.labels(task, release)
            self._dropped.labels(task, release)
        for decision in DECISIONS:
            self._decisions.labels(task, decision)
        self._shown[task] = set(shares)

    def failed(self, release: str) -> None:
        self._failures.labels(_task(release), release).inc()

    def dropped(self, release: str) -> None:
        self._dropped.labels(_task(release), release).inc()

    def decided(self, task: str, decision: str) -> None:
        """`decision` is one of DECISIONS."""
        self._decisions.labels(task, decision).inc()


def _task(release: str) -> str:
    return release.partition("@")[0]
