"""`ServedTask`: a task together with what answers it here, and how well it is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from serving.answering import Answerer
from serving.cache import Cache, MemoryCache, NoCache, TieredCache
from serving.engines.guard import GuardedEngine
from serving.metrics import Metrics
from serving.redis_cache import RedisCache
from serving.redis_link import RedisLink
from serving.releases.lanes import Lanes, Lineup
from serving.releases.metrics import ReleaseMetrics
from serving.releases.opener import OpenEngine, Opener
from serving.releases.shadow import Shadow
from serving.releases.state import Route
from serving.settings import Settings
from tuneserve.release import RULES, Release
from tuneserve.task import JsonObject, Task


@dataclass(frozen=True, slots=True)
class ServedTask:
    """What it answers by is that of the release which answers most callers; see `lanes` for the other one."""

    task: Task
    opener: Opener
    lanes: Lanes

    @property
    def answerer(self) -> Answerer:
        return self.lanes.lineup.champion.answerer

    @property
    def release(self) -> Release | None:
        return self.lanes.lineup.champion.release

    @property
    def engine(self) -> GuardedEngine | None:
        return self.lanes.lineup.champion.engine

    @property
    def wants_model(self) -> bool:
        """Whether readiness waits for a model: something is released, or an engine was put in on purpose."""
        return self.release is not None or (self.engine is not None and self.engine.name == "llama_cpp")

    @property
    def ready(self) -> bool:
        return not self.wants_model or (self.engine is not None and self.engine.warm)

    @property
    def answers_by(self) -> str:
        """'model', 'rules' or 'nothing': who answers at this moment."""
        if self.engine is not None and self.engine.warm:
            return "model"
        return "nothing" if self.task.rules is None else "rules"

    def readiness(self) -> JsonObject:
        shown: JsonObject = {"ready": self.ready, "answers_by": self.answers_by, "release": self.answerer.release}
        if self.engine is None and self.lanes.lineup.champion.version != RULES:
            name = self.task.name
            shown["detail"] = f"no model is prepared; prepare it: tuneserve prepare {name}"
            if self.release is None:
                shown["detail"] = f"nothing is released; make a release: tuneserve run {name}"
        elif self.engine is not None and not self.engine.warm:
            shown["detail"] = self.engine.trouble
        return shown


def served_tasks(
    tasks: Iterable[Task],
    settings: Settings,
    metrics: Metrics,
    models: Mapping[str, Path],
    engine: OpenEngine | None,
    routes: Mapping[str, Route],
    busy: Callable[[], bool],
    redis: RedisLink | None = None,
) -> tuple[dict[str, ServedTask], ReleaseMetrics]:
    """What is served, by task name.

    engine  runs every release instead of the settings' engine
    routes  which release answers a task, where that is known already
    busy    whether questions are being worked on, for what must wait for them
    """
    near = MemoryCache(settings.cache_size) if settings.cache_size else NoCache()
    release_metrics = ReleaseMetrics(metrics.registry)

    def cache(task: Task) -> Cache:
        return near if redis is None else TieredCache(near, RedisCache(redis, task, metrics.cache_failed))

    def served(task: Task) -> ServedTask:
        opener = Opener(task, settings, metrics, cache(task), models.get(task.name), engine)
        route = routes.get(task.name)
        return ServedTask(task, opener, _lanes(opener, route, metrics, release_metrics, busy))

    return {task.name: served(task) for task in tasks}, release_metrics


def _lanes(
    opener: Opener,
    route: Route | None,
    metrics: Metrics,
    release_metrics: ReleaseMetrics,
    busy: Callable[[], bool],
) -> Lanes:
    first = opener.first(route.champion if route else None)
    name = opener.task.name

    def changed(lineup: Lineup) -> None:
        shown = [(lineup.champion.name, "production", lineup.champion.release)]
        if lineup.challenger is not None:
            shown.append((lineup.challenger.name, "staging", lineup.challenger.release))
        metrics.serves(name, shown)
        release_metrics.lined_up(name, lineup)

    status = first.release.status if first.release else "none"
    metrics.serves(name, [(first.name, status, first.release)])
    release_metrics.lined_up(name, Lineup(first))
    shadow = Shadow(busy, release_metrics.dropped)
    return Lanes(first, opener.open, shadow, changed, release_metrics.failed)
