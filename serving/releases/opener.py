"""`Opener`: opens releases of one task in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from serving.answering import Answerer
from serving.cache import Cache
from serving.edition import edition_of
from serving.engines.engine import Engine
from serving.engines.guard import GuardedEngine
from serving.engines.opening import open_engine
from serving.metrics import Metrics
from serving.releases.lane import UNRELEASED, Lane
from serving.settings import Settings
from tuneserve.errors import EngineUnavailable, ReleaseError
from tuneserve.release import (
    RULES,
    Release,
    differences,
    modelfiles_folder,
    prepared_gguf,
    release_folders,
    released_records,
)
from tuneserve.task import Task

log = logging.getLogger(__name__)

# An engine for a release, instead of the one that the settings name; None is nothing to run it with.
OpenEngine = Callable[[Task, Release | None], Engine | None]


@dataclass(frozen=True, slots=True)
class Opener:
    """
    model   the prepared GGUF of the checkout's own release, where the embedded engine runs it
    engine  what runs releases instead of the settings' engine, for tests and other programs
    """

    task: Task
    settings: Settings
    metrics: Metrics
    cache: Cache
    model: Path | None = None
    engine: OpenEngine | None = None

    def released(self) -> dict[str, Release]:
        """{version: record} of modelfiles/<task>/, the checkout's own first; none when one of them is damaged."""
        try:
            return released_records(modelfiles_folder(self.task.name))
        except ReleaseError as error:
            log.error("%s: %s", self.task.name, error)
            return {}

    def first(self, version: str | None) -> Lane:
        """The lane to begin with: `version`, else the checkout's own release, else none. The rules answer in it where
        no model can be run."""
        released = self.released()
        if version == RULES and self.task.rules is not None:
            return self.open(RULES)
        own = next(iter(released), None)
        wanted = version if version in released else own
        release = released[wanted] if wanted is not None else None
        self._compare(release)
        try:
            engine = self._engine(release, own=wanted == own)
        except EngineUnavailable as error:
            log.error("%s: %s", self.task.name, error)
            engine = None
        else:
            if engine is None:
                who = "nothing answers" if self.task.rules is None else "its rules answer"
                name = self.task.name
                log.warning("%s: no model is prepared, %s; prepare it: tuneserve prepare %s", name, who, name)
        return self._lane(wanted or UNRELEASED, release, engine)

    def open(self, version: str) -> Lane:
        """Another lane. Raises ReleaseError when this machine has no such release, EngineUnavailable when it cannot
        be run."""
        if version == RULES:
            if self.task.rules is None:
                raise ReleaseError(f"{self.task.name} has no rules")
            return self._lane(RULES, None, None)
        released = self.released()
        release = released.get(version)
        if release is None:
            folder = modelfiles_folder(self.task.name)
            raise ReleaseError(f"{self.task.name}@{version} is not in {folder}; get the checkout that has it")
        self._compare(release)
        engine = self._engine(release, own=version == next(iter(released)))
        if engine is None:
            command = f"tuneserve prepare {self.task.name} --version {version}"
            raise EngineUnavailable(f"{release.name} is not prepared here; run: {command}")
        return self._lane(version, release, engine)

    def _engine(self, release: Release | None, own: bool) -> Engine | None:
        if self.engine is not None:
            return self.engine(self.task, release)
        model = self.model if own else None
        if release is not None and model is None and not own:
            model = prepared_gguf(release)
        return open_engine(self.settings, _served_as(self.settings, self.task.name, release, own), model)

    def _lane(self, version: str, release: Release | None, engine: Engine | None) -> Lane:
        task, settings = self.task, self.settings
        guarded = None
        if engine is not None:
            name = engine.name
            probe = task.messages(task.examples[0])
            guarded = GuardedEngine(engine, probe, lambda state: self.metrics.breaker(name, state))
        signed = f"{task.name}@{version}"
        edition = edition_of(task, release, guarded.name if guarded else "none") if self.cache.waits else ""
        answerer = Answerer(
            task,
            guarded,
            release=signed,
            cache=self.cache,
            database_url=settings.database_url,
            deadline_ms=settings.deadline_ms,
            grammar=settings.grammar,
            observer=self.metrics,
            edition=edition,
        )
        unseen = Answerer(task, guarded, release=signed, deadline_ms=settings.deadline_ms, grammar=settings.grammar)
        return Lane(version, answerer, unseen, release=release, engine=guarded)

    def _compare(self, release: Release | None) -> None:
        if release is not None:
            folder = release_folders(modelfiles_folder(self.task.name))[release.version]
            for difference in differences(release, self.task, folder / "adapter"):
                log.warning("%s: %s", release.name, difference)


def _served_as(settings: Settings, task: str, release: Release | None, own: bool) -> str:
    """The model's name in a model server: in Ollama every release is a tag of its task; elsewhere the operator of
    the server named the checkout's own release like the task."""
    if release is None or (own and settings.engine != "ollama"):
        return task
    return f"{task}:{release.version}"
