"""`Gateway`: what the routes share, from the start of the app to its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from serving.input_text import cleaned
from serving.metrics import Metrics
from serving.problem import Refusal
from serving.served import ServedTask
from serving.settings import Settings
from serving.store import Store
from serving.workers import Workers
from tuneserve.answer import Answer


@dataclass(frozen=True, slots=True)
class Gateway:
    """One per app."""

    settings: Settings
    tasks: Mapping[str, ServedTask]
    metrics: Metrics
    store: Store
    workers: Workers

    def start(self) -> None:
        self.store.start()
        for served in self.tasks.values():
            if served.engine is not None:
                served.engine.start()

    def stop(self) -> None:
        """Finishes the questions under way, writes the log, frees the models."""
        self.workers.close()
        self.store.close()
        for served in self.tasks.values():
            if served.engine is not None:
                served.engine.close()

    def served(self, name: str) -> ServedTask:
        """Raises Refusal 404: no such task."""
        if name not in self.tasks:
            raise Refusal(404, "no-such-task", f"no such task; there are: {', '.join(self.tasks) or 'none'}")
        return self.tasks[name]

    async def answer(self, name: str, text: str, rows: int | None = None, patient: bool = False) -> Answer:
        """A logged answer of the task. What the cache holds is given at once, whatever the queue.

        Raises Refusal and the errors of Answerer.answer.
        """
        arrived = time.monotonic()
        answerer = self.served(name).answerer
        cleaned(text)  # refuses what cannot be read before it takes a place in the queue
        answer = answerer.recall(text, arrived=arrived) if rows is None else None
        if answer is None:
            # A patient caller's lines wait for each other: their deadline counts from when they are begun.
            since = None if patient else arrived
            if rows is None:
                answer = await self.workers.run(lambda: answerer.work_out(text, arrived=since), patient)
            else:
                answer = await self.workers.run(lambda: answerer.answer(text, rows, arrived=since), patient)
        self.store.log(answer)
        return answer
