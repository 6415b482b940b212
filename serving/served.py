"""`ServedTask`: a task together with what answers it here, and how well it is doing."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from serving.answering import Answerer
from serving.cache import Cache, MemoryCache, NoCache
from serving.engines.engine import Engine
from serving.engines.guard import GuardedEngine
from serving.engines.opening import open_engine
from serving.metrics import Metrics
from serving.settings import Settings
from tuneserve.errors import EngineUnavailable, ReleaseError
from tuneserve.release import Release, differences, modelfiles_folder, read_release
from tuneserve.task import JsonObject, Task

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServedTask:
    task: Task
    answerer: Answerer
    release: Release | None
    engine: GuardedEngine | None

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
        if self.engine is None:
            name = self.task.name
            shown["detail"] = f"no model is prepared; prepare it: tuneserve prepare {name}"
            if self.release is None:
                shown["detail"] = f"nothing is released; make a release: tuneserve run {name}"
        elif not self.engine.warm:
            shown["detail"] = self.engine.trouble
        return shown


def served_tasks(
    tasks: Iterable[Task],
    settings: Settings,
    metrics: Metrics,
    models: Mapping[str, Path],
    engine: Engine | None,
) -> dict[str, ServedTask]:
    """What is served, by task name. `engine`, when given, serves every task instead of the settings' one."""
    cache = MemoryCache(settings.cache_size) if settings.cache_size else NoCache()
    return {task.name: _served(task, settings, metrics, models.get(task.name), engine, cache) for task in tasks}


def _served(
    task: Task, settings: Settings, metrics: Metrics, model: Path | None, engine: Engine | None, cache: Cache
) -> ServedTask:
    release = _release(task)
    metrics.serves(task.name, release)
    chosen = engine or _opened(task, settings, model)
    guarded = None
    if chosen is not None:
        name = chosen.name
        guarded = GuardedEngine(chosen, task.messages(task.examples[0]), lambda state: metrics.breaker(name, state))
    answerer = Answerer(
        task,
        guarded,
        release=release.name if release else None,
        cache=cache,
        database_url=settings.database_url,
        deadline_ms=settings.deadline_ms,
        grammar=settings.grammar,
        observer=metrics,
    )
    return ServedTask(task, answerer, release, guarded)


def _release(task: Task) -> Release | None:
    folder = modelfiles_folder(task.name)
    try:
        release = read_release(folder)
    except ReleaseError as error:
        log.error("%s: %s", task.name, error)
        return None
    if release is not None:
        for difference in differences(release, task, folder / "adapter"):
            log.warning("%s: %s", release.name, difference)
    return release


def _opened(task: Task, settings: Settings, model: Path | None) -> Engine | None:
    """The task's engine, or None with a line in the log when there is nothing to run: the rules answer then."""
    try:
        engine = open_engine(settings, task.name, model)
    except EngineUnavailable as error:
        log.error("%s: %s", task.name, error)
        return None
    if engine is None:
        who = "nothing answers" if task.rules is None else "its rules answer"
        log.warning("%s: no model is prepared, %s; prepare it: tuneserve prepare %s", task.name, who, task.name)
    return engine
