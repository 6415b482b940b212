"""`Gateway`: what the routes share, from the start of the app to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from serving.answering import Answerer, failure_of
from serving.flights import Flights
from serving.input_text import cleaned
from serving.metrics import Metrics
from serving.problem import Refusal
from serving.redis_link import RedisLink
from serving.releases.watch import ReleaseWatch
from serving.served import ServedTask
from serving.settings import Settings
from serving.storage.store import Store
from serving.workers import Workers
from tuneserve.answer import Answer

CORRECTORS = 2
MOST_CORRECTIONS = 32


@dataclass(frozen=True, slots=True)
class Gateway:
    """One per app."""

    settings: Settings
    tasks: Mapping[str, ServedTask]
    metrics: Metrics
    store: Store
    workers: Workers
    releases: ReleaseWatch
    # The cache that gateways share, where there is one.
    redis: RedisLink | None = None
    # Corrections wait for the database, which must not cost a question its thread.
    correctors: Workers = field(default_factory=lambda: Workers(CORRECTORS, MOST_CORRECTIONS))
    # The same question of several callers at once is worked on once.
    flights: Flights[Answer] = field(default_factory=Flights)

    def start(self) -> None:
        self.store.start()
        if self.redis is not None:
            self.redis.start()
        for served in self.tasks.values():
            served.lanes.start()
        self.releases.start()

    def stop(self) -> None:
        """Finishes the questions under way, writes the log, frees the models."""
        self.workers.close()
        self.correctors.close()
        self.releases.stop()
        self.store.close()
        if self.redis is not None:
            self.redis.close()
        for served in self.tasks.values():
            served.lanes.close()

    def degraded(self) -> list[str]:
        """What is away and costs no answer, a line each."""
        found = []
        if self.store.trouble:
            waits = f"{self.store.waiting} entries of the log wait on disk, corrections are refused"
            found.append(f"database: {self.store.trouble}; {waits}")
        if self.redis is not None and self.redis.trouble:
            found.append(f"redis: {self.redis.trouble}; answers are kept in this process alone")
        return found

    def served(self, name: str) -> ServedTask:
        """Raises Refusal 404: no such task."""
        if name not in self.tasks:
            raise Refusal(404, "no-such-task", f"no such task; there are: {', '.join(self.tasks) or 'none'}")
        return self.tasks[name]

    async def answer(
        self, name: str, text: str, rows: int | None = None, patient: bool = False, caller: str | None = None
    ) -> Answer:
        """A logged answer of the task. What the cache holds is given at once, whatever the queue.

        caller  by whom the release that answers is chosen, where two are compared

        Raises Refusal and the errors of Answerer.answer; a question that fails is logged as such.
        """
        arrived = time.monotonic()
        served = self.served(name)
        question = cleaned(text)  # refuses what cannot be read before it takes a place in the queue
        with served.lanes.turn(caller) as turn:
            try:
                answer = await self._answer(turn.lane.answerer, text, rows, patient, arrived)
            except Refusal:
                raise
            except Exception as error:
                # A bug too: its question is what one wants to see. What the caller is told is decided at the edge.
                code, problems = failure_of(error)
                total_ms = (time.monotonic() - arrived) * 1000
                self.store.log_failure(name, turn.lane.name, question, code, problems, total_ms)
                turn.failed(question, total_ms)
                raise
            self.store.log(answer)
            turn.answered(answer)
            return answer

    async def _answer(self, answerer: Answerer, text: str, rows: int | None, patient: bool, arrived: float) -> Answer:
        answer = None
        if rows is None:
            recall = partial(answerer.recall, text, arrived=arrived)
            # A cache over the network is not waited for in the thread that all requests share.
            answer = await asyncio.to_thread(recall) if answerer.cache.waits else recall()
        if answer is not None:
            return answer
        # A patient caller's lines wait for each other: their deadline counts from when they are begun.
        since = None if patient else arrived
        find = answerer.work_out if rows is None else answerer.answer
        work = partial(self.workers.run, partial(find, text, rows, arrived=since), patient)
        answer, joined = await self.flights.join((answerer, text, rows, patient), work)
        return answerer.again(answer, arrived) if joined else answer
