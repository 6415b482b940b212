"""`Lanes`: the releases of one task that are open, and which of them a question goes through.

Exchanged while questions come: what answers next is opened and has generated a token before it is asked
anything, and what answered before is closed when its last question is done. The release that a rollback goes
back to stays open, so that going back takes no longer than noticing it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from serving.releases.evidence import Evidence, Outcome
from serving.releases.lane import Lane
from serving.releases.routing import chosen
from serving.releases.shadow import Shadow
from serving.releases.state import Experiment, Route
from tuneserve.answer import Answer
from tuneserve.errors import TuneserveError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who is asked at one moment; the experiment is in force where its challenger is open."""

    champion: Lane
    challenger: Lane | None = None
    experiment: Experiment | None = None


class Lanes:
    """Questions may come from several threads; `follow` is called by one alone."""

    def __init__(
        self,
        first: Lane,
        open_lane: Callable[[str], Lane],
        shadow: Shadow,
        changed: Callable[[Lineup], None] = lambda lineup: None,
        failed: Callable[[str], None] = lambda release: None,
    ) -> None:
        """
        open_lane  opens a version, or raises TuneserveError
        changed    told of every new line-up
        failed     told the name of a release that gave no answer, or none of its own
        """
        self._lineup = Lineup(first)
        self._open = {first.version: first}
        self._open_lane = open_lane
        self._shadow = shadow
        self._changed = changed
        self.note_failure = failed
        self._opening: dict[str, Future[Lane]] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._retired: list[Lane] = []
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="open-release")
        self._lock = threading.Lock()
        self._counted: dict[str, Evidence] = {}

    @property
    def lineup(self) -> Lineup:
        return self._lineup

    @property
    def trouble(self) -> dict[str, str]:
        """{version: why it cannot be opened here}."""
        return {version: reason for version, (_, reason) in self._failed.items()}

    def start(self) -> None:
        self._lineup.champion.start()

    def close(self) -> None:
        """Drops what a shadow has not been asked yet, frees the models."""
        self._shadow.close()
        self._worker.shutdown(wait=True, cancel_futures=True)
        for future in self._opening.values():
            if not future.cancelled() and future.exception() is None:
                future.result().close()
        for lane in (*self._open.values(), *self._retired):
            lane.close()

    def turn(self, caller: str | None) -> Turn:
        """The lane for a question of `caller`; None is nobody in particular, whom the champion answers."""
        while True:
            lineup = self._lineup
            lane = self._chosen(lineup, caller)
            if lane.enter():
                return Turn(self, lineup, lane)

    def _chosen(self, lineup: Lineup, caller: str | None) -> Lane:
        experiment, challenger = lineup.experiment, lineup.challenger
        if experiment is None or challenger is None or caller is None:
            return lineup.champion
        if not chosen(experiment.id, caller, experiment.share):
            return lineup.champion
        if challenger.up:
            return challenger
        # Its callers lose nothing by its absence, but it is counted.
        with self._lock:
            self._evidence(experiment).add_absence(challenger.version)
        return lineup.champion

    def count(self, experiment: Experiment, version: str, outcome: Outcome) -> None:
        with self._lock:
            self._evidence(experiment).add(version, outcome, experiment.rule.slow_ms)

    def count_pair(self, experiment: Experiment, first: Outcome, second: Outcome) -> None:
        slow_ms = experiment.rule.slow_ms
        with self._lock:
            self._evidence(experiment).add_pair(experiment.champion, first, experiment.challenger, second, slow_ms)

    def take_counted(self) -> dict[str, Evidence]:
        """{experiment: what was counted since the last call}."""
        with self._lock:
            taken, self._counted = self._counted, {}
        return taken

    def give_back(self, experiment: str, evidence: Evidence) -> None:
        """What was taken and could not be kept."""
        with self._lock:
            self._counted[experiment] = evidence.plus(self._counted.get(experiment, Evidence()))

    def offer_to_shadow(self, lineup: Lineup, text: str, first: Outcome) -> None:
        experiment, challenger = lineup.experiment, lineup.challenger
        if experiment is not None and challenger is not None and experiment.shadow:
            self._shadow.offer(challenger, text, lambda second: self.count_pair(experiment, first, second))

    def _evidence(self, experiment: Experiment) -> Evidence:
        return self._counted.setdefault(experiment.id, Evidence())

    def follow(self, route: Route) -> None:
        """One step towards `route`; called again and again, since releases take time to open."""
        self._collect_opened()
        lineup, experiment = self._lineup, route.experiment
        wanted = [route.champion, *([experiment.challenger] if experiment else [])]
        for version in wanted:
            self._open_when_missing(version)
        champion = self._open.get(route.champion)
        if champion is None or not (champion is lineup.champion or champion.up):
            champion = lineup.champion
        challenger = self._open.get(experiment.challenger) if experiment else None
        here = challenger is not None and (challenger is lineup.challenger or challenger.up)
        if experiment is None or not here or champion.version != experiment.champion:
            challenger = experiment = None
        new = Lineup(champion, challenger, experiment)
        if new != lineup:
            self._lineup = new
            said = f"; {challenger.name} {_part(experiment)}" if experiment and challenger else ""
            log.info("%s answers%s", champion.name, said)
            self._changed(new)
        self._close_all_but({*wanted, champion.version, *([route.previous] if route.previous else [])})

    def _open_when_missing(self, version: str) -> None:
        tried, _ = self._failed.get(version, (-RETRY_SECONDS, ""))
        if version in self._open or version in self._opening or time.monotonic() - tried < RETRY_SECONDS:
            return
        self._opening[version] = self._worker.submit(self._opened, version)

    def _opened(self, version: str) -> Lane:
        lane = self._open_lane(version)
        lane.start()
        return lane

    def _collect_opened(self) -> None:
        for version, future in list(self._opening.items()):
            if not future.done():
                continue
            del self._opening[version]
            try:
                self._open[version] = future.result()
                self._failed.pop(version, None)
            except TuneserveError as error:
                if self._failed.get(version, (0.0, ""))[1] != str(error):
                    log.error("a release cannot be opened: %s", error)
                self._failed[version] = (time.monotonic(), str(error))

    def _close_all_but(self, wanted: set[str]) -> None:
        for version in set(self._open) - wanted:
            lane = self._open.pop(version)
            lane.retire()
            self._retired.append(lane)
        for lane in [lane for lane in self._retired if lane.empty]:
            self._retired.remove(lane)
            self._worker.submit(lane.close)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way through a lane. A context manager: the lane stays open for as long."""

    lanes: Lanes
    lineup: Lineup
    lane: Lane

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *error: object) -> None:
        self.lane.leave()

    def answered(self, answer: Answer) -> None:
        """Counts the answer where releases are compared. One from the cache tells nothing new of a release."""
        if answer.origin == "cache":
            return
        if answer.engine_failure is not None:
            self.lanes.note_failure(self.lane.name)
        self._count(answer.input, Outcome.of(answer, self.lane.two_readers))

    def failed(self, text: str, total_ms: float) -> None:
        """There was no answer."""
        self.lanes.note_failure(self.lane.name)
        self._count(text, Outcome(True, total_ms))

    def _count(self, text: str, outcome: Outcome) -> None:
        experiment = self.lineup.experiment
        if experiment is None:
            return
        if experiment.shadow:
            self.lanes.offer_to_shadow(self.lineup, text, outcome)
        else:
            self.lanes.count(experiment, self.lane.version, outcome)


def _part(experiment: Experiment | None) -> str:
    if experiment is None:
        return ""
    return "is asked too, unseen" if experiment.shadow else f"answers {experiment.share} % of the callers"
