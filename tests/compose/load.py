"""`Load`: questions asked without a pause while things happen, each one different and each answer checked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.compose.stack import Stack

PAUSE_SECONDS = 0.25


class Load:
    """Counts what came back; keeps the id of every answer, so that the log can be held against them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, name="load", daemon=True)
        self._lock = threading.Lock()
        self._number = 100
        self.ids: list[str] = []
        self.wrong: list[str] = []
        self._counts: Counter[str] = Counter()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(30)

    @property
    def asked(self) -> int:
        """Questions since the last `take`."""
        with self._lock:
            return self._counts.total()

    def take(self) -> Counter[str]:
        """What came back since the last call: by origin, 'HTTP 503', or 'no connection'."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return taken

    def ask(self) -> tuple[int, dict[str, Any]]:
        """One question that was never asked before; the reply is counted and checked."""
        with self._lock:
            self._number += 1
            number = self._number
        question = {"input": f"wind sites over {number}kw in berkshire"}
        try:
            status, answer = self._stack.request("POST", "/v1/tasks/fit_query/answer", question)
        except OSError:
            self._count("no connection")
            return 0, {}
        if status != 200:
            self._count(f"HTTP {status}")
            return status, answer
        self._count(str(answer["origin"]))
        output = answer["output"]
        with self._lock:
            self.ids.append(answer["id"])
            if (output.get("technology"), output.get("capacity_min_kw"), output.get("location")) != (
                "Wind",
                number,
                "Berkshire",
            ):
                self.wrong.append(f"{question['input']} -> {output}")
        return status, answer

    @contextmanager
    def crowd(self, callers: int) -> Iterator[None]:
        """As many callers more, each asking without a pause."""
        stop = threading.Event()

        def ask_on() -> None:
            while not stop.is_set():
                self.ask()

        threads = [threading.Thread(target=ask_on, name="caller") for _ in range(callers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _ask_on(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self.ask()
