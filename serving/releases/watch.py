"""`ReleaseWatch`: follows the database's releases while the gateway runs, and acts on the evidence.

Two threads. One looks at a small number several times a second and brings the lanes in line with it. The
other hands over what was counted and asks the sequential test; whichever gateway finds the evidence
sufficient first acts on it, for all. While the database is away everything stays as it was last known; a
gateway that starts meanwhile finds that in a file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from serving.releases.lanes import Lanes
from serving.releases.metrics import ReleaseMetrics
from serving.releases.opener import Opener
from serving.releases.registry import Registry
from serving.releases.state import Route
from serving.releases.stopping import judge
from tuneserve.database import ValuesRefused
from tuneserve.errors import DataError
from tuneserve.manifest import write_json

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
COUNT_SECONDS = 1.0
STOP_SECONDS = 5.0


class ReleaseWatch:
    def __init__(
        self,
        registry: Registry,
        lanes: Mapping[str, tuple[Opener, Lanes]],
        routes: Mapping[str, Route],
        kept: Path,
        metrics: ReleaseMetrics,
    ) -> None:
        """
        routes  what is known at the start; see `known_routes`
        kept    the file in which they are kept
        """
        self._registry = registry
        self._lanes = lanes
        self._routes = dict(routes)
        self._kept = kept
        self._metrics = metrics
        self._registered = False
        self._trouble = ""
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow_until_stopped, name="releases", daemon=True),
            threading.Thread(target=self._count_until_stopped, name="release-evidence", daemon=True),
        ]

    @property
    def registry(self) -> Registry:
        return self._registry

    @property
    def trouble(self) -> str:
        """Why the database's releases cannot be followed, in one line; empty when they can."""
        return self._trouble

    def route(self, task: str) -> Route | None:
        """The last one known."""
        return self._routes.get(task)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                # One that waits for a database that hangs is left behind; the threads are daemons.
                thread.join(STOP_SECONDS)
        self._registry.close()

    def _follow_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self.look()
            for task, route in self._routes.items():
                self._lanes[task][1].follow(route)
            self._stopping.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Reads what has changed, if anything has."""
        try:
            if not self._registered:
                self._register()
            numbers = self._registry.numbers()
            stale = [task for task in self._lanes if self._number(task) != numbers.get(task)]
            found = {task: route for task in stale if (route := self._registry.route(task)) is not None}
        except DataError as error:
            if not self._trouble:
                log.error("releases stay as they are: %s", error)
            self._trouble, self._registered = str(error), False
            return
        self._trouble = ""
        if found:
            self._routes |= found
            self._keep()

    def _number(self, task: str) -> int | None:
        route = self._routes.get(task)
        return None if route is None else route.number

    def _register(self) -> None:
        self._registry.prepare()
        for opener, _ in self._lanes.values():
            released = opener.released()
            self._registry.register(opener.task, released, next(iter(released), None))
        self._registered = True

    def _keep(self) -> None:
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._kept, {task: route.as_json() for task, route in self._routes.items()})
        except OSError as error:
            log.error("%s: the releases could not be noted for a start without the database: %s", self._kept, error)

    def _count_until_stopped(self) -> None:
        while not self._stopping.wait(COUNT_SECONDS):
            self.count()
        self._hand_over()

    def count(self) -> None:
        """Hands over what was counted, and acts when it is enough."""
        self._hand_over()
        for task, route in dict(self._routes).items():
            experiment = route.experiment
            if experiment is None:
                continue
            try:
                evidence = self._registry.evidence(experiment.id)
                verdict = judge(
                    evidence, experiment.champion, experiment.challenger, experiment.rule, experiment.shadow
                )
                if verdict.decision != "wait" and self._registry.conclude(task, experiment, verdict):
                    log.warning("%s@%s: %s: %s", task, experiment.challenger, verdict.decision, verdict.reason)
                    self._metrics.decided(task, verdict.decision)
            except DataError:
                return  # said by the other thread

    def _hand_over(self) -> None:
        for _, lanes in self._lanes.values():
            for experiment, evidence in lanes.take_counted().items():
                try:
                    self._registry.add_evidence(experiment, evidence)
                except ValuesRefused as error:
                    log.error("what was counted of two releases is lost, the database knows no such trial: %s", error)
                except DataError:
                    lanes.give_back(experiment, evidence)


def known_routes(registry: Registry, tasks: Iterable[str], kept: Path) -> dict[str, Route]:
    """What answers each task by the database; by what was known last where that does not answer."""
    if not registry.there:
        return {}
    try:
        found = {task: registry.route(task) for task in tasks}
        return {task: route for task, route in found.items() if route is not None}
    except DataError:
        return _kept_routes(kept, tasks)


def _kept_routes(kept: Path, tasks: Iterable[str]) -> dict[str, Route]:
    try:
        noted = json.loads(kept.read_text(encoding="utf-8"))
        return {task: Route.from_json(noted[task]) for task in tasks if task in noted}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.error("%s: cannot be read: %s", kept, error)
        return {}


def kept_in(folder: Path, url: str) -> Path:
    """The file for the routes of the database at `url`."""
    return folder / f"routes-{hashlib.sha256(url.encode()).hexdigest()[:12]}.json"
